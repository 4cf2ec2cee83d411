"""An optional purpose: asked for, given, refused, withdrawn and read by itself, and nothing depends on it."""

import pytest

from segmentation.ledger.personal.notices import Notices
from segmentation.ledger.personal.segments import Segments
from segmentation.policy import policy_from
from tests.policies import OPTIONAL, offer
from tests.serving import made
from tests.serving.residents.front import PURPOSE, Front, slug

VERSION = 24
"""One that no other test has: versions are made once for all of them."""


def offering(office, monkeypatch):
    """Return a service by a policy with an optional purpose, of which a notice told."""
    rules = policy_from(made.policy().model_dump(mode="json") | {"optional_purposes": [offer()]})
    monkeypatch.setattr(made, "policy", lambda: rules)
    office.approve(VERSION)
    front = Front.of(office)
    front.issue("offers", "resident", "store", purposes=(OPTIONAL,))
    Notices(front.records.ledger).add(rules, OPTIONAL, "2026-02", "Carol", office.clock())
    front.consent()
    assert front.place().json()["version"] == VERSION
    return front


@pytest.fixture
def front(office, monkeypatch):
    front = offering(office, monkeypatch)
    yield front
    front.close()


@pytest.fixture
def front_at(office_at, monkeypatch):
    """The same on each kind of database."""
    front = offering(office_at, monkeypatch)
    yield front
    front.close()


def say(front, state, notice="2026-02"):
    return front.consent(state, purpose=OPTIONAL, privacy_notice=notice)


def offered(front):
    """What a system learns that asks for the optional purpose, and what the one that plans services does."""
    found = front.kept(OPTIONAL, key="offers")
    return (found.status, front.kept().status)


def test_without_a_consent_of_its_own_it_is_refused_and_nothing_else_is(front_at):
    front = front_at
    assert offered(front) == (403, 200)
    found = front.kept(OPTIONAL, key="offers").json()
    assert f"no consent for the purpose {OPTIONAL} on record" in found["detail"]
    assert front.events[-1]["purpose"] == OPTIONAL

    found = say(front, "given")
    assert found.status == 200, found.json()
    told, kept = front.kept(OPTIONAL, key="offers").json(), front.kept().json()
    assert told == kept | {"purpose": OPTIONAL}
    for state in ("refused", "withdrawn"):
        assert say(front, state).status == 200
        assert offered(front) == (403, 200)
        assert say(front, "given").status == 200
        assert offered(front) == (200, 200)
    assert len(Segments(front.records).history(front.subject(), PURPOSE)) == 1, "nothing was taken out"


def test_what_residents_are_placed_for_takes_the_optional_one_with_it(front):
    say(front, "given")
    front.consent("objected")
    assert offered(front) == (403, 403), "an objection is to the segment, whatever it is told for"
    front.consent("objection_lifted")
    assert offered(front) == (200, 200)
    front.consent("withdrawn")
    assert offered(front) == (403, 403)
    (standing,) = [
        one for one in front.ask("GET", "/consents").json()["purposes"] if one["purpose"] == OPTIONAL
    ]
    assert standing["state"] == "given", "it is a consent of its own"


def test_an_objection_to_it_alone_leaves_the_rest(front):
    say(front, "given")
    say(front, "objected")

    assert offered(front) == (403, 200)


def test_a_consent_to_a_notice_of_something_else_is_none(front):
    say(front, "given", notice="2026-01")

    assert offered(front) == (403, 200)


def test_it_is_asked_for_by_name_and_withdrawn_with_all_of_them(front):
    purposes = [one["purpose"] for one in front.ask("GET", "/consents").json()["purposes"]]
    assert purposes == [PURPOSE, "fairness_audit", OPTIONAL]
    say(front, "given")
    assert front.ask("POST", "/requests", {"right": "withdrawal"}).status == 200

    found = {one["purpose"]: one["state"] for one in front.ask("GET", "/consents").json()["purposes"]}
    assert found == dict.fromkeys(purposes, "withdrawn")


def test_a_key_for_it_places_nobody_and_learns_nothing_else(front):
    say(front, "given")

    assert slug(front.place(key="offers")) == "no-consent"
    assert slug(front.kept(PURPOSE, key="offers")) == "no-consent"
    assert slug(front.kept(OPTIONAL)) == "no-consent", "nor does one that was issued for another purpose"


def test_the_account_names_it_in_both_languages(front):
    say(front, "given")

    for language, words in (("en", "Invite to activities"), ("zh", "邀请参加社区活动")):
        found = front.ask("GET", query=f"language={language}", headers=[(b"accept", b"text/html")])
        assert words in found.body.decode()
