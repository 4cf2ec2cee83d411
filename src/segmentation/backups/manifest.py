"""What a backup says of itself: which files it has, and how far everything went that is in it.

It stands in the clear, so that a person can see what a backup is without opening it; it names nobody. Its
last field is a code over all others that the keyring alone makes: nobody who lacks it writes a manifest.
"""

from __future__ import annotations

import hmac
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations of a struct
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import BackupError, SigningError
from segmentation.files import reason_of
from segmentation.signing import canonical

if TYPE_CHECKING:
    from segmentation.vault import Keyring

NAME = "manifest.json"
TYPE = "backup/1"
LARGEST = 1 << 20
"""Bytes of a manifest that are read."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sealed file of a backup: its name, bytes and SHA-256 as it lies there."""

    name: str
    bytes: int
    sha256: str


class Reached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a chain went: number and digest of its last link; 0 and nothing where it had none."""

    number: int = 0
    digest: str = ""


class Rows(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a table, and the SHA-256 of their digests in the order of their numbers."""

    count: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is in a backup.

    Attributes
    ----------
    type : str
        Of the format.
    id : str
        32 hexadecimal digits; the key of the backup is made with it.
    at : datetime
        When it was begun, UTC.
    program, revision : str
        Version of the program, and revision of the ledger's tables.
    keyring : str
        Fingerprint of the keyring.
    sealed : str
        Id of the wrapping key that was active: the files are sealed under a key that is made with it.
    wrapping : tuple of str
        Ids of the wrapping keys under which residents' keys are.
    ledger : str
        Digest of the ledger's first event: the same in all backups of one ledger.
    events, access, tombstones : Reached
        How far the ledger, the access log and the file of tombstones went.
    rows : dict of str to Rows
        Of the tables of personal data, by name.
    mlflow : bool
        Whether the database of MLflow is in it.
    artifacts : str
        Where artefacts were, as an address: the database of MLflow has it in its rows.
    files : tuple of Part
    mac : str
        HMAC-SHA-256 over everything before, by the keyring.
    """

    type: str
    id: str
    at: datetime
    program: str
    revision: str
    keyring: str
    sealed: str
    wrapping: tuple[str, ...]
    ledger: str
    events: Reached
    access: Reached
    tombstones: Reached
    rows: dict[str, Rows]
    mlflow: bool
    artifacts: str
    files: tuple[Part, ...]
    mac: str = ""

    def lacking(self, keyring: Keyring) -> tuple[str, ...]:
        """Return the ids of wrapping keys that it takes to read the backup, and that a keyring lacks."""
        there = {one.id for one in keyring.wrapping}
        return tuple(sorted({self.sealed, *self.wrapping} - there))

    def computed(self, keyring: Keyring) -> str:
        """Return what the code must be."""
        told = {name: value for name, value in msgspec.to_builtins(self).items() if name != "mac"}
        return hmac.digest(keyring.secret_for("backup manifest"), canonical(told), "sha256").hex()

    def signed(self, keyring: Keyring) -> Manifest:
        """Return it with its code."""
        return msgspec.structs.replace(self, mac=self.computed(keyring))

    def to_json(self) -> bytes:
        """Return it as canonical JSON (RFC 8785)."""
        return canonical(msgspec.to_builtins(self))


_decode = msgspec.json.Decoder(Manifest).decode


def peeked(folder: Path) -> Manifest | None:
    """Return what a folder says that it is, believed of nobody; None where it is no whole backup.

    A backup is whole where its manifest is there, and every file that it names, of the size that it names.
    """
    try:
        content = (folder / NAME).read_bytes()[:LARGEST]
        found = _decode(content)
        sizes = {part.name: (folder / Path(part.name).name).stat().st_size for part in found.files}
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return found if found.type == TYPE and sizes == {p.name: p.bytes for p in found.files} else None


def read_manifest(folder: Path, keyring: Keyring) -> Manifest:
    """Return what a backup says of itself, once it is known to be by who has the keyring.

    Raises
    ------
    BackupError
        There is no backup, it is half-written or was altered, another program's version wrote it, or it is
        under another keyring.
    """
    try:
        content = (folder / NAME).read_bytes()[:LARGEST]
        told = msgspec.json.decode(content, type=dict[str, object])
    except FileNotFoundError:
        raise BackupError(
            f"{folder} is no whole backup: it has no {NAME}, which is written last. Take another backup, or "
            "copy this one again."
        ) from None
    except OSError as error:
        raise BackupError(
            f"The backup {folder} cannot be read: {reason_of(error)}. Check the path and its permissions."
        ) from None
    except (ValueError, msgspec.MsgspecError):
        raise _altered(folder) from None
    if told.get("type") != TYPE:
        raise BackupError(
            f"The backup {folder} is of a format that this version does not know. Restore it with the "
            "version that wrote it, or a newer one."
        )
    if told.get("keyring") != keyring.fingerprint:
        raise BackupError(
            f"The backup {folder} is under the keyring {_word(told.get('keyring'))}, and this one is "
            f"{keyring.fingerprint}. Take the keyring of that ledger from its copy: without it, nothing in "
            "the backup can be read."
        )
    return _believed(folder, content, keyring)


def _believed(folder: Path, content: bytes, keyring: Keyring) -> Manifest:
    try:
        found = _decode(content)
        is_ours = hmac.compare_digest(found.computed(keyring), found.mac) and found.to_json() == content
    except (ValueError, TypeError, msgspec.MsgspecError, SigningError):
        is_ours = False
    if not is_ours:
        raise _altered(folder)
    if peeked(folder) is None:
        raise BackupError(
            f"{folder} is half a backup: a file of it is missing or not of its size. Take another backup, or "
            "copy this one again."
        )
    return found


def _word(told: object) -> str:
    text = str(told)
    return text if text.isalnum() and text.isascii() else "of another program"


def _altered(folder: Path) -> BackupError:
    return BackupError(
        f"{NAME} of the backup {folder} was altered, or written by another program. Take another backup, or "
        "another copy of this one."
    )
