"""Access events on this machine's disk before an answer leaves: the ledger is too slow to be waited for.

Each worker appends to a file of its own, one line an event, and holds a lock on it while it lives: so whoever
moves lines into the ledger (`serving.mover`) knows which spools are still written to. What was written is
there after the process was killed, at whatever moment; it is not flushed to the disk for every answer, so an
event of the last seconds may be lost where the machine itself loses power.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import stat
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, NamedTuple

from segmentation.errors import StorageError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENDING = ".spool"
LIMIT = 2**20
"""Bytes from which on a spool is left for the mover to finish, and a new one begun."""
LOOK = 1.0
"""Seconds after which it is looked anew whether the file is still there: that takes as long as to write."""
NEWLINE = b"\n"


class Spool:
    """The file that one worker appends to; may be used by several of its threads.

    Parameters
    ----------
    folder : Path
        Made where it does not exist, for its owner alone.
    limit : int
        Bytes from which on a new file is begun.
    name : callable
        Gives a name that no spool ever had: what the ledger knows a spool by.
    monotonic : callable
        Seconds of a clock that never goes back.

    Raises
    ------
    StorageError
        The folder or the file cannot be made, or others may write into the folder.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limit: int = LIMIT,
        name: Callable[[], str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder, self._limit, self._name = folder, limit, name or _fresh_name
        self._lock, self._monotonic = threading.Lock(), monotonic
        self._torn, self._size, self._look_at = False, 0, monotonic() + LOOK
        self._file: int | None = None
        _made(folder)
        self._file = self._opened()

    def write(self, line: bytes) -> None:
        """Append one event, whole or not at all.

        Parameters
        ----------
        line : bytes
            JSON, without a line break.

        Raises
        ------
        StorageError
            It could not be written, so the answer that it tells of must not leave.
        """
        record = line + NEWLINE
        with self._lock:
            file = self._ready()
            try:
                written = os.write(file, record)
            except OSError as error:
                raise refused(self._folder, error) from None
            if written == len(record):
                self._size += written
                return
            self._take_back(file)
        raise StorageError(
            f"The spool folder {self._folder} has no room for an access event. Make room there."
        )

    def close(self) -> None:
        """Write no more, and leave what is there to the mover; may be called twice."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
            self._file = None

    def _ready(self) -> int:
        """Return the file to write to: a new one where the old one is full, torn or was removed."""
        if self._file is None:
            raise StorageError("The spool of access events is closed: the service is about to stop.")
        if self._size < self._limit and not self._torn and not self._is_removed(self._file):
            return self._file
        fresh = self._opened()
        os.close(self._file)
        self._file, self._torn, self._size = fresh, False, 0
        return fresh

    def _is_removed(self, file: int) -> bool:
        """Tell whether somebody removed the file, or emptied it, as of a moment ago."""
        now = self._monotonic()
        if now < self._look_at:
            return False
        self._look_at = now + LOOK
        state = os.fstat(file)
        return not state.st_nlink or state.st_size != self._size

    def _take_back(self, file: int) -> None:
        """Cut off part of a line; where even that fails, nothing more is written behind it."""
        try:
            os.ftruncate(file, self._size)
        except OSError:
            self._torn = True

    def _opened(self) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            while True:
                path = self._folder / f"{self._name()}{ENDING}"
                file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                # Between these two lines a mover may have found it without an owner, and removed it.
                if is_locked(file) and os.fstat(file).st_nlink:
                    return file
                os.close(file)
        except OSError as error:
            raise refused(self._folder, error) from None


class Waiting(NamedTuple):
    """A spool as it lies in the folder.

    Attributes
    ----------
    name : str
        What the ledger knows it by.
    path : Path
    size : int
        Bytes.
    """

    name: str
    path: Path
    size: int


def spools(folder: Path) -> tuple[Waiting, ...]:
    """Return the spools of a folder by name: files of who runs this, and none where there is no folder yet.

    Raises
    ------
    StorageError
        The folder cannot be read.
    """
    own = ((path, state) for path, state in _entries(folder) if _is_own(state))
    return tuple(Waiting(path.name.removesuffix(ENDING), path, state.st_size) for path, state in own)


def strays(folder: Path) -> int:
    """Return how many things have the name of a spool and are none, such as a link or another's file.

    Raises what `spools` does.
    """
    return sum(1 for _, state in _entries(folder) if not _is_own(state))


def opened(spool: Waiting) -> IO[bytes] | None:
    """Open a spool to read it and to lock it; None where it is gone, or has become something else.

    Raises
    ------
    StorageError
        The file system refuses.
    """
    try:
        # A link is not followed, and nobody is waited for where it is a pipe.
        file = os.open(spool.path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(spool.path.parent, error) from None
    if _is_own(os.fstat(file)):
        return os.fdopen(file, "r+b")
    os.close(file)
    return None


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield by name what has the name of a spool, and what it is itself, wherever it leads."""
    try:
        for path in sorted(folder.glob(f"*{ENDING}")):
            with suppress(FileNotFoundError):  # another worker's mover has finished it meanwhile
                yield path, path.lstat()
    except OSError as error:
        raise refused(folder, error) from None


def _is_own(state: os.stat_result) -> bool:
    return stat.S_ISREG(state.st_mode) and state.st_uid == os.geteuid()


def _made(folder: Path) -> None:
    """Make the folder, or refuse one in which others could lay down what is moved into the ledger."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except OSError as error:
        raise refused(folder, error) from None
    if state.st_uid not in {os.geteuid(), 0}:
        raise StorageError(
            f"The spool folder {folder} belongs to another user, who could write access events. Let it "
            "belong to who runs the service, or name another home."
        )
    if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise StorageError(
            f"Others than its owner may write into the spool folder {folder}, and so add access events. "
            "Run `chmod go-w` on it."
        )


def is_locked(file: int) -> bool:
    """Take the lock of an open file if nobody has it; tell whether it is held now by this file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _fresh_name() -> str:
    return f"{secrets.token_hex(16)}-{os.getpid()}"


def refused(folder: Path, error: OSError) -> StorageError:
    """Return what the file system refuses as one sentence."""
    reason = reason_of(error)
    return StorageError(
        f"The spool folder {folder} cannot be used: {reason}. Make room, or check who may write there."
    )
