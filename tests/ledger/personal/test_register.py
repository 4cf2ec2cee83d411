"""A request as its steps tell it, without a key."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.register import ENDED, listed_of

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
