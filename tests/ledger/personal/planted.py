"""Rows of residents for tests: as `Records` writes them, with content that can be looked for."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select

from segmentation.errors import LedgerError
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.tables import PERSONAL, consents, data_keys, overrides, segments, tombstones
from segmentation.ledger.personal.verify import verify_personal

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MORE = {"segments": ("resident_needs", 3, 2**50), "overrides": ("resident_needs",)}
BACKED_UP = (data_keys, tombstones, *PERSONAL)


def keep(records, *references, table=consents, purpose="service_planning", now=NOW):
    """Write one row for each resident, and return their subjects."""
    subjects = [records.keyring.subject_of(reference) for reference in references]
    keys = records.ensured(subjects, now)
    more = MORE.get(table.name, ())
    entries = [
        Entry(one, micros(now), f"told of {reference}".encode(), more)
        for one, reference in zip(subjects, references, strict=True)
    ]
    assert records.append(table, purpose, entries, keys, "Test", now) == len(references)
    return subjects


def keep_all(records, *references):
    """Write rows of several tables and purposes for each resident, and return their subjects."""
    keep(records, *references, purpose="fairness_audit")
    keep(records, *references, table=segments)
    keep(records, *references, table=overrides, purpose="rights")
    return keep(records, *references)


def told(records, subject):
    """Return what is read of a resident."""
    return [
        row.content
        for table, purpose in (
            (consents, "service_planning"),
            (consents, "fairness_audit"),
            (segments, "service_planning"),
            (overrides, "rights"),
        )
        for row in records.of(table, purpose, subject)
    ]


def kept_of(ledger):
    """Return the rows that a backup would hold."""
    with ledger.reading() as connection:
        return {table: connection.execute(select(table)).all() for table in BACKED_UP}


def restore(ledger, backup):
    """Put back the rows that there were, as who restores a backup does."""
    with ledger.writer("Not restored") as connection:
        for table, rows in backup.items():
            connection.execute(delete(table))
            if rows:
                connection.execute(insert(table), [row._asdict() for row in rows])


def said(ledger, tombstones=None, keyring=None):
    """Return what `verify_personal` finds wrong, a sentence each."""
    with pytest.raises(LedgerError) as told:
        verify_personal(ledger, tombstones, keyring)
    *faults, way_out = str(told.value).split("\n")
    assert way_out == "Restore the ledger from a backup."
    return faults
