"""A request is read from its rows, and a row that holds none is named."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.errors import ReviewError, VaultError
from segmentation.ledger.personal.entries import Kept, micros
from segmentation.ledger.personal.steps import LONGEST, Told, check_said, encoded, request_of

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
ID, DUE = "R0a1b2c3d4e5f", AT + timedelta(days=30)


def row(number, state, content):
    return Kept(number, micros(AT) + number, (ID, "access", state, micros(DUE)), content)


def test_a_request_is_what_its_steps_say():
    told = Told("key", "All of it.", "app", "zh"), Told("Carol", "Handed over.")
    found = request_of([row(1, "received", encoded(told[0])), row(2, "done", encoded(told[1]))])

    assert (found.id, found.right, found.state, found.due) == (ID, "access", "done", DUE)
    assert tuple(step.told for step in found.steps) == told
    assert [step.state for step in found.steps] == ["received", "done"]


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]"])
def test_a_row_that_holds_no_step_is_named(content):
    with pytest.raises(VaultError, match="Row 7 of requests opens and holds no request"):
        request_of([row(7, "received", content)])


@pytest.mark.parametrize("name", ["text", "channel", "language"])
def test_a_text_that_is_too_long_is_no_step(name):
    check_said(Told("Carol", **{name: LONGEST * "a"}))
    with pytest.raises(ReviewError, match="at most 2,000 letters"):
        check_said(Told("Carol", **{name: (LONGEST + 1) * "a"}))
