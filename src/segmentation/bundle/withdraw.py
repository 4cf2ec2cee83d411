"""Taking back what was published of a version, once it may be deleted: whole, wherever it lies."""

from __future__ import annotations

from segmentation.bundle.shelf import shelf_of


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
        The name or the digest is none, or a symbolic link leads elsewhere.
    StorageError
        Nothing here can reach such an address, or it cannot be removed.
    """
    shelves = [shelf_of(address, model, version, digest, approved=approved) for approved in (True, False)]
    return tuple(shelf.where for shelf in shelves if shelf.remove())
