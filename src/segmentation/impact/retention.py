"""How long an assessment must be kept: three years (PIPL Art. 56), from the last day that it mattered."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from segmentation.errors import ImpactError

if TYPE_CHECKING:
    from segmentation.impact.model import Impact

YEARS = 3
"""PIPL Art. 56: report and handling record are kept for at least three years."""


def kept_until(impact: Impact, last_used: date | None = None) -> date:
    """Return the last day on which an assessment must be kept.

    Parameters
    ----------
    impact : Impact
    last_used : date, optional
        The last day on which it was relied on: today while the version is in use or in review, else the later
        of its last submission and the end of its use; None where nobody submitted it. The assessment's own
        date is what a person typed, and may be years before.

    Returns
    -------
    date
        Three years after the later of the assessment's date and `last_used`; from 29 February, 1 March. The
        last day that there is where the date is of a time beyond.
    """
    day = max(impact.answers.assessed_on, last_used or impact.answers.assessed_on)
    if day.year + YEARS > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + YEARS)
    except ValueError:
        return day.replace(year=day.year + YEARS, month=3, day=1)


def due(impact: Impact, last_used: date | None, today: date) -> bool:
    """Return whether an assessment may be deleted: from the day after the last on which it must be kept."""
    return today > kept_until(impact, last_used)


def refuse_deletion(impact: Impact, last_used: date | None, today: date) -> None:
    """Refuse to delete an assessment that must still be kept.

    Raises
    ------
    ImpactError
        It must be kept; names the last day and the article.
    """
    if not due(impact, last_used, today):
        subject = impact.subject
        raise ImpactError(
            f"The impact assessment of {subject.model}, version {subject.version}, must be kept until "
            f"{kept_until(impact, last_used)}: PIPL Art. 56 asks for at least three years after its date, "
            "after it was submitted, and after the version was last used."
        )
