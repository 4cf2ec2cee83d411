"""A ledger of each kind with a keyring, for rights."""

from datetime import UTC, datetime

import pytest

from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import create_ledger
from segmentation.vault import Keyring

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def records(url):
    """The tables of an empty ledger."""
    keyring = Keyring.generate(NOW)
    with create_ledger(url, patience=2.0) as ledger:
        yield Records(ledger, lambda: keyring)


@pytest.fixture
def subject(records):
    """A resident."""
    return records.keyring.subject_of("R-1")
