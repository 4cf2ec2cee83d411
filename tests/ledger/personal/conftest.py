"""Personal data in an empty database of each kind: a keyring, records, the file of tombstones."""

from datetime import UTC, datetime

import pytest

from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
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
