"""What a resident says of a purpose counts at once, and everything they said is told."""

import json
from datetime import timedelta

import pytest

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from tests.serving.residents.front import NOTICE, PURPOSE, slug


def test_what_is_said_is_told_event_by_event(front_at):
    front = front_at
    said = front.consent(language="zh", collection_method="app").json()
    front.consent("withdrawn")
    told = front.ask("GET", "/consents").json()

    assert said == {"added": True}
    assert [one["state"] for one in told["purposes"]] == ["withdrawn", None]
    (given, withdrawn) = told["events"]
    assert (given["event_state"], given["privacy_notice"], given["language"]) == ("given", NOTICE, "zh")
    assert (given["collection_method"], given["entity_id"]) == ("app", front.events[-1]["key"])
    assert withdrawn["event_state"] == "withdrawn"
    assert {one["purpose"] for one in front.events[:2]} == {PURPOSE}


def test_the_same_event_is_kept_once(front):
    at = (front.office.clock() - timedelta(days=1)).isoformat()

    assert front.consent(event_time=at).json()["added"] is True
    assert front.consent(event_time=at).json()["added"] is False
    assert len(front.ask("GET", "/consents").json()["events"]) == 1


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"purpose": "marketing"}, "/purpose"),
        ({"event_time": "2026-07-01T08:00:00"}, "/event_time"),
        ({"event_time": "2036-07-01T08:00:00Z"}, "/event_time"),
        ({"event_state": "maybe"}, "/event_state"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_its_place(front, changed, pointer):
    found = front.consent(**changed)

    assert (found.status, slug(found)) == (422, "invalid")
    assert found.json()["faults"][0]["pointer"] == pointer
    assert front.ask("GET", "/consents").json()["events"] == []


def test_a_withdrawal_does_not_wait_for_a_version(front):
    front.consent()
    front.office.revoke()
    front.app.edge.state.watch.look()

    assert front.consent("withdrawn").status == 200
    found = front.consent(purpose="fairness_audit")
    assert (found.status, slug(found)) == (422, "invalid"), "nobody can say whether it is stated"
    assert json.dumps(front.ask("GET", "/consents").json()).count("withdrawn") == 2


def test_what_was_said_for_a_purpose_of_before_is_withdrawn_too(front):
    told = Told("given", "2020-1")
    Consents(front.records).record(front.subject(), "old_purpose", told, "Test", front.office.clock())

    assert front.consent("given", purpose="old_purpose").status == 422
    assert front.consent("withdrawn", purpose="old_purpose").status == 200
    assert front.consent("withdrawn", purpose="servise_planning").status == 422
    standings = {one["purpose"]: one["state"] for one in front.ask("GET", "/consents").json()["purposes"]}
    assert standings["old_purpose"] == "withdrawn"


@pytest.mark.parametrize(
    ("state", "stands", "objects"),
    [("withdrawn", "withdrawn", False), ("refused", "refused", False), ("objected", "given", True)],
)
def test_an_app_whose_clock_is_behind_takes_back_what_was_given_before(front, state, stands, objects):
    front.consent()
    at = (front.office.clock() - timedelta(seconds=30)).isoformat()
    front.consent(state, event_time=at)

    standing = front.ask("GET", "/consents").json()["purposes"][0]
    assert (standing["state"], standing["objected"] is not None) == (stands, objects)
    assert front.place().status == 403


def test_who_writes_is_told_nothing_of_what_else_is_on_record(front):
    front.consent("objected")
    early = (front.office.clock() - timedelta(days=30)).isoformat()

    for state in ("given", "objection_lifted", "refused"):
        assert front.consent(state, event_time=early).json() == {"added": True}
