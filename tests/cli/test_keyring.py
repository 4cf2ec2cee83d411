"""`segmentation keyring`: made once, rotated while it is used, and never shown but by `export`."""

import json

import pytest

from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring, keyring_source
from segmentation.vault.source import write_file
from tests.ledger.personal.planted import keep, told

PASSPHRASE = "a passphrase of the keyring"
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}


@pytest.fixture(autouse=True)
def given(monkeypatch):
    """Give the passphrase by the environment, and stretch it quickly."""
    stretched = Keyring.sealed
    monkeypatch.setattr(Keyring, "sealed", lambda ring, passphrase, _: stretched(ring, passphrase, CHEAP))
    monkeypatch.setenv("SEGMENTATION_KEYRING_PASSPHRASE", PASSPHRASE)


@pytest.fixture
def records(run, office):
    """Records of the office, under a keyring that was made for it."""
    assert run("keyring", "init").code == 0
    with open_ledger(office.trust.ledger) as ledger:
        yield Records(ledger, keyring_source(office.home))


def shown(run):
    return json.loads(run("keyring", "show", "--json").out)


def test_a_keyring_is_made_in_a_file_under_a_passphrase(run, office):
    ended = run("keyring", "init")

    assert ended.code == 0
    assert ended.out.startswith(f"Made the keyring {keyring_source(office.home)().fingerprint} in ")
    assert "keep the copy and the passphrase in two places" in ended.out
    assert PASSPHRASE not in office.home.keyring.read_text()


def test_a_keyring_is_never_made_over_another(run, office, records):
    before = office.home.keyring.read_bytes()
    ended = run("keyring", "init")

    assert ended.code == 2
    assert "There is a keyring" in ended.err
    assert office.home.keyring.read_bytes() == before


def test_a_keyring_that_was_lost_is_not_replaced_where_residents_are_under_it(run, office, records):
    keep(records, "R-1")
    office.home.keyring.unlink()
    ended = run("keyring", "init")

    assert ended.code == 2
    assert "The ledger keeps 1 residents under a keyring already, and a new one opens none" in ended.err
    assert not office.home.keyring.exists()


def test_what_is_on_the_keyring_is_shown_without_a_key(run, records):
    keep(records, "R-1", "R-2")
    ended = run("keyring", "show")

    (only,) = records.keyring.wrapping
    assert ended.out.splitlines() == [
        f"The keyring {records.keyring.fingerprint}:",
        f"  {only.id}; made {only.made:%Y-%m-%d}; active; 2 residents under it",
    ]
    assert shown(run)["keys"][0]["residents"] == 2


def test_a_rotation_leaves_the_old_key_bare_and_it_can_be_retired(run, records):
    (subject,) = keep(records, "R-1")
    old = records.keyring.active.id

    ended = run("keyring", "rotate")
    new = records.keyring.active.id
    assert ended.out.splitlines() == [
        f"Added the key {new}, under which everything is from now on.",
        "Wrapped the keys of 1 residents anew.",
        f"Nothing is under {old} any more. Retire it with `segmentation keyring retire {old}`.",
    ]
    assert run("keyring", "retire", old).code == 2
    assert run("keyring", "retire", old, "--yes").out.startswith(f"Retired the key {old}.")
    assert [one["id"] for one in shown(run)["keys"]] == [new]
    assert told(records, subject) == [b"told of R-1"]
    assert run("ledger", "verify").code == 0


def test_a_rotation_that_was_stopped_goes_on_without_another_key(run, records):
    keep(records, "R-1")
    run("keyring", "rotate")

    assert run("keyring", "rotate", "--continue").out.startswith("Wrapped the keys of 0 residents anew.")
    assert len(shown(run)["keys"]) == 2


def test_the_active_key_is_not_retired(run, records):
    ended = run("keyring", "retire", records.keyring.active.id, "--yes")

    assert ended.code == 2
    assert "Only a wrapping key that is no longer the active one can be retired" in ended.err


def test_an_exported_keyring_opens_the_same_from_the_environment(run, office, records, bare, monkeypatch):
    (subject,) = keep(records, "R-1")
    printed = run("keyring", "export").out.strip()
    ended = run("keyring", "export", "--out", "ring.txt")

    assert (bare / "ring.txt").read_text() == f"{printed}\n"
    assert (bare / "ring.txt").stat().st_mode & 0o777 == 0o600
    assert printed not in ended.out
    office.home.keyring.unlink()
    monkeypatch.setenv("SEGMENTATION_KEYRING", printed)
    assert told(Records(records.ledger, keyring_source(office.home)), subject) == [b"told of R-1"]
    assert shown(run)["keys"][0]["residents"] == 1
    assert run("keyring", "export", "--out", "ring.txt").code == 2


@pytest.mark.parametrize(
    "words", [("init",), ("rotate",), ("retire", "0", "--yes")], ids=lambda words: words[0]
)
def test_a_keyring_of_the_environment_is_not_changed(run, office, records, monkeypatch, words):
    monkeypatch.setenv("SEGMENTATION_KEYRING", records.keyring.to_text())
    ended = run("keyring", *words)

    assert ended.code == 2
    assert "SEGMENTATION_KEYRING holds the keyring, and only one in a file can be" in ended.err


def test_a_wrong_passphrase_is_told(run, office, records, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING_PASSPHRASE", "another passphrase")

    for words in (("show",), ("rotate",), ("export",)):
        ended = run("keyring", *words)
        assert ended.code == 2
        assert "stays closed. The passphrase does not open the keyring." in ended.err
        assert "another" not in ended.err


def test_a_passphrase_that_nobody_can_be_asked_for_is_told(run, office, records, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_KEYRING_PASSPHRASE")

    for words in (("show",), ("rotate",), ("export",)):
        ended = run("keyring", *words)
        assert ended.code == 2
        assert "Set SEGMENTATION_KEYRING_PASSPHRASE" in ended.err


def test_the_keyring_of_another_ledger_is_refused(run, office, records):
    keep(records, "R-1")
    own = records.keyring.fingerprint
    office.home.keyring.unlink()
    write_file(office.home.keyring, Keyring.generate(office.book.now()), PASSPHRASE)

    ended = run("keyring", "show")
    assert ended.code == 2
    assert f"This ledger's residents are under the keyring {own}, and" in ended.err


def test_residents_under_a_key_that_is_not_on_the_keyring_are_told(run, office, records):
    keep(records, "R-1")
    lost = records.keyring.active.id
    ring = records.keyring.rotated(office.book.now()).without(lost)
    office.home.keyring.unlink()
    write_file(office.home.keyring, ring, PASSPHRASE)

    assert f"{lost}; NOT on this keyring; 1 residents are under it" in run("keyring", "show").out
    assert shown(run)["lost"] == {lost: 1}
