"""On a file system that cannot rename in one step, the manifest is written last."""

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from segmentation.bundle import MANIFEST, fetch, publish
from segmentation.errors import BundleError, StorageError


@pytest.fixture
def address():
    yield "memory://remote"
    memory = fsspec.filesystem("memory")
    if memory.exists("/remote"):
        memory.rm("/remote", recursive=True)


def fail_after(monkeypatch, count, error):
    """Let the file system write so many files, and then fail."""
    written = []
    pipe = MemoryFileSystem.pipe_file

    def piped(self, path, value, **more):
        if len(written) == count:
            raise error
        written.append(path)
        pipe(self, path, value, **more)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", piped)
    return written


@pytest.mark.parametrize("count", range(6))
def test_a_publisher_that_stops_anywhere_leaves_no_bundle(bundle, address, monkeypatch, count):
    with monkeypatch.context() as patch:
        fail_after(patch, count, OSError("gone"))
        with pytest.raises(StorageError, match=r"memory://remote/reviews/.* cannot be written \(OSError\)"):
            publish(bundle, address)
    with pytest.raises(BundleError, match=r"lacks .*manifest\.json|is not there"):
        fetch(address, bundle.model, bundle.version, bundle.digest, approved=False)
    publish(bundle, address)
    assert fetch(address, bundle.model, bundle.version, bundle.digest, approved=False) == bundle


def test_what_is_there_already_is_left_alone(bundle, address, monkeypatch):
    folder = publish(bundle, address, proof="{}")
    written = fail_after(monkeypatch, 99, OSError)
    publish(bundle, address, proof='{"newer": 1}')
    assert [path.rpartition("/")[2] for path in written] == ["decision.json"]
    fsspec.filesystem("memory").rm(folder.removeprefix("memory:/") + "/card.json")
    publish(bundle, address, proof='{"newer": 1}')
    assert [path.rpartition("/")[2] for path in written] == ["decision.json", "card.json"]


def test_the_manifest_is_written_last(bundle, address, monkeypatch):
    written = fail_after(monkeypatch, 99, OSError)
    publish(bundle, address, proof="{}")
    assert written[-1].endswith(f"/{MANIFEST}")


def test_what_a_file_system_says_of_its_keys_is_not_repeated(bundle, address, monkeypatch):
    with monkeypatch.context() as patch:
        fail_after(patch, 0, RuntimeError("AKIA-secret"))
        with pytest.raises(StorageError) as caught:
            publish(bundle, address)
    assert "secret" not in str(caught.value)
    publish(bundle, address)
    monkeypatch.setattr(
        MemoryFileSystem, "_open", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("secret"))
    )
    with pytest.raises(StorageError, match=r"cannot be read \(RuntimeError\)") as read:
        fetch(address, bundle.model, bundle.version, bundle.digest, approved=False)
    assert "secret" not in str(read.value)


def test_a_file_that_is_gone_is_told_apart_from_a_file_system_that_is(bundle, address, monkeypatch):
    publish(bundle, address)
    monkeypatch.setattr(MemoryFileSystem, "_open", lambda *_, **__: (_ for _ in ()).throw(FileNotFoundError))
    with pytest.raises(BundleError, match=r"manifest\.json is not there"):
        fetch(address, bundle.model, bundle.version, bundle.digest, approved=False)
