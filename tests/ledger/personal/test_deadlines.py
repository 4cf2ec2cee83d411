"""A request has the days of its right and channel, and no day more."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.personal.deadlines import due_of, is_short
from segmentation.ledger.personal.register import RIGHTS

FRIDAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("channel", ["app", "APP ", "mini_program"])
@pytest.mark.parametrize("right", ["correction", "erasure"])
def test_correction_and_erasure_in_an_app_have_fifteen_working_days(right, channel):
    assert is_short(right, channel)
    assert due_of(right, channel, FRIDAY) == FRIDAY + timedelta(days=21)


@pytest.mark.parametrize(
    ("right", "channel"),
    [("correction", "front_desk"), ("erasure", ""), ("access", "app"), ("copy", "app"), ("review", "app")],
)
def test_everything_else_has_thirty_days(right, channel):
    assert not is_short(right, channel)
    assert due_of(right, channel, FRIDAY) == FRIDAY + timedelta(days=30)


@pytest.mark.parametrize("right", RIGHTS)
def test_who_gives_themselves_fewer_days_has_fewer(right):
    assert due_of(right, "app", FRIDAY, 7) == FRIDAY + timedelta(days=7)


@pytest.mark.parametrize(
    ("received", "days"),
    [
        (datetime(2026, 11, 21, 9, tzinfo=UTC), 20),  # a Saturday
        (datetime(2026, 11, 22, 9, tzinfo=UTC), 19),  # a Sunday
        (datetime(2026, 11, 22, 17, tzinfo=UTC), 21),  # Monday one o'clock in Beijing
    ],
)
def test_working_days_are_those_of_china(received, days):
    assert due_of("erasure", "app", received) == received + timedelta(days=days)
