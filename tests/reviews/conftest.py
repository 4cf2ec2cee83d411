"""Offices for tests; see `office`."""

import pytest

from tests.reviews.office import Office


@pytest.fixture
def office(tmp_path):
    """A new ledger with everybody entered, and nothing submitted."""
    return Office.opened(tmp_path)
