"""By whom or by what a version came to stand where it stands, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.reviews.retelling import retold

if TYPE_CHECKING:
    from segmentation.ledger.standing import Standing
    from segmentation.wording import Voice


def why(standing: Standing, voice: Voice) -> str:
    """Return by whom or by what a version came to stand where it stands, in the reader's language.

    Parameters
    ----------
    standing : Standing
    voice : Voice

    Returns
    -------
    str
        `Standing.why`, or the same in Chinese. A sentence that this version of the program does not know
        stays English.
    """
    return standing.why if voice.language == "en" else retold(standing.why) or standing.why
