"""Times of consents: read at once where they are plainly so, one by one where not, and never guessed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.consents.times import read_times
from segmentation.ledger.personal.entries import micros

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")
AT = micros(datetime(2026, 1, 5, 1, 30, tzinfo=UTC))


def read(values, zone=None, kind=None):
    times, broken = read_times(pa.array(values, kind), zone, NOW)
    return times.tolist(), {rule: places.tolist() for rule, places in broken.items()}


@pytest.mark.parametrize(
    ("values", "zone"),
    [
        pytest.param(["2026-01-05T01:30:00Z"], None, id="utc"),
        pytest.param(["2026-01-05 09:30:00+08:00"], None, id="an offset"),
        pytest.param(["2026-01-05T09:30"], CHINA, id="wall time"),
        pytest.param([datetime(2026, 1, 5, 9, 30)], CHINA, id="a time without a zone"),  # noqa: DTZ001
        pytest.param([datetime(2026, 1, 5, 1, 30, tzinfo=UTC)], None, id="a time with one"),
    ],
)
def test_one_moment_is_one_number_however_it_is_written(values, zone):
    assert read(values, zone) == ([AT], {})


def test_a_day_is_its_midnight_where_the_zone_is_known():
    assert read([date(2026, 1, 5)], CHINA) == read(["2026-01-05"], CHINA)
    assert read([date(2026, 1, 5)]) == ([0], {"zone": [0]})


def test_every_rule_is_told_with_its_places_and_sound_cells_are_read():
    values = [
        "2026-01-05T01:30:00Z",
        "2026-01-05T01:30:00",
        "soon",
        "2027-01-01T00:00:00Z",
        None,
        "1969-01-01Z",
    ]
    times, broken = read(values)

    assert times[0] == AT
    assert broken == {"zone": [1], "time": [2, 5], "future": [3], "missing": [4]}


def test_a_clock_that_is_a_little_ahead_is_no_fault():
    assert read(["2026-11-20T09:34:59Z"])[1] == {}
    assert read(["2026-11-20T09:35:01Z"])[1] == {"future": [0]}


@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2026, 1, 1), timezones=st.just(UTC)), min_size=1))  # noqa: DTZ001
def test_all_at_once_is_the_same_as_one_by_one(moments):
    texts = [moment.isoformat() for moment in moments]
    one_by_one = read([*texts, "soon"])[0][:-1]

    assert read(texts)[0] == one_by_one == [micros(moment) for moment in moments]
