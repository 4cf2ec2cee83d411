"""What a test says of a limit: the same few numbers for every check.

A limit is tested, not compared. Two one-sided tests stand behind every claim: one can reject "within the
limit" (then it is broken), the other "beyond the limit" (then it is kept); mostly neither can, and the data
cannot say.
"""

from __future__ import annotations

from dataclasses import dataclass

Interval = tuple[float, float]
"""The lower and the upper end of a confidence interval."""


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
    """

    value: float
    interval: Interval
    evidence: Evidence
    by_chance: float
