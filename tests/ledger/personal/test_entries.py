"""Times of rows are microseconds of UTC."""

from datetime import UTC, datetime, timedelta, timezone

from segmentation.ledger.personal.entries import micros, time_of

AT = datetime(2026, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)


def test_times_are_kept_to_the_microsecond():
    assert time_of(micros(AT)) == AT
    assert micros(AT + timedelta(microseconds=1)) == micros(AT) + 1


def test_a_moment_is_one_number_wherever_it_was_told():
    assert micros(AT.astimezone(timezone(timedelta(hours=8)))) == micros(AT)
