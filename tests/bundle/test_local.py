"""On a disk a bundle is there whole or not at all, and nothing leads out of its folder."""

import os
import shutil
from pathlib import Path

import pytest

from segmentation.bundle import FILES, MANIFEST, fetch, local, publish
from segmentation.errors import BundleError, StorageError


@pytest.fixture
def address(tmp_path):
    return str(tmp_path / "bundles")


@pytest.fixture
def folder(bundle, address):
    return Path(publish(bundle, address))


@pytest.fixture
def fetched(bundle, address):
    return lambda: fetch(address, bundle.model, bundle.version, bundle.digest, approved=False)


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_publisher_that_stops_anywhere_leaves_nothing(bundle, address, fetched, monkeypatch, step):
    def stop(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(*((os, step) if step == "fsync" else (Path, step)), stop)
        with pytest.raises(StorageError, match=r"cannot be written: no space left on device"):
            publish(bundle, address)
    assert [path for path in Path(address).rglob("*") if path.is_file()] == []
    publish(bundle, address)
    assert fetched() == bundle


def test_what_a_killed_publisher_left_is_cleared_away(bundle, folder, fetched):
    left = folder.parent / f"{local.STAGING}left"
    shutil.copytree(folder, left)
    assert fetched() == bundle
    folder.joinpath("card.json").unlink()
    publish(bundle, str(folder.parents[2]))
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert fetched() == bundle


def test_every_file_and_every_folder_is_synced(bundle, address, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: (synced.append(str(Path(f"/proc/self/fd/{handle}").readlink())), fsync(handle)),
    )
    folder = Path(publish(bundle, address))
    assert {Path(path).name for path in synced} >= {*FILES, MANIFEST}
    assert {str(path) for path in (folder, *folder.parents[:4])} <= set(synced)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_link_out_of_the_folder_is_not_followed(folder, fetched, tmp_path, name):
    outside = tmp_path / "outside.json"
    (folder / name).rename(outside)
    (folder / name).symlink_to(outside)
    with pytest.raises(BundleError, match=rf"/{name} cannot be read"):
        fetched()


@pytest.mark.parametrize("part", range(3))
def test_a_folder_that_is_a_link_is_not_followed(bundle, folder, fetched, tmp_path, part):
    linked = (folder, *folder.parents)[part]
    linked.rename(tmp_path / "outside")
    linked.symlink_to(tmp_path / "outside")
    with pytest.raises(BundleError, match="is a symbolic link, and what it leads to"):
        fetched()
    with pytest.raises(BundleError, match="is a symbolic link"):
        publish(bundle, str(folder.parents[2]))


def test_the_address_itself_may_be_a_link(bundle, folder, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "bundles")
    linked = str(tmp_path / "link")
    assert fetch(linked, bundle.model, bundle.version, bundle.digest, approved=False) == bundle


def test_links_and_folders_in_the_place_of_files_are_mended(bundle, address, folder, fetched, tmp_path):
    outside = tmp_path / "outside.json"
    outside.write_bytes((folder / "card.json").read_bytes())
    (folder / "card.json").unlink()
    (folder / "card.json").symlink_to(outside)
    (folder / "audit.json").unlink()
    (folder / "audit.json").mkdir()
    publish(bundle, address)
    assert fetched() == bundle
    assert outside.exists()


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder, fetched):
    (folder / "card.json").unlink()
    os.mkfifo(folder / "card.json")
    with pytest.raises(BundleError, match=r"/card\.json cannot be read: it is no plain file"):
        fetched()


def test_a_file_in_the_place_of_the_folder_is_refused(bundle, address, folder, fetched):
    shutil.rmtree(folder)
    folder.write_text("mine", encoding="utf-8")
    with pytest.raises(BundleError, match="cannot be read: not a directory"):
        fetched()
    with pytest.raises(StorageError, match="cannot be written: not a directory"):
        publish(bundle, address)


def test_files_have_the_rights_of_any_file(folder):
    mask = os.umask(0)
    os.umask(mask)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o666 & ~mask}
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask
