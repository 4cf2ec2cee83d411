"""What was seen says until when it counts, and what is told once it does not."""

from datetime import UTC, date, datetime
from math import inf
from types import SimpleNamespace

import pytest

from serving.seen import NO_LEDGER, NO_LOOK, Seen, heeded, left


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC), 1.0),
        (datetime(2026, 12, 2, tzinfo=UTC), 0.0),
        (datetime(2026, 12, 1, tzinfo=UTC), 86_400.0),
        (datetime.fromisoformat("2026-12-02T07:59:00+08:00"), 60.0),
    ],
)
def test_a_version_may_be_served_until_its_last_day_has_ended_in_utc(now, seconds):
    assert left(SimpleNamespace(valid_until=date(2026, 12, 1)), now) == seconds


def test_a_version_without_a_last_day_has_no_end():
    assert left(SimpleNamespace(valid_until=None), datetime(2026, 12, 1, tzinfo=UTC)) == inf


@pytest.mark.parametrize(
    ("grace", "interval", "seconds"), [(0.0, 0.5, 2.0), (30.0, 0.1, 2.0), (30.0, 2.0, 8.0)]
)
def test_a_look_counts_for_two_seconds_by_itself_whatever_the_grace(grace, interval, seconds):
    assert heeded(SimpleNamespace(grace=grace, interval=interval)) == seconds


def test_what_is_too_old_is_told_as_such_and_what_was_never_good_by_its_own_reason():
    old = Seen("not-approved", "", "not-approved", "It is suspended.", trusted_until=10.0)
    assert (old.refusal(9.9).slug, old.refusal(9.9).detail) == ("not-approved", "It is suspended.")
    assert (old.refusal(10.0).slug, old.refusal(10.0).detail) == ("not-trusted", NO_LOOK)
    assert old.refusal(10.0).headers == ((b"retry-after", b"1"),)
    never = Seen("not-trusted", "", "not-trusted", NO_LEDGER)
    assert (never.refusal(10.0).slug, never.refusal(10.0).detail) == ("not-trusted", NO_LEDGER)


def test_every_refusal_is_one_of_its_own_for_what_is_raised_gathers_where_it_was():
    seen = Seen("not-trusted", "", "not-trusted", NO_LEDGER)
    assert seen.refusal(1.0) is not seen.refusal(1.0)
    assert seen.version == 0
