"""A key says on which day it was made and behind which erasures, and never the moment of a first row."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from segmentation.ledger.personal.bulk import Bulk
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.keys import day_number
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.tables import PERSONAL, consents

NOW = datetime(2026, 11, 20, 9, 30, 1, 234567, tzinfo=UTC)
DAY = 20777


def keep_apart(records):
    """Keep a first row of each of three residents, each in a moment of their own."""
    for at in range(3):
        subject, now = records.keyring.subject_of(f"R-{at}"), NOW + timedelta(hours=at)
        keys = records.ensured([subject], now)
        records.append(consents, "planning", [Entry(subject, micros(now), b"told")], keys, "Test", now)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8))], ids=["UTC", "Beijing"])
def test_a_day_is_counted_in_utc_from_1970(zone):
    assert day_number(NOW.astimezone(zone)) == DAY
    assert day_number(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert day_number(datetime(2026, 11, 21, 7, tzinfo=timezone(timedelta(hours=8)))) == DAY


def test_who_made_a_key_and_whose_row_it_is_are_not_joined_by_time(records, sql):
    keep_apart(records)

    assert sql("SELECT made, erasures FROM data_keys") == 3 * [(DAY, 0)]
    times = {at for table in PERSONAL for (at,) in sql(f"SELECT at FROM {table.name}")}
    assert len(times) == 3
    assert not times & {value for row in sql("SELECT made, erasures FROM data_keys") for value in row}


def test_keys_that_are_made_by_the_thousand_say_no_more(records, sql):
    subjects = [records.keyring.subject_of(f"R-{at}") for at in range(3)]
    list(Bulk(records, consents, "planning", "Test").write([Batch(subjects, 3 * [1], 3 * [b"told"])], NOW))

    assert sql("SELECT made, erasures FROM data_keys") == 3 * [(DAY, 0)]
