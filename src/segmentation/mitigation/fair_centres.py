"""Socially fair centres: the group that fits worst shall fit as well as possible.

k-means minimises the mean squared distance over all residents, so a small group can be far from every
centre. Here the largest of the groups' means is minimised instead. That narrows the gap in fit and leaves who
is in which segment about as it was: the association of segment and attribute is another harm, with other
mitigations.

References
----------
Ghadiri, M., Samadi, S. & Vempala, S. (2021). Socially fair k-means clustering. FAccT '21, 438-448.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering.centers import nearest

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

ROUNDS = 60
"""Most rounds of assigning residents and moving centres."""
STEPS = 200
"""Steps of the multiplicative weights in each round."""
ENOUGH = 1e-6
"""Relative gain under which a round is the last."""


@dataclass(frozen=True)
class FairCentres:
    """Centres, and what they cost.

    Attributes
    ----------
    centers : ndarray of shape (n_segments, n_columns)
    costs : tuple of float
        Mean squared distance of each group to its nearest centre, from 0, in encoded units.
    before : tuple of float
        The same at the centres that were started from.
    heaviest : ndarray of shape (n_segments,)
        The largest share of each centre that one resident makes, in (0, 1]: what its coordinates give away
        about residents follows from this.
    """

    centers: Floats
    costs: tuple[float, ...]
    before: tuple[float, ...]
    heaviest: Floats


@dataclass(frozen=True)
class _Cells:
    """What the best centres of one assignment follow from: each group's share and mean in each segment."""

    shares: Floats  # (groups, segments); each row sums to 1
    means: Floats  # (groups, segments, columns)
    within: Floats  # (groups,): mean squared distance to the group's own means
    sizes: Floats  # (groups,): residents

    def costs(self, centers: Floats) -> Floats:
        gaps = ((self.means - centers) ** 2).sum(axis=2)
        return np.asarray(self.within + (self.shares * gaps).sum(axis=1))

    def heaviest(self, weights: Floats) -> Floats:
        """Return the most that one resident makes of each centre; 1 for an empty segment."""
        total = (weights[:, None] * self.shares).sum(axis=0)
        ones = np.where(self.shares > 0, (weights / self.sizes)[:, None], 0.0).max(axis=0)
        return np.where(total > 0, ones / np.maximum(total, 1e-300), 1.0)

    def centers(self, weights: Floats, otherwise: Floats) -> Floats:
        """Return the weighted means of the groups' means; an empty segment stays where it was."""
        mass = weights[:, None] * self.shares
        total = mass.sum(axis=0)
        sums = np.einsum("gs,gsc->sc", mass, self.means)
        return np.where(total[:, None] > 0, sums / np.maximum(total, 1e-300)[:, None], otherwise)


def fair_centres(encoded: Floats, members: NDArray[np.bool_], centers: Floats) -> FairCentres:
    """Minimise the largest mean squared distance of a group, from given centres on (Fair-Lloyd).

    Rounds of two steps: every resident goes to the nearest centre; then the centres go where the worst
    group's mean is smallest for these segments. The second step is a convex problem, solved by multiplicative
    weights over the groups, whose centres are weighted means of the groups' means. The best round is kept, so
    the result is never worse, by the largest mean, than the start. A group's residents go to the nearest
    centre too, so nobody's group is needed to predict.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    members : ndarray of shape (n_residents, n_groups) of bool
        Who belongs to which group; groups may overlap, and nobody need belong to one. No group is empty.
    centers : ndarray of shape (n_segments, n_columns)
        Where to start: those of k-means.

    Returns
    -------
    FairCentres
    """
    with threadpool_limits(1):
        labels = nearest(encoded, centers)
        best, cells = centers, _cells(encoded, members, labels, len(centers))
        heaviest = 1 / np.maximum(np.bincount(labels, minlength=len(centers)), 1)
        before = worst = cells.costs(centers)
        for _ in range(ROUNDS):
            moved, weights = _fairest(cells, best)
            ones = heaviest if weights is None else cells.heaviest(weights)
            cells = _cells(encoded, members, nearest(encoded, moved), len(centers))
            costs = cells.costs(moved)
            if costs.max() >= worst.max() * (1 - ENOUGH):
                break
            best, worst, heaviest = moved, costs, ones
    return FairCentres(best, tuple(map(float, worst)), tuple(map(float, before)), heaviest)


def _cells(encoded: Floats, members: NDArray[np.bool_], labels: Labels, segments: int) -> _Cells:
    counted = [_group(encoded[chosen], labels[chosen], segments) for chosen in members.T]
    shares, means, within = zip(*counted, strict=True)
    return _Cells(np.array(shares), np.array(means), np.array(within), members.sum(axis=0).astype(np.float64))


def _group(encoded: Floats, labels: Labels, segments: int) -> tuple[Floats, Floats, float]:
    sizes = np.bincount(labels, minlength=segments)
    sums = np.column_stack([np.bincount(labels, column, segments) for column in encoded.T])
    means = sums / np.maximum(sizes, 1)[:, None]
    within = float(((encoded - means[labels]) ** 2).sum() / len(encoded))
    return sizes / len(encoded), means, within


def _fairest(cells: _Cells, start: Floats) -> tuple[Floats, Floats | None]:
    """Return the centres with the smallest largest cost of a group, for the segments as they are.

    With the groups' weights that make them; None where those that were started from are best.
    """
    best, best_weights = start, None
    weights = np.full(len(cells.within), 1 / len(cells.within))
    for step in range(STEPS):
        centers = cells.centers(weights, start)
        costs = cells.costs(centers)
        if costs.max() < cells.costs(best).max():
            best, best_weights = centers, weights
        weights = weights * np.exp((costs / max(float(costs.max()), 1e-300) - 1) * 4 / np.sqrt(step + 1))
        weights /= weights.sum()
    return best, best_weights
