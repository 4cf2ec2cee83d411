"""The ratio of two rates: its interval, and the tests of its limit.

The score test reads a normal curve, which lies about small counts, and the more so the further out a family
of many comparisons makes it look. Those get the exact test.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from segmentation.audit.evidence import Evidence, Interval, reaching
from segmentation.audit.exact import CLEARLY_OPEN, Direction, exact_tail, score

LEAST_EXPECTED = 100.0
"""Least expected count, for members and for others of a group, at which the score test is trusted.

With a ratio at its limit of 0.8 and a nominal 5 %, the largest share of false findings over sizes of 30 to
100,000 and rates of 0.05 % to 99.8 % is, just over 5 expected: 6.6 % kept, and in a family of 480 comparisons
9 times the nominal false alarms on one side; over 100: 5.3 % kept, and 1.9 times on one side of a test that
gives each side half, so no more than nominal in all.
"""
SURELY_OPEN = 0.4
"""A p-value of the score test from which the exact one, however small the counts, is over 0.2."""
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
        """Whether there is a ratio to test: both samples have residents, and somebody is there."""
        return min(self.size, self.others_size) > 0 and self.count + self.others_count > 0

    @property
    def residents(self) -> int:
        """Members of the group and everybody else."""
        return self.size + self.others_size

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
    bar = float(ndtri((1 + confidence) / 2))
    rate, spread = count / size, bar**2 / size
    middle = rate + spread / 2
    width = math.sqrt(spread * (rate * (1 - rate) + spread / 4))
    return max(0.0, (middle - width) / (1 + spread)), min(1.0, (middle + width) / (1 + spread))


def ratio_interval(share: Share, confidence: float, limit: float | None = None) -> Interval | None:
    """Return the score interval of the group's rate over the others'; None where it has no upper end.

    Where the exact test does not reject a limit that the score does, the interval reaches to that limit.

    Parameters
    ----------
    share : Share
        A judgeable one.
    confidence : float
    limit : float, optional
        In (0, 1); the other limit is 1 / `limit`. Without it the interval is the score's alone.

    Notes
    -----
    Of groups of 10 to 300 with rates of 0.5 % to 95 %, intervals of 95 % held the true ratio 95 % of the time
    on average, and in the worst case 90 %, or 84 % where fewer than one member is expected to be there.

    References
    ----------
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4.
    """
    if share.ratio is None:
        return None
    bar = float(ndtri((1 + confidence) / 2))
    interval = (_crossing(share, bar, 0.5) if share.count else 0.0), _crossing(share, -bar, 2.0)
    for end in () if limit is None else (limit, 1 / limit):
        tests = partial(_tail, share, end, "below"), partial(_tail, share, end, "above")
        interval = reaching(interval, end, *tests, (1 - confidence) / 2)
    return interval


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
    rejected. Exact where the counts are small, the score test where they are not. Where there is nothing to
    test both are 1. A p-value over 0.2 may be a lower bound of the exact one, itself over 0.2.

    Parameters
    ----------
    share : Share
    limit : float
        In (0, 1).
    """
    if not share.is_judgeable:
        return Evidence(1.0, 1.0)
    broken = 2 * min(_tail(share, limit, "below"), _tail(share, 1 / limit, "above"))
    # The end that is harder to reject goes first, and mostly spares the other.
    ends: list[tuple[float, Direction]] = [(limit, "above"), (1 / limit, "below")]
    ends.sort(key=lambda end: -_normal_tail(share, *end))
    kept = _tail(share, *ends[0])
    return Evidence(min(1.0, broken), kept if kept > CLEARLY_OPEN else max(kept, _tail(share, *ends[1])))


def _tail(share: Share, ratio: float, direction: Direction) -> float:
    """Return the p-value of "the ratio is `ratio`, or lies on the other side of it"."""
    normal = _normal_tail(share, ratio, direction)
    if share.least_expected >= LEAST_EXPECTED or normal >= SURELY_OPEN:
        return normal
    return exact_tail((share.count, share.size, share.others_count, share.others_size), ratio, direction)


def _normal_tail(share: Share, ratio: float, direction: Direction) -> float:
    away = _score(share, ratio)
    return float(ndtr(away if direction == "below" else -away))


def _score(share: Share, ratio: float) -> float:
    return score(share.count, share.size, share.others_count, share.others_size, ratio)
