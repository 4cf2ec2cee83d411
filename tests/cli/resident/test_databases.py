"""Every command about residents on a PostgreSQL: one after the other, and everything verifies afterwards."""

import pytest

from segmentation.ledger.trust import ROOT_FILE
from segmentation.reviews.keyfiles import keep, key_file
from tests.cli.conftest import CHEAP, PASSPHRASE
from tests.cli.resident.test_access import IN_A_NAME, desk
from tests.reviews.office import Office

__all__ = ["desk"]
LAST = "resident erase"


@pytest.fixture
def office(bare, new_database, monkeypatch):
    """Carol and the others in a PostgreSQL, with the keys of two of them at home."""
    address = new_database()
    office = Office.opened(bare, address)
    for name in ("Carol", "Adam"):
        keep(key_file(office.home, name), office.keys[name].sealed(PASSPHRASE, CHEAP))
    keep(office.home.keys / ROOT_FILE, office.root.public.text)
    monkeypatch.setenv("SEGMENTATION_HOME", str(office.home.root))
    monkeypatch.setenv("SEGMENTATION_LEDGER", address)
    monkeypatch.setenv("SEGMENTATION_BUNDLES", office.trust.bundles)
    monkeypatch.setattr("segmentation.cli.office.now", office.clock)
    yield office
    office.book.close()


def test_every_command_in_a_name_is_carried_out_on_postgresql(desk, run, office):
    for name in sorted(IN_A_NAME, key=lambda one: one == LAST):
        ended = desk(name)
        assert (name, ended.code, ended.err) == (name, 0, ended.err)

    verified = run("ledger", "verify")
    assert verified.code == 0, verified.err
    assert "each as it was written" in verified.out
    assert not office.home.ledger.exists()
