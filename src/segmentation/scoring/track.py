"""What a run of storing has done so far: a small file at home, which holds counts and times and nobody.

The rows that a run keeps stand in the ledger, a stretch in each transaction. A run that was killed does not
know whether its last stretch is there, so it notes when it begins one: whoever has a row of just that time
is not kept again, by that run or by a later one of the same table, version and day.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from segmentation.errors import StorageError
from segmentation.files import reason_of, sync
from segmentation.scoring.work import Unfinished, create

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Done:
    """What a run has done.

    Attributes
    ----------
    of : mapping
        Everything that its rows depend on, as plain data.
    rows : int
        Rows of the source that are done.
    times : tuple of int
        When its stretches began, microseconds since 1970.
    is_whole : bool
        Whether it came to its end.
    """

    of: Mapping[str, Any]
    rows: int = 0
    times: tuple[int, ...] = ()
    is_whole: bool = False


class Track:
    """The file of one run, which holds it alone.

    Parameters
    ----------
    path : Path
    before : Done
        What was done of the same when this run began.
    discarded : bool
        Whether the file told of another run, or of the same, which is forgotten.
    """

    def __init__(self, path: Path, before: Done, *, discarded: bool) -> None:
        self._path, self.before, self.discarded, self._now = path, before, discarded, before

    def begin(self, at: int) -> None:
        """Note that a stretch begins, before anything of it is kept."""
        self._note(replace(self._now, times=(*self._now.times, at), is_whole=False))

    def done(self, rows: int) -> None:
        """Note up to which row all is kept."""
        self._note(replace(self._now, rows=rows))

    def end(self) -> None:
        """Note that all is kept: who runs it once more looks at every row again."""
        self._note(replace(self._now, rows=0, is_whole=True))

    def _note(self, now: Done) -> None:
        staged = self._path.with_suffix(".writing")
        try:
            with create(staged) as file:
                file.write(json.dumps(vars(now), ensure_ascii=False).encode())
            sync(staged)
            staged.replace(self._path)
            sync(self._path.parent)
        except OSError as error:
            raise _refused(self._path, error) from None
        self._now = now


@contextmanager
def track(path: Path, of: Mapping[str, Any], *, discard: bool = False) -> Iterator[Track]:
    """Open the file of a run, for one run alone.

    Parameters
    ----------
    path : Path
        Ends with ``.json``.
    of : mapping
        Everything that the rows of the run depend on, as plain data.
    discard : bool
        Whether to forget what was done before.

    Raises
    ------
    StorageError
        Another run holds it, it cannot be written, or tells of another run that did not come to its end.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _refused(path, error) from None
    try:
        _lock(held, path)
        yield _begun(path, json.loads(json.dumps(of)), discard=discard)
    finally:
        os.close(held)


def unfinished_track(path: Path) -> Unfinished | None:
    """Return the run that did not come to its end; None where there is none."""
    found = _read(path)
    return None if found is None or found.is_whole or not found.times else Unfinished(path, found.of)


def _begun(path: Path, of: Mapping[str, Any], *, discard: bool) -> Track:
    found = _read(path)
    if found is not None and found.of == of and not discard:
        return Track(path, found, discarded=False)
    if unfinished_track(path) is not None and not discard:
        raise StorageError(
            f"{path} tells of an unfinished run on another input, version or day. Run it again as it was "
            "begun, or forget it (`--discard`)."
        )
    return Track(path, Done(of), discarded=found is not None and found.of == of)


def _lock(held: int, path: Path) -> None:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StorageError(
            f"Another run holds {path}: residents of this model are being stored. Wait for it."
        ) from None


def _read(path: Path) -> Done | None:
    """Return what a file tells; None where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Done(found["of"], found["rows"], tuple(found["times"]), found["is_whole"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError):
        raise StorageError(
            f"{path}, which tells what was stored so far, cannot be read or was altered. Restore it, or "
            "remove it: a run that it told of is then begun anew, and what it had stored is stored once more."
        ) from None


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} cannot be written: {reason_of(error)}. Make room, or check who may write there; the same "
        "command goes on."
    )
