"""A request as its steps tell it, without a key."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import ReviewError
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.register import ENDED, check_open, listed_of, stepped

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
DUE = AT + timedelta(days=30)


def steps(*states):
    return [(state, micros(AT + timedelta(days=day)), micros(DUE)) for day, state in enumerate(states)]


@pytest.mark.parametrize("last", ["received", "extended", "done", "refused"])
def test_a_request_stands_as_its_last_step_says(last):
    found = listed_of("R1", "access", steps("received", last))

    assert (found.state, found.received, found.due) == (last, AT, DUE)
    assert found.ended == (AT + timedelta(days=1) if last in ENDED else None)
    assert found.is_late(DUE) == (last not in ENDED)


@pytest.mark.parametrize("last", ENDED)
def test_a_request_that_ended_stays_so(last):
    with pytest.raises(ReviewError, match=f"was answered on 2026-11-21: it is {last}"):
        check_open(listed_of("R1", "access", steps("received", last)), "done")


def test_a_request_is_extended_once_and_may_be_answered_then():
    found = stepped(listed_of("R1", "access", steps("received")), "extended", DUE, AT)

    with pytest.raises(ReviewError, match="extended before"):
        check_open(found, "extended")
    check_open(found, "refused")
    assert stepped(found, "refused", DUE, AT).ended == AT
