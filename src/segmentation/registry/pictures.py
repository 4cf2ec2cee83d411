"""The charts of a candidate beside its card, as files that MLflow shows: segments, needs, audit, choice.

Each is the picture that a notebook shows of the same object, with labels and counts, and what is too few to
be shown is hidden in it. In Chinese only where there is a font for it: two English ones would help nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.drawing import spoken
from segmentation.wording import LANGUAGES

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from segmentation.pipeline import Candidate
    from segmentation.wording import Language

FOLDER = "charts"
DOTS = 110
"""Per inch: sharp in a browser, at some 100 KiB."""


def write_pictures(candidate: Candidate, folder: Path) -> None:
    """Write the charts as PNG to `folder`, in each language that can be drawn."""
    folder.mkdir()
    for language in LANGUAGES:
        if spoken(language) == language:
            for name, picture in _pictures(candidate, language).items():
                picture.savefig(folder / f"{name}.{language}.png", dpi=DOTS)


def _pictures(candidate: Candidate, language: Language) -> dict[str, Figure]:
    policy = candidate.policy
    drawn = {
        "1_segments": candidate.profiles.plot_sizes(language),
        "2_needs": candidate.profiles.plot_needs(language),
        "3_audit_worst_attribute": candidate.audit.plot(language=language, policy=policy),
        "4_number_of_segments": candidate.choice.plot(language, policy),
    }
    if candidate.migration is not None:
        drawn["5_since_the_version_before"] = candidate.migration.plot(language)
    return drawn
