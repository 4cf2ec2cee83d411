"""The evidence of a version to be taken away: the dossier, without its PDFs.

These take half a minute and fonts that a server may lack; `segmentation dossier make` adds them.
"""

from __future__ import annotations

import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from segmentation.errors import BundleError, PolicyError, ReviewError
from segmentation.reviews.dossier import write_dossier
from segmentation.reviews.refusals import refusal_in
from serving.pages.visit import Declined, File
from serving.pages.words import speaker

if TYPE_CHECKING:
    from serving.pages.visit import Visit

_writing = threading.Lock()


def dossier(visit: Visit) -> File:
    """Return everything that shows what was decided about a version, as one ZIP.

    One at a time is written, of the very events that were read and verified for it: those that wait do so in
    a lane of their own (`serving.pages.entrance.lanes`), where they keep no page waiting.

    Raises
    ------
    Declined
        The version was never submitted, its files do not hold, or too many dossiers are asked for at once.
    """
    office, version = visit.office, int(visit.path["version"])
    history = office.book.history(afresh=True)
    r = speaker(visit.language)
    if (office.model, version) not in history.versions(office.model):
        raise Declined("not_found", r.t("This version was never submitted, so there is no evidence of it."))
    if not _writing.acquire(blocking=False):
        raise Declined("busy", r.t("Other dossiers are being written; ask again in a minute."))
    try:
        bundle = office.version(history, version, visit.now).bundle
        with TemporaryDirectory(prefix="segmentation-dossier-") as folder:
            path = Path(folder) / "dossier.zip"
            root = office.settings.trust.root
            write_dossier(path, bundle, history, office.model, version, root=root, pdf=False)
            body = path.read_bytes()
    except (BundleError, PolicyError, ReviewError) as error:
        raise Declined("refused", refusal_in(error, visit.language)) from error
    finally:
        _writing.release()
    return File(body, "application/zip", f"dossier-{office.model}-v{version}.zip")
