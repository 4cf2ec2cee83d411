"""The file that says who was erased, and outlives every backup: a restored database is held against it.

It lies outside of the database and of its backups, because a backup brings back what was erased since it
was made. A line names nobody: it has a mark that the keyring alone makes, the time, and a digest of the
wrapped key that was destroyed. Each line carries the digest of the one before, so none is taken out unseen.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import LedgerError, SigningError, StorageError
from segmentation.files import reason_of
from segmentation.ledger.personal.sighted import keep_sight, seen_in, sight_file
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from segmentation.home import Home
    from segmentation.ledger.personal.sighted import Sight

TOMBSTONES = "SEGMENTATION_TOMBSTONES"
BEGINNING = "sha256:" + 64 * "0"
"""Stands for the line before the first."""
_encode = msgspec.json.Encoder().encode


class Tombstone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One erasure.

    Attributes
    ----------
    number : int
        From 1, without gaps.
    mark : str
        Hexadecimal digits: `Keyring.marker` of ``own tombstone``.
    at : datetime
        UTC.
    key : str
        Digest of the wrapped key that was destroyed.
    previous : str
        Digest of the line before; `BEGINNING` for the first.
    digest : str
        Over everything before (RFC 8785, SHA-256).
    """

    number: int
    mark: str
    at: datetime
    key: str
    previous: str
    digest: str

    @property
    def computed(self) -> str:
        """What the digest must be."""
        told = {name: getattr(self, name) for name in ("number", "mark", "key", "previous")}
        return sha256(canonical({**told, "at": self.at.isoformat()}))


_decode = msgspec.json.Decoder(Tombstone).decode


def tombstones_file(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the file is: `SEGMENTATION_TOMBSTONES`, or ``tombstones.jsonl`` at home."""
    given = environ.get(TOMBSTONES)
    return Path(given).expanduser().absolute() if given else home.tombstones


def tombstones_of(home: Home, environ: Mapping[str, str] = os.environ) -> Tombstones:
    """Return the file that the settings name, with the last line that was seen of it from this machine."""
    return Tombstones(tombstones_file(home, environ), sight_file(home, environ))


def chained(told: Iterable[tuple[str, datetime, str]]) -> list[Tombstone]:
    """Return the lines that say this, each a mark, a time and the digest of a key, from the first on."""
    found: list[Tombstone] = []
    for mark, at, key in told:
        found.append(followed_by(found[-1] if found else None, mark, at, key))
    return found


def followed_by(before: Tombstone | None, mark: str, at: datetime, key: str) -> Tombstone:
    """Return the line that follows another; the first one where there is none."""
    number, previous = (1, BEGINNING) if before is None else (before.number + 1, before.digest)
    new = Tombstone(number, mark, at.astimezone(UTC), key, previous, "")
    return msgspec.structs.replace(new, digest=new.computed)


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
        seen = None if self._sight is None else seen_in(self._sight)  # before the lines, which may be more
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError as error:
            raise _refused(self._path, "read", error) from None
        lines = self._lines(content)
        self._check(lines, seen)
        return lines

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
        seen = None if self._sight is None else seen_in(self._sight)
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
        if self._sight is not None and lines:
            seen = seen_in(self._sight)
            if seen is None or seen.number < len(lines):
                with suppress(StorageError):
                    self.remember(lines)

    def _check(self, lines: Sequence[Tombstone], seen: Sight | None) -> None:
        if seen is not None and not _holds(lines, seen):
            raise LedgerError(
                f"The tombstones {self._path} have {len(lines):,} lines, and {seen.number:,} were seen from "
                "here before: the file was lost or cut, or is another one. Restore its newest copy; until "
                "then nobody knows who was erased. Where there is none, run `segmentation ledger tombstones`."
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
            content = self._path.read_bytes()
            lines = self._lines(content)
            if not lost:
                self._check(lines, None if self._sight is None else seen_in(self._sight))
            yield Pen(self, descriptor, content.rfind(b"\n") + 1, lines)
        finally:
            os.close(descriptor)

    def _lines(self, content: bytes) -> tuple[Tombstone, ...]:
        found: list[Tombstone] = []
        for at, line in enumerate(content.split(b"\n")[:-1], start=1):
            tombstone = _read(line)
            before = found[-1].digest if found else BEGINNING
            if tombstone is None or (tombstone.number, tombstone.previous) != (at, before):
                raise LedgerError(
                    f"Line {at} of the tombstones {self._path} was altered, or lines before it were taken "
                    "out. Restore the file from its copy; until then nobody knows who was erased."
                )
            found.append(tombstone)
        return tuple(found)


class Pen:
    """The only writer of the file, as long as `Tombstones.writing` lasts."""

    def __init__(self, file: Tombstones, descriptor: int, end: int, lines: tuple[Tombstone, ...]) -> None:
        self._file, self._descriptor, self._end, self._lines = file, descriptor, end, lines

    @property
    def lines(self) -> tuple[Tombstone, ...]:
        """All that is there."""
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
        added: list[Tombstone] = []
        for mark, key in erased:
            before = added[-1] if added else self._lines[-1] if self._lines else None
            added.append(followed_by(before, mark, at, key))
        self.keep(added)
        return tuple(added)

    def keep(self, added: Sequence[Tombstone]) -> None:
        """Add lines that follow those that are there, as `append` does."""
        text = b"".join(_encode(one) + b"\n" for one in added)
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
            _remember(self._file.path.parent)


def _holds(lines: Sequence[Tombstone], seen: Sight | None) -> bool:
    """Whether lines have what was seen."""
    if seen is None or seen.number == 0:
        return True
    return len(lines) >= seen.number and lines[seen.number - 1].digest == seen.digest


def _read(line: bytes) -> Tombstone | None:
    """Return what a line says; None where it is not as this program writes it."""
    try:
        found = _decode(line)
        if found.computed == found.digest and _encode(found) == line:
            return found
    except (msgspec.MsgspecError, SigningError, ValueError):
        pass
    return None


def _refused(path: Path, done: str, error: OSError) -> StorageError:
    return StorageError(
        f"The tombstones {path} cannot be {done}: {reason_of(error)}. Make room, check who may read and "
        f"write there, or set {TOMBSTONES}."
    )


def _remember(folder: Path) -> None:
    """Make sure that a folder has the name of a new file after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
