"""A bundle of files that say next to nothing, and places to publish it in."""

import json
from uuid import uuid4

import fsspec
import pytest

from segmentation.bundle import FILES, Bundle


def content(**changes):
    """Return files of a bundle, each a small JSON text of its own."""
    return {name: json.dumps({"of": name}).encode() for name in FILES} | changes


@pytest.fixture
def files():
    return content


@pytest.fixture
def bundle():
    return Bundle("resident_needs", 3, content())


@pytest.fixture(params=["folder", "memory"])
def address(request, tmp_path):
    """A place to publish in: a folder on the disk, and a store in which nothing can be renamed."""
    if request.param == "folder":
        yield str(tmp_path / "bundles")
    else:
        root = f"memory://{uuid4().hex}"
        yield root
        memory = fsspec.filesystem("memory")
        if memory.exists(root):
            memory.rm(root, recursive=True)


@pytest.fixture
def disk():
    """Look at and alter what lies in a place, whatever keeps it."""
    return Disk()


class Disk:
    """Files of a place, by their address."""

    def write(self, path, data):
        files, path = fsspec.core.url_to_fs(path)
        files.makedirs(files._parent(path), exist_ok=True)
        files.pipe_file(path, data)

    def read(self, path):
        files, path = fsspec.core.url_to_fs(path)
        return files.cat_file(path)

    def remove(self, path):
        files, path = fsspec.core.url_to_fs(path)
        files.rm(path, recursive=True)

    def names(self, path):
        files, path = fsspec.core.url_to_fs(path)
        return sorted(found.rpartition("/")[2] for found in files.find(path))
