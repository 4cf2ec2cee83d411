"""Taking back what was published of a version, once it may be deleted: whole, wherever it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fsspec.core import url_to_fs

from segmentation.bundle.shelf import APPROVED, REVIEWS, SHORT, shelf_of
from segmentation.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fsspec import AbstractFileSystem


def withdraw(address: str, model: str, version: int, digest: str) -> tuple[str, ...]:
    """Remove the bundle that reviewers read, and the approved one.

    Parameters
    ----------
    address : str
        A folder, or an address as fsspec takes it.
    model, version, digest : str, int, str
        Of the bundle.

    Returns
    -------
    tuple of str
        The folders that were removed; none where there was nothing.

    Raises
    ------
    BundleError
        The name or the digest is none.
    StorageError
        Nothing here can reach such an address, or it cannot be removed.
    """
    shelves = [shelf_of(address, model, version, digest, approved=approved) for approved in (True, False)]
    files, root = url_to_fs(address)
    folders = _folders(root, model, version, digest)
    return tuple(
        shelf.where for shelf, folder in zip(shelves, folders, strict=True) if _removed(files, folder)
    )


def _folders(root: str, model: str, version: int, digest: str) -> Iterator[str]:
    short = digest.removeprefix("sha256:")[:SHORT]
    for kind in (APPROVED, REVIEWS):
        yield "/".join((root.rstrip("/"), kind, model, f"{version}-{short}"))


def _removed(files: AbstractFileSystem, folder: str) -> bool:
    try:
        if not files.exists(folder):
            return False
        files.rm(folder, recursive=True)
    except OSError as error:
        reason = (error.strerror or "the file system refuses").lower()
        message = f"{folder} cannot be removed: {reason}. Check its permissions, and try again."
        raise StorageError(message) from None
    return True
