"""An office in which version 1 is approved and in service, of its own for each test."""

import shutil
from dataclasses import replace

import pytest

from tests.serving.made import Clock, Office


@pytest.fixture(scope="session")
def begun_office(tmp_path_factory):
    """Make an office once, of which tests get copies."""
    office = Office.opened(tmp_path_factory.mktemp("office"))
    office.approve(1)
    return office


@pytest.fixture
def office(begun_office, tmp_path):
    """Version 1 is in service, and everything is on a SQLite of its own."""
    folder = tmp_path / "office"
    shutil.copytree(begun_office.folder, folder)
    trust = replace(
        begun_office.trust,
        ledger=f"sqlite:///{folder.as_posix()}/ledger.db",
        witness=folder / "witness.json",
        bundles=str(folder / "bundles"),
    )
    clock = Clock(begun_office.clock.now)
    return Office(folder, trust, clock, begun_office.root, dict(begun_office.keys))


@pytest.fixture
def office_at(url, tmp_path):
    """Version 1 is in service, on each kind of database."""
    office = Office.opened(tmp_path / "office", url)
    office.approve(1)
    return office
