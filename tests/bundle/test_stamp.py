"""A stamp changes with whatever is done to a bundle on the disk, and stays while nothing is."""

import os
import shutil
from pathlib import Path

import pytest

from segmentation.bundle import CARD, publish
from segmentation.bundle.stamp import stamp
from segmentation.errors import BundleError


@pytest.fixture
def local(tmp_path):
    return str(tmp_path / "bundles")


@pytest.fixture
def stamped(bundle):
    return lambda address: stamp(address, bundle.model, bundle.version, bundle.digest, approved=False)


def in_place(path):
    data, told = path.read_bytes(), path.stat()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))


def by_another(path):
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    other.rename(path)


def by_a_link(path):
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def with_its_folder(path):
    folder = path.parent
    folder.rename(folder.with_name("moved"))
    shutil.copytree(folder.with_name("moved"), folder)


def with_a_folder_above(path):
    above = path.parent.parent
    above.rename(above.with_name("moved"))
    above.symlink_to("moved")


def beside(path):
    path.with_name("more.json").touch()


CHANGES = (in_place, by_another, by_a_link, with_its_folder, with_a_folder_above, beside)


@pytest.mark.parametrize("change", [*CHANGES, os.unlink], ids=lambda one: one.__name__)
def test_whatever_is_done_to_a_file_shows(bundle, local, stamped, change):
    folder = publish(bundle, local, proof=None)
    before = stamped(local)
    change(Path(folder) / CARD)

    assert stamped(local) != before


def test_what_nobody_touched_keeps_its_stamp_whatever_is_published_beside_it(bundle, local, stamped, files):
    publish(bundle, local, proof=None)
    before = stamped(local)
    publish(type(bundle)(bundle.model, 4, files()), local, proof=None)
    publish(bundle, local, proof="{}")

    assert stamped(local) == before


def test_of_what_is_not_there_the_stamp_is_empty(local, stamped):
    assert stamped(local) == ()


def test_of_what_lies_on_no_local_disk_there_is_none(bundle, stamped):
    publish(bundle, "memory://stamped", proof=None)
    assert stamped("memory://stamped") is None


def test_a_place_is_asked_for_by_a_digest(bundle, local):
    with pytest.raises(BundleError, match="found by its digest"):
        stamp(local, bundle.model, 3, "none", approved=False)
