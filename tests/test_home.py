"""The folder where everything is kept, and what is said when it cannot be used."""

import os
from pathlib import Path

import pytest

from segmentation import home as module
from segmentation.errors import StorageError
from segmentation.home import Home


def test_a_tilde_is_the_users_own_folder():
    assert Home(Path("~/segments")).database == Path.home() / "segments" / "mlflow.db"


def test_paths_do_not_move_with_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = Home(Path("var"))

    assert home.database == tmp_path / "var" / "mlflow.db"
    assert home.artifacts == tmp_path / "var" / "artifacts"
    assert home.ledger == tmp_path / "var" / "ledger.db"
    assert home.keys == tmp_path / "var" / "keys"
    assert home.witness == tmp_path / "var" / "witness.json"
    assert home.spool == tmp_path / "var" / "spool"
    assert home.keyring == tmp_path / "var" / "keyring.json"
    assert home.tombstones == tmp_path / "var" / "tombstones.jsonl"
    assert home.storing == tmp_path / "var" / "storing"


def test_preparing_makes_the_folder_and_leaves_no_probe(tmp_path):
    home = Home(tmp_path / "new" / "home")

    home.prepare()

    assert sorted(home.root.rglob("*")) == [home.artifacts]


@pytest.mark.parametrize("blocked", ["home", "home/artifacts"])
def test_a_file_in_place_of_a_folder_is_told(tmp_path, blocked):
    path = tmp_path / blocked
    path.parent.mkdir(exist_ok=True)
    path.write_text("not a folder")

    with pytest.raises(StorageError, match=r"cannot be used: .* Point SEGMENTATION_HOME at a folder"):
        Home(tmp_path / "home").prepare()


def test_a_folder_in_place_of_the_database_is_told(tmp_path):
    home = Home(tmp_path)
    home.database.mkdir()

    with pytest.raises(StorageError, match="is a directory"):
        home.prepare()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_told(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(StorageError, match="permission denied"):
        Home(tmp_path / "home").prepare()


def test_a_disk_without_room_is_told_before_work_starts(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 2**60)

    with pytest.raises(StorageError, match="MiB are needed"):
        Home(tmp_path).prepare()
