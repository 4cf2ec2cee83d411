"""The file that says who was erased and what was taken back, and outlives every backup.

It lies outside of the database and of its backups, because a backup brings back what was erased since it was
made, and knows of no withdrawal since. So a restored database is held against it. What it says is written
there before it is done in the database; `stones` says what a line is.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from segmentation.errors import LedgerError, StorageError
from segmentation.files import reason_of, sync
from segmentation.ledger.personal.sighted import keep_sight, seen_in, sight_file
from segmentation.ledger.personal.stones import BEGINNING, followed_by, inscribed, read_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from segmentation.home import Home
    from segmentation.ledger.personal.sighted import Sight
    from segmentation.ledger.personal.stones import Tombstone

TOMBSTONES = "SEGMENTATION_TOMBSTONES"
CHUNK = 1 << 13
"""Bytes that are read from the end of the file at first: who opens it wants its last lines."""


def tombstones_file(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the file is: `SEGMENTATION_TOMBSTONES`, or ``tombstones.jsonl`` at home."""
    given = environ.get(TOMBSTONES)
    return Path(given).expanduser().absolute() if given else home.tombstones


def tombstones_of(home: Home, environ: Mapping[str, str] = os.environ) -> Tombstones:
    """Return the file that the settings name, with the last line that was seen of it from this machine."""
    return Tombstones(tombstones_file(home, environ), sight_file(home, environ))


class _Tail(NamedTuple):
    """The last whole lines of the file, and where they end in it."""

    lines: tuple[Tombstone, ...]
    end: int


class Tombstones:
    """The file of tombstones; several processes may use one.

    Parameters
    ----------
    path : Path
        Made with its folder when the first line is written.
    sight : Path or None
        Where its last line is remembered (`sighted`); None: nowhere, and a file is believed as it is.
    """

    def __init__(self, path: Path, sight: Path | None = None) -> None:
        self._path, self._sight = path, sight

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def read(self) -> tuple[Tombstone, ...]:
        """Return all lines, the oldest first; none where there is no file yet.

        A last line without its end was never confirmed to anybody, and is left out.

        Raises
        ------
        LedgerError
            A line was altered, taken out, moved or added by another program; names the first. Or lines are
            missing that were seen from here before.
        StorageError
            The file cannot be read.
        """
        return self.since(1)

    def since(self, number: int) -> tuple[Tombstone, ...]:
        """Return the lines from one on, or the last one alone where there are fewer, without reading more.

        Of those before, their digest in the first line is believed, and what the caller knows of that line;
        raises what `read` does.
        """
        seen = self._seen()  # before the lines, which may be more
        lines = self._tail(number).lines
        self._check(lines, seen)
        return tuple(one for one in lines if one.number >= number) or lines[-1:]

    def stamp(self) -> tuple[int, ...]:
        """Return what tells whether somebody wrote there since; nothing where there is no file."""
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    def unseen(self, lines: Sequence[Tombstone]) -> int:
        """Return how many lines were seen from here before that are not among these.

        Parameters
        ----------
        lines : sequence of Tombstone
            All that there are, the oldest first.
        """
        seen = self._seen()
        return 0 if _holds(lines, seen) or seen is None else max(1, seen.number - len(lines))

    def remember(self, lines: Sequence[Tombstone]) -> None:
        """Remember the last line, from which on no fewer are believed.

        Raises
        ------
        StorageError
            It cannot be written.
        """
        if self._sight is not None:
            keep_sight(self._sight, lines[-1] if lines else None)

    def see(self, lines: Sequence[Tombstone]) -> None:
        """Remember the last line where more are there than were seen, if that can be written."""
        seen = self._seen()
        if lines and (seen is None or seen.number < lines[-1].number):
            with suppress(StorageError):
                self.remember(lines)

    def _seen(self) -> Sight | None:
        return None if self._sight is None else seen_in(self._sight)

    def _check(self, lines: Sequence[Tombstone], seen: Sight | None) -> None:
        if seen is not None and not _holds(lines, seen):
            raise LedgerError(
                f"The tombstones {self._path} have {_last(lines):,} lines, and {seen.number:,} were seen "
                "from here before: the file was lost or cut, or is another one. Restore its newest copy; "
                "until then nobody knows who was erased or withdrew. Where there is none, run `segmentation "
                "ledger tombstones`."
            )

    @contextmanager
    def writing(self, *, lost: bool = False) -> Iterator[Pen]:
        """Give the only pen, while every other process waits.

        Parameters
        ----------
        lost : bool
            Whether lines may be missing that were seen before, because they are about to be written anew.

        Raises
        ------
        LedgerError
            What `read` does.
        StorageError
            The file cannot be made, read or written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise _refused(self._path, "written", error) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            tail = self._tail(1 if lost else None)
            if not lost:
                self._check(tail.lines, self._seen())
            yield Pen(self, descriptor, tail.end, tail.lines)
        finally:
            os.close(descriptor)

    def _tail(self, number: int | None) -> _Tail:
        """Return the last lines, from one on; None: as many as are read at once.

        Each is held against the one before it; the first of them is believed where there are others before.
        """
        length = CHUNK
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                while True:
                    start = max(0, size - length)
                    file.seek(start)
                    content = file.read(size - start)
                    found = self._lines(content, is_whole=not start)
                    if not start or (found and (number is None or found[0].number <= number)):
                        return _Tail(found, start + content.rfind(b"\n") + 1)
                    length *= 4
        except FileNotFoundError:
            return _Tail((), 0)
        except OSError as error:
            raise _refused(self._path, "read", error) from None

    def _lines(self, content: bytes, *, is_whole: bool) -> tuple[Tombstone, ...]:
        """Return what lines say; nothing where some of a part do not fit, for which all are looked at."""
        found: list[Tombstone] = []
        told = content.split(b"\n")[0 if is_whole else 1 : -1]
        for at, line in enumerate(told, start=1):
            tombstone = read_line(line)
            due = (found[-1].number + 1, found[-1].digest) if found else (1, BEGINNING)
            is_first = not (is_whole or found)
            if tombstone is None or not (is_first or (tombstone.number, tombstone.previous) == due):
                if not is_whole:
                    return ()
                raise LedgerError(
                    f"Line {at} of the tombstones {self._path} was altered, or lines before it were taken "
                    "out. Restore the file from its copy; until then nobody knows who was erased or withdrew."
                )
            found.append(tombstone)
        return tuple(found)


class Pen:
    """The only writer of the file, as long as `Tombstones.writing` lasts."""

    def __init__(self, file: Tombstones, descriptor: int, end: int, lines: tuple[Tombstone, ...]) -> None:
        self._file, self._descriptor, self._end, self._lines = file, descriptor, end, lines

    @property
    def lines(self) -> tuple[Tombstone, ...]:
        """The last ones that are there: all of them, where lines may have been lost."""
        return self._lines

    def append(self, erased: Sequence[tuple[str, str]], at: datetime) -> tuple[Tombstone, ...]:
        """Add a line for each erasure; they are on the disk when this returns, or none of them is.

        Parameters
        ----------
        erased : sequence of (str, str)
            Mark, and digest of the wrapped key.
        at : datetime
            Aware.

        Raises
        ------
        StorageError
            The disk is full, or the file cannot be written. Where it says so of what was seen last, the
            lines are there.
        """
        return self._appended([(mark, at, key, "") for mark, key in erased])

    def say(self, said: Sequence[str], at: datetime) -> tuple[Tombstone, ...]:
        """Add a line for each seal of what was taken back (`taken_back.sealed`), as `append` does."""
        return self._appended([("", at, "", one) for one in said])

    def _appended(self, told: Sequence[tuple[str, datetime, str, str]]) -> tuple[Tombstone, ...]:
        added: list[Tombstone] = []
        for one in told:
            before = added[-1] if added else self._lines[-1] if self._lines else None
            added.append(followed_by(before, *one))
        self.keep(added)
        return tuple(added)

    def keep(self, added: Sequence[Tombstone]) -> None:
        """Add lines that follow those that are there, as `append` does."""
        text = b"".join(map(inscribed, added))
        try:
            self._write(text)
        except OSError as error:
            with suppress(OSError):  # what is left of it is no whole line, or is told as altered
                os.ftruncate(self._descriptor, self._end)
            raise _refused(self._file.path, "written", error) from None
        self._end += len(text)
        self._lines += tuple(added)
        self._file.remember(self._lines)

    def _write(self, text: bytes) -> None:
        """Write after the last whole line: what a killed process left half-written is written over."""
        os.ftruncate(self._descriptor, self._end)
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        rest = memoryview(text)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        os.fsync(self._descriptor)
        if self._end == 0:
            sync(self._file.path.parent)


def _holds(lines: Sequence[Tombstone], seen: Sight | None) -> bool:
    """Whether the last lines have what was seen, or what follows it."""
    if seen is None or seen.number == 0:
        return True
    if _last(lines) < seen.number:
        return False
    at = seen.number - lines[0].number
    return at < 0 or lines[at].digest == seen.digest


def _last(lines: Sequence[Tombstone]) -> int:
    return lines[-1].number if lines else 0


def _refused(path: Path, done: str, error: OSError) -> StorageError:
    return StorageError(
        f"The tombstones {path} cannot be {done}: {reason_of(error)}. Make room, check who may read and "
        f"write there, or set {TOMBSTONES}."
    )
