"""Whoever opens what is kept of residents carries out first what was left of erasures."""

import pytest

from segmentation.errors import LedgerError, VaultError
from segmentation.home import Home
from segmentation.ledger.personal.opening import open_personal
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.signing import sha256
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep, told


@pytest.fixture
def environ(tmp_path, keyring):
    return {
        "SEGMENTATION_KEYRING": keyring.to_text(),
        "SEGMENTATION_TOMBSTONES": str(tmp_path / "outside" / "tombstones.jsonl"),
    }


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def test_an_empty_ledger_opens_without_a_keyring_and_makes_no_file(ledger, home):
    open_personal(ledger, home, NOW, {})

    assert not home.root.exists()


def test_what_is_opened_reads_writes_and_erases(ledger, home, environ):
    personal = open_personal(ledger, home, NOW, environ)
    (subject,) = keep(personal.records, "R-1")

    assert told(personal.records, subject) == [b"told of R-1"]
    assert personal.erasures.erase([subject], "Carol", NOW).residents == 1
    assert told(open_personal(ledger, home, NOW, environ).records, subject) == []


def test_an_erasure_that_was_not_carried_out_is_when_it_is_opened(ledger, home, environ, records, tombstones):
    (subject,) = keep(records, "R-1")
    with tombstones.writing() as pen:
        pen.append([(records.keyring.marker(PURPOSE)(subject).hex(), sha256(b""))], NOW)
    environ |= {"SEGMENTATION_TOMBSTONES": str(tombstones.path)}

    with pytest.raises(VaultError, match="There is no keyring"):
        open_personal(ledger, home, NOW, environ | {"SEGMENTATION_KEYRING": ""})
    assert len(told(records, subject)) == 1
    assert told(open_personal(ledger, home, NOW, environ).records, subject) == []


def test_tombstones_that_are_not_named_are_missed(ledger, home, environ):
    personal = open_personal(ledger, home, NOW, environ)
    personal.erasures.erase(keep(personal.records, "R-1"), "Carol", NOW)

    with pytest.raises(
        LedgerError, match=r"0 lines, and 1 were seen from here before.*Restore its newest copy"
    ):
        open_personal(ledger, home, NOW, {"SEGMENTATION_KEYRING": Keyring.generate(NOW).to_text()})
