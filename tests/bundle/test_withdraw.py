"""What was published is taken back whole, where it lies, and nothing beside it."""

import shutil
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from segmentation.bundle import Bundle, publish
from segmentation.bundle.content import FILES
from segmentation.bundle.withdraw import withdraw
from segmentation.errors import BundleError, StorageError


def bundle(version=1):
    return Bundle("small", version, dict.fromkeys(FILES, b"{}"))


@pytest.mark.parametrize("where", ["folder", "memory"])
def test_both_folders_of_a_version_go_and_those_of_another_stay(tmp_path, where):
    address = str(tmp_path / "bundles") if where == "folder" else f"memory://withdrawn-{tmp_path.name}"
    for proof in (None, "{}"):
        publish(bundle(), address, proof=proof)
        publish(bundle(2), address, proof=proof)

    gone = withdraw(address, "small", 1, bundle().digest)
    assert len(gone) == 2
    assert withdraw(address, "small", 1, bundle().digest) == ()
    assert len(withdraw(address, "small", 2, bundle(2).digest)) == 2


@pytest.mark.parametrize(("model", "digest"), [("../other", bundle().digest), ("small", "sha256:..")])
def test_what_is_no_bundle_is_not_looked_for(tmp_path, model, digest):
    with pytest.raises(BundleError):
        withdraw(str(tmp_path), model, 1, digest)


def refuse(*_, **__):
    raise PermissionError(13, "Permission denied: ftp://user:p@ssw0rd@host")


def test_what_a_disk_does_not_give_up_is_told_and_is_cleared_away_the_next_time(tmp_path, monkeypatch):
    folder = Path(publish(bundle(), str(tmp_path), proof=None))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        with pytest.raises(StorageError, match=r"cannot be removed: permission denied\. Check") as caught:
            withdraw(str(tmp_path), "small", 1, bundle().digest)

    assert "p@ss" not in str(caught.value)
    withdraw(str(tmp_path), "small", 1, bundle().digest)
    assert list(folder.parent.iterdir()) == []


def test_what_a_store_does_not_give_up_is_told_without_its_password(tmp_path, monkeypatch):
    address = f"memory://withdrawn-{tmp_path.name}"
    publish(bundle(), address, proof=None)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryFileSystem, "rm", refuse)
        with pytest.raises(
            StorageError, match=r"reviews/small/.* cannot be removed \(PermissionError\)"
        ) as caught:
            withdraw(address, "small", 1, bundle().digest)

    assert "p@ss" not in str(caught.value)
    assert len(withdraw(address, "small", 1, bundle().digest)) == 1


def test_a_link_is_not_followed_to_what_lies_elsewhere(tmp_path):
    folder = Path(publish(bundle(), str(tmp_path / "bundles"), proof=None))
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match="is a symbolic link"):
        withdraw(str(tmp_path / "bundles"), "small", 1, bundle().digest)

    assert (tmp_path / "elsewhere" / "card.json").exists()
