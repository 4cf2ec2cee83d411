"""k-means: restarts on those who fit into memory, exact passes over all others.

Which local optimum is found is decided by the restarts, and a sample of 100,000 decides it as well as all do.
What remains is to let every resident move the centres: each pass gives everybody the nearest centre, sums up
what they need, batch by batch, and takes the means. It is exact, so the order of the residents does not
matter; centres that are nudged by one batch after the other (`partial_fit`) follow a file sorted by segment.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from segmentation.clustering.centers import Marks, by_size, nearest, rounded, sums

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.clustering.affine import AffineMap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOVES = 2
"""How often all residents move the centres after the restarts on a sample."""
DECIMALS = 10
"""Of those centres: how residents were batched shall leave no trace in a digest."""


@dataclass(frozen=True, eq=False)
class Tally:
    """What a pass over residents leaves of them; tallies of batches add up to that of all.

    Attributes
    ----------
    sizes : ndarray of int64, shape (n_segments,)
    sums : ndarray of shape (n_segments, n_columns)
        Of their encoded needs, before a map.
    inertia : float
        Squared distances to their centres, in the space of the distances.
    marks : Marks
    labels : tuple of ndarray
        Segment of each, batch by batch; empty where nobody asked for it.
    """

    sizes: Labels
    sums: Floats
    inertia: float
    marks: Marks
    labels: tuple[Labels, ...]

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(
            self.sizes + other.sizes,
            self.sums + other.sums,
            self.inertia + other.inertia,
            self.marks | other.marks,
            self.labels + other.labels,
        )

    def average(self, smallest_size: int) -> Floats:
        """Return the mean of everybody, shares rounded as those of centres are."""
        everybody = self.sizes.sum()
        mean = (self.sums.sum(axis=0) / everybody).round(DECIMALS)
        return np.asarray(rounded(self.marks, mean[None], np.array([smallest_size / everybody]))[0])

    def means(self, before: Floats) -> Floats:
        """Return the mean of each segment, and the centre of before where nobody is in it."""
        there = self.sizes[:, None] > 0
        means = np.divide(self.sums, self.sizes[:, None], out=before.copy(), where=there)
        return np.asarray(means.round(DECIMALS))


def tallied(encoded: Floats, centers: Floats, erase: AffineMap | None, *, keep: bool = False) -> Tally:
    """Give each resident of a batch the nearest centre, and sum up.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    centers : ndarray of shape (n_segments, n_columns)
        After `erase`.
    erase : AffineMap or None
    keep : bool, default False
        Whether to keep who is where.
    """
    labels = nearest(encoded, centers, erase)
    return Tally(
        np.bincount(labels, minlength=len(centers)),
        sums(encoded, labels, len(centers)),
        _inertia(encoded if erase is None else erase.apply(encoded), centers, labels),
        Marks.of(encoded),
        (labels,) if keep else (),
    )


def _inertia(mapped: Floats, centers: Floats, labels: Labels) -> float:
    """Return the sum of squared distances, column by column: each lies in one piece."""
    gaps = (column - own[labels] for column, own in zip(mapped.T, centers.T, strict=True))
    return float(sum(gap @ gap for gap in gaps))


def searched(mapped: Floats, n_segments: int, restarts: int, random: np.random.RandomState) -> Labels:
    """Return who belongs together: the best of several restarts.

    One thread, because threads add up in any order.

    Raises
    ------
    ValueError
        Fewer residents differ from each other than there shall be segments.
    """
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fitted = KMeans(n_segments, n_init=restarts, random_state=random).fit(mapped)
        except ConvergenceWarning:
            raise ValueError(
                f"`n_segments` is {n_segments}, and fewer residents differ from each other; ask for fewer."
            ) from None
    return np.asarray(fitted.labels_, np.int64)


def settled(
    tally: Callable[[Floats], Tally],
    start: Floats,
    smallest_size: int,
    erase: AffineMap | None = None,
    moves: int = MOVES,
) -> tuple[Floats, Tally]:
    """Let residents of whom there are too many to be held at once move the centres.

    Parameters
    ----------
    tally : callable
        Takes centres in the space of the distances, and returns the `Tally` of all residents.
    start : ndarray of shape (n_segments, n_columns)
        In encoded units, before `erase`.
    smallest_size : int
        The smallest group: no share in a centre gives fewer residents away.
    erase : AffineMap or None, default None
    moves : int
        How often they move; 0 where they were given.

    Returns
    -------
    centers : ndarray of shape (n_segments, n_columns)
        In the space of the distances, largest segment first, shares rounded.
    tally : Tally
        Of these centres.
    """
    own, seen = start, tally(_mapped(start, erase))
    for move in range(moves):
        seen = tally(_mapped(own, erase)) if move else seen
        own = seen.means(own)
    own = rounded(seen.marks, own, smallest_size / np.maximum(seen.sizes, 1))
    return _sorted(tally, _mapped(own, erase), seen)


def _sorted(tally: Callable[[Floats], Tally], centers: Floats, seen: Tally) -> tuple[Floats, Tally]:
    """Sort by size until it stays so: residents at equal distances may change sides with the order."""
    for _ in range(len(centers) + 1):
        centers = centers[by_size(seen.sizes, centers)]
        seen = tally(centers)
        if by_size(seen.sizes, centers) == list(range(len(centers))):
            break
    return centers, seen


def _mapped(centers: Floats, erase: AffineMap | None) -> Floats:
    return centers if erase is None else erase.apply(centers)
