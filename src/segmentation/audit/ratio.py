"""The ratio of two rates: its interval, and the tests of its limit."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from statsmodels.stats.proportion import proportion_confint

from segmentation.audit.evidence import Evidence, Interval

LEAST_EXPECTED = 5.0
"""Least expected count, for members and for others of a group, at which a score test is trusted."""
SMALLEST_RATIO = 1e-12
"""Where the search for the upper end of an interval starts if nobody of the group is there."""


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
