"""The folder beside an output in which a run keeps the stretches that it has done, for itself alone.

A stretch that carries its name is complete: it is written under another one, synced and renamed. What the
folder is good for stands in its manifest; a run that reads or uses anything else does not continue it. The
lock is the kernel's, so a run that is killed holds none.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from segmentation.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
WRITING = "writing"


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
        Whether the folder held the stretches of a run that had read or used something else.
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
        """Give a finished file of this folder its name, and remove the folder."""
        sync(staged)
        staged.replace(out)
        sync(out.parent)
        self.remove()

    def remove(self) -> None:
        """Remove the folder, the manifest first: without it nothing in here counts any more."""
        _clear(self.root)
        self.root.rmdir()


@contextmanager
def work_folder(out: Path, manifest: Mapping[str, Any]) -> Iterator[Work]:
    """Open the work folder of an output for one run alone, and empty it unless it holds the same work.

    Parameters
    ----------
    out : Path
        The file that is being made; the folder is ``.NAME.partial`` beside it.
    manifest : mapping
        Everything that the content of the output depends on, as plain data.

    Raises
    ------
    StorageError
        Another run holds the folder, or it belongs to somebody else.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    root = out.parent / f".{out.name}.partial"
    held = _hold(root, out)
    try:
        yield _begin(root, json.loads(json.dumps(manifest)))
    finally:
        os.close(held)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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


def _begin(root: Path, manifest: Mapping[str, Any]) -> Work:
    """Keep what fits the manifest, else empty the folder."""
    found = _read(root / MANIFEST)
    if found is not None and found.get("of") == manifest:
        return Work(root, manifest, discarded=False, note=found["note"])
    _empty(root, manifest, [])
    return Work(root, manifest, discarded=found is not None, note=[])


def _empty(root: Path, manifest: Mapping[str, Any], note: list[int]) -> None:
    """Leave nothing in the folder but its manifest."""
    _clear(root)
    staged = root / WRITING
    staged.write_text(json.dumps({"of": manifest, "note": note}, ensure_ascii=False), encoding="utf-8")
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
