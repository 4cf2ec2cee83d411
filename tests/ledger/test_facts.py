"""A rule looks at the facts and never changes them."""

import copy

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.facts import Change, Facts
from segmentation.ledger.rules import change_of
from tests.signed import MODEL, Cast


@pytest.fixture
def cast():
    cast = Cast.assembled()
    cast.approve()
    return cast


@pytest.fixture
def facts(cast):
    facts = Facts(cast.root.public)
    for event in cast.events:
        facts.apply(change_of(facts, event.draft, event.at), event)
    return facts


@pytest.mark.parametrize(("who", "allowed"), [("Carol", True), ("Tina", False)])
def test_asking_a_rule_changes_nothing(cast, facts, who, allowed):
    before = copy.deepcopy(facts)
    draft = cast.decision("revoke", who)
    if allowed:
        assert change_of(facts, draft, cast.now).tracks[0].state == "revoked"
    else:
        with pytest.raises(ReviewError):
            change_of(facts, draft, cast.now)

    assert facts == before


def test_a_change_of_nothing_changes_the_place_alone(cast, facts):
    before = facts.copy()
    event = cast.decide("revoke", "Carol")
    facts.apply(Change(), event)

    assert facts.seq == 11
    assert facts.places[event.digest] == 11
    assert facts.tracks == before.tracks


def test_a_copy_is_changed_alone(cast, facts):
    twin = facts.copy()
    assert twin == facts

    event = cast.decide("revoke", "Carol")
    twin.apply(change_of(twin, event.draft, event.at), event)

    assert twin.track(MODEL, 1).state == "revoked"
    assert facts.track(MODEL, 1).state == "active"


def test_a_version_that_nothing_was_said_of_is_a_draft(facts):
    assert facts.track(MODEL, 7).state == "draft"
    assert facts.track("owner_needs", 1).state == "draft"
    assert facts.tracks.keys() == {MODEL}
