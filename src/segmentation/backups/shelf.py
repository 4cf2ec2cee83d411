"""The folder of backups: one whole backup a folder, put there at once, and old ones taken away whole.

What is being written, or taken away, has a hidden name. So what a kill, a power cut or a full disk left
half-done is never taken for a backup, and the next run, which is alone there, sweeps it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from segmentation.backups.frames import told
from segmentation.backups.manifest import Manifest, peeked
from segmentation.errors import BackupError
from segmentation.files import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

PREFIX = "segmentation-"
HALF = ".half-"
LOCK = ".lock"


class Kept(NamedTuple):
    """A whole backup: its folder, and what it says of itself."""

    path: Path
    manifest: Manifest


def name_of(at: datetime, backup: str) -> str:
    """Return the name of a backup's folder: sorted by name, the newest one is the last."""
    return f"{PREFIX}{at:%Y%m%dT%H%M%SZ}-{backup[:8]}"


class Shelf:
    """The folder that holds backups, for the one process that writes there.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder, and keep other backups out as long as the block lasts.

        Raises
        ------
        BackupError
            Another backup is being made there.
        StorageError
            The folder cannot be made or written.
        """
        with told(self._path):
            self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(
                    f"Another backup is being made in {self._path}. Wait for it, or name another folder."
                ) from None
            yield
        finally:
            os.close(descriptor)

    def swept(self) -> int:
        """Take away what runs before left half-done, and return how many there were."""
        with told(self._path):
            half = list(self._path.glob(f"{HALF}*"))
            for one in half:
                shutil.rmtree(one)
        return len(half)

    @contextmanager
    def staged(self, name: str) -> Iterator[Path]:
        """Give an empty hidden folder, which is the backup of that name once the block has ended well.

        Raises
        ------
        StorageError
            The disk is full, or the folder cannot be written; nothing half-written is left.
        """
        half = self._path / f"{HALF}{name}"
        try:
            with told(self._path):
                half.mkdir(mode=0o700)
            yield half
            with told(self._path):
                sync(half)
                half.rename(self._path / name)
                sync(self._path)
        finally:
            shutil.rmtree(half, ignore_errors=True)

    def kept(self) -> tuple[Kept, ...]:
        """Return the whole backups that are there, the newest first."""
        found = ((path, peeked(path)) for path in self._folders())
        return tuple(Kept(path, manifest) for path, manifest in found if manifest is not None)

    def broken(self) -> tuple[Path, ...]:
        """Return folders that are called like backups, and are none: of a copy that was cut off, or worse."""
        return tuple(path for path in self._folders() if peeked(path) is None)

    def rotated(self, keep: int, ledger: str) -> int:
        """Take away the oldest whole backups of a ledger, and return how many there were.

        Parameters
        ----------
        keep : int
            How many stay, from 1.
        ledger : str
            `Manifest.ledger`; backups of another one are let be.
        """
        old = [one.path for one in self.kept() if one.manifest.ledger == ledger][keep:]
        with told(self._path):
            for path in old:
                gone = path.with_name(f"{HALF}{path.name}")
                path.rename(gone)  # at once, so that no half of it is ever taken for a backup
                shutil.rmtree(gone)
        return len(old)

    def _folders(self) -> list[Path]:
        return sorted(self._path.glob(f"{PREFIX}*"), reverse=True)
