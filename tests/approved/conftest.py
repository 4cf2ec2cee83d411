"""One approved version, in a folder and a ledger of its own for each test."""

from pathlib import Path

import pytest

from tests.approved.made import Office, bundle_of


@pytest.fixture(scope="session")
def bundle():
    """Version 1."""
    return bundle_of()


@pytest.fixture
def office(tmp_path):
    """Everybody, and nothing submitted yet."""
    return Office(str(tmp_path / "bundles"), tmp_path / "witness.json")


@pytest.fixture
def folder(office, bundle):
    """Where version 1 lies, which is approved and active."""
    return Path(office.approve(bundle))
