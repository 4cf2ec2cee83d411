"""`segmentation resident override` and `erase`."""

from datetime import timedelta

import pytest
import typer

from segmentation.cli import secrets
from segmentation.ledger.personal.overrides import Overrides
from segmentation.ledger.personal.requests import Requests, Told
from tests.serving.made import MODEL

WHY = ("--reason-file", "reason.txt")


@pytest.fixture(autouse=True)
def reason(bare):
    """Why, in a file."""
    (bare / "reason.txt").write_text("Works at night.\n", encoding="utf-8")


def standing(personal, subject):
    return Overrides(personal.records).standing(subject, "service_planning", MODEL)


def test_a_segment_is_put_in_the_place_of_the_computed_one_and_lifted(about, placed, personal):
    ended = about("override", "--segment", "S2", *WHY)
    assert ended.code == 0, ended.err
    assert (standing(personal, placed).segment, standing(personal, placed).by) == ("S2", "Carol")

    assert "holds again" in about("override", "--lift", *WHY).out
    assert standing(personal, placed) is None


def test_an_override_of_whom_no_segment_is_kept_is_said_to_rest(about, placed, personal, office):
    assert "From now on S2 holds" in about("override", "--segment", "S2", *WHY).out
    office.clock.now += timedelta(days=31)
    ended = about("override", "--segment", "S2", *WHY)

    assert ended.code == 0, ended.err
    assert "from their next scoring on" in ended.out


def test_a_review_that_was_asked_for_is_done_with_it(run, placed, personal, office):
    register = Requests(personal.records)
    found = register.receive(placed, "review", Told("key"), office.clock())
    ended = run("resident", "override", "--as", "Carol", "--segment", "S2", *WHY, "--request", found.id)

    assert ended.code == 0, ended.err
    assert register.one(found.id).state == "done"
    assert standing(personal, placed).request == found.id


def test_a_request_that_no_override_answers_leaves_none(run, placed, personal, office):
    found = Requests(personal.records).receive(placed, "access", Told("key"), office.clock())
    ended = run("resident", "override", "--as", "Carol", "--segment", "S2", *WHY, "--request", found.id)

    assert ended.code == 2
    assert "no request for access" in ended.err
    assert standing(personal, placed) is None


def test_at_a_terminal_the_reason_is_asked_for(about, placed, personal, monkeypatch):
    monkeypatch.setattr(secrets, "is_asked", lambda: True)
    monkeypatch.setattr(typer, "prompt", lambda what, **_: {"Why": "Works at night."}[what])

    assert about("override", "--segment", "S2").code == 0
    assert standing(personal, placed).reason == "Works at night."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--segment", "S9", *WHY), "It has S1, S2, S3"),
        (("--segment", "S2"), "--reason-file"),
        (("--segment", "S2", "--lift", *WHY), "either --segment or --lift"),
        (WHY, "either --segment or --lift"),
        (("--lift", *WHY), "none to lift"),
    ],
)
def test_an_override_that_says_nothing_sound_is_refused(about, placed, personal, words, told):
    ended = about("override", *words)

    assert ended.code == 2
    assert told in ended.err
    assert standing(personal, placed) is None


def test_nobody_but_compliance_overrides_or_erases(about, placed, personal):
    for ended in (
        about("override", "--segment", "S2", *WHY, by="Adam"),
        about("erase", "--yes", by="Bob"),
    ):
        assert ended.code == 2
        assert "ask somebody who is entered as compliance" in ended.err
    assert standing(personal, placed) is None
    assert personal.records.keys([placed])


@pytest.mark.parametrize(
    ("right", "words"),
    [("review", ("override", "--segment", "S2", *WHY)), ("erasure", ("erase", "--yes", "--identity", "kin"))],
)
def test_a_reference_and_a_request_are_of_one_resident_or_nothing_is_done(
    about, placed, personal, office, right, words
):
    register = Requests(personal.records)
    other = personal.records.keyring.subject_of("R-2")
    theirs = register.receive(other, right, Told("key"), office.clock())
    refused = about(*words, "--request", theirs.id)

    assert refused.code == 2
    assert "There is no such request" in refused.err
    assert register.one(theirs.id).state == "received"
    assert standing(personal, placed) is None
    assert len(personal.records.keys([placed, other])) == 2
    own = register.receive(placed, right, Told("key"), office.clock())
    assert about(*words, "--request", own.id).code == 0
    assert register.one(own.id).state == "done"


# ---- Erasing ------------------------------------------------------------------------------------------


def test_a_resident_is_erased_and_their_request_closed(run, placed, personal, office):
    register = Requests(personal.records)
    found = register.receive(placed, "erasure", Told("key"), office.clock())
    words = ("erase", "--as", "Carol", "--request", found.id, "--yes")
    assert "Nothing says how it was checked" in run("resident", *words).err
    ended = run("resident", *words, "--identity", "in_person")

    assert ended.code == 0, ended.err
    assert "A tombstone keeps it so" in ended.out
    assert register.one(found.id).state == "done"
    assert personal.records.keys([placed]) == {}
    assert office.home.tombstones.exists()


def test_who_was_erased_is_not_known_any_more(about, placed):
    assert about("erase", "--yes").code == 0

    assert "Nothing was kept of this resident" in about("erase", "--yes").out
    assert "Nothing is kept of this resident" in about("show").out


def test_nobody_is_erased_unasked(about, placed, personal):
    ended = about("erase")

    assert ended.code == 2
    assert "say --yes" in ended.err
    assert personal.records.keys([placed])
