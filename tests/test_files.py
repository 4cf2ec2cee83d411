"""Files are written whole or not at all."""

import os

import pandas as pd
import pytest

from segmentation.errors import StorageError
from segmentation.files import sync, whole, write_secret, write_table, write_text

TABLE = pd.DataFrame({"ref": ["a", "b"], "segment": ["S1", "S2"]})


def test_a_text_stands_where_it_was_asked_for_in_folders_made_for_it(tmp_path):
    write_text(tmp_path / "new" / "card.md", "报修次数")
    assert (tmp_path / "new" / "card.md").read_text(encoding="utf-8") == "报修次数"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["card.md"]


@pytest.mark.parametrize(("name", "read"), [("t.csv", pd.read_csv), ("t.parquet", pd.read_parquet)])
def test_a_table_is_written_in_the_form_of_its_suffix(tmp_path, name, read):
    write_table(tmp_path / name, TABLE)
    assert read(tmp_path / name).astype(str).equals(TABLE.astype(str))


def test_another_suffix_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(StorageError, match=r"neither \.parquet nor \.csv"):
        write_table(tmp_path / "t.xlsx", TABLE)
    assert list(tmp_path.iterdir()) == []


def half_written(path):
    with whole(path) as staged:
        staged.write_text("half of the n")
        raise RuntimeError


def test_a_write_that_fails_leaves_the_old_file_and_no_trace(tmp_path):
    write_text(tmp_path / "card.md", "old")
    with pytest.raises(RuntimeError):
        half_written(tmp_path / "card.md")
    assert [path.name for path in tmp_path.iterdir()] == ["card.md"]
    assert (tmp_path / "card.md").read_text() == "old"


def test_a_folder_that_is_a_file_is_one_clear_sentence(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"cannot be written: .*Choose another place"):
        write_text(tmp_path / "taken" / "card.md", "new")


def test_a_file_has_the_permissions_that_the_umask_leaves(tmp_path):
    old = os.umask(0o027)
    try:
        write_text(tmp_path / "card.md", "new")
    finally:
        os.umask(old)
    assert (tmp_path / "card.md").stat().st_mode & 0o777 == 0o640


def test_a_private_file_is_for_its_owner_alone(tmp_path):
    write_text(tmp_path / "account.html", "kept", private=True)

    assert (tmp_path / "account.html").stat().st_mode & 0o777 == 0o600


def test_a_secret_is_for_its_owner_alone_and_never_written_over_another(tmp_path):
    path = tmp_path / "key"
    write_secret(path, "mine")
    with pytest.raises(FileExistsError):
        write_secret(path, "another's")

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_secret_that_cannot_be_written_whole_leaves_nothing(tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("segmentation.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_secret(tmp_path / "key", "mine")

    assert list(tmp_path.iterdir()) == []


def test_a_file_and_the_names_in_a_folder_are_brought_to_the_disk(tmp_path, monkeypatch):
    synced, fsync = [], os.fsync
    monkeypatch.setattr("segmentation.files.os.fsync", lambda handle: synced.append(fsync(handle)))
    (tmp_path / "file").touch()

    sync(tmp_path / "file")
    sync(tmp_path)
    assert synced == [None, None]
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "gone")
