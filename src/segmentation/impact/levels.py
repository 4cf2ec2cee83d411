"""How likely an effect is, how severe it would be, and the risk that follows from both.

GB/T 39335-2020 reads risk from likelihood and severity. The table used here is this package's own, and a
cautious one: the mean of the two levels, rounded up. A person states the risk that is left after the
safeguards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = Literal["low", "medium", "high", "very high"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high", "very high")
NAMES: dict[Level, str] = {
    "low": msg("low"),
    "medium": msg("medium"),
    "high": msg("high"),
    "very high": msg("very high"),
}


def risk(likelihood: Level, severity: Level) -> Level:
    """Return the risk of an effect that is so likely and so severe: their mean, rounded up.

    Examples
    --------
    >>> risk("low", "medium")
    'medium'
    >>> risk("low", "very high")
    'high'
    """
    return LEVELS[(LEVELS.index(likelihood) + LEVELS.index(severity) + 1) // 2]


def highest(levels: Iterable[Level]) -> Level:
    """Return the highest of some levels."""
    return max(levels, key=LEVELS.index)
