"""Publishing a bundle: under its digest, so that the same content may be published twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.bundle.content import DECISION, MANIFEST, check_size
from segmentation.bundle.plain import check_depth
from segmentation.bundle.shelf import shelf_of

if TYPE_CHECKING:
    from segmentation.bundle.content import Bundle


def publish(bundle: Bundle, address: str, *, proof: str | None = None) -> str:
    """Put a bundle where reviewers read it, or, with the proof of its approval, where it is served from.

    The same bundle may be published again, also by two programs at once: a folder that was damaged is mended,
    and an older proof is replaced. On a local disk it is there whole or not at all, and survives a power
    failure once this has returned; elsewhere the manifest is written last.

    Parameters
    ----------
    bundle : Bundle
    address : str
        A folder, or an address as fsspec takes it.
    proof : str, optional
        The signed records that prove its approval, as JSON. With it the bundle lies under
        ``approved/``, without it under ``reviews/``.

    Returns
    -------
    str
        Where it lies.

    Raises
    ------
    BundleError
        The proof is no such JSON, or a symbolic link stands in the way.
    StorageError
        It cannot be written.
    """
    shelf = shelf_of(address, bundle.model, bundle.version, bundle.digest, approved=proof is not None)
    files = dict(bundle.files)
    if proof is not None:
        files[DECISION] = proof.encode()
        check_size(files[DECISION], DECISION)
        check_depth(files[DECISION], DECISION)
    shelf.write({**files, MANIFEST: bundle.manifest})
    return shelf.where
