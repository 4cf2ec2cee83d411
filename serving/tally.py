"""Numbers that each worker counts and any worker can add up: a table per worker, in a file that it maps.

A worker holds a lock on its file while it lives, which is how the others know. The file of a dead worker is
added to that of the next one to start, under the folder's lock, so that no scrape sees a count twice or
misses it. Files of an earlier run of the service, or of another layout, are removed: a service that starts
counts from zero.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import secrets
from array import array
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from segmentation.errors import StorageError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ENDING = ".tally"
WIDTH = 8


class Tally(Protocol):
    """Numbers of this worker, and of all."""

    own: memoryview[float]
    """Numbers of this worker, to count in."""

    def read(self) -> tuple[Sequence[float], Sequence[Sequence[float]]]:
        """Return the sums over all workers, and the numbers of each that lives."""


class Alone:
    """Numbers of a worker that is alone."""

    def __init__(self, slots: int) -> None:
        self.own = memoryview(bytearray(slots * WIDTH)).cast("d")

    def read(self) -> tuple[Sequence[float], Sequence[Sequence[float]]]:
        """Return its numbers, as the sum and as the only ones."""
        numbers = self.own.tolist()
        return numbers, [numbers]


class Shared:
    """Numbers of one of several workers.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    slots : int
        How many numbers.
    lasting : int
        Of this many first numbers, those of dead workers still count; the others are of the living.
    run : str
        Names this run of the service: the same in all its workers, another after a new start.

    Raises
    ------
    StorageError
        The folder cannot be used.
    """

    def __init__(self, folder: Path, slots: int, lasting: int, run: str) -> None:
        self._folder, self._slots, self._lasting = folder, slots, lasting
        self._prefix = f"{run}-{slots}-"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked(fcntl.LOCK_EX):
                self._path = folder / f"{self._prefix}{secrets.token_hex(8)}{ENDING}"
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                os.truncate(self._file, slots * WIDTH)
                fcntl.flock(self._file, fcntl.LOCK_EX)
                self.own = memoryview(mmap.mmap(self._file, slots * WIDTH)).cast("d")
                self._take_over()
        except OSError as error:
            reason = reason_of(error)
            raise StorageError(
                f"The folder {folder} of what workers count cannot be used: {reason}."
            ) from None

    def read(self) -> tuple[Sequence[float], Sequence[Sequence[float]]]:
        """Return the sums over all workers, dead ones too, and the numbers of each that lives.

        Raises
        ------
        StorageError
        """
        total, living = [0.0] * self._slots, []
        try:
            with self._locked(fcntl.LOCK_SH):
                for path in sorted(self._folder.glob(f"{self._prefix}*{ENDING}")):
                    numbers, is_alive = self._numbers(path)
                    if is_alive:
                        living.append(numbers)
                    for slot in range(self._lasting):
                        total[slot] += numbers[slot]
        except OSError as error:
            reason = reason_of(error)
            raise StorageError(f"What workers counted in {self._folder} cannot be read: {reason}.") from None
        return total, living

    def _take_over(self) -> None:
        """Add what dead workers of this run counted to what this one counts; remove all that nobody holds."""
        for path in self._folder.glob(f"*{ENDING}"):
            if path == self._path:
                continue
            if path.name.startswith(self._prefix):
                numbers, is_alive = self._numbers(path)
                if is_alive:
                    continue
                for slot in range(self._lasting):
                    self.own[slot] += numbers[slot]
            elif _is_held(path):
                continue
            path.unlink()

    def _numbers(self, path: Path) -> tuple[list[float], bool]:
        is_alive = path == self._path or _is_held(path)
        return list(array("d", path.read_bytes())), is_alive

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, kind)
            yield
        finally:
            os.close(lock)


def _is_held(path: Path) -> bool:
    """Tell whether a worker that lives holds this file."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
