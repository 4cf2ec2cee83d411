"""A clock that jumped is told from one that went evenly."""

from datetime import UTC, datetime, timedelta

import pytest

from serving.steady import Steady
from tests.serving.made import Ticks

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
def ticks():
    return Ticks()


@pytest.mark.parametrize("drift", [-60, -1, 0, 1, 60])
def test_a_clock_that_drifts_a_little_goes_evenly(ticks, drift):
    steady = Steady(NOW, ticks)
    ticks.wait(1_000)
    assert steady.seconds(NOW + timedelta(seconds=1_000 + drift)) == 1_000


@pytest.mark.parametrize("jump", [-61, 61, 86_400, -86_400])
def test_after_a_jump_it_begins_anew(ticks, jump):
    steady = Steady(NOW, ticks)
    ticks.wait(1_000)
    jumped = NOW + timedelta(seconds=1_000 + jump)
    assert steady.seconds(jumped) == 0
    ticks.wait(5)
    assert steady.seconds(jumped + timedelta(seconds=5)) == 5
