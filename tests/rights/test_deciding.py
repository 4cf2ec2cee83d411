"""Who may decide does, and an erasure closes what was asked."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.requests import Told as Said
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.rights.deciding import erase, officer, override
from tests.signed import ROLES, Cast

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AT = ("planning", "needs")


@pytest.fixture
def register(records):
    return Requests(records)


@pytest.fixture
def erasures(records, tmp_path):
    return Erasures(records, Tombstones(tmp_path / "tombstones.jsonl"))


# ---- Who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROLES)
def test_compliance_may_decide_and_nobody_else(name):
    cast = Cast.assembled()
    if ROLES[name] == ("compliance",):
        assert officer(cast.history, name, cast.now, "resident answer").name == name
        return
    with pytest.raises(ReviewError, match="ask somebody who is entered as compliance"):
        officer(cast.history, name, cast.now, "resident answer")


def test_who_is_not_entered_or_not_trained_may_not():
    cast = Cast.assembled()

    with pytest.raises(ReviewError, match="Nobody is entered as Zoe"):
        officer(cast.history, "Zoe", cast.now, "resident answer")
    with pytest.raises(ReviewError, match="no training that counts"):
        officer(cast.history, "Carol", cast.now + timedelta(days=5_000), "resident answer")


# ---- Overrides ----------------------------------------------------------------------------------------


def test_a_segment_of_the_model_is_put_and_lifted(records, register, subject):
    override(records, register, subject, *AT, Told("S2", "Works at night.", "Carol"), ("S1", "S2"), NOW)
    assert Overrides(records).standing(subject, *AT).segment == "S2"

    override(records, register, subject, *AT, Told(None, "Moved.", "Carol"), ("S1", "S2"), NOW)
    assert Overrides(records).standing(subject, *AT) is None


def test_a_segment_that_the_model_lacks_is_refused(records, register, subject):
    with pytest.raises(ReviewError, match="It has S1, S2"):
        override(records, register, subject, *AT, Told("S9", "Works at night.", "Carol"), ("S1", "S2"), NOW)


@pytest.mark.parametrize("right", ["review", "correction"])
def test_a_request_is_done_with_the_override_that_answers_it(records, register, subject, right):
    asked = register.receive(subject, right, Said("key"), NOW)
    override(records, register, subject, *AT, Told("S2", "Works at night.", "Carol", asked.id), ("S2",), NOW)

    (found,) = register.of(subject)
    assert (found.state, found.steps[-1].told) == ("done", Said("Carol", "Works at night."))
    assert Overrides(records).standing(subject, *AT).request == asked.id


@pytest.mark.parametrize(
    ("right", "answered", "told"),
    [
        ("access", False, "no request for access"),
        ("review", True, "was answered"),
        ("review", None, "no such"),
    ],
)
def test_a_request_that_no_override_answers_leaves_none(records, register, subject, right, answered, told):
    whose = subject if answered is not None else records.keyring.subject_of("R-other")
    asked = register.receive(whose, right, Said("key"), NOW)
    if answered:
        register.refuse(subject, asked.id, Said("Carol", "A law."), NOW)
    put = Told("S2", "Works at night.", "Carol", asked.id)

    with pytest.raises(ReviewError, match=told):
        override(records, register, subject, *AT, put, ("S2",), NOW)
    assert Overrides(records).standing(subject, *AT) is None
    assert register.one(asked.id).state == ("refused" if answered else "received")


def test_an_override_that_is_none_leaves_its_request_waiting(records, register, subject):
    asked = register.receive(subject, "review", Said("key"), NOW)

    for put in (Told(None, "Moved.", "Carol", asked.id), Told("S2", " ", "Carol", asked.id)):
        with pytest.raises(ReviewError):
            override(records, register, subject, *AT, put, ("S2",), NOW)
    assert register.one(asked.id).state == "received"


# ---- Erasure ------------------------------------------------------------------------------------------


def test_an_erasure_closes_its_request_and_what_waits_beside_it(records, subject, register, erasures):
    request = register.receive(subject, "erasure", Said("key", identity="login"), NOW)
    other = register.receive(subject, "copy", Said("key"), NOW)
    done = erase(erasures, register, None, request.id, "Carol", NOW)

    assert done.residents == 1
    assert (register.one(request.id).state, register.one(other.id).state) == ("done", "erased")
    assert register.register(waiting=True) == ()
    assert register.of(subject) == ()
    with pytest.raises(ReviewError, match="was answered"):
        erase(erasures, register, None, request.id, "Carol", NOW)


def test_nobody_is_erased_by_a_request_before_it_was_checked_who_asks(records, subject, register, erasures):
    request = register.receive(subject, "erasure", Said("key"), NOW)
    with pytest.raises(ReviewError, match="Nothing says how it was checked"):
        erase(erasures, register, None, request.id, "Carol", NOW)
    with pytest.raises(ReviewError, match="never the number of a document"):
        erase(erasures, register, None, request.id, "Carol", NOW, "410103198001011234")
    assert register.one(request.id).state == "received"

    assert erase(erasures, register, None, request.id, "Carol", NOW, "in_person").residents == 1


def test_an_erasure_that_was_cut_short_is_closed_when_it_is_asked_again(records, subject, register, erasures):
    request = register.receive(subject, "erasure", Said("key"), NOW)
    erasures.erase([subject], "Carol", NOW)

    assert erase(erasures, register, None, request.id, "Carol", NOW) is None
    assert register.one(request.id).state == "done"


def test_what_is_answered_in_the_moment_of_the_erasure_stays_so(
    records, subject, register, erasures, monkeypatch
):
    other = register.receive(subject, "review", Said("key"), NOW)
    erased = erasures.erase

    def answered(*words):
        register.refuse(subject, other.id, Said("Bob", "A law."), NOW)
        return erased(*words)

    monkeypatch.setattr(erasures, "erase", answered)
    assert erase(erasures, register, subject, None, "Carol", NOW).residents == 1
    assert register.one(other.id).state == "refused"


def test_nobody_is_erased_by_a_request_for_something_else_or_of_somebody_else(
    records, subject, register, erasures
):
    copy = register.receive(subject, "copy", Said("key"), NOW)
    other = records.keyring.subject_of("R-2")
    theirs = register.receive(other, "erasure", Said("key"), NOW)

    with pytest.raises(ReviewError, match="does not ask for erasure"):
        erase(erasures, register, None, copy.id, "Carol", NOW)
    with pytest.raises(ReviewError, match="no such request"):
        erase(erasures, register, subject, theirs.id, "Carol", NOW)
    with pytest.raises(ReviewError, match="who is to be erased"):
        erase(erasures, register, None, None, "Carol", NOW)
    assert len(records.keys([subject, other])) == 2


def test_who_nobody_asked_about_may_be_erased(records, subject, register, erasures):
    register.receive(subject, "access", Said("key"), NOW)

    assert erase(erasures, register, subject, None, "Carol", NOW).residents == 1
    assert register.register(waiting=True) == ()
