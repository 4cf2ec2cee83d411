"""One file of a backup, sealed piece by piece: it is never whole in memory, nor in the clear on a disk.

Each piece is bound to the backup, the file and its number, and the last one says that it is the last: pieces
that were altered, moved, left out or cut off do not open (the STREAM construction of Hoang, Reyhanitabar,
Rogaway and Vizár, CRYPTO 2015; here with AES-256-GCM and random nonces under a key of each backup's own).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Self

from segmentation.errors import BackupError, StorageError, VaultError
from segmentation.files import reason_of
from segmentation.vault import DataKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from segmentation.vault import Keyring

PIECE = 1 << 20
"""Bytes that are sealed at a time."""
MOST = PIECE + 64
"""Bytes of a sealed piece that a file may ask for."""
_LENGTH = 4


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence.

    Raises
    ------
    StorageError
        The disk is full, or the folder cannot be read or written.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The backup cannot be written to {path}: {reason_of(error)}. Nothing half-written is taken "
            "for a backup. Make room, let it be written to, or name another folder."
        ) from None


def key_of(keyring: Keyring, backup: str, wrapping: str) -> DataKey:
    """Return the key of one backup: no two are sealed under one key, nor two of before and after a rotation.

    Parameters
    ----------
    keyring : Keyring
    backup : str
        Its id.
    wrapping : str
        Id of the wrapping key that was active when it was made.

    Raises
    ------
    VaultError
        The keyring lacks that key.
    """
    return DataKey(keyring.secret_under(wrapping, f"backup {backup}"))


class Sealing:
    """A new file that takes bytes and keeps them sealed; whole once `close` has returned.

    Parameters
    ----------
    path : Path
        Must not be there yet.
    key : DataKey
        `key_of` the backup.
    backup : str
        Its id.
    """

    def __init__(self, path: Path, key: DataKey, backup: str) -> None:
        self._folder = path.parents[1]
        with told(self._folder):
            self._file: IO[bytes] = os.fdopen(
                os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb", buffering=0
            )
        self._key, self._of = key, f"backup {backup} {path.name}"
        self._rest, self._number, self._hash = bytearray(), 0, sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        """SHA-256 of what is in the file so far, as ``sha256:…``."""
        return f"sha256:{self._hash.hexdigest()}"

    def write(self, data: bytes) -> int:
        """Take bytes; raises a `StorageError` where the disk is full."""
        self._rest += data
        while len(self._rest) > PIECE:  # one piece stays behind, because the last one is sealed as such
            self._put(bytes(self._rest[:PIECE]), is_last=False)
            del self._rest[:PIECE]
        return len(data)

    def close(self) -> None:
        """Seal the last piece, and make sure that all of it is on the disk."""
        try:
            self._put(bytes(self._rest), is_last=True)
            with told(self._folder):
                os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._file.close()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        sealed = self._key.seal(_place(self._of, self._number, is_last=is_last), piece)
        data = len(sealed).to_bytes(_LENGTH, "big") + sealed
        with told(self._folder):
            write_all(self._file.fileno(), data)
        self._hash.update(data)
        self.size += len(data)
        self._number += 1


class Opening:
    """Gives back the bytes that `Sealing` took, and refuses whatever is not exactly that.

    Parameters
    ----------
    path : Path
    key : DataKey
    backup : str
    """

    def __init__(self, path: Path, key: DataKey, backup: str) -> None:
        self._file, self._key, self._of = path.open("rb"), key, f"backup {backup} {path.name}"
        self._name = path.name
        self._rest, self._number, self._is_over, self._hash = bytearray(), 0, False, sha256()

    @property
    def digest(self) -> str:
        """SHA-256 of what was read of the file so far, as ``sha256:…``."""
        return f"sha256:{self._hash.hexdigest()}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer than asked for, or none, only at the end.

        Raises
        ------
        BackupError
            The file was altered, or its end is missing.
        """
        while len(self._rest) < size and not self._is_over:
            self._rest += self._piece()
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found

    def exactly(self, size: int) -> bytes:
        """Return the next bytes, as many as asked for; raises what `read` does."""
        found = self.read(size)
        if len(found) != size:
            raise self._altered()
        return found

    def drain(self) -> None:
        """Read to the end; raises what `read` does."""
        self._rest.clear()
        while not self._is_over:
            self._piece()

    def _piece(self) -> bytes:
        head = self._file.read(_LENGTH)
        length = int.from_bytes(head, "big")
        sealed = self._file.read(length) if len(head) == _LENGTH and length <= MOST else b""
        if not sealed or len(sealed) != length:
            raise self._altered()
        self._hash.update(head + sealed)
        self._is_over = not self._file.peek(1)
        try:
            piece = self._key.open(_place(self._of, self._number, is_last=self._is_over), sealed)
        except VaultError:
            raise self._altered() from None
        self._number += 1
        return piece

    def _altered(self) -> BackupError:
        return BackupError(
            f"{self._name} of the backup was altered or cut off: piece {self._number + 1} does not open. "
            "Take another backup, or another copy of this one."
        )


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it, however much the system takes at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _place(of: str, number: int, *, is_last: bool) -> bytes:
    return f"{of} {number} {'last' if is_last else 'more'}".encode()
