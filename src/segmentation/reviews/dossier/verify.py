"""Checking a dossier, offline and from nothing but its own bytes and the root key that the reader trusts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from segmentation.bundle import Bundle
from segmentation.errors import BundleError, LedgerError, ReviewError, SigningError, StorageError
from segmentation.ledger.history import History
from segmentation.reviews.dossier.archive import AGAIN, MOST, unpacked
from segmentation.reviews.dossier.chain import read_chain
from segmentation.reviews.dossier.evidence import CHAIN, ROOT, evidence
from segmentation.reviews.dossier.manifest import MANIFEST, Manifest, checked
from segmentation.reviews.dossier.pages import BUNDLED, CARDS, IMPACTS, PDFS, bundled, pages_of
from segmentation.reviews.dossier.report import DossierReport, report_of
from segmentation.reviews.dossier.sheet import SHEETS, sheets
from segmentation.reviews.dossier.write import check_bundle
from segmentation.signing import PublicKey, sha256
from segmentation.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.ledger.checkpoint import Checkpoint


def verify_dossier(
    path: str | Path,
    root: PublicKey | None = None,
    *,
    checkpoint: Checkpoint | None = None,
    other_program: bool = False,
) -> DossierReport:
    """Check a dossier, and say what holds of it.

    Everything that the ledger's rules demand is checked again, from the root key on: each signature, each
    role and training on its day, the order of all events. What is signed is held against the files that lie
    here, and what was made from them is made anew and compared.

    Parameters
    ----------
    path : str or Path
    root : PublicKey or None
        The root key that you trust. None takes the one inside, and the report says that it was not pinned:
        then the dossier agrees with itself, and whoever made it may have made the key.
    checkpoint : Checkpoint or None
        One that you kept of the ledger: the dossier must hold the same events up to there.
    other_program : bool, default=False
        Let pages and sheets pass that differ from what this program writes, where the list says that another
        version wrote them. Nobody signs the list, so whoever altered a page may have written that: the
        report names each such page in `differing`.

    Returns
    -------
    DossierReport

    Raises
    ------
    BundleError
        It is no dossier, or names the first file that is missing, altered or unknown.
    LedgerError
        Its events do not follow each other or the rules, or are of another root key or ledger; names the
        first.
    StorageError
        The file cannot be read.
    """
    data = _bytes(Path(path))
    files = unpacked(data)
    manifest = checked(files)
    key = _root(files, root)
    history = History.replayed(read_chain(_file(files, CHAIN)), key)
    if checkpoint is not None:
        checkpoint.check(history)
    rest = _check_evidence(files, history, manifest)
    differing = _check_pages(rest, files, history, manifest)
    _refuse_differing(differing, manifest, other_program=other_program)
    return report_of(
        history,
        manifest.model,
        manifest.version,
        pinned=root is not None,
        compared=checkpoint is not None,
        uncovered=tuple(name for name in PDFS if name in files),
        differing=differing,
        digest=sha256(data),
    )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {(error.strerror or 'no file').lower()}.") from None
    return data


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise BundleError(f"{name} is missing in the dossier. {AGAIN}")
    return files[name]


def _root(files: Mapping[str, bytes], pinned: PublicKey | None) -> PublicKey:
    try:
        inside = PublicKey.from_pem(_file(files, ROOT))
    except SigningError:
        raise BundleError(f"{ROOT} in the dossier is no public key. {AGAIN}") from None
    if pinned is not None and inside != pinned:
        raise LedgerError(
            f"The dossier is of root key {inside.fingerprint}, and you trust {pinned.fingerprint}. Nothing "
            "in it was signed for a ledger of yours."
        )
    return inside


def _check_evidence(files: Mapping[str, bytes], history: History, manifest: Manifest) -> dict[str, bytes]:
    """Hold files against the chain and the signed digests; return those that the chain does not make."""
    bundle = Bundle(
        manifest.model, manifest.version, {name: _file(files, place) for name, place in BUNDLED.items()}
    )
    try:
        check_bundle(bundle, history, manifest.model, manifest.version)
    except ReviewError as error:
        raise BundleError(str(error)) from None
    expected = {**evidence(history, manifest.model, manifest.version), **bundled(bundle)}
    for name, data in sorted(expected.items()):
        if _file(files, name) != data:
            raise BundleError(f"{name} in the dossier does not say what was signed. {AGAIN}")
    return expected


def _check_pages(
    expected: Mapping[str, bytes], files: Mapping[str, bytes], history: History, manifest: Manifest
) -> tuple[str, ...]:
    """Make pages and sheets anew and compare; return those that differ. PDFs nothing can be held against."""
    known = {*expected, *CARDS, *IMPACTS, *SHEETS.values(), *PDFS, MANIFEST}
    for name in sorted(files.keys() - known):
        raise BundleError(f"{name} does not belong in the dossier. {AGAIN}")
    told = {name: data for name, data in files.items() if name not in {*SHEETS.values(), MANIFEST}}
    made = {
        **_pages(files, manifest),
        **sheets(report_of(history, manifest.model, manifest.version), history, told),
    }
    return tuple(
        name for name in (*CARDS, *IMPACTS, *SHEETS.values()) if _file(files, name) != made.get(name)
    )


def _refuse_differing(differing: tuple[str, ...], manifest: Manifest, *, other_program: bool) -> None:
    if not differing or (other_program and manifest.program != __version__):
        return
    told = f"{differing[0]} in the dossier does not say what the signed files say"
    if manifest.program == __version__:
        raise BundleError(f"{told}. {AGAIN}")
    raise BundleError(
        f"{told}, as this version of the program writes it. The list, which nobody signs, names version "
        f"{_short(manifest.program)} as its writer: check it with that one, or let pages differ with "
        "--other-program and believe the signed files alone."
    )


def _short(program: str) -> str:
    return program if program.isascii() and program.isprintable() else "?"


def _pages(files: Mapping[str, bytes], manifest: Manifest) -> dict[str, bytes]:
    bundle = Bundle(manifest.model, manifest.version, {name: files[place] for name, place in BUNDLED.items()})
    try:
        return pages_of(bundle)
    except BundleError:
        return {}
