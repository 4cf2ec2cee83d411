"""Personal data in an empty database of each kind: a keyring, records, the file of tombstones."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tables import data_keys
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def keyring():
    return Keyring.generate(NOW)


@pytest.fixture
def records(ledger, keyring):
    return Records(ledger, lambda: keyring)


@pytest.fixture
def tombstones(tmp_path):
    return Tombstones(tmp_path / "outside" / "tombstones.jsonl")


@pytest.fixture
def erasures(records, tombstones):
    return Erasures(records, tombstones)


@pytest.fixture
def consent(records):
    """Put events of a resident on record: ``consent("R-1", "given", "objected")``."""

    def record(reference, *states, notice="2025-01"):
        subject = records.keyring.subject_of(reference)
        for state in states:
            assert Consents(records).record(subject, "service_planning", Told(state, notice), "Test", NOW)
        return subject

    return record


@pytest.fixture
def erased_meanwhile(ledger, monkeypatch):
    """Destroy every key between the moment that makes sure of it and the row under it."""
    ensured = Records.ensured

    def destroyed(self, subjects, now):
        keys = ensured(self, subjects, now)
        with ledger.writer("") as connection:
            connection.execute(delete(data_keys))
        return keys

    monkeypatch.setattr(Records, "ensured", destroyed)
