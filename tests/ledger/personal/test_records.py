"""Rows of personal data: sealed, found by their resident, told in the access log, gone with the key."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from segmentation.errors import VaultError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.tables import consents, data_keys

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PURPOSE = "service_planning"


def write(records, *references):
    subjects = [records.keyring.subject_of(reference) for reference in references]
    keys = records.ensured(subjects, NOW)
    entries = [Entry(one, micros(NOW), f"about {at}".encode()) for at, one in enumerate(subjects)]
    return subjects, keys, records.append(consents, PURPOSE, entries, keys, "Test", NOW)


def test_a_row_is_found_by_its_resident_and_purpose_alone(records):
    subjects, _, count = write(records, "R-1", "R-2")

    assert count == 2
    assert [(row.number, row.content) for row in records.of(consents, PURPOSE, subjects[1])] == [
        (2, b"about 1")
    ]
    assert records.of(consents, "fairness_audit", subjects[1]) == []
    assert records.of(consents, PURPOSE, records.keyring.subject_of("R-3")) == []


def test_a_row_holds_neither_the_reference_nor_what_it_tells(records, sql):
    write(records, "R-1")

    (row,) = sql("SELECT * FROM consents")
    told = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
    )
    assert b"R-1" not in told
    assert b"about" not in told
    assert PURPOSE.encode() in told


def test_a_write_is_one_line_of_the_access_log(records):
    write(records, "R-1", "R-2", "R-3")

    log = AccessLog(records.ledger)
    (line,) = log.lines()
    assert '"table":"consents","first":1,"count":3' in line
    assert log.verify().number == 1


def test_who_was_erased_between_two_steps_is_left_out(records, ledger):
    subjects = [records.keyring.subject_of(one) for one in ("R-1", "R-2")]
    keys = records.ensured(subjects, NOW)
    with ledger.writer("") as connection:
        connection.execute(delete(data_keys).where(data_keys.c.subject == subjects[0]))
    entries = [Entry(one, micros(NOW), b"told") for one in subjects]

    assert records.append(consents, PURPOSE, entries, keys, "Test", NOW) == 1
    assert records.of(consents, PURPOSE, subjects[0]) == []
    assert len(records.of(consents, PURPOSE, subjects[1])) == 1


def test_a_row_that_was_altered_does_not_open(records, sql):
    subjects, _, _ = write(records, "R-1")
    sql("UPDATE consents SET at = at + 1")

    with pytest.raises(VaultError, match="Row 1 of consents: A sealed row does not open"):
        records.of(consents, PURPOSE, subjects[0])


def test_who_was_erased_between_two_steps_and_came_back_is_left_out(records, ledger):
    subject = records.keyring.subject_of("R-1")
    keys = records.ensured([subject], NOW)
    with ledger.writer("") as connection:
        connection.execute(delete(data_keys))
    records.ensured([subject], NOW)

    assert records.append(consents, PURPOSE, [Entry(subject, micros(NOW), b"told")], keys, "Test", NOW) == 0
    assert records.of(consents, PURPOSE, subject) == []
