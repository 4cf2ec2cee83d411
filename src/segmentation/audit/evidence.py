"""What a test says of a limit: the same few numbers for every check.

A limit is tested, not compared. Two one-sided tests stand behind every claim: one can reject "within the
limit" (then it is broken), the other "beyond the limit" (then it is kept); mostly neither can, and the data
cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Interval = tuple[float, float]
"""The lower and the upper end of a confidence interval."""
PAIR = 2
"""Groups, or segments, that a comparison needs."""
BY_CHANCE = 0.95
"""Share of random segmentations whose measure stays under `Measured.by_chance`."""


@dataclass(frozen=True)
class Evidence:
    """The p-values of one claim.

    Attributes
    ----------
    broken : float
        Of "the limit holds", in [0, 1]; small means it does not.
    kept : float
        Of "the limit does not hold", in [0, 1]; small means it does.
    """

    broken: float
    kept: float

    def agreeing(self, interval: Interval, limit: float, confidence: float) -> Interval:
        """Return an interval of what was tested, widened to the limit where only the interval rejects it."""
        return reaching(interval, limit, lambda: self.kept, lambda: self.broken, (1 - confidence) / 2)


@dataclass(frozen=True)
class Measured:
    """A measure of a whole table of counts: what it is, how sure, and what chance alone would give.

    Attributes
    ----------
    value : float
        In [0, 1], or from 0.5 for an area under a curve.
    interval : tuple of float
        Of the value.
    evidence : Evidence
        Against the limit.
    by_chance : float
        What the value stays under in 95 of 100 random segmentations with the same sizes of segments and
        groups.
    plain : float
        The measure of the shares as they were counted, with what chance adds to them.
    """

    value: float
    interval: Interval
    evidence: Evidence
    by_chance: float
    plain: float


def reaching(
    interval: Interval,
    limit: float,
    below: Callable[[], float],
    above: Callable[[], float],
    alpha: float,
) -> Interval:
    """Return an interval that leaves a limit out only where the test of that limit rejects it.

    An interval and a test do not find the same where one of them is approximate, and no reader should see
    an interval that contradicts a status.

    Parameters
    ----------
    interval : tuple of float
    limit : float
    below, above : callable
        Give the p-values of "the truth does not lie below `limit`" and of "it does not lie above"; only
        asked for where the interval leaves the limit out on that side.
    alpha : float
        At which one side rejects.

    Returns
    -------
    tuple of float
        Widened to the limit at most.
    """
    low, high = interval
    if high < limit and below() > alpha:
        return low, limit
    if low > limit and above() > alpha:
        return limit, high
    return interval
