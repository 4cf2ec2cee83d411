"""A backup is restored whole and verified, without who was erased, or nothing is."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from segmentation.backups.making import back_up
from segmentation.backups.restoring import STAGING, restore
from segmentation.errors import BackupError, StorageError
from segmentation.ledger.history import History
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.rotation import add_key, retire, rewrap
from segmentation.ledger.personal.sighted import beside
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import create_ledger, open_ledger
from segmentation.vault import Keyring
from tests.backups.conftest import LATER, NOW, PLANTED
from tests.ledger.personal.planted import keep, told
from tests.ledger.processes import process, wait_for


def test_a_restored_home_has_all_that_was_backed_up(either, target):
    found = restore(either.backed_up().path, target, LATER)

    with open_ledger(target.ledger) as ledger:
        records = Records(ledger, lambda: target.keyring)
        assert len(told(records, either.subject("R-planted-1"))) == 4
        assert ledger.read() == either.source.ledger.read()
        ledger.check_guards()
        verify_personal(ledger, target.tombstones)
    assert found.history.ledger == History.replayed(either.source.ledger.read(), either.trust.root).ledger
    for name in ("artifacts/small_needs/1/model.skops", "keys/Carol.key", "marking.secret"):
        assert (target.home.root / name).read_text() == f"planted in {name.rpartition('/')[2]}"
    bundles = {path.relative_to(target.home.root) for path in target.home.root.glob("*/small_needs/*/*.json")}
    assert bundles == {
        path.relative_to(either.source.bundles)
        for path in (either.home.root.parent / "bundles").rglob("*.json")
    }
    assert not list(target.home.root.glob(f"{STAGING}*"))
    assert not list(target.home.artifacts.glob(".*"))
    with closing(sqlite3.connect(target.home.database)) as database:
        ((address, name),) = database.execute("SELECT artifact_uri, name FROM runs")
    assert (address, name) == (f"{target.home.artifacts.as_uri()}/small_needs/1", PLANTED)


def test_a_backup_of_either_database_is_restored_into_postgresql(either, target, new_database):
    made, address = either.backed_up(), new_database()
    either.erase("R-planted-1")
    restore(made.path, replace(target, ledger=address), LATER)

    with open_ledger(address) as ledger:
        records = Records(ledger, lambda: target.keyring)
        assert told(records, either.subject("R-planted-1")) == []
        assert len(told(records, either.subject("R-planted-2"))) == 4
    assert not target.home.ledger.exists()
    shutil.rmtree(target.home.root)
    with pytest.raises(BackupError, match="There is a ledger in the PostgreSQL database"):
        restore(made.path, replace(target, ledger=address), LATER)


def test_who_was_erased_since_an_older_backup_is_not_there_again(either, target):
    made = either.backed_up()
    either.erase("R-planted-2")
    either.backed_up(LATER)
    found = restore(made.path, target, LATER)

    assert (found.erased.residents, found.erased.rows) == (1, 4)
    with open_ledger(target.ledger) as ledger:
        records = Records(ledger, lambda: target.keyring)
        subject = either.subject("R-planted-2")
        assert records.keys([subject]) == {}
        assert told(records, subject) == []
        assert len(told(records, either.subject("R-planted-1"))) == 4
    assert subject not in target.home.ledger.read_bytes()


def test_a_restored_ledger_goes_on(kept, target):
    restore(kept.backed_up().path, target, LATER)
    with open_ledger(target.ledger) as ledger:
        records = Records(ledger, lambda: target.keyring)
        (subject,) = keep(records, "R-new", now=LATER)
        assert told(records, subject) == [b"told of R-new"]
        verify_personal(ledger, target.tombstones)


def test_without_the_tombstones_nothing_is_restored(kept, target):
    kept.erase("R-planted-3", NOW)
    made = kept.backed_up()
    away = replace(target, tombstones=Tombstones(target.home.root / "none.jsonl"), is_none_erased=True)
    with pytest.raises(
        BackupError, match=r"There is no file of tombstones .* stand there again. Restore it from"
    ):
        restore(made.path, away, LATER)
    assert not target.home.root.exists()


def test_tombstones_that_are_shorter_than_the_backup_knows_are_refused(kept, target):
    kept.erase("R-planted-3", NOW)
    made, path = kept.backed_up(), target.tombstones.path
    path.write_bytes(b"")
    with pytest.raises(BackupError, match="have 0 lines, and the backup knows of 1: their end was cut off"):
        restore(made.path, target, LATER)


def test_tombstones_of_another_ledger_are_refused(kept, target, tmp_path):
    kept.erase("R-planted-3", NOW)
    made, other = kept.backed_up(), Tombstones(tmp_path / "other.jsonl")
    with other.writing() as pen:
        pen.append([("00" * 16, "sha256:" + "0" * 64)], NOW)
    with pytest.raises(BackupError, match="are not those of this ledger"):
        restore(made.path, replace(target, tombstones=other), LATER)


def test_where_nobody_was_erased_somebody_has_to_say_so(kept, target):
    made = kept.backed_up()
    with pytest.raises(BackupError, match="if nobody was ever erased or withdrew, say --nobody-erased"):
        restore(made.path, replace(target, is_none_erased=False), LATER)
    assert restore(made.path, target, LATER).erased.residents == 0


def test_another_keyring_is_refused(kept, target):
    with pytest.raises(BackupError, match=r"is under the keyring .*, and this one is"):
        restore(kept.backed_up().path, replace(target, keyring=Keyring.generate(NOW)), LATER)
    assert not target.home.root.exists()


def test_a_keyring_that_lacks_a_key_of_the_backup_is_refused(kept, target):
    made, rings = kept.backed_up(), [kept.source.keyring]
    records = Records(kept.source.ledger, lambda: rings[-1])
    add_key(records, rings.append, "Test", LATER)
    list(rewrap(records, "Test", lambda: LATER))
    retire(records, kept.source.keyring.active.id, rings.append, "Test", LATER)
    with pytest.raises(BackupError, match="residents in it are: it was made since, or retired"):
        restore(made.path, replace(target, keyring=rings[-1]), LATER)


def test_a_copy_of_the_keyring_from_before_a_rotation_restores_no_later_backup(kept, target):
    copy, rings = kept.source.keyring, [kept.source.keyring]
    add_key(Records(kept.source.ledger, lambda: rings[-1]), rings.append, "Test", LATER)
    kept.source = replace(kept.source, keyring=rings[-1])
    made = kept.backed_up()  # residents in it are still under the key of before
    assert (made.manifest.sealed, made.manifest.wrapping) == (rings[-1].active.id, (copy.active.id,))
    with pytest.raises(BackupError, match="under which this backup or residents in it are"):
        restore(made.path, replace(target, keyring=copy), LATER)
    assert not target.home.root.exists()
    restore(made.path, replace(target, keyring=rings[-1]), LATER)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("ledger.sealed", "altered"),
        ("mlflow.sealed", "altered"),
        ("files.sealed", "altered"),
        ("manifest.json", "altered"),
        ("ledger.sealed", "cut off"),
        ("manifest.json", "cut off"),
        ("files.sealed", "removed"),
        ("manifest.json", "removed"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused(kept, target, name, how):
    made = kept.backed_up()
    path = made.path / name
    content = bytearray(path.read_bytes())
    path.unlink()
    if how == "altered":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif how == "cut off":
        path.write_bytes(content[:-20])
    with pytest.raises(BackupError, match=r"altered|half a backup|no whole backup|format"):
        restore(made.path, target, LATER)
    assert not target.home.root.exists()


def test_a_file_of_another_backup_is_refused(kept, target):
    first, second = kept.backed_up(), kept.backed_up(LATER)
    shutil.copy(first.path / "ledger.sealed", second.path / "ledger.sealed")
    with pytest.raises(BackupError):
        restore(second.path, target, LATER)


def test_a_home_that_is_not_empty_is_refused(kept, target):
    made = kept.backed_up()
    target.home.keys.mkdir(parents=True)
    with pytest.raises(BackupError, match="is not empty: keys is there"):
        restore(made.path, target, LATER)


def test_a_home_may_have_the_keyring_the_tombstones_and_what_a_killed_restore_left(kept, target):
    kept.erase("R-planted-3", NOW)
    made, root = kept.backed_up(), target.home.root
    (root / STAGING).mkdir(parents=True)
    (root / STAGING / "half").touch()
    (root / f"{STAGING}-ledger.db").touch()
    target.home.keyring.write_text("sealed")
    beside(target.home.witness).write_text('{"number":0,"digest":""}')
    shutil.copy(target.tombstones.path, target.home.tombstones)
    restore(made.path, replace(target, tombstones=Tombstones(target.home.tombstones)), LATER)
    assert target.home.keyring.read_text() == "sealed"


def test_a_ledger_elsewhere_is_never_written_over(kept, target, tmp_path):
    made, elsewhere = kept.backed_up(), tmp_path / "else where%20" / "ledger.db"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(b"mine")
    address = f"sqlite:///{str(elsewhere).replace('%', '%25')}"
    with pytest.raises(BackupError, match="There is a ledger at"):
        restore(made.path, replace(target, ledger=address), LATER)
    assert elsewhere.read_bytes() == b"mine"

    elsewhere.unlink()
    restore(made.path, replace(target, ledger=address), LATER)
    assert elsewhere.stat().st_size > 4096
    assert not target.home.ledger.exists()


def test_a_ledger_that_was_altered_is_not_restored(kept, target, monkeypatch):
    taken = kept.backed_up()
    monkeypatch.setattr(type(taken.manifest), "computed", lambda *_: taken.manifest.mac)
    head = replace_head(taken)
    (taken.path / "manifest.json").write_bytes(head)
    with pytest.raises(BackupError, match="is not what the backup says of itself"):
        restore(taken.path, target, LATER)
    assert not target.home.ledger.exists()


def replace_head(made):
    import msgspec

    number = msgspec.structs.replace(made.manifest.events, number=1)
    return msgspec.structs.replace(made.manifest, events=number).to_json()


def test_a_root_key_that_is_pinned_elsewhere_must_be_that_of_the_ledger(kept, target):
    from segmentation.errors import LedgerError
    from segmentation.signing import PrivateKey

    made = kept.backed_up()
    with pytest.raises(LedgerError):
        restore(made.path, replace(target, root=PrivateKey.generate().public), LATER)
    (kept.home.keys / "root.pub").unlink()
    bare = kept.backed_up(LATER)
    shutil.rmtree(target.home.root)
    with pytest.raises(BackupError, match=r"No root key is pinned in the backup. Set SEGMENTATION_ROOT_KEY"):
        restore(bare.path, target, LATER)
    restore(bare.path, replace(target, root=kept.trust.root), LATER)


def test_a_disk_that_is_full_is_told_and_nothing_is_left(kept, target, monkeypatch):
    import errno

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    made = kept.backed_up()
    monkeypatch.setattr("segmentation.backups.restoring.unpack", full)
    with pytest.raises(StorageError, match=r"Nothing was restored in .*: no space left on device. Make room"):
        restore(made.path, target, LATER)
    assert list(target.home.root.iterdir()) == []


HOLD = """
    import os, time
    from datetime import UTC, datetime
    from segmentation.backups import restoring
    from segmentation.home import Home
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.vault import Keyring

    backup, home, tombstones, until, ready = sys.argv[1:]
    found, place = getattr(restoring, until), Home(Path(home))

    def held(*told):
        Path(ready).touch()
        time.sleep(60)
        return found(*told)

    setattr(restoring, until, held)
    keyring = Keyring.from_text(os.environ["SEGMENTATION_KEYRING"])
    restoring.restore(Path(backup), restoring.Target(
        place, f"sqlite:///{place.ledger}", keyring, Tombstones(Path(tombstones)), is_none_erased=True
    ), datetime.now(UTC))
"""
"""Restores a backup, and holds on before a step of it."""


@pytest.mark.slow
@pytest.mark.parametrize("step", ["read_database", "read_rows", "_verified"])
def test_a_restore_that_is_killed_leaves_no_ledger_and_the_next_one_ends_well(
    kept, target, tmp_path, monkeypatch, step
):
    monkeypatch.setenv("SEGMENTATION_KEYRING", kept.source.keyring.to_text())
    made, ready = kept.backed_up(), tmp_path / "ready"
    started = process(HOLD, made.path, target.home.root, target.tombstones.path, step, ready)
    wait_for(ready, started)
    started.kill()
    started.communicate()

    assert all(path.name.startswith(STAGING) for path in target.home.root.iterdir())
    restore(made.path, target, LATER)
    assert not list(target.home.root.glob(f"{STAGING}*"))
    with open_ledger(target.ledger) as ledger:
        verify_personal(ledger, target.tombstones)


def test_another_revision_of_the_tables_names_the_version_that_restores_it(kept, target, monkeypatch):
    monkeypatch.setattr("segmentation.backups.making.REVISION", "0003")
    made = kept.backed_up()
    with pytest.raises(BackupError, match=r"has revision 0003 of the ledger's tables, .* with version 0.1.0"):
        restore(made.path, target, LATER)


def test_an_empty_ledger_in_postgresql_is_room_enough(kept, target, new_database):
    address = new_database()
    create_ledger(address).close()
    with pytest.raises(StorageError):
        back_up(replace(kept.source, bundles="s3x://nowhere"), kept.shelf, NOW)
    restore(kept.backed_up().path, replace(target, ledger=address), LATER)
