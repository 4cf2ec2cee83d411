"""Why a resident is where they are: exact, and held against what is kept."""

import shutil
from datetime import timedelta

import pytest

from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.segments import By, Placed, Segments
from tests.serving.made import MODEL, residents
from tests.serving.residents.front import PURPOSE, slug


def explained(front, seed=0):
    return front.ask("POST", "/explanation", {"residents": residents(1, seed)}).json()


def test_the_reasons_add_up_and_say_whether_they_give_the_kept_segment(front_at):
    front = front_at
    front.consent()
    front.place()
    told = explained(front)

    reason = told["reason"]
    assert sum(reason["contributions"].values()) + reason["constant"] == pytest.approx(
        reason["gap"], abs=1e-9
    )
    assert (told["agrees"], told["held"]["segment"]) == (True, reason["segment"])
    assert reason["text"]["zh"]
    assert {reason["segment"], reason["runner_up"]} == told["segments"].keys()


def test_other_needs_are_told_to_give_another_segment(placed):
    kept = placed.kept().json()["segment"]
    answers = {seed: explained(placed, seed) for seed in range(6)}

    for told in answers.values():
        assert told["agrees"] == (told["reason"]["segment"] == kept)
    assert {told["agrees"] for told in answers.values()} == {True, False}


def test_where_nothing_is_kept_there_is_nothing_to_agree_with(front):
    told = explained(front)

    assert (told["held"], told["agrees"]) == (None, None)


def test_the_version_that_gave_the_kept_segment_says_why_and_not_the_one_that_is_served(placed):
    before = explained(placed)
    placed.office.approve(2)
    placed.app.edge.state.watch.look()
    told = explained(placed)

    assert placed.place(seed=9).json()["version"] == 2
    assert (told["version"], told["held"]["version"], told["agrees"]) == (1, 1, True)
    assert (told["reason"], told["decision"]) == (before["reason"], before["decision"])
    assert (before["held"]["state"], told["held"]["state"]) == ("active", "superseded")
    assert explained(placed, 9)["version"] == 2, "once placed anew, by the new one"


@pytest.mark.parametrize(
    ("end", "state"), [("revoke", "revoked"), ("suspend", "suspended"), ("wait", "expired")]
)
def test_it_says_why_while_no_version_may_be_served_and_that_the_segment_is_not_used(placed, end, state):
    if end == "wait":
        placed.office.clock.wait(days=181)
        placed.issue("all")
    else:
        getattr(placed.office, end)()
    placed.app.edge.state.watch.look()

    assert (placed.kept().status, slug(placed.kept())) == (503, "not-approved")
    told = explained(placed)
    assert (told["version"], told["agrees"], told["held"]["state"]) == (1, True, state)
    assert sum(told["reason"]["contributions"].values()) + told["reason"]["constant"] == pytest.approx(
        told["reason"]["gap"], abs=1e-9
    )
    assert (placed.events[-1]["version"], placed.events[-1]["decision"]) == (1, told["decision"])
    (kept,) = placed.ask("GET").json()["segments"]
    assert kept["state"] == state


def test_where_nothing_is_kept_and_none_is_served_there_is_nothing_to_say(front):
    front.office.revoke()
    front.app.edge.state.watch.look()
    found = front.ask("POST", "/explanation", {"residents": residents(1)})

    assert (found.status, slug(found)) == (503, "not-approved")


def test_where_what_was_signed_is_gone_no_other_version_makes_reasons_up(placed):
    placed.office.approve(2)
    placed.app.edge.state.watch.look()
    (folder,) = (placed.office.folder / "bundles/approved" / MODEL).glob("1-*")
    shutil.rmtree(folder)
    found = placed.ask("POST", "/explanation", {"residents": residents(1)})

    assert (found.status, slug(found)) == (410, "version-gone")
    assert str(placed.office.folder) not in found.json()["detail"]
    assert "BundleError" in placed.log.getvalue()
    placed.office.publish(1)
    assert explained(placed)["version"] == 1, "the control: it is back"
    shutil.rmtree(folder)
    assert explained(placed)["version"] == 1, "a worker keeps it once it was read and checked"


def test_a_decision_that_the_ledger_has_not_is_no_version(front):
    front.consent()
    by = By(PURPOSE, MODEL, 1, timedelta(days=1))
    strange = Placed("S1", 0.5, borderline=False, decision="sha256:0")
    Segments(front.records).keep(front.subject(), strange, by, "Test", front.office.clock())
    found = front.ask("POST", "/explanation", {"residents": residents(1)})

    assert (found.status, slug(found)) == (410, "version-gone")


def test_who_withdrew_may_still_know_why(placed):
    placed.consent("withdrawn")
    told = explained(placed)

    assert told["reason"]["contributions"]
    # Their segment was taken out with the withdrawal.
    assert (told["held"], told["agrees"]) == (None, None)
    assert placed.events[-1]["purpose"] == "rights"


def test_what_a_person_decided_is_told_beside_it(placed):
    told = Told("S3", "Works at night.", "Carol")
    Overrides(placed.records).set(placed.subject(), PURPOSE, MODEL, told, placed.office.clock())

    assert explained(placed)["held"]["override"] == "S3"


def test_needs_are_not_kept(placed):
    explained(placed)
    found = placed.ask("GET").json()

    assert "contributions" not in str(found)
    assert len(found["segments"]) == 1
