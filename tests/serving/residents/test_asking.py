"""What residents ask for is entered, and an objection counts from the very next request on."""

import pytest

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.register import RIGHTS
from tests.serving.made import policy
from tests.serving.residents.front import PURPOSE, slug


@pytest.mark.parametrize("right", RIGHTS)
def test_a_request_is_entered_with_its_day_and_told(front, right):
    made = front.ask("POST", "/requests", {"right": right, "text": "Please.", "channel": "app"}).json()
    (told,) = front.ask("GET", "/requests").json()["requests"]

    short = right in {"correction", "erasure"}  # asked for in an app: fifteen working days
    assert {name: told[name] for name in made} == made
    assert (made["due"][:10], made["right"]) == ("2026-07-22" if short else "2026-07-31", right)
    assert [(one["text"], one["channel"]) for one in told["steps"]] == [("Please.", "app")]
    assert front.events[-1]["purpose"] == "rights"


def test_an_objection_counts_from_the_very_next_request_on(front_at):
    front = front_at
    front.consent()
    front.place()
    assert front.kept().status == 200

    assert front.ask("POST", "/requests", {"right": "objection"}).json()["state"] == "done"
    found = front.kept()
    assert (found.status, slug(found)) == (403, "no-consent")
    assert "objects to automated decisions" in found.json()["detail"]
    standing, audit = front.ask("GET", "/consents").json()["purposes"]
    assert (standing["state"], bool(standing["objected"]), audit["objected"]) == ("given", True, None)


def test_a_withdrawal_takes_back_every_consent_or_the_one_that_is_named(placed):
    placed.consent(purpose="fairness_audit")
    placed.ask("POST", "/requests", {"right": "withdrawal", "purposes": ["fairness_audit"]})
    assert placed.kept().status == 200

    placed.ask("POST", "/requests", {"right": "withdrawal"})
    assert placed.kept().status == 403
    events = placed.ask("GET", "/consents").json()["events"]
    assert [one["event_state"] for one in events].count("withdrawn") == 3


def test_the_same_request_is_entered_once_until_it_is_answered(front):
    front.ask("POST", "/requests", {"right": "erasure"})
    found = front.ask("POST", "/requests", {"right": "erasure"})

    assert (found.status, slug(found)) == (409, "conflict")
    assert front.ask("POST", "/requests", {"right": "erasure"}, ref="R-2").status == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"right": "pardon"}, "/right"),
        ({"right": "access", "text": "a" * 2_001}, "/text"),
        ({"right": "objection", "purposes": [PURPOSE, "marketing"]}, "/purposes/1"),
    ],
)
def test_what_is_no_request_is_refused_with_its_place(front, body, pointer):
    found = front.ask("POST", "/requests", body)

    assert (found.status, slug(found)) == (422, "invalid")
    assert found.json()["faults"][0]["pointer"] == pointer


def test_an_objection_does_not_wait_for_a_version(placed):
    placed.office.revoke()
    placed.app.edge.state.watch.look()

    assert placed.ask("POST", "/requests", {"right": "objection"}).status == 200
    (standing,) = placed.ask("GET", "/consents").json()["purposes"]
    assert standing["objected"]


def test_a_withdrawal_without_purposes_is_from_all_on_record_too(placed):
    told = Told("given", "2020-1")
    ledger, now = Consents(placed.records), placed.office.clock()
    ledger.record(placed.subject(), "old_purpose", told, "Test", now)
    assert placed.ask("POST", "/requests", {"right": "withdrawal"}).json()["state"] == "done"

    for purpose in (PURPOSE, policy().audit_purpose.key, "old_purpose"):
        assert ledger.standing(placed.subject(), purpose).state == "withdrawn"


def test_a_withdrawal_counts_where_nothing_was_on_record(front):
    assert front.ask("POST", "/requests", {"right": "withdrawal", "purposes": [PURPOSE]}).status == 200

    assert Consents(front.records).standing(front.subject(), PURPOSE).state == "withdrawn"
    assert front.place().status == 403
