"""The centres that come of it, for those who fit into memory and for any number of residents.

Which local optimum is found is decided by the restarts, and a sample of 100,000 decides it as well as all do.
What remains is to let every resident move the centres: each pass gives everybody the nearest centre, sums up
what they need, batch by batch, and takes the means. It is exact, so the order of the residents does not
matter; centres that are nudged by one batch after the other (`partial_fit`) follow a file sorted by segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.centers import by_size, coarse, largest_first, nearest, rounded

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.clustering.affine import AffineMap
    from segmentation.clustering.lloyd import Tally

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOVES = 2
"""How often all residents move the centres after the restarts on a sample."""


@dataclass(frozen=True, eq=False)
class Found:
    """The segments of some residents.

    Attributes
    ----------
    centers : ndarray of shape (n_segments, n_columns)
        In the space of the distances, largest segment first, shares rounded.
    average : ndarray of shape (n_columns,)
        The mean resident, before a map, shares rounded.
    inertia : float
        Squared distances of all residents to these centres.
    labels : ndarray of shape (n_residents,), or empty
        Segment of each resident, where they were kept.
    """

    centers: Floats
    average: Floats
    inertia: float
    labels: Labels


def at_once(
    points: Floats,
    mapped: Floats,
    start: Floats,
    sizes: Labels,
    smallest_size: int,
    erase: AffineMap | None = None,
) -> Found:
    """Return what is found where all residents are at hand.

    Parameters
    ----------
    points, mapped : ndarray of shape (n_residents, n_columns)
        Encoded residents before and after `erase`.
    start : ndarray of shape (n_segments, n_columns)
        In encoded units, before `erase`.
    sizes : ndarray of shape (n_segments,)
        Of the segments that they are the means of.
    smallest_size : int
        The smallest group: no share in a centre gives fewer residents away.
    erase : AffineMap or None, default None
    """
    told = coarse(points, start, smallest_size / np.maximum(sizes, 1))
    centers = largest_first(points, _mapped(told, erase), erase)
    labels = nearest(points, centers, erase)
    gaps = mapped - centers[labels]
    average = coarse(points, points.mean(axis=0)[None], np.array([smallest_size / len(points)]))[0]
    return Found(centers, average, float(np.einsum("ij,ij->", gaps, gaps)), labels)


def in_passes(
    tally: Callable[[Floats], Tally],
    start: Floats,
    smallest_size: int,
    erase: AffineMap | None = None,
    *,
    moves: int = MOVES,
) -> Found:
    """Let residents of whom there are too many to be held at once move the centres.

    Parameters
    ----------
    tally : callable
        Takes centres in the space of the distances, and returns the `Tally` of all residents.
    start : ndarray of shape (n_segments, n_columns)
        In encoded units, before `erase`.
    smallest_size : int
    erase : AffineMap or None, default None
    moves : int
        How often they move; 0 where they were given.
    """
    own, seen = start, tally(_mapped(start, erase))
    for move in range(moves):
        seen = tally(_mapped(own, erase)) if move else seen
        own = seen.means(own)
    own = rounded(seen.marks, own, smallest_size / np.maximum(seen.sizes, 1))
    centers, seen = _sorted(tally, _mapped(own, erase), seen)
    labels = np.concatenate([np.empty(0, np.int64), *seen.labels])
    return Found(centers, seen.average(smallest_size), seen.inertia, labels)


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
