"""Intervals and tests: what the counts can say about a limit.

A limit is tested, not compared. Two one-sided tests stand behind every claim: one can reject "within the
limit" (then it is broken), the other "beyond the limit" (then it is kept); mostly neither can, and the data
cannot say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, ncx2
from statsmodels.stats.proportion import proportion_confint

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_EXPECTED = 5.0
"""Least expected count, for members and for others of a group, at which a score test is trusted."""
SMALLEST_RATIO = 1e-12
"""Where the search for the upper end of an interval starts if nobody of the group is there."""

Interval = tuple[float, float]


@dataclass(frozen=True)
class Share:
    """A group's members in a segment (or service), and everybody else's.

    Attributes
    ----------
    count, size : int
        Members of the group in the segment, and in all.
    others_count, others_size : int
        The same for residents of all other groups.
    """

    count: int
    size: int
    others_count: int
    others_size: int

    @property
    def least_expected(self) -> float:
        """Smallest expected count of the two-by-two table if both rates were equal."""
        total = self.size + self.others_size
        inside = self.count + self.others_count
        return min(self.size, self.others_size) * min(inside, total - inside) / total if total else 0.0

    @property
    def is_judgeable(self) -> bool:
        """Whether the counts are large enough for a score test."""
        return self.least_expected >= LEAST_EXPECTED

    @property
    def rate(self) -> float:
        """Share of the group that is in the segment."""
        return self.count / self.size

    @property
    def others_rate(self) -> float:
        """Share of everybody else who is in the segment."""
        return self.others_count / self.others_size

    @property
    def ratio(self) -> float | None:
        """The group's rate over the others'; None where the others have nobody there."""
        return self.rate / self.others_rate if self.others_count else None


@dataclass(frozen=True)
class Evidence:
    """The p-values of one claim.

    Attributes
    ----------
    broken : float
        Of "the limit holds"; small means it does not.
    kept : float
        Of "the limit does not hold"; small means it does.
    """

    broken: float
    kept: float


def wilson(count: int, size: int, confidence: float) -> Interval:
    """Return Wilson's score interval of a rate (Wilson 1927); `size` is at least 1."""
    low, high = proportion_confint(count, size, alpha=1 - confidence, method="wilson")
    return max(0.0, float(low)), min(1.0, float(high))


def ratio_interval(share: Share, confidence: float) -> Interval | None:
    """Return the score interval of the group's rate over the others'; None where it has no upper end.

    Parameters
    ----------
    share : Share
        A judgeable one.
    confidence : float

    References
    ----------
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4.
    """
    if share.ratio is None:
        return None
    bar = float(ndtri((1 + confidence) / 2))
    low = _crossing(share, bar, 0.5) if share.count else 0.0
    return low, _crossing(share, -bar, 2.0)


def _crossing(share: Share, bar: float, step: float) -> float:
    """Return the ratio at which the score is `bar`, looked for from the ratio seen, by factors of `step`."""
    start = max(share.ratio or 0.0, SMALLEST_RATIO)
    end = start
    while abs(_score(share, end)) < abs(bar):
        end *= step
    return float(brentq(lambda ratio: _score(share, ratio) - bar, min(start, end), max(start, end)))


def ratio_evidence(share: Share, limit: float) -> Evidence:
    """Test that the ratio of rates lies within `limit` and 1 / `limit`.

    Two-sided for *broken* (either direction may harm), intersection-union for *kept*: both ends must be
    rejected.

    Parameters
    ----------
    share : Share
        A judgeable one.
    limit : float
        In (0, 1).
    """
    low, high = _score(share, limit), _score(share, 1 / limit)
    broken = 2 * min(ndtr(low), ndtr(-high))
    return Evidence(float(min(1.0, broken)), float(max(ndtr(-low), ndtr(high))))


def _score(share: Share, ratio: float) -> float:
    """Return by how many standard errors the rates are above `ratio`, which the variance takes as true.

    statsmodels has the same score, but its interval is wrong where nobody or everybody of a group is there.
    """
    total, inside = share.size + share.others_size, share.count + share.others_count
    linear = share.size * ratio + share.count + share.others_size + share.others_count * ratio
    others = 2 * inside / (linear + math.sqrt(max(0.0, linear**2 - 4 * total * ratio * inside)))
    own = others * ratio
    variance = own * (1 - own) / share.size + ratio**2 * others * (1 - others) / share.others_size
    return (share.rate - ratio * share.others_rate) / math.sqrt(variance * total / (total - 1))


@dataclass(frozen=True)
class Association:
    """How strongly two classifications go together: Cramér's V.

    Attributes
    ----------
    value : float
        Bias-corrected V, in [0, 1]; 0 is none (Bergsma 2013).
    interval : tuple of float
        From inverting the noncentral χ² distribution, on the scale of the plain V.
    evidence : Evidence
        Against the limit.
    """

    value: float
    interval: Interval
    evidence: Evidence


def association(counts: NDArray[np.int64], limit: float, confidence: float) -> Association:
    """Return Cramér's V of a table of counts, its interval, and its tests against a limit.

    Parameters
    ----------
    counts : ndarray of shape (n_segments, n_groups)
        At least two rows and two columns, each with somebody in it.
    limit : float
        Largest V that is kept, in (0, 1).
    confidence : float

    References
    ----------
    Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. J. Korean Stat. Soc. 42(3).
    Smithson, M. (2003). Confidence Intervals. Sage, chapter 4.
    """
    rows, columns = counts.shape
    total = float(counts.sum())
    statistic = _chi_square(counts)
    freedom, span = (rows - 1) * (columns - 1), total * (min(rows, columns) - 1)
    at_limit = limit**2 * span
    tail = (1 - confidence) / 2
    ends = tuple(float(np.sqrt(_noncentrality(statistic, freedom, p) / span)) for p in (1 - tail, tail))
    evidence = Evidence(
        float(ncx2.sf(statistic, freedom, at_limit)), float(ncx2.cdf(statistic, freedom, at_limit))
    )
    return Association(_corrected_v(statistic, total, rows, columns), (ends[0], min(1.0, ends[1])), evidence)


def _chi_square(counts: NDArray[np.int64]) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _corrected_v(statistic: float, total: float, rows: int, columns: int) -> float:
    excess = max(0.0, statistic / total - (rows - 1) * (columns - 1) / (total - 1))
    corrected = min(side - (side - 1) ** 2 / (total - 1) for side in (rows, columns))
    return float(min(1.0, np.sqrt(excess / (corrected - 1))))


def _noncentrality(statistic: float, freedom: int, probability: float) -> float:
    """Return the noncentrality under which the statistic lies at that probability; 0 where none does."""
    if chi2.cdf(statistic, freedom) <= probability:
        return 0.0
    upper = statistic + 10 * np.sqrt(2 * statistic + freedom) + 100
    return float(brentq(lambda nc: ncx2.cdf(statistic, freedom, nc) - probability, 0.0, upper))
