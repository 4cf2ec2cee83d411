"""A sealed file gives back exactly what it took, and nothing where a single bit of it is another."""

import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.backups import frames
from segmentation.backups.frames import Opening, Sealing, key_of, write_all
from segmentation.errors import BackupError, StorageError, VaultError
from segmentation.vault import DataKey, Keyring
from tests.backups.conftest import NOW

KEY = DataKey(b"k" * 32)
ID = "0a" * 16


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Pieces of a few bytes."""
    monkeypatch.setattr(frames, "PIECE", 4)


def sealed(path, *parts, key=KEY, backup=ID):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with Sealing(path, key, backup) as file:
        for part in parts:
            file.write(part)
    return file


def opened(path, key=KEY, backup=ID):
    with Opening(path, key, backup) as file:
        return file.read(1 << 20), file.digest


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("frames") / "half" / "ledger.sealed"


@settings(max_examples=30)
@given(parts=st.lists(st.binary(max_size=13)))
def test_what_is_written_is_read_in_whatever_parts(path, parts):
    file = sealed(path, *parts)
    content, digest = opened(path)
    assert content == b"".join(parts)
    assert (digest, path.stat().st_size) == (file.digest, file.size)
    with Opening(path, KEY, ID) as again:
        assert b"".join(iter(lambda: again.read(3), b"")) == content


@settings(max_examples=30)
@given(data=st.data())
def test_a_bit_that_is_another_is_found(path, data):
    sealed(path, b"some content of it")
    content = bytearray(path.read_bytes())
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    with pytest.raises(BackupError, match=r"ledger\.sealed of the backup was altered or cut off"):
        opened(path)


@settings(max_examples=30)
@given(data=st.data())
def test_a_file_that_is_cut_off_is_found_wherever_it_is(path, data):
    sealed(path, b"some content of it")
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(BackupError, match="cut off"):
        opened(path)


def test_pieces_that_are_moved_doubled_or_left_out_are_found(path):
    sealed(path, b"aaaabbbbcccc")
    piece = path.stat().st_size // 3
    first, second, third = (path.read_bytes()[piece * at : piece * (at + 1)] for at in range(3))
    for moved in (
        (second, first, third),
        (first, first, third),
        (first, third),
        (first, second, third, third),
    ):
        path.write_bytes(b"".join(moved))
        with pytest.raises(BackupError):
            opened(path)


def test_a_file_of_another_name_backup_or_keyring_does_not_open(path):
    sealed(path, b"content")
    other = path.with_name("files.sealed")
    other.write_bytes(path.read_bytes())
    for wrong in ((other, KEY, ID), (path, KEY, "0b" * 16), (path, DataKey(b"x" * 32), ID)):
        with pytest.raises(BackupError):
            opened(*wrong)


def test_two_backups_are_sealed_under_two_keys(path):
    keyring = Keyring.generate(NOW)
    wrapping = keyring.active.id
    sealed(path, b"content", key=key_of(keyring, ID, wrapping))
    assert opened(path, key_of(keyring, ID, wrapping))[0] == b"content"
    with pytest.raises(BackupError):
        opened(path, key_of(keyring, "0b" * 16, wrapping))


def test_a_copy_of_the_keyring_from_before_a_rotation_opens_no_later_backup(path):
    copy = Keyring.generate(NOW)
    now = copy.rotated(NOW)
    sealed(path, b"content", key=key_of(now, ID, now.active.id))
    assert opened(path, key_of(now.rotated(NOW), ID, now.active.id))[0] == b"content"
    with pytest.raises(BackupError):
        opened(path, key_of(copy, ID, copy.active.id))
    with pytest.raises(VaultError, match="lacks the wrapping key that this was sealed with"):
        key_of(copy, ID, now.active.id)


def test_it_is_never_written_over_another(path):
    sealed(path, b"content")
    with pytest.raises(StorageError, match="file exists"):
        Sealing(path, KEY, ID)


def test_more_than_there_is_is_refused(path):
    sealed(path, b"content")
    with Opening(path, KEY, ID) as file, pytest.raises(BackupError):
        file.exactly(8)


def test_a_disk_that_is_full_is_told(path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(frames, "write_all", full)
    path.unlink(missing_ok=True)
    with pytest.raises(StorageError, match="no space left on device"):
        sealed(path, b"content")


def test_a_system_that_takes_a_byte_at_a_time_gets_all(monkeypatch):
    taken = []
    monkeypatch.setattr(frames.os, "write", lambda _, data: taken.append(bytes(data[:1])) or 1)
    write_all(0, b"content")
    assert b"".join(taken) == b"content"
