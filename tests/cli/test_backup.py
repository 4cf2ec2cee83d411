"""`segmentation backup` and `restore`: what they say, and how they end."""

import os
import shutil

import pytest

from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring, keyring_source
from segmentation.vault.source import write_file
from tests.ledger.personal.planted import NOW, keep_all, told

PASSPHRASE = "a passphrase of the keyring"
CHEAP = {"iterations": 1, "lanes": 1, "memory_kib": 8}


@pytest.fixture
def shelf(office, tmp_path, monkeypatch):
    """An office with residents, and a folder for its backups."""
    stretched = Keyring.sealed
    monkeypatch.setattr(Keyring, "sealed", lambda ring, passphrase, _: stretched(ring, passphrase, CHEAP))
    monkeypatch.setenv("SEGMENTATION_KEYRING_PASSPHRASE", PASSPHRASE)
    write_file(office.home.keyring, Keyring.generate(NOW), PASSPHRASE)
    with open_ledger(office.trust.ledger) as ledger:
        keep_all(Records(ledger, keyring_source(office.home)), "R-1", "R-2")
    return tmp_path / "backups"


def only(shelf):
    (path,) = shelf.glob("segmentation-*")
    return path


def test_a_backup_says_what_is_in_it_and_what_is_not(run, office, shelf):
    ended = run("backup", "--to", shelf)

    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0].startswith(f"Backed up to {only(shelf)}: ")
    assert lines[0].endswith(" MiB, read back and checked.")
    assert lines[1] == "In it: 8 events, 5 batches of the access log, 8 rows of personal data, 9 files."
    assert lines[2].startswith(f"Not in it: the keyring {keyring_source(office.home)().fingerprint} and the")


def test_backups_lie_beside_the_home_where_no_folder_is_named(run, office, shelf):
    assert run("backup").code == 0
    assert only(office.home.root.parent / "backups").is_dir()


def test_a_folder_within_the_home_is_refused(run, office, shelf):
    ended = run("backup", "--to", office.home.root / "backups")
    assert ended.code == 2
    assert "lies within the home, and would be lost with it" in ended.err


def test_old_backups_are_taken_away_and_half_ones_swept(run, office, shelf):
    for _ in range(3):
        assert run("backup", "--to", shelf).code == 0
    (shelf / ".half-segmentation-1").mkdir()
    (shelf / "segmentation-copied").mkdir()
    ended = run("backup", "--to", shelf, "--keep", "2")

    assert "Backups of this ledger: 2; taken away: 2." in ended.out
    assert "Swept what 1 runs before left half-written" in ended.err
    assert "segmentation-copied is called like a backup and is none" in ended.err
    assert len(list(shelf.glob("segmentation-2*"))) == 2
    assert not list(shelf.glob(".half-*"))


def test_a_drill_prints_a_line_a_check_and_ends_well(run, office, shelf):
    ended = run("backup", "--to", shelf, "--drill")

    assert ended.code == 0
    checks = ended.out.splitlines()[3:]
    assert len(checks) == 8
    assert all(line.startswith("ok      ") for line in checks)


def test_a_drill_that_fails_ends_with_1(run, office, shelf, monkeypatch):
    monkeypatch.setattr("segmentation.backups.drilling.restore", _refused)
    ended = run("backup", "--to", shelf, "--drill")

    assert ended.code == 1
    assert ended.out.splitlines()[3:] == ["FAILED  It does not open.", "ok      The scratch home is removed."]


def _refused(*_):
    from segmentation.errors import BackupError

    raise BackupError("It does not open.")


def test_an_mlflow_that_is_elsewhere_is_left_to_who_keeps_it(run, office, shelf):
    ended = run("backup", "--to", shelf, "--tracking-uri", "https://mlflow.example")
    assert "MLflow keeps its versions elsewhere, and they are not in it: back them up there" in ended.err


def test_without_a_keyring_there_is_no_backup(run, office, shelf):
    office.home.keyring.unlink()
    ended = run("backup", "--to", shelf)
    assert ended.code == 2
    assert "There is no keyring" in ended.err
    assert not list(shelf.glob("segmentation-*"))


def test_a_backup_is_restored_and_the_ledger_verifies(run, office, shelf, tmp_path, monkeypatch):
    run("backup", "--to", shelf)
    new = tmp_path / "new"
    monkeypatch.delenv("SEGMENTATION_BUNDLES")
    monkeypatch.setenv("SEGMENTATION_KEYRING_FILE", str(office.home.keyring))
    refused = run("restore", only(shelf), "--home", new)
    ended = run("restore", only(shelf), "--home", new, "--nobody-erased")

    assert refused.code == 2
    assert "There is no file of tombstones" in refused.err
    assert ended.code == 0
    assert f"Restored to {new}: the backup of " in ended.out
    assert "In it: 8 events, 8 rows of personal data, 9 files." in ended.out
    assert "Next: `segmentation ledger verify" in ended.out
    verified = run("ledger", "verify", "--home", new)
    assert verified.code == 0, verified.err
    assert "Rows of personal data: 8, each as it was written" in verified.out


@pytest.mark.slow
def test_a_restored_registry_gives_back_its_versions(run, followed, active, monkeypatch):
    from segmentation.home import Home
    from segmentation.registry import load_version

    monkeypatch.setenv("SEGMENTATION_KEYRING", Keyring.generate(NOW).to_text())
    made = run("backup", "--to", "backups")
    restored = run("restore", "backups", "--home", "new", "--nobody-erased")
    shutil.rmtree("var")

    assert (made.code, restored.code) == (0, 0), made.err + restored.err
    assert "and the database of MLflow." in restored.out
    assert load_version(Home(followed / "new"), "resident_needs", 1).version == 1


def test_of_a_folder_of_backups_the_newest_whole_one_is_restored(run, office, shelf, tmp_path, monkeypatch):
    monkeypatch.setenv("SEGMENTATION_KEYRING_FILE", str(office.home.keyring))
    run("backup", "--to", shelf)
    first = only(shelf)
    office.clock.now = office.clock.now.replace(hour=20)
    run("backup", "--to", shelf)
    newest = max(shelf.glob("segmentation-*"))
    ended = run("restore", shelf, "--home", tmp_path / "new", "--nobody-erased")
    (newest / "manifest.json").unlink()
    before = run("restore", shelf, "--home", tmp_path / "older", "--nobody-erased")

    assert newest != first
    assert "the backup of 2026-03-02 20:00 UTC" in ended.out
    assert "the backup of 2026-03-02 08:00 UTC" in before.out
    assert run("restore", tmp_path / "none", "--home", tmp_path / "third").code == 2


def test_who_was_erased_is_absent_after_a_restore(run, office, shelf, tmp_path, monkeypatch):
    from segmentation.ledger.personal.opening import open_personal

    run("backup", "--to", shelf)
    with open_ledger(office.trust.ledger) as ledger:
        personal = open_personal(ledger, office.home, office.clock())
        keyring = personal.records.keyring
        personal.erasures.erase([keyring.subject_of("R-1")], "Carol", office.clock())
    office.clock.now = office.clock.now.replace(hour=20)
    drilled = run("backup", "--to", shelf, "--drill")
    assert drilled.code == 0
    assert drilled.out.splitlines()[-2].endswith("taken out of this backup: 1.")
    shutil.rmtree(max(shelf.glob("segmentation-*")))
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(office.home.keyring, new)
    shutil.copy(office.home.tombstones, new)
    ended = run("restore", only(shelf), "--home", new)

    assert "Erased again, as the tombstones say: 1 residents." in ended.out, ended.err
    assert "in approved and reviews: copy them to where SEGMENTATION_BUNDLES says." in ended.out
    with open_ledger(f"sqlite:///{new}/ledger.db") as ledger:
        records = Records(ledger, lambda: keyring)
        assert told(records, keyring.subject_of("R-1")) == []
        assert len(told(records, keyring.subject_of("R-2"))) == 4
    assert run("ledger", "verify", "--home", new).code == 0
    assert os.environ["SEGMENTATION_HOME"] != str(new)
