"""Every state and every step: what the table has leads where it says, and nothing else leads anywhere."""

from datetime import date
from typing import get_args

import pytest

from segmentation.ledger.standing import FOLLOWING, TRANSITIONS, State, Step
from segmentation.signing import sha256
from tests.signed import DIGESTS, Cast

OTHER = DIGESTS.model_copy(update={"policy": sha256(b"other policy"), "bundle": sha256(b"other bundle")})


def submitted(cast):
    cast.decide("submit", "Tina")


def approved(cast):
    submitted(cast)
    cast.decide("approve", "Carol")
    cast.decide("approve", "Bob")


def active(cast):
    approved(cast)
    cast.activate()


def expired(cast):
    active(cast)
    cast.wait(days=160)


REACHED = {
    "draft": lambda _: None,
    "submitted": submitted,
    "changes_requested": lambda cast: (submitted(cast), cast.decide("request_changes", "Carol")),
    "rejected": lambda cast: (submitted(cast), cast.decide("reject", "Bob")),
    "approved": approved,
    "active": active,
    "suspended": lambda cast: (active(cast), cast.decide("suspend", "Mona")),
    "superseded": lambda cast: (active(cast), cast.approve(2)),
    "expired": expired,
    "revoked": lambda cast: (active(cast), cast.decide("revoke", "Adam")),
}


def last_day(cast):
    return date(2027, 1, 1) if cast.waited else date(2026, 12, 1)


def approve(cast, who):
    cast.decide("approve", who, valid_until=last_day(cast))


TAKEN = {
    "submit": lambda cast: cast.decide("submit", "Tina"),
    "approve": lambda cast: approve(cast, "Carol"),
    "complete": lambda cast: (approve(cast, "Carol"), approve(cast, "Bob")),
    "request_changes": lambda cast: cast.decide("request_changes", "Carol"),
    "reject": lambda cast: cast.decide("reject", "Carol"),
    "activate": lambda cast: cast.activate(),
    "suspend": lambda cast: cast.decide("suspend", "Mona"),
    "resume": lambda cast: (cast.decide("resume", "Carol"), cast.decide("resume", "Bob")),
    "revoke": lambda cast: cast.decide("revoke", "Carol"),
}
# What nobody signs for the version itself, and so cannot be refused: it changes something, or nothing.
FOLLOWED = {
    "supersede": lambda cast: cast.approve(3, valid_until=last_day(cast)),
    "expire": lambda cast: cast.wait(days=160),
    "reopen": lambda cast: cast.adopt(),
}


@pytest.mark.parametrize("state", get_args(State))
def test_every_state_can_be_reached(state):
    cast = Cast.assembled()
    REACHED[state](cast)

    assert cast.standing().state == state


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("step", TAKEN)
def test_a_step_leads_where_the_table_says_or_nowhere(state, step):
    cast = Cast.assembled()
    REACHED[state](cast)
    before = len(cast.events)
    TAKEN[step](cast)

    if step in TRANSITIONS[state]:
        assert cast.standing().state == TRANSITIONS[state][step]
    elif step == "complete" and "approve" in TRANSITIONS[state]:
        assert cast.standing().state == state  # a renewal
    else:
        del cast.events[before + 1 :]
        possible = [s for s in TRANSITIONS[state] if s not in FOLLOWING]
        refusal = cast.refusal
        assert all(s in refusal for s in possible)
        assert ("takes no step any more" in refusal) == (not possible)


@pytest.mark.parametrize("state", get_args(State))
@pytest.mark.parametrize("step", FOLLOWED)
def test_what_follows_from_others_leads_where_the_table_says_or_changes_nothing(state, step):
    cast = Cast.assembled()
    REACHED[state](cast)
    FOLLOWED[step](cast)
    # Of what is not approved, only another policy and another's activation speak.
    assert cast.standing().state == TRANSITIONS[state].get(step, state)


def test_the_table_knows_every_state_and_every_step():
    assert set(TRANSITIONS) == set(get_args(State))
    assert {step for steps in TRANSITIONS.values() for step in steps} == set(get_args(Step))
    assert set(TAKEN) | set(FOLLOWED) == set(get_args(Step))


def test_a_refusal_lists_the_steps_that_lead_on():
    cast = Cast.assembled()
    submitted(cast)
    cast.activate()

    assert cast.refusal == (
        "Version 1 of resident_needs is submitted. From submitted these steps lead on: approve, "
        "request_changes, reject, revoke; activate does not."
    )


def test_a_final_state_says_so():
    cast = Cast.assembled()
    REACHED["revoked"](cast)
    cast.decide("submit", "Tina")

    assert cast.refusal == (
        "A version that is revoked takes no step any more, so version 1 of resident_needs is not one to "
        "submit; register a new version."
    )
