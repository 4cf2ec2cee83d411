"""Why the files of a version cannot be read, told to those who can mend nothing: no path, and whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import BundleError, PolicyError, StorageError
from segmentation.reviews.refusals import Told, refusal_told
from serving.pages.page import msg
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.errors import SegmentationError
    from segmentation.wording import Language

SAID: Mapping[type[SegmentationError], str] = {
    BundleError: msg(
        "Its files are missing, or are not what was submitted. Tell an administrator, who can bring "
        "them back."
    ),
    PolicyError: msg(
        "Its policy breaks a rule of the catalogue of law as it is now. Tell an administrator, or who "
        "trained it."
    ),
    StorageError: msg(
        "Its files cannot be reached at the moment. Try again; if it stays so, tell an administrator."
    ),
}
"""By what went wrong; whatever else went wrong names no file, and is told as it is."""


def unread_told(error: SegmentationError, language: Language) -> Told:
    """Return why a version cannot be read, without the place of its files on the machine that serves them.

    Parameters
    ----------
    error : SegmentationError
    language : {"zh", "en"}
    """
    said = next((text for kind, text in SAID.items() if isinstance(error, kind)), None)
    return refusal_told(error, language) if said is None else Told(speaker(language).t(said))
