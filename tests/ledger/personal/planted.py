"""Rows of residents for tests: as `Records` writes them, with content that can be looked for."""

from datetime import UTC, datetime

from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.tables import consents, overrides, segments

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
MORE = {"segments": ("resident_needs", 3, 2**50), "overrides": ("resident_needs",)}


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
