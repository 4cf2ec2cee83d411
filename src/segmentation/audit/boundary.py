"""Tests of a measure of a whole table: what would be seen if the truth were exactly at the limit.

Formulas for the spread of such a measure hold for even tables. Groups and segments are not even, and then
they are wrong by a factor. So tables are drawn from a truth at the limit, made as like the observed one as it
can be, and the observed measure is held against those draws. The cost is that of the cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, chdtri, gammainc, gammaincc, ndtr, ndtri

from segmentation.audit.evidence import Evidence, Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALF_A_RESIDENT = 0.5
"""A departure from independence, in residents, below which no way of it is seen."""
SYMMETRIC = 0.01
"""A skewness below which the curve is the normal one."""
FREEDOM = 4
"""Pairs of draws for each cell from which the draws are made uncorrelated."""
LEAST_DRAWS, MOST_DRAWN = 60, 1_000_000
"""Tables that are drawn at least, and cells in all of them at most, where a table has very many."""
MANY = 20.0
"""Residents expected in a cell from which they are drawn from a normal distribution."""
MARKED = 2.0
"""Standard errors from independence at which a cell stands out."""
TIED = 0.01
"""P-value down to which segments with different odds may still have the same ones."""
HALF = 0.5
"""Share of residents up to which a segment or group is small enough to hang on one cell."""
LIKELY_CELLS = 24
"""Cells that are tried as the only one that departs from independence."""
RUNS = 2
"""Runs of segments with the same odds that are left at least."""
MOST_SHORT = 6.0
"""Standard errors by which a cell may fall short of what is expected in it to be tried."""
STEPS, STRIDE, CLOSE = 60, 3.0, 1e-4
"""How often a way to a limit is corrected, by which factor at most, and how near is near enough (in logs)."""
MOST_Z = 5.0
"""Standard errors beyond which p-values are not told apart when the end of an interval is looked for."""
SMALLEST = 1e-12
"""What stands in for zero where a logarithm is taken or something is divided."""

Strength = Callable[[Floats], Floats]
"""Of tables (..., n_segments, n_groups): in [0, 1], 0 at independence, about linear in how far from it."""


@dataclass(frozen=True, eq=False)
class Boundary:
    """A table of counts and a measure, to be tested against any limit of the measure.

    Attributes
    ----------
    counts : ndarray of shape (n_segments, n_groups)
    strength : callable
    draws : int
        Tables that are drawn for every limit that is tried.
    seed : int
    ordered : bool
        Whether the strength is that of two groups by the order of the segments' odds.
    """

    counts: Ints
    strength: Strength
    draws: int
    seed: int
    ordered: bool = False

    @cached_property
    def observed(self) -> float:
        """Strength of the table itself."""
        return float(self.strength(self.counts.astype(np.float64)))

    @cached_property
    def apart(self) -> Floats:
        """Shares of the cells if segment and group were independent."""
        shares = self.counts / self.counts.sum()
        return np.outer(shares.sum(axis=1), shares.sum(axis=0))

    @cached_property
    def error(self) -> Floats:
        """Standard errors of the shares of the cells, less independence, if there were independence."""
        rows, columns = self.apart.sum(axis=1, keepdims=True), self.apart.sum(axis=0, keepdims=True)
        error: Floats = np.sqrt(self.apart * (1 - rows) * (1 - columns) / self.counts.sum())
        return error

    def evidence(self, limit: float) -> Evidence:
        """Test that the strength is at most `limit`, and that it is at least that.

        A truth at the limit may depart from independence where the data do, only less or more so; or just in
        the cells that stand out; or, to see it kept, in a single cell. The worst of these counts. Where no
        table reaches the limit in any of these ways, it is kept.

        What chance adds to a strength by the order of odds depends on how many of them are the same: all that
        may be, to see it broken, and half of what the draws show, to see it kept. (By trial: with none at all
        it is hardly ever seen, with all of it too often.)
        """
        tables, reached = self._reach(self._ways, limit)
        drawn = self.strength(np.stack([self.draw(table) for table in tables]))
        broken = max(_tails(strengths, self.observed)[0] for strengths in drawn)
        if self.ordered:
            drawn -= np.maximum(0.0, drawn.mean(axis=1, keepdims=True) - limit) / 2
        kept = [_tails(strengths, self.observed)[1] for strengths in drawn[reached]]
        return Evidence(broken, max([*kept, self._one_cell(limit, tables)]))

    def interval(self, start: float, confidence: float) -> Interval:
        """Return about the strengths that neither test rejects at half of 1 - `confidence`.

        The ends are drawn on a line through two limits that were tested, so a limit near them may be tested
        otherwise: `Evidence.agreeing` sets that right for the one that matters.

        Parameters
        ----------
        start : float
            About the middle, from 0.
        confidence : float
        """
        bar = float(ndtri((1 + confidence) / 2))
        middle = self.evidence(start)
        near = self.strength(self.draw(self._reach(self._ways, start)[0][0]))
        spread = max(2 * bar * float(near.mean() * near.std()), 8 / self.counts.sum())
        least, most = np.sqrt(max(0.0, start**2 - spread)), np.sqrt(min(1.0, start**2 + spread))
        low = _end(start, middle.broken, float(least), self.evidence(least).broken, -bar)
        high = _end(start, middle.kept, float(most), self.evidence(most).kept, -bar)
        return min(low, start), max(high, start)

    @cached_property
    def _ways(self) -> Floats:
        """In which cells a table at the limit departs from independence: (n_ways, n_segments, n_groups)."""
        total = self.counts.sum()
        away = self.counts / total - self.apart
        if np.abs(away).max() * total < HALF_A_RESIDENT:
            return self._single(np.array([self.apart.argmin()]))
        if self.ordered:
            bold = _tied(self.counts) / total - self.apart
        else:
            bold = np.where(np.abs(away) > MARKED * self.error, away, 0.0)
        differs = np.abs(bold).max() > SMALLEST and np.abs(bold - away).max() > SMALLEST
        return np.stack([away, bold]) if differs else away[None]

    def _single(self, cells: NDArray[np.intp]) -> Floats:
        """Return the ways in which one cell alone departs from independence, with all margins kept."""
        rows, columns = self.apart.sum(axis=1), self.apart.sum(axis=0)
        at_row, at_column = np.unravel_index(cells, self.apart.shape)
        row, column = np.tile(-rows, (len(cells), 1)), np.tile(-columns, (len(cells), 1))
        row[np.arange(len(cells)), at_row] += 1
        column[np.arange(len(cells)), at_column] += 1
        ways: Floats = row[:, :, None] * column[:, None, :]
        return ways

    def _reach(self, ways: Floats, limit: float) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the tables whose strength is `limit`, on ways from independence, and which do reach it.

        Where a way would empty a cell by more than it holds, the cell stays empty and the margins give.
        """
        if limit <= 0:
            return np.broadcast_to(self.apart, ways.shape), np.ones(len(ways), dtype=bool)
        length, slope = np.zeros(len(ways)), np.ones(len(ways))  # logarithms
        tables, missed = self._along(ways, length, limit)
        for _ in range(STEPS):
            step = np.clip(missed / slope, -STRIDE, STRIDE)
            length = length + step
            tables, still = self._along(ways, length, limit)
            if (np.abs(still) < CLOSE).all():
                break
            moving = np.abs(step) > CLOSE / 10
            slope = np.where(
                moving, np.clip((missed - still) / np.where(moving, step, 1.0), 0.05, 2.0), slope
            )
            missed = still
        return tables, np.abs(still) < CLOSE

    def _along(self, ways: Floats, length: Floats, limit: float) -> tuple[Floats, Floats]:
        """Return the tables at lengths (logarithms) along ways, and how much is missing (in logs)."""
        tables = np.maximum(self.apart + np.exp(length)[:, None, None] * ways, 0.0)
        tables /= tables.sum(axis=(1, 2), keepdims=True)
        return tables, np.log(limit / np.maximum(self.strength(tables), SMALLEST))

    def _one_cell(self, limit: float, tables: Floats) -> float:
        """Return the largest chance of so few residents in a cell that alone puts the table at the limit.

        If the association were in one rare cell, that it is small would hang on a few residents.
        """
        total, shares = self.counts.sum(), self.counts / self.counts.sum()
        distance = np.sqrt(((tables - self.apart) ** 2 / self.apart).sum(axis=(1, 2)).max())
        expected = self.apart + distance * self.error * np.sqrt(total)
        minor = np.outer(shares.sum(axis=1) <= HALF, shares.sum(axis=0) <= HALF)
        short = np.where(minor, (expected - shares) / np.sqrt(expected / total), np.inf).ravel()
        cells = np.argsort(short)[: min(LIKELY_CELLS, int((short < MOST_SHORT).sum()))]
        if not len(cells):
            return 0.0
        found, reached = self._reach(self._single(cells), limit)
        chances = [self._as_few(int(cell), table) for cell, table in zip(cells, found, strict=True)]
        return float(np.max(chances, where=reached, initial=0.0))

    def _as_few(self, cell: int, table: Floats) -> float:
        """Return the chance of so few in a cell, given the larger of its margins."""
        row, column = np.unravel_index(cell, table.shape)
        inside, margin = self.counts[:, column].sum(), table[:, column].sum()
        if not self.ordered and table[row].sum() > margin:
            inside, margin = self.counts[row].sum(), table[row].sum()
        return float(
            bdtr(float(self.counts[row, column]), int(inside), min(1.0, table[row, column] / margin))
        )

    def draw(self, table: Floats) -> Floats:
        """Draw tables of about as many residents, of whom `table` has the shares.

        The number of residents varies as well, which no strength depends on. Where many are expected, a
        normal draw is bent to the skewness of a Poisson one (Cornish & Fisher 1938), which costs a fifth.
        """
        expected = (table * self.counts.sum()).ravel()
        few = np.flatnonzero(expected < MANY)
        normal = _normal(self.draws, self.counts.size, self.seed)
        drawn = expected + np.sqrt(expected) * normal + (normal**2 - 1) / 6
        drawn[:, few] = np.random.default_rng(self.seed).poisson(expected[few], (len(drawn), len(few)))
        tables: Floats = drawn.reshape(-1, *table.shape)
        return tables


@lru_cache(maxsize=8)
def _normal(draws: int, cells: int, seed: int) -> Floats:
    """Draw standard normal numbers (about `draws`, cells) with the moments that they ought to have.

    The same ones serve every table of that many cells, so none of them must have an accident of its own: the
    second half mirrors the first, and cells are uncorrelated with spread 1, as far as they are not too many.
    """
    rng = np.random.default_rng(seed)
    half = draws // 2
    if FREEDOM * cells > half:  # uncorrelated, they would leave the sum of their squares hardly any freedom
        return rng.standard_normal((min(draws, max(LEAST_DRAWS, MOST_DRAWN // cells)), cells))
    basis = np.linalg.qr(rng.standard_normal((half, cells)))[0] * np.sqrt(half)
    return np.concatenate([basis, -basis])


def _end(start: float, p_start: float, guess: float, p_guess: float, bar: float) -> float:
    """Return where a test just rejects, on the line through its z-scores at two limits."""
    here, there = (max(-MOST_Z, min(MOST_Z, float(ndtri(p_value)))) for p_value in (p_start, p_guess))
    if (guess == 0 and there >= bar) or abs(here - there) < CLOSE:
        return guess
    return max(0.0, min(1.0, start + (guess - start) * (bar - here) / (there - here)))


def _tails(drawn: Floats, observed: float) -> tuple[float, float]:
    """Return the chances of at least and of at most what was observed, from a curve through the draws.

    The curve is the Pearson III one with the mean, spread and skewness of the draws: a shifted gamma
    distribution, which goes over into the normal one, and is exact for a χ².
    """
    spread = drawn.std()
    if spread < np.finfo(float).eps * 100:
        return float(observed <= drawn.mean() + CLOSE), float(observed >= drawn.mean() - CLOSE)
    z = (observed - drawn.mean()) / spread
    skewness = float((((drawn - drawn.mean()) / spread) ** 3).mean())
    if abs(skewness) < SYMMETRIC:
        return float(ndtr(-z)), float(ndtr(z))
    shape = 4 / skewness**2
    at = max(0.0, shape + z * np.sign(skewness) * np.sqrt(shape))
    above, below = float(gammaincc(shape, at)), float(gammainc(shape, at))
    return (above, below) if skewness > 0 else (below, above)


def _tied(counts: Ints) -> Floats:
    """Return the table of two groups with as many segments of the same odds as the counts allow.

    Odds that differ by chance alone make an order of segments, and an order found in the data flatters.
    """
    blocks = [[int(at)] for at in np.argsort(counts[:, 0] / counts.sum(axis=1), kind="stable")]
    lost = 0.0
    while len(blocks) > RUNS:
        losses = _losses(np.array([counts[block].sum(axis=0) for block in blocks], dtype=np.float64))
        at = int(losses.argmin())
        lost += float(losses[at])
        if lost > chdtri(len(counts) - len(blocks) + 1, TIED):
            break
        blocks[at : at + 2] = [blocks[at] + blocks[at + 1]]
    tied = np.empty(counts.shape)
    for block in blocks:
        inside = counts[block]
        tied[block] = np.outer(inside.sum(axis=1), inside.sum(axis=0)) / inside.sum()
    return tied


def _losses(sums: Floats) -> Floats:
    """Return the χ² of one degree of freedom by which each row of two counts differs from the next."""
    sizes = sums.sum(axis=1)
    rates = sums[:, 0] / sizes
    pooled = (sums[:-1, 0] + sums[1:, 0]) / (sizes[:-1] + sizes[1:])
    spread = pooled * (1 - pooled) * (1 / sizes[:-1] + 1 / sizes[1:])
    losses: Floats = np.diff(rates) ** 2 / np.maximum(spread, np.finfo(float).tiny)
    return losses
