"""Total variation: the share of a group that would need another segment to be spread like everybody else.

It is the largest P(S | group) - P(S | others) over all sets S of segments. Chance alone makes the largest of
many differences large, so the sets are tested, and what their number adds is allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, chdtri, ndtr, ndtri, xlogy

from segmentation.audit.evidence import BY_CHANCE, Evidence, Interval, Measured

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_ENUMERATED = 12
"""Segments up to which every set of them is tested."""
CERTAIN = 3.0
"""Standard errors from which a segment's difference has a sure sign, so that only one sign of it can bind."""
DRAWS = 200
"""Draws behind the correction for the number of sets, and behind what chance gives."""
CANDIDATES = 16
"""Sets that are tried as the one at which an interval ends."""
TINY = 1e-300
"""What stands in for zero where a logarithm is taken or something is divided."""
HALVINGS = 14
"""Halvings of [0, 1] that look for the end of an interval."""


def total_variation(group: Ints, others: Ints, limit: float, confidence: float, *, seed: int = 0) -> Measured:
    """Return the total variation of a group against the others, its interval, and its tests against a limit.

    *Broken* is tested by the set of segments whose difference is furthest beyond the limit, corrected for the
    choice among all sets; *kept* by the set that is nearest to it, which needs no correction (Berger 1982).
    Each set is tested by its signed likelihood ratio, with half a resident to the safe side. Beyond 12
    segments the sets in the order of the segments' odds are tested, and bounds stand in for the rest.

    Parameters
    ----------
    group, others : ndarray of shape (n_segments,)
        Counts of the group and of everybody else; nobody is in neither of a segment.
    limit : float
        Largest value that is kept, in (0, 1).
    confidence : float
        Of the interval, in (0, 1).
    seed : int
        Of what is drawn. Nobody gives another: the same counts must give the same result.

    Notes
    -----
    The value is the plain one, half the sum of the absolute differences, less what chance adds to each of
    them if it is as it was seen (the mean of a folded normal distribution); 0 at least.

    References
    ----------
    Miettinen, O. & Nurminen, M. (1985). Comparative analysis of two rates. Statistics in Medicine 4.
    Naiman, D. & Wynn, H. (1997). Abstract tubes, improved inclusion-exclusion identities and inequalities and
    importance sampling. Annals of Statistics 25(5).
    """
    sets = _Sets(group, others, seed)
    found = sets.evidence(limit)
    low, high = found.agreeing(sets.interval(confidence), limit, confidence)
    value = float(plain_less_chance(group, others))
    by_chance = float(np.quantile(plain_less_chance(*sets.at_random()), BY_CHANCE))
    return Measured(float(np.clip(value, low, high)), (low, high), found, by_chance, sets.plain)


def plain_less_chance(group: Ints, others: Ints) -> Floats:
    """Return the total variation, less what chance adds to it; counts of shape (..., n_segments)."""
    size, others_size = group.sum(axis=-1, keepdims=True), others.sum(axis=-1, keepdims=True)
    rate, others_rate = group / size, others / others_size
    error = np.sqrt(rate * (1 - rate) / size + others_rate * (1 - others_rate) / others_size)
    apart = np.abs(rate - others_rate)
    ratio = apart / np.maximum(error, TINY)
    added = error * np.sqrt(2 / np.pi) * np.exp(-(np.minimum(ratio, 40.0) ** 2) / 2) - 2 * apart * ndtr(
        -ratio
    )
    value: Floats = np.maximum(0.0, apart - added).sum(axis=-1) / 2
    return value


@dataclass(frozen=True, eq=False)
class _Sets:
    """The sets of segments that are tested, with the counts inside each of them."""

    group: Ints
    others: Ints
    seed: int

    @cached_property
    def size(self) -> int:
        return int(self.group.sum())

    @cached_property
    def others_size(self) -> int:
        return int(self.others.sum())

    @cached_property
    def all_tested(self) -> bool:
        return len(self.group) <= MOST_ENUMERATED

    @cached_property
    def members(self) -> NDArray[np.bool_]:
        """Which segments are in each set: (n_sets, n_segments)."""
        segments = len(self.group)
        if self.all_tested:
            return _all_sets(segments)
        order = np.argsort(-self.group / (self.group + self.others), kind="stable")
        return np.argsort(order)[None] < np.arange(1, segments)[:, None]

    @cached_property
    def inside(self) -> Ints:
        return self.members @ self.group

    @cached_property
    def others_inside(self) -> Ints:
        return self.members @ self.others

    @cached_property
    def covariance(self) -> Floats:
        """Of the differences of the segments, from rates that no segment lacks."""
        pooled = (self.group + self.others) / (self.size + self.others_size)
        found = np.zeros((len(pooled), len(pooled)))
        for counts, size in ((self.group, self.size), (self.others, self.others_size)):
            rate = (counts + pooled) / (size + 1)
            found += (np.diag(rate) - np.outer(rate, rate)) / size
        return found

    @cached_property
    def errors(self) -> Floats:
        """Standard error of the difference of each set."""
        chosen = self.members.astype(np.float64)
        errors: Floats = np.sqrt(np.maximum((chosen @ self.covariance * chosen).sum(axis=1), TINY))
        return errors

    @cached_property
    def differences(self) -> Floats:
        return self.inside / self.size - self.others_inside / self.others_size

    def roots(
        self, limit: float | Floats, half: float | Floats, at: NDArray[np.intp] | slice = slice(None)
    ) -> Floats:
        """Return the signed roots of the likelihood ratio of "the difference is `limit`", for sets."""
        inside = np.minimum(np.maximum(self.inside[at] + half, 0), self.size)
        return _signed_root(inside, self.size, self.others_inside[at], self.others_size, limit)

    def evidence(self, limit: float) -> Evidence:
        broken = self.largest(float(self.roots(limit, -0.5).max()))
        if self.all_tested:
            return Evidence(broken, float(ndtr(self.roots(limit, 0.5).max())))
        return Evidence(broken, float(ndtr((self.plain + 0.5 / self.size - limit) / self.most_error)))

    def interval(self, confidence: float) -> Interval:
        tail = (1 - confidence) / 2
        bars = np.array([[self._bar(tail)], [float(ndtri(tail))]])
        bounds = self.differences - bars * self.errors
        at = np.argsort(bounds, axis=1)[:, -CANDIDATES:]
        low, high = self._ends(bars, np.array([[-0.5], [0.5]]), at)
        if not self.all_tested:
            high = min(1.0, self.plain + 0.5 / self.size - float(bars[1, 0]) * self.most_error)
        return low, max(low, high)

    @cached_property
    def plain(self) -> float:
        return float(np.abs(self.group / self.size - self.others / self.others_size).sum() / 2)

    @cached_property
    def most_error(self) -> float:
        """Largest standard error that any set can have."""
        return float(np.sqrt((1 / self.size + 1 / self.others_size) / 4))

    def _ends(self, bars: Floats, half: Floats, at: NDArray[np.intp]) -> tuple[float, float]:
        """Return the largest limits from which the root of some set is down to its bar, for both ends."""
        low, high = np.zeros(at.shape), np.ones(at.shape)
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            above = self.roots(middle, half, at) > bars
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return float(low[0].max()), float(high[1].max())

    def _bar(self, tail: float) -> float:
        """Return the root that the largest of all sets exceeds with probability `tail`."""
        single = float(ndtri(1 - tail))
        if not self.all_tested:
            segments = len(self.group)
            return float(min(-ndtri(tail / 2.0**segments), np.sqrt(chdtri(segments - 1, tail))))
        near, far = (float(ndtri(min(self.largest(single + more), 0.999))) for more in (0.5, 1.5))
        return max(single, single + 0.5 + (ndtri(tail) - near) / (far - near))

    def largest(self, root: float) -> float:
        """Return the probability that the largest root of all sets is at least so large.

        Of sets that hold a segment which is surely less frequent in the group, or lack one that is surely
        more so, none can bind. The union over the others is sampled from where one of them exceeds.
        """
        segments = len(self.group)
        if not self.all_tested:
            each = 2.0**segments * ndtr(-root)
            return float(min(1.0, each, chdtrc(segments - 1, root**2) if root > 0 else 1.0))
        directions = self.directions
        rng = np.random.default_rng(self.seed)
        chosen = directions[rng.integers(len(directions), size=DRAWS)]
        beyond = -ndtri(np.maximum(rng.uniform(size=DRAWS) * ndtr(-root), TINY))
        free = rng.standard_normal((DRAWS, directions.shape[1]))
        along = np.einsum("di,di->d", free, chosen)
        found = (free + (beyond - along)[:, None] * chosen) @ directions.T
        exceeding = np.maximum(1, (found >= root).sum(axis=1))
        return float(min(1.0, len(directions) * ndtr(-root) * (1 / exceeding).mean()))

    @cached_property
    def directions(self) -> Floats:
        """Unit vectors whose products are the correlations of the sets that can bind."""
        error = np.sqrt(np.diag(self.covariance))
        apart = (self.group / self.size - self.others / self.others_size) / error
        wrong = (self.members & (apart < -CERTAIN)) | (~self.members & (apart > CERTAIN))
        binding = ~wrong.any(axis=1)
        values, vectors = np.linalg.eigh(self.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        rows = self.members[binding].astype(np.float64) @ root
        units: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
        return units

    def at_random(self) -> tuple[Ints, Ints]:
        """Draw the segments of both at the same rates."""
        rng = np.random.default_rng(self.seed)
        pooled = (self.group + self.others) / (self.size + self.others_size)
        return rng.multinomial(self.size, pooled, DRAWS), rng.multinomial(self.others_size, pooled, DRAWS)


@cache
def _all_sets(segments: int) -> NDArray[np.bool_]:
    """Return every set but none and all of so many segments: (2**segments - 2, segments)."""
    numbers = np.arange(1, 2**segments - 1)
    sets: NDArray[np.bool_] = (numbers[:, None] >> np.arange(segments)) & 1 == 1
    return sets


def _signed_root(
    count: Floats, size: int, others_count: Ints, others_size: int, limit: float | Floats
) -> Floats:
    """Return the root of the likelihood ratio of "the rates differ by `limit`", negative if by less."""
    others_rate = _restricted(count, size, others_count, others_size, limit)
    gain = _likelihood(count, size, count / size) - _likelihood(count, size, others_rate + limit)
    gain += _likelihood(others_count, others_size, others_count / others_size)
    gain -= _likelihood(others_count, others_size, others_rate)
    apart = count / size - others_count / others_size - limit
    root: Floats = np.sign(apart) * np.sqrt(2 * np.maximum(gain, 0.0))
    return root


def _likelihood(count: Floats | Ints, size: int, rate: Floats) -> Floats:
    found: Floats = np.asarray(
        xlogy(count, np.maximum(rate, TINY)) + xlogy(size - count, np.maximum(1 - rate, TINY)),
        dtype=np.float64,
    )
    return found


def _restricted(
    count: Floats, size: int, others_count: Ints, others_size: int, limit: float | Floats
) -> Floats:
    """Return the others' likeliest rate if the group's is larger by `limit`: the root of a cubic equation."""
    total, inside = size + others_size, count + others_count
    square = ((size + 2 * others_size) * limit - total - inside) / (3 * total)
    linear = (limit * (others_size * limit - total - 2 * others_count) + inside) / total
    constant = others_count * limit * (1 - limit) / total
    half = square**3 - square * linear / 2 + constant / 2
    reach = np.where(half >= 0, 1.0, -1.0) * np.sqrt(np.maximum(square**2 - linear / 3, 0.0))
    angle = np.minimum(np.maximum(half / np.where(reach == 0, 1.0, reach**3), -1.0), 1.0)
    found = 2 * reach * np.cos((np.pi + np.arccos(angle)) / 3) - square
    rate: Floats = np.minimum(np.maximum(found, 0.0), 1 - limit)
    return rate
