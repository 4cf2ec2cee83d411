"""Reading a bundle back: all of it as it was signed, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.bundle.content import DECISION, FILES, MANIFEST, MOST, Bundle, check_files, check_size
from segmentation.bundle.plain import check_depth, plain
from segmentation.bundle.shelf import shelf_of
from segmentation.errors import BundleError
from segmentation.signing import sha256

if TYPE_CHECKING:
    from segmentation.bundle.shelf import Shelf


def fetch(address: str, model: str, version: int, digest: str, *, approved: bool) -> Bundle:
    """Return a bundle that was published.

    Parameters
    ----------
    address : str
        A folder, or an address as fsspec takes it.
    model, version : str, int
    digest : str
        What was signed of it (`Digests.bundle`); nothing else is believed.
    approved : bool
        Whether to read what is served, or what reviewers read.

    Raises
    ------
    BundleError
        It is not there, or a file of it is missing, altered, too large or does not belong; names that file.
    StorageError
        Nothing here can reach such an address, or it does not let itself be read.
    """
    shelf = _opened(address, model, version, digest, approved=approved)
    manifest = _read(shelf, MANIFEST)
    if sha256(manifest) != digest:
        raise _altered(shelf, MANIFEST)
    signed = plain(manifest, f"{shelf.where}/{MANIFEST}")
    files = {}
    for name in FILES:
        files[name] = _read(shelf, name)
        if sha256(files[name]) != _digest(signed, name):
            raise _altered(shelf, name)
    bundle = Bundle(model, version, files)
    if bundle.manifest != manifest:
        raise _altered(shelf, MANIFEST)
    return bundle


def fetch_decision(address: str, model: str, version: int, digest: str) -> str:
    """Return the proof that lies beside an approved bundle, as JSON of which nothing is checked but its form.

    Takes what `fetch` takes.

    Raises
    ------
    BundleError
        It is not there, too large, nests too deep, or is no text.
    StorageError
        Nothing here can reach such an address, or it does not let itself be read.
    """
    shelf = _opened(address, model, version, digest, approved=True)
    data = _read(shelf, DECISION)
    check_depth(data, f"{shelf.where}/{DECISION}")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _altered(shelf, DECISION) from None


def _opened(address: str, model: str, version: int, digest: str, *, approved: bool) -> Shelf:
    shelf = shelf_of(address, model, version, digest, approved=approved)
    names = shelf.names()
    if not names:
        raise BundleError(
            f"{shelf.where} is not there, or empty: nothing is published of {model} version {version}. Check "
            "SEGMENTATION_BUNDLES, or publish the bundle anew."
        )
    wanted = (*FILES, MANIFEST, DECISION) if approved else (*FILES, MANIFEST)
    check_files(dict.fromkeys(names), wanted, shelf.where)
    return shelf


def _read(shelf: Shelf, name: str) -> bytes:
    data = shelf.read(name, MOST)
    check_size(data, f"{shelf.where}/{name}")
    return data


def _digest(signed: object, name: str) -> object:
    files = signed.get("files") if isinstance(signed, dict) else None
    return files.get(name) if isinstance(files, dict) else None


def _altered(shelf: Shelf, name: str) -> BundleError:
    return BundleError(
        f"{shelf.where}/{name} is not what was signed. Do not use it; find out who altered it, and publish "
        "the bundle anew."
    )
