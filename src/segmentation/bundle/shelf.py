"""Where a bundle lies: one folder for each version and digest, on a local disk or wherever fsspec reaches."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from segmentation.bundle.content import check_name
from segmentation.bundle.local import LocalShelf
from segmentation.bundle.remote import RemoteShelf
from segmentation.errors import BundleError, StorageError
from segmentation.signing import is_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

REVIEWS = "reviews"
APPROVED = "approved"
SHORT = 12
"""Hexadecimal digits of a digest in the name of a folder; the whole digest is checked when it is read."""

HIDDEN = "…"
"""Stands in a message for what may be, or end in, a password."""

_CHAINED = re.compile(r"::(?=[^:/]+://)")


class Shelf(Protocol):
    """The folder of one bundle."""

    @property
    def where(self) -> str:
        """The folder, for messages: never with a password."""

    def names(self) -> frozenset[str]:
        """Return the names of everything in it; none where there is no such folder."""

    def read(self, name: str, most: int) -> bytes:
        """Return a file, or its first `most` + 1 bytes where it is larger."""

    def write(self, files: Mapping[str, bytes]) -> None:
        """Leave these files in it and no others, the last one last."""

    def remove(self) -> bool:
        """Take the folder away with all that is in it, and say whether there was one."""


def shelf_of(address: str, model: str, version: int, digest: str, *, approved: bool) -> Shelf:
    """Return the folder of a bundle.

    Parameters
    ----------
    address : str
        A folder, or an address as fsspec takes it: ``s3://bucket/folder``, ``memory://folder``.
    model, version : str, int
    digest : str
        Of the bundle.
    approved : bool
        Whether it is the approved bundle, or the one that reviewers read.

    Raises
    ------
    BundleError
        The name or the digest is none.
    StorageError
        Nothing here can reach such an address.
    """
    check_name(model, version)
    if not is_digest(digest):
        raise BundleError(
            "A bundle is found by its digest: sha256: and 64 hexadecimal digits. Take the one that is signed."
        )
    short = digest.removeprefix("sha256:")[:SHORT]
    parts = (APPROVED if approved else REVIEWS, model, f"{version}-{short}")
    try:
        files, root = url_to_fs(address)
    except (ValueError, ImportError, OSError):
        raise StorageError(
            f"{shown(address)} cannot be reached: it is no folder, and no address that fsspec knows here. "
            "Install the package of that file system, or set SEGMENTATION_BUNDLES to a folder."
        ) from None
    if isinstance(files, LocalFileSystem):
        return LocalShelf(Path(root), parts)
    return RemoteShelf(
        files, "/".join((root.rstrip("/"), *parts)), f"{shown(address).rstrip('/')}/{'/'.join(parts)}"
    )


def shown(address: str) -> str:
    """Return an address without the name, password or access token that may stand in it."""
    return "::".join(_told(part) for part in _CHAINED.split(address))


def _told(address: str) -> str:
    """Return one address of a chain without secrets; nothing but its scheme where they cannot be told apart.

    A password that was not percent-encoded may hold ``@``, ``/``, ``?`` and ``#`` itself.
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    after = rest[len(authority) :]
    if ":" in authority and "@" in after:
        return f"{scheme}://{HIDDEN}"
    path = re.split(r"[?#]", after, maxsplit=1)[0]
    return f"{scheme}://{authority.rpartition('@')[2]}{path}"
