"""The folder beside an output in which a run keeps the stretches that it has done, for itself alone.

A stretch that carries its name is complete: it is written under another one, synced and renamed. What the
folder is good for stands in its manifest; a run that reads or uses anything else does not continue it, and
does not throw it away unasked. The lock is the kernel's, so a run that is killed holds none.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

from segmentation.errors import StorageError
from segmentation.files import sync, umask

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
WRITING = "writing"
STAGED = "output"
"""The output, while it is being written."""


@dataclass(frozen=True)
class Unfinished:
    """What an interrupted run left behind.

    Attributes
    ----------
    folder : Path
        Where it lies; it holds ids and segments.
    manifest : mapping
        What the run depended on, as plain data; empty where that is damaged.
    """

    folder: Path
    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """What a run has done so far.

    Attributes
    ----------
    root : Path
        The folder; only its owner may look into it.
    manifest : mapping
        Everything that the content of the output depends on, as plain data.
    discarded : bool
        Whether the folder held the stretches of another run, which were thrown away.
    note : list of int
        What a run has found out that its stretches depend on.
    """

    root: Path
    manifest: Mapping[str, Any]
    discarded: bool
    note: list[int]

    def done(self) -> list[Path]:
        """Return the folders of the stretches that are complete, from the first up to the first gap."""
        found: list[Path] = []
        while (stretch := self.root / _name(len(found))).is_dir():
            found.append(stretch)
        return found

    @contextmanager
    def stretch(self, number: int) -> Iterator[Path]:
        """Give an empty folder to write a stretch to, and name it so once the block has ended well."""
        staged = self.root / WRITING
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700)
        yield staged
        for file in staged.iterdir():
            sync(file)
        sync(staged)
        staged.rename(self.root / _name(number))  # a power failure may undo this, but no half of it

    def restart(self, note: list[int]) -> Work:
        """Forget all stretches, as something was found out that they depend on."""
        _empty(self.root, self.manifest, note)
        return replace(self, note=note)

    def publish(self, staged: Path, out: Path) -> None:
        """Give a finished file of this folder its name and the rights of any file, and remove the folder."""
        staged.chmod(0o666 & ~umask())
        sync(staged)
        staged.replace(out)
        sync(out.parent)
        self.remove()

    def rest(self) -> None:
        """Keep the complete stretches and nothing else, so that half of one does not fill a disk."""
        if not self.done():
            self.remove()
            return
        shutil.rmtree(self.root / WRITING, ignore_errors=True)
        (self.root / STAGED).unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove the folder, the manifest first: without it nothing in here counts any more."""
        _clear(self.root)
        self.root.rmdir()


@contextmanager
def work_folder(out: Path, manifest: Mapping[str, Any], *, discard: bool = False) -> Iterator[Work]:
    """Open the work folder of an output for one run alone.

    Parameters
    ----------
    out : Path
        The file that is being made; the folder is ``.NAME.partial`` beside it.
    manifest : mapping
        Everything that the content of the output depends on, as plain data.
    discard : bool
        Whether to throw away what the folder holds.

    Raises
    ------
    StorageError
        Another run holds the folder, it belongs to somebody else, or it holds other work that is not to be
        thrown away.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    root = _root(out)
    held = _hold(root, out)
    try:
        yield _begin(root, json.loads(json.dumps(manifest)), discard=discard)
    finally:
        os.close(held)


def unfinished(out: Path) -> Unfinished | None:
    """Return what an interrupted run has done of an output; None where that is nothing."""
    root = _root(out)
    with suppress(PermissionError):  # of somebody else's folder
        found = _read(root / MANIFEST)
        if found is not None and (root / _name(0)).is_dir():
            of = found.get("of")
            return Unfinished(root, of if isinstance(of, dict) else {})
    return None


def create(path: Path) -> BinaryIO:
    """Open a new file for its owner alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _root(out: Path) -> Path:
    return out.parent / f".{out.name}.partial"


def _name(number: int) -> str:
    return f"{number:08d}"


def _hold(root: Path, out: Path) -> int:
    """Return the folder, open and locked; look again if a run that ended a moment ago has removed it."""
    while True:
        with suppress(FileExistsError):
            root.mkdir(mode=0o700)
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        if _is_held(handle, root, out):
            return handle
        os.close(handle)


def _is_held(handle: int, root: Path, out: Path) -> bool:
    """Lock an open folder, and return whether it is still the one of that name."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        is_free = False
    else:
        is_free = True
    found = os.fstat(handle)
    if not is_free or found.st_uid != os.geteuid():
        os.close(handle)
        raise _in_the_way(root, out, is_free=is_free)
    os.fchmod(handle, 0o700)
    return root.exists() and root.stat().st_ino == found.st_ino


def _in_the_way(root: Path, out: Path, *, is_free: bool) -> StorageError:
    if is_free:
        return StorageError(f"{root} belongs to somebody else. Remove it, or write to another file.")
    return StorageError(f"{out} is being written by another run. Wait for it, or write to another file.")


def _begin(root: Path, manifest: Mapping[str, Any], *, discard: bool) -> Work:
    """Keep what fits the manifest, else empty the folder if nothing is lost or it is to be thrown away."""
    found = _read(root / MANIFEST)
    if found is not None and found.get("of") == manifest and not discard:
        return Work(root, manifest, discarded=False, note=found["note"])
    is_lost = found is not None and (root / _name(0)).is_dir()
    if is_lost and not discard:
        raise StorageError(
            f"{root} holds unfinished work on another input, version or day. Run it again as it was begun, "
            "or discard it (`--discard`)."
        )
    _empty(root, manifest, [])
    return Work(root, manifest, discarded=is_lost, note=[])


def _empty(root: Path, manifest: Mapping[str, Any], note: list[int]) -> None:
    """Leave nothing in the folder but its manifest."""
    _clear(root)
    staged = root / WRITING
    with create(staged) as file:
        file.write(json.dumps({"of": manifest, "note": note}, ensure_ascii=False).encode())
    staged.rename(root / MANIFEST)


def _read(file: Path) -> dict[str, Any] | None:
    """Return what a manifest holds: None where there is none, and nothing that fits where it is damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError):
        found = {}
    return found if isinstance(found, dict) else {}


def _clear(root: Path) -> None:
    if (root / MANIFEST).exists():
        (root / MANIFEST).unlink()
        sync(root)
    for entry in root.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
