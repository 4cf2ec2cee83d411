"""Writing a dossier: everything that shows what was decided about a version, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.errors import BundleError, LedgerError
from segmentation.files import whole
from segmentation.reviews.dossier.archive import packed
from segmentation.reviews.dossier.evidence import evidence
from segmentation.reviews.dossier.manifest import MANIFEST, listed
from segmentation.reviews.dossier.pages import bundled, pages_of, pdfs_of
from segmentation.reviews.dossier.report import report_of, standing_of
from segmentation.reviews.dossier.sheet import sheets

if TYPE_CHECKING:
    from segmentation.bundle import Bundle
    from segmentation.ledger.history import History
    from segmentation.signing import PublicKey


def write_dossier(
    path: str | Path,
    bundle: Bundle,
    history: History,
    model: str,
    version: int,
    *,
    root: PublicKey,
    pdf: bool = True,
) -> Path:
    """Write what was decided about a version as one ZIP that can be kept and checked on its own.

    The same bundle and history give the same bytes, PDFs aside: these depend on the fonts of the machine.

    Parameters
    ----------
    path : str or Path
        A file there is replaced.
    bundle : Bundle
        Of the version's last submission.
    history : History
        Replayed with `root`; all of it goes into the dossier, so that its chain can be followed.
    model, version : str, int
    root : PublicKey
        The pinned root key.
    pdf : bool, default=True
        Whether to add card and assessment as PDF; needs the extra ``pdf`` and a Chinese font.

    Returns
    -------
    Path

    Raises
    ------
    ReviewError
        The version was never submitted.
    BundleError
        The bundle is not the one that was submitted, or not of this program's form.
    LedgerError
        The history is of another root key.
    StorageError
        The file cannot be written, or what PDFs need is missing.
    """
    if history.root != root:
        raise LedgerError(
            "The ledger is of another root key than the one that is pinned. Take the pinned one's ledger."
        )
    check_bundle(bundle, history, model, version)
    pages = pages_of(bundle)
    files = {
        **evidence(history, model, version),
        **bundled(bundle),
        **pages,
        **(pdfs_of(pages) if pdf else {}),
    }
    files |= sheets(report_of(history, model, version), history, files)
    data = packed({**files, MANIFEST: listed(model, version, files)})
    with whole(Path(path)) as staged:
        staged.write_bytes(data)
    return Path(path)


def check_bundle(bundle: Bundle, history: History, model: str, version: int) -> None:
    """Refuse a bundle that is not the one last submitted as this version.

    Raises
    ------
    ReviewError
        The version was never submitted.
    BundleError
        The bundle is another one.
    """
    _, submission = standing_of(history, model, version)
    if (bundle.model, bundle.version) != (model, version) or bundle.digest != submission.digests.bundle:
        raise BundleError(
            f"The files are not those that were submitted as version {version} of {model}. Fetch the bundle "
            "of that submission."
        )
