"""Times of the tables to work with are read as they are written, and nothing else is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from segmentation.ledger.working import time_of, written
from tests.signed import START


def test_a_time_is_read_as_it_was_written():
    assert time_of(written(START)) == START


def test_of_two_times_the_later_one_is_the_later_text_wherever_they_were_told():
    later = (START + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=8)))

    assert written(START) < written(later)
    assert time_of(written(later)).tzinfo == UTC


@pytest.mark.parametrize("told", [None, 7, "", "now", "2026-07-01T08:00:00", "9999-99-99T00:00:00+00:00"])
def test_what_tells_no_moment_is_none(told):
    assert time_of(told) is None


def test_a_time_elsewhere_is_read_in_utc_and_one_before_the_calendar_is_none():
    assert time_of("2026-07-01T08:00:00+08:00") == datetime(2026, 7, 1, tzinfo=UTC)
    assert time_of("0001-01-01T00:00:00+08:00") is None
