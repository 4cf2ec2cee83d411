"""A manifest is believed of who has the keyring, and of nobody else."""

import json

import msgspec
import pytest

from segmentation.backups.manifest import LARGEST, NAME, Manifest, Part, Reached, Rows, peeked, read_manifest
from segmentation.errors import BackupError
from segmentation.vault import Keyring
from tests.backups.conftest import NOW


@pytest.fixture
def keyring():
    return Keyring.generate(NOW)


@pytest.fixture
def manifest(keyring):
    head = Reached(3, "sha256:" + "0" * 64)
    return Manifest(
        "backup/1", "0a" * 16, NOW, "0.1.0", "0004", keyring.fingerprint, "cd", ("ab",), "sha256:1",
        head, head, head, {"consents": Rows(2, "sha256:2")}, mlflow=False, artifacts="file:///a",
        files=(Part("ledger.sealed", 4, "sha256:3"),),
    ).signed(keyring)  # fmt: skip


@pytest.fixture
def folder(tmp_path, manifest):
    (tmp_path / NAME).write_bytes(manifest.to_json())
    (tmp_path / "ledger.sealed").write_bytes(b"1234")
    return tmp_path


def test_a_manifest_is_read_as_it_was_written(folder, manifest, keyring):
    assert read_manifest(folder, keyring) == peeked(folder) == manifest


def test_it_is_readable_without_a_key_and_names_nobody(folder):
    told = json.loads((folder / NAME).read_text())
    assert told["events"] == {"digest": "sha256:" + "0" * 64, "number": 3}
    assert told["at"] == "2026-11-20T09:30:00Z"


@pytest.mark.parametrize("field", ["id", "sealed", "ledger", "artifacts", "mac", "revision", "program"])
def test_a_field_that_was_altered_is_found(folder, manifest, keyring, field):
    altered = msgspec.structs.replace(manifest, **{field: "another"})
    (folder / NAME).write_bytes(altered.to_json())
    with pytest.raises(BackupError, match="was altered, or written by another program"):
        read_manifest(folder, keyring)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"type": "backup/1"', b"\xff"])
def test_what_is_no_manifest_is_refused(folder, keyring, text):
    (folder / NAME).write_bytes(text)
    assert peeked(folder) is None
    with pytest.raises(BackupError, match="was altered"):
        read_manifest(folder, keyring)


def test_a_format_of_another_version_is_told(folder, keyring):
    (folder / NAME).write_text('{"type": "backup/2"}')
    with pytest.raises(BackupError, match="of a format that this version does not know"):
        read_manifest(folder, keyring)


def test_another_keyring_is_named_before_anything_is_opened(folder, keyring):
    with pytest.raises(BackupError, match=rf"is under the keyring {keyring.fingerprint}, and this one is"):
        read_manifest(folder, Keyring.generate(NOW))
    (folder / NAME).write_text('{"type": "backup/1", "keyring": "\\u001b[2J"}')
    with pytest.raises(BackupError, match="is under the keyring of another program"):
        read_manifest(folder, keyring)


@pytest.mark.parametrize("content", [None, b"123", b"12345"])
def test_a_file_that_is_missing_or_of_another_size_makes_it_half_a_backup(folder, keyring, content):
    (folder / "ledger.sealed").unlink()
    if content is not None:
        (folder / "ledger.sealed").write_bytes(content)
    assert peeked(folder) is None
    with pytest.raises(BackupError, match="is half a backup"):
        read_manifest(folder, keyring)


def test_a_folder_without_a_manifest_is_no_backup(tmp_path, keyring):
    with pytest.raises(BackupError, match=r"is no whole backup: it has no manifest\.json"):
        read_manifest(tmp_path, keyring)
    (tmp_path / NAME).mkdir()
    with pytest.raises(BackupError, match="cannot be read: is a directory"):
        read_manifest(tmp_path, keyring)


def test_no_more_of_it_is_read_than_one_can_have(folder, keyring):
    (folder / NAME).write_bytes(b" " * LARGEST + (folder / NAME).read_bytes())
    assert peeked(folder) is None


def test_files_are_looked_for_in_its_own_folder_alone(folder, manifest, keyring):
    elsewhere = msgspec.structs.replace(manifest, files=(Part("../ledger.sealed", 4, "sha256:3"),)).signed(
        keyring
    )
    (folder.parent / "ledger.sealed").write_bytes(b"1234")
    (folder / "ledger.sealed").unlink()
    (folder / NAME).write_bytes(elsewhere.to_json())
    assert peeked(folder) is None
    (folder.parent / "ledger.sealed").unlink()
