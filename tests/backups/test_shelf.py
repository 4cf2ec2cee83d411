"""A folder of backups has whole ones, half ones that are swept, and no two that write to it."""

import errno
import shutil
from datetime import timedelta

import pytest

from segmentation.backups.manifest import NAME, Manifest, Reached
from segmentation.backups.shelf import Shelf, name_of
from segmentation.errors import BackupError, StorageError
from tests.backups.conftest import NOW


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "backups" / "deep")


def put(shelf, days, ledger="mine"):
    """Put a whole backup there that is so many days old."""
    at, backup = NOW - timedelta(days=days), f"{days:032x}"
    told = Manifest(
        "backup/1", backup, at, "0.1.0", "0004", "ring", "cd", (), ledger,
        Reached(), Reached(), Reached(), {}, mlflow=False, artifacts="", files=(),
    )  # fmt: skip
    with shelf.staged(name_of(at, backup)) as folder:
        (folder / NAME).write_bytes(told.to_json())
    return shelf.path / name_of(at, backup)


def test_the_newest_is_the_first_and_the_oldest_are_taken_away(shelf):
    with shelf.alone():
        paths = [put(shelf, days) for days in (3, 0, 2, 1)]
        assert [one.path for one in shelf.kept()] == [paths[1], paths[3], paths[2], paths[0]]
        assert shelf.rotated(2, "mine") == 2
        assert [one.path for one in shelf.kept()] == [paths[1], paths[3]]
        assert shelf.rotated(2, "mine") == 0


def test_backups_of_another_ledger_are_let_be(shelf):
    with shelf.alone():
        other = put(shelf, 9, "another")
        put(shelf, 1)
        put(shelf, 2)
        assert shelf.rotated(1, "mine") == 1
    assert other.is_dir()


def test_what_is_not_whole_is_told_and_never_counted(shelf):
    with shelf.alone():
        put(shelf, 1)
        broken = put(shelf, 0)
        (broken / NAME).unlink()
        assert shelf.rotated(1, "mine") == 0
        assert (len(shelf.kept()), shelf.broken()) == (1, (broken,))


def test_a_block_that_fails_leaves_nothing(shelf):
    def failing():
        with shelf.staged("segmentation-1") as folder:
            (folder / "file").touch()
            raise ValueError("mine")

    with shelf.alone(), pytest.raises(ValueError, match="mine"):
        failing()
    assert [path.name for path in shelf.path.iterdir()] == [".lock"]


def test_what_was_left_half_done_is_swept(shelf):
    with shelf.alone():
        for name in ("segmentation-1", "segmentation-2"):
            (shelf.path / f".half-{name}").mkdir()
        whole = put(shelf, 0)
        assert shelf.swept() == 2
        assert shelf.swept() == 0
    assert whole.is_dir()


def test_a_removal_that_is_killed_leaves_no_half_backup(shelf, monkeypatch):
    with shelf.alone():
        put(shelf, 1)
        put(shelf, 0)
        monkeypatch.setattr(shutil, "rmtree", _killed)
        with pytest.raises(KeyboardInterrupt):
            shelf.rotated(1, "mine")
        monkeypatch.undo()
        assert (len(shelf.kept()), shelf.broken(), shelf.swept()) == (1, (), 1)


def _killed(*_):
    raise KeyboardInterrupt


def test_two_never_write_at_once(shelf):
    other = Shelf(shelf.path)
    with shelf.alone(), pytest.raises(BackupError, match="Another backup is being made in"), other.alone():
        pass
    with other.alone():
        pass


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StorageError, match=r"cannot be written to .*file/backups: not a directory"),
        Shelf(tmp_path / "file" / "backups").alone(),
    ):
        pass


def test_a_disk_that_is_full_is_told(shelf, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with shelf.alone():
        monkeypatch.setattr("segmentation.backups.shelf.sync", full)
        with pytest.raises(StorageError, match=r"no space left on device\. Nothing half-written is taken"):
            put(shelf, 0)
    assert shelf.kept() == ()
