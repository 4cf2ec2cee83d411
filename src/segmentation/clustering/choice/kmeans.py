"""k-means on a sample, every restart and every number of segments at once.

The choice clusters some fifty samples anew, for every number of segments. scikit-learn's k-means is made for
one fit of many residents, and took six times as long here. Three things are saved: restarts share one matrix
product; numbers of segments share one seeding, because the first k seeds of a longer k-means++ run are those
of a run for k (Arthur & Vassilvitskii 2007); and only the restart that is best after a few steps is followed
to its end. float32: it is the choice that is made here, not the segments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

TRIALS = 5
"""Candidates for each seed; the one that leaves the least inertia is taken."""
WARM_UP = 6
"""Steps after which the best restart is told from the others."""
STEPS = 60
"""Most steps of the best restart after those."""
TOLERANCE = 1e-4
"""Of the mean variance: centres that move less than this, squared and summed, have arrived."""


@dataclass(frozen=True, eq=False)
class Points:
    """A sample in the form that k-means reads.

    Attributes
    ----------
    rows : ndarray of float32, shape (n_residents, n_columns + 1)
        Residents less their mean, in units of the root of their total variance; 1 in the last column.
    norms : ndarray of float32, shape (n_residents,)
        Squared lengths.
    weights : ndarray of float32, shape (n_residents,)
        How often each resident counts.
    """

    rows: Singles
    norms: Singles
    weights: Singles

    @classmethod
    def of(cls, encoded: Floats) -> Self:
        """Return a sample of shape (n_residents, n_columns), each resident counted once."""
        gaps = encoded - encoded.mean(axis=0)
        spread = np.sqrt(np.einsum("ij,ij->", gaps, gaps) / len(gaps)) or 1.0
        rows = np.column_stack([gaps / spread, np.ones(len(gaps))]).astype(np.float32)
        norms = np.einsum("ij,ij->i", rows[:, :-1], rows[:, :-1])
        return cls(rows, norms, np.ones(len(rows), np.float32))

    def take(self, places: Ints) -> Self:
        """Return some of the residents."""
        return replace(self, rows=self.rows[places], norms=self.norms[places], weights=self.weights[places])

    def counted(self, counts: Ints) -> Self:
        """Return the residents who are counted at all, each as often as that."""
        drawn = np.flatnonzero(counts)
        return replace(self.take(drawn), weights=counts[drawn].astype(np.float32))

    def nearest(self, centers: Singles) -> Ints:
        """Return the nearest of centres of shape (k, n_columns); the first one of equals."""
        return np.asarray(np.argmin(self.rows @ _slopes(centers).T, axis=1), np.int64)


def centers(
    points: Points,
    numbers: Sequence[int],
    restarts: int,
    random: np.random.Generator,
    steps: int = STEPS,
) -> dict[int, Singles]:
    """Cluster a sample, for every number of segments.

    Parameters
    ----------
    points : Points
    numbers : sequence of int
    restarts : int
    random : Generator
    steps : int
        Most steps of the restart that is best after `WARM_UP`.

    Returns
    -------
    dict of int to ndarray of shape (n_segments, n_columns)
        Centres. A segment has no resident where fewer residents differ than there are segments.
    """
    seeds = _seeds(points, max(numbers), restarts, random)
    return {k: _best(points, seeds[:, :k], steps) for k in numbers}


def inertia(points: Points, found: Singles) -> float:
    """Return the share of the variance about the origin of `points` that is left within the segments."""
    least = (points.rows @ _slopes(found).T).min(axis=1)
    total = float(points.norms @ points.weights)
    return float(least @ points.weights) / total + 1 if total else 0.0


def _seeds(points: Points, most: int, restarts: int, random: np.random.Generator) -> Singles:
    """Return k-means++ seeds of shape (restarts, most, n_columns)."""
    places = random.integers(len(points.rows), size=(restarts, 1))
    least = np.full((restarts, 1, len(points.rows)), np.inf, np.float32)
    chosen: list[Singles] = []
    for _ in range(most):
        gaps = np.minimum(_gaps(points, points.rows[places, :-1]) + points.norms, least)
        np.maximum(gaps, 0, out=gaps)  # rounding may leave the seed itself a little below
        best = (gaps @ points.weights).argmin(axis=1)[:, None]
        least = np.take_along_axis(gaps, best[..., None], axis=1)
        chosen.append(points.rows[np.take_along_axis(places, best, axis=1)[:, 0], :-1])
        places = _far(least[:, 0] * points.weights, random.random((restarts, TRIALS)))
    return np.stack(chosen, axis=1)


def _far(odds: Singles, chances: Floats) -> Ints:
    """Return, for each restart, residents drawn with these odds."""
    sums = np.cumsum(odds, axis=1, dtype=np.float64)
    found = [np.searchsorted(row, at * row[-1], "right") for row, at in zip(sums, chances, strict=True)]
    return np.asarray(np.minimum(found, odds.shape[1] - 1), np.int64)


def _best(points: Points, begun: Singles, steps: int) -> Singles:
    for _ in range(WARM_UP):
        begun, inertias = _step(points, begun)
    best = begun[[inertias.argmin()]]
    limit = TOLERANCE * float(points.norms @ points.weights) / points.weights.sum() / best.shape[-1]
    for _ in range(steps):
        before, (best, _inertia) = best, _step(points, best)
        if ((best - before) ** 2).sum() <= limit:
            break
    return np.asarray(best[0])


def _step(points: Points, begun: Singles) -> tuple[Singles, Singles]:
    """Return centres after one step of Lloyd, and the inertia before it, less a constant.

    A resident between two centres to the last bit counts for both: that moves them alike for any order.
    """
    gaps = _gaps(points, begun)
    least = gaps.min(axis=1)
    own = np.equal(gaps, least[:, None], out=gaps).reshape(-1, len(points.rows))
    sums = (own @ (points.rows * points.weights[:, None])).reshape(*begun.shape[:-1], -1)
    sizes = sums[..., -1:]
    means = np.where(sizes > 0, sums[..., :-1] / np.maximum(sizes, 1), begun)
    return means, least @ points.weights


def _gaps(points: Points, found: Singles) -> Singles:
    """Return squared distances less the residents' squared lengths: shape (restarts, k, n_residents)."""
    slopes = _slopes(found)
    flat = slopes.reshape(-1, slopes.shape[-1]) @ points.rows.T
    return np.asarray(flat.reshape(*found.shape[:-1], -1))


def _slopes(found: Singles) -> Singles:
    norms = np.einsum("...j,...j->...", found, found)
    return np.concatenate([-2 * found, norms[..., None]], axis=-1)
