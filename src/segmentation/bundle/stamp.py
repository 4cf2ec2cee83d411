"""What tells whether a bundle that was read and checked was touched since, without reading it again.

Who keeps a bundle in memory would otherwise show it as sound after somebody altered it on the disk. No digest
is computed here: a stamp proves nothing, and one that is another than before is a reason to read anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.bundle.local import LocalShelf
from segmentation.bundle.shelf import shelf_of

if TYPE_CHECKING:
    import os
    from pathlib import Path

Stamp = tuple[tuple[str, ...], ...]
"""Names, and of each what the disk says of it."""


def stamp(address: str, model: str, version: int, digest: str, *, approved: bool) -> Stamp | None:
    """Return the stamp of a bundle, which changes when a file of it, or its folder, is touched.

    Parameters
    ----------
    address : str
        A folder, or an address as fsspec takes it.
    model, version, digest : str, int, str
        Of the bundle.
    approved : bool
        Whether it is the approved bundle, or the one that reviewers read.

    Returns
    -------
    Stamp or None
        Empty where no such folder can be read; None where it lies on no local disk.

    Raises
    ------
    BundleError, StorageError
        What `segmentation.bundle.shelf.shelf_of` raises.
    """
    shelf = shelf_of(address, model, version, digest, approved=approved)
    if not isinstance(shelf, LocalShelf):
        return None
    try:
        return (*_way(shelf), *(_file(path) for path in sorted(shelf.folder.iterdir())))
    except OSError:
        return ()


def _way(shelf: LocalShelf) -> tuple[tuple[str, ...], ...]:
    """Return which folders lead there; each may be changed for another one, or for a link."""
    folders = [shelf.folder, *shelf.folder.parents[: len(shelf.parts)]]
    found = ((path, path.lstat()) for path in folders)
    return tuple((path.name, f"{one.st_dev} {one.st_ino} {one.st_mode}") for path, one in found)


def _file(path: Path) -> tuple[str, ...]:
    """Return a file; the time of its last change of any kind is the one that nobody sets back."""
    found: os.stat_result = path.lstat()
    told = (found.st_dev, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    return (path.name, " ".join(map(str, told)))
