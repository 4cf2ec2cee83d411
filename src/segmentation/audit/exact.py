"""The exact test of a limit ratio, for counts too small for a normal curve.

Fisher's test is of equality; a policy limits a ratio. Here the score orders all tables that could have been
counted, and their chances are summed under the limit ratio itself, at whatever rate makes them largest. So a
true ratio at the limit is rejected at most as often as it says, for groups of any size.

References
----------
Chan, I. S. F. & Zhang, Z. (1999). Test-based exact confidence intervals for the difference of two binomial
proportions. Biometrics 55(4).
Berger, R. L. & Boos, D. D. (1994). P values maximized over a confidence set for the nuisance parameter. J.
Am. Stat. Assoc. 89(427).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, gammaln, xlog1py, xlogy

Direction = Literal["below", "above"]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Number = TypeVar("Number", float, NDArray[np.float64])

CLEARLY_OPEN = 0.2
"""No policy may reject at more (confidence is at least 0.8), so a larger p-value need not be exact."""
LEFT_OUT = 1e-6
"""Probability that the true rate lies outside the interval searched; it is added to the p-value.

Small, so that no family of fewer than 25,000 comparisons keeps the clearest harm from being found.
"""
STEPS = 16
"""Rates tried within that interval, and as many again around the worst of them."""
FAR = 6.5
COUNTS_MORE = 10
"""Standard errors, and counts on top, beyond which a sample's counts are left out: less than 1e-9 in all."""
NEGLIGIBLE = 1e-11
"""Chance of a single count under which it is left out as well."""
TIE = 1e-9
"""Scores this close are equal, but for rounding."""


def score(count: Number, size: float, others_count: Number, others_size: float, ratio: float) -> Number:
    """Return by how many standard errors a rate lies above `ratio` times the others'.

    The variance takes the ratio as true. statsmodels has the same score, but its interval is wrong where
    nobody or everybody of a group is there.

    Parameters
    ----------
    count, others_count : float or ndarray of float
        Whole or not.
    size, others_size : float
        At least 1.
    ratio : float
        Above 0.

    Returns
    -------
    float or ndarray of float
        0 where nobody at all is there.

    References
    ----------
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4.
    """
    error = null_error(count, size, others_count, others_size, ratio)
    return (count / size - ratio * (others_count / others_size)) / error


def null_error(count: Number, size: float, others_count: Number, others_size: float, ratio: float) -> Number:
    """Return the standard error of a rate less `ratio` times the others', were that 0 in truth.

    Parameters and references are those of `score`.
    """
    total, inside = size + others_size, count + others_count
    linear = size * ratio + count + others_size + others_count * ratio
    # abs: neither is below 0 but for rounding. The last term keeps 0 / 0 at 0.
    others = 2 * inside / (linear + abs(linear**2 - 4 * total * ratio * inside) ** 0.5)
    own = others * ratio
    variance = abs(own * (1 - own) / size + ratio**2 * others * (1 - others) / others_size)
    error: Number = (variance * total / (total - 1) + 1e-300) ** 0.5
    return error


@lru_cache(maxsize=1024)
def exact_tail(counts: tuple[int, int, int, int], ratio: float, direction: Direction) -> float:
    """Return the p-value of "the ratio of rates is `ratio`, or lies on the other side of it".

    Parameters
    ----------
    counts : tuple of int
        Count and size of a group, count and size of the others; sizes at least 1.
    ratio : float
        Above 0.
    direction : {"below", "above"}
        On which side of `ratio` a small p-value says that the true ratio lies.

    Returns
    -------
    float
        In (0, 1]; above 0.2 it may be too small, but not so that it falls to 0.2.
    """
    count, size, others_count, others_size = counts
    if size > others_size:
        # Sum over the smaller sample: the same test, seen from the others.
        swapped = (others_count, others_size, count, size)
        return _tail(_Null(*swapped, 1 / ratio), "above" if direction == "below" else "below")
    return _tail(_Null(*counts, ratio), direction)


@dataclass(frozen=True)
class _Null:
    """Two samples, the first the smaller, and the ratio of their rates that is taken as true."""

    count: int
    size: int
    others_count: int
    others_size: int
    ratio: float

    @property
    def score(self) -> float:
        return score(self.count, self.size, self.others_count, self.others_size, self.ratio)

    @property
    def likeliest(self) -> float:
        """The others' rate that makes the counts most likely under the ratio."""
        total, inside = self.size + self.others_size, self.count + self.others_count
        linear = self.size * self.ratio + self.count + self.others_size + self.others_count * self.ratio
        rate = 2 * inside / (linear + math.sqrt(abs(linear**2 - 4 * total * self.ratio * inside)))
        return min(1.0, rate)

    def others_rates(self, direction: Direction) -> tuple[float, float]:
        """Return an interval that holds the others' rate but for `LEFT_OUT` (Clopper & Pearson 1934).

        A rate over 1 / ratio cannot be exceeded by so much, but it can be fallen short of.
        """
        out, others = self.others_size - self.others_count, self.others_count
        low = float(betaincinv(others, out + 1, LEFT_OUT / 2)) if others else 0.0
        high = float(betaincinv(others + 1, out, 1 - LEFT_OUT / 2)) if out else 1.0
        return low, min(high, 1 / self.ratio) if direction == "below" else high


def _tail(null: _Null, direction: Direction) -> float:
    low, high = null.others_rates(direction)
    if low > high:
        return LEFT_OUT
    counts = _likely_counts(null, low, high)
    edges = _edges(null, counts, direction)
    likeliest = min(max(null.likeliest, low), high)
    start = float(_chances(null, np.array([likeliest]), counts, edges, direction)[0])
    if start > CLEARLY_OPEN:
        return min(1.0, start)
    # Even steps of the arcsine are even steps of the standard error.
    angles = np.linspace(math.asin(math.sqrt(low)), math.asin(math.sqrt(high)), STEPS)
    found = _chances(null, np.sin(angles) ** 2, counts, edges, direction)
    worst = int(found.argmax())
    around = np.linspace(angles[max(0, worst - 1)], angles[min(STEPS - 1, worst + 1)], STEPS)
    closer = _chances(null, np.sin(around) ** 2, counts, edges, direction)
    return min(1.0, max(float(found.max()), float(closer.max())) + LEFT_OUT)


def _likely_counts(null: _Null, low: float, high: float) -> Floats:
    """Return the counts that the smaller sample may have at rates of the others from `low` to `high`."""
    ends = []
    for others, side in ((low, -1), (high, 1)):
        rate = min(1.0, others * null.ratio)
        reach = FAR * math.sqrt(null.size * rate * (1 - rate)) + COUNTS_MORE
        ends.append(null.size * rate + side * reach)
    return np.arange(max(0, math.floor(ends[0])), min(null.size, math.ceil(ends[1])) + 1, dtype=float)


def _edges(null: _Null, counts: Floats, direction: Direction) -> Ints:
    """Return for each count the others' count from which on the score is as low as seen, or lower still.

    The score falls as the others' count grows. For "above" it is the first score that is lower than seen.
    """
    bar = null.score
    bar += TIE * (1 + abs(bar)) * (1 if direction == "below" else -1)
    low, high = np.zeros(counts.shape, dtype=np.int64), np.full(counts.shape, null.others_size + 1)
    while (low < high).any():
        middle = (low + high) // 2
        reached = score(counts, null.size, middle.astype(float), null.others_size, null.ratio) <= bar
        high = np.where(reached, middle, high)
        low = np.where(reached, low, np.minimum(middle + 1, high))
    return high


def _chances(null: _Null, rates: Floats, counts: Floats, edges: Ints, direction: Direction) -> Floats:
    """Return, for each rate of the others, the chance of a table at least as far out as the one counted."""
    own = np.minimum(rates * null.ratio, 1.0)[:, None]
    ways = gammaln(null.size + 1) - gammaln(counts + 1) - gammaln(null.size - counts + 1)
    chances = np.exp(ways + xlogy(counts, own) + xlog1py(null.size - counts, -own))
    beyond = _from_edges(rates[:, None], edges[None, :], null.others_size, chances > NEGLIGIBLE)
    return np.asarray((chances * (beyond if direction == "below" else 1 - beyond)).sum(axis=1))


def _from_edges(rates: Floats, edges: Ints, size: int, wanted: NDArray[np.bool_]) -> Floats:
    """Return the chance of at least `edges` of `size`; the sum of a binomial is an incomplete beta function.

    Far from its mean it is 0 or 1.
    """
    away = edges - size * rates
    near = abs(away) < FAR * np.sqrt(size * rates * (1 - rates)) + COUNTS_MORE
    result = np.asarray(away < 0, dtype=float)
    at = np.nonzero(near & wanted)
    edge, rate = np.broadcast_to(edges, near.shape)[at], np.broadcast_to(rates, near.shape)[at]
    inner = np.clip(edge, 1, size)
    result[at] = np.where(edge == inner, betainc(inner, size - inner + 1, rate), edge <= 0)
    return result
