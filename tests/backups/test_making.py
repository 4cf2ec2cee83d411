"""A backup is made while others write, is whole or is none, and holds nothing in the clear."""

import errno
import json
import os
import signal
from dataclasses import replace

import pytest

from segmentation.backups.making import check_files
from segmentation.backups.manifest import peeked, read_manifest
from segmentation.backups.restoring import restore
from segmentation.errors import BackupError, LedgerError, StorageError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.store import create_ledger, open_ledger
from segmentation.vault.source import KEYRING
from tests.backups.conftest import LATER, NOW, PEOPLE, PLANTED
from tests.ledger.processes import process, wait_for

WRITE = """
    import os
    from datetime import UTC, datetime
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.store import open_ledger
    from segmentation.vault import Keyring
    from tests.ledger.personal.planted import keep_all

    url, who, ready, stop = sys.argv[1:]
    keyring = Keyring.from_text(os.environ["SEGMENTATION_KEYRING"])
    with open_ledger(url, patience=60) as ledger:
        records, at = Records(ledger, lambda: keyring), 0
        while not Path(stop).exists():
            keep_all(records, f"{who}-{at}", f"{who}-{at}-too")
            at += 1
            Path(ready).write_text(str(at))
"""
"""Keeps rows of every kind of two new residents again and again, and counts how often."""

BACK_UP = """
    import os, time
    from dataclasses import replace
    from datetime import UTC, datetime
    from segmentation.backups import making
    from segmentation.backups.shelf import Shelf
    from segmentation.home import Home
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import open_ledger
    from segmentation.vault import Keyring

    url, home, bundles, tombstones, shelf, until, ready = sys.argv[1:]
    keyring, place = Keyring.from_text(os.environ["SEGMENTATION_KEYRING"]), Home(Path(home))

    def hold(name):
        found = getattr(making, name)
        def held(*told):
            if name == until:
                Path(ready).touch()
                time.sleep(60)
            return found(*told)
        return held

    for name in ("write_rows", "write_database", "check_files"):
        setattr(making, name, hold(name))
    with open_ledger(url) as ledger, Shelf(Path(shelf)).alone():
        source = making.Source(place, ledger, bundles, place.database, keyring, Tombstones(Path(tombstones)))
        making.back_up(source, Shelf(Path(shelf)), datetime.now(UTC))
"""
"""Makes a backup, and holds on before a step of it."""


@pytest.fixture
def given(kept, monkeypatch):
    """Give the keyring to processes by their environment."""
    monkeypatch.setenv(KEYRING, kept.source.keyring.to_text())
    return kept


def counted(path):
    return int(path.read_text() or 0) if path.exists() else 0


@pytest.mark.slow
def test_while_two_write_every_backup_is_of_one_moment(given, either, tmp_path, target):
    stop, ready = tmp_path / "stop", [tmp_path / "ready-0", tmp_path / "ready-1"]
    writers = [
        process(WRITE, either.trust.ledger, f"writer-{at}", path, stop) for at, path in enumerate(ready)
    ]
    for path, writer in zip(ready, writers, strict=True):
        wait_for(path, writer)
    made = []
    for _ in range(3):
        before = sum(map(counted, ready))
        made.append(either.backed_up())
        # Four rows of each of two residents for each count; three people had theirs before.
        assert sum(one.count for one in made[-1].manifest.rows.values()) >= 8 * before + 12
    stop.touch()
    for writer in writers:
        _, err = writer.communicate(timeout=60)
        assert writer.returncode == 0, err
    assert made[0].manifest.access.number < made[-1].manifest.access.number
    for at, one in enumerate(made):
        place = replace(target, ledger=f"sqlite:///{tmp_path}/new-{at}/ledger.db")
        place = replace(place, home=type(target.home)(tmp_path / f"new-{at}"))
        found = restore(one.path, place, LATER)
        assert found.personal.rows == {name: rows.count for name, rows in one.manifest.rows.items()}


@pytest.mark.slow
@pytest.mark.parametrize("step", ["write_rows", "write_database", "check_files"])
def test_what_a_killed_backup_left_is_never_taken_for_one_and_swept(given, tmp_path, step):
    ready = tmp_path / "ready"
    started = process(
        BACK_UP, given.trust.ledger, given.home.root, given.source.bundles, given.source.tombstones.path,
        given.shelf.path, step, ready,
    )  # fmt: skip
    wait_for(ready, started)
    with pytest.raises(BackupError, match="Another backup is being made in"), given.shelf.alone():
        pass
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()

    (half,) = given.shelf.path.glob(".half-*")
    assert given.shelf.kept() == given.shelf.broken() == ()
    if step != "check_files":  # by then it is whole but for its name
        assert peeked(half) is None
    with given.shelf.alone():
        assert given.shelf.swept() == 1
    assert len(list(given.home.root.glob("*.db"))) == 2
    assert peeked(given.backed_up().path) is not None


def test_a_backup_changes_nothing_in_the_home_but_a_line_of_the_access_log(kept):
    def whole():
        return [path.read_bytes() for path in paths]

    paths = [path for path in kept.home.root.rglob("*") if path.is_file() and not path.match("ledger.db*")]
    before = whole()
    made = kept.backed_up()

    assert whole() == before
    *_, last = AccessLog(kept.source.ledger).lines()
    told = json.loads(last)
    assert (told["by"], told["what"], told["table"], told["count"]) == ("backup", "backup", "data_keys", 3)
    assert made.manifest.id.startswith(told["id"])
    assert made.manifest.access.number == AccessLog(kept.source.ledger).verify().number


def test_nothing_planted_is_in_a_backup_in_the_clear(either, target):
    planted = [
        *(word.encode() for word in (*PEOPLE, *(f"told of {one}" for one in PEOPLE))),
        *(either.subject(one) for one in PEOPLE),
        *(f"planted in {name}".encode() for name in ("model.skops", "Carol.key", "marking.secret")),
        PLANTED.encode(), b"Carol", b"small_needs", b"service_planning",
        either.source.keyring.marking, either.source.keyring.active.secret,
    ]  # fmt: skip
    made = either.backed_up()
    content = b"".join(path.read_bytes() for path in made.path.iterdir())
    assert [word for word in planted if word in content] == []

    restore(made.path, target, LATER)
    plain = b"".join(path.read_bytes() for path in target.home.root.rglob("*") if path.is_file())
    assert [word for word in planted if word in plain] == [
        *(either.subject(one) for one in PEOPLE), *planted[9:12], *planted[12:16]
    ]  # fmt: skip


def test_neither_the_keyring_nor_the_tombstones_are_in_a_backup(kept, target):
    kept.home.keyring.write_text("the keyring")
    kept.home.tombstones.write_text("")
    restore(kept.backed_up().path, target, LATER)
    assert not target.home.keyring.exists()
    assert not target.home.tombstones.exists()


def test_everything_is_for_its_owner_alone(kept):
    made = kept.backed_up()
    assert [
        path.stat().st_mode & 0o077 for path in (kept.shelf.path, made.path, made.path / "ledger.sealed")
    ] == [
        0,
        0,
        0,
    ]


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_disk_that_is_full_is_told_and_nothing_half_written_is_left(kept, monkeypatch, after):
    written = []

    def full(*told):
        written.append(told)
        if len(written) > after:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*told)

    from segmentation.backups import frames

    write = frames.write_all
    monkeypatch.setattr(frames, "write_all", full)
    with pytest.raises(
        StorageError, match=r"The backup cannot be written to .*/backups: no space left on device.* Make room"
    ):
        kept.backed_up()
    assert [path.name for path in kept.shelf.path.iterdir()] == [".lock"]


def test_what_does_not_read_back_is_no_backup(kept, monkeypatch):
    from segmentation.backups import frames

    def lose(descriptor, data):
        write(descriptor, data[:-1] + bytes([data[-1] ^ 1]))

    write = frames.write_all
    monkeypatch.setattr(frames, "write_all", lose)
    with pytest.raises(BackupError, match="was altered or cut off: piece 1 does not open"):
        kept.backed_up()
    assert kept.shelf.kept() == ()


def test_a_ledger_without_events_is_not_backed_up(kept, tmp_path):
    create_ledger(f"sqlite:///{tmp_path}/bare.db").close()
    bare = open_ledger(f"sqlite:///{tmp_path}/bare.db")
    with bare, pytest.raises(LedgerError, match="holds no events yet"):
        replace(kept, source=replace(kept.source, ledger=bare)).backed_up()
    assert kept.shelf.kept() == ()


def test_a_home_without_mlflow_is_backed_up_and_restored_without(kept, target):
    kept.home.database.unlink()
    made = kept.backed_up()
    assert made.manifest.mlflow is False
    restore(made.path, target, LATER)
    assert not target.home.database.exists()


def test_an_mlflow_that_is_damaged_is_told(kept):
    kept.home.database.write_bytes(b"no database" * 1000)
    with pytest.raises(StorageError, match=r"MLflow's database .* cannot be read: file is not a database"):
        kept.backed_up()


def test_files_that_are_not_those_of_the_manifest_are_found(kept):
    first, second = kept.backed_up(), kept.backed_up(LATER)
    check_files(first.path, first.manifest, kept.source.keyring)
    (first.path / "ledger.sealed").write_bytes((second.path / "ledger.sealed").read_bytes())
    with pytest.raises(BackupError, match=r"ledger\.sealed of the backup was altered"):
        check_files(first.path, first.manifest, kept.source.keyring)


def test_who_is_erased_while_a_backup_is_made_is_known_to_it(kept, monkeypatch, target):
    from segmentation.backups import making

    write = making.write_rows

    def meanwhile(ledger, file):
        taken = write(ledger, file)
        kept.erase("R-planted-1", NOW)
        return taken

    monkeypatch.setattr(making, "write_rows", meanwhile)
    made = kept.backed_up()
    assert read_manifest(made.path, kept.source.keyring).tombstones.number == 1
    assert restore(made.path, target, LATER).erased.residents == 1
    with open_ledger(target.ledger) as ledger:
        verify_personal(ledger, target.tombstones)


def test_a_bundle_that_is_published_meanwhile_is_in_it(kept, monkeypatch, target):
    from pathlib import Path

    from segmentation.backups import making

    folder = Path(kept.source.bundles, "approved", "small_needs")
    (proof,) = folder.glob("*/decision.json")
    write, before = making.write_rows, proof.read_bytes()

    def meanwhile(ledger, file):
        (folder / "2-new").mkdir()
        (folder / "2-new" / "card.json").write_text("new")
        proof.write_text("renewed")
        return write(ledger, file)

    monkeypatch.setattr(making, "write_rows", meanwhile)
    restore(kept.backed_up().path, target, LATER)
    there = target.home.root / "approved" / "small_needs"
    assert (there / "2-new" / "card.json").read_text() == "new"
    # The proof is the one from before the ledger was read: a newer one would be of records that it lacks.
    assert (there / proof.parent.name / "decision.json").read_bytes() == before


def test_a_folder_within_the_home_is_refused(kept):
    from segmentation.backups.shelf import Shelf

    with pytest.raises(BackupError, match="lies within the home"):
        replace(kept, shelf=Shelf(kept.home.root / "backups")).backed_up()
