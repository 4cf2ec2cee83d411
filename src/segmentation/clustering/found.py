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

from segmentation.clustering.centers import by_size, largest_first, nearest
from segmentation.clustering.disclosing import Spread, Usual, rounded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segmentation.clustering.affine import AffineMap
    from segmentation.clustering.lloyd import Tally
    from segmentation.features import Gap

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
        In the space of the distances, largest segment first, as they may be given away.
    average : ndarray of shape (n_columns,)
        The mean resident, before a map, as it may be given away.
    inertia : float
        Squared distances of all residents to these centres.
    sizes : ndarray of int64, shape (n_segments,)
        Residents of each segment.
    labels : ndarray of shape (n_residents,), or empty
        Segment of each resident, where they were kept.
    """

    centers: Floats
    average: Floats
    inertia: float
    sizes: Labels
    labels: Labels


def at_once(
    points: Floats,
    mapped: Floats,
    start: Floats,
    labels: Labels,
    smallest_size: int,
    erase: AffineMap | None = None,
    gaps: Sequence[Gap] = (),
) -> Found:
    """Return what is found where all residents are at hand.

    Parameters
    ----------
    points, mapped : ndarray of shape (n_residents, n_columns)
        Encoded residents before and after `erase`.
    start : ndarray of shape (n_segments, n_columns)
        In encoded units, before `erase`.
    labels : ndarray of shape (n_residents,)
        The segments that they are the means of.
    smallest_size : int
        The smallest group: no coordinate of a centre gives fewer residents away.
    erase : AffineMap or None, default None
    gaps : sequence of Gap, default ()
        Which columns say where others have no value.
    """
    told, average = start, points.mean(axis=0)
    if smallest_size > 1:
        told = _told(points, start, labels, smallest_size, gaps)
        average = _told(points, average[None], np.zeros_like(labels), smallest_size, gaps)[0]
    centers = largest_first(points, _mapped(told, erase), erase)
    labels = nearest(points, centers, erase)
    off = mapped - centers[labels]
    sizes = np.bincount(labels, minlength=len(centers))
    return Found(centers, average, float(np.einsum("ij,ij->", off, off)), sizes, labels)


def usual_values(
    points: Floats, labels: Labels, n_segments: int, smallest_size: int, gaps: Sequence[Gap]
) -> tuple[Usual, ...]:
    """Return the usual values of each segment and of everybody; nothing where nothing is to be rounded."""
    if smallest_size <= 1:
        return ()
    everybody = np.zeros_like(labels)
    return (
        Usual.of(points, labels, n_segments, gaps),
        Usual.of(points, everybody, 1, gaps),
    )


def in_passes(
    tally: Callable[[Floats, tuple[Usual, ...]], Tally],
    start: Floats,
    smallest_size: int,
    erase: AffineMap | None = None,
    *,
    common: tuple[Usual, ...] = (),
    moves: int = MOVES,
) -> Found:
    """Let residents of whom there are too many to be held at once move the centres.

    Parameters
    ----------
    tally : callable
        Takes centres in the space of the distances and the usual values that residents are measured from,
        and returns the `Tally` of all.
    start : ndarray of shape (n_segments, n_columns)
        In encoded units, before `erase`.
    smallest_size : int
    erase : AffineMap or None, default None
    common : tuple of Usual, default ()
        From `usual_values` of a sample. Without them nothing is rounded.
    moves : int
        How often they move; 0 where they were given.
    """
    own = start
    for _ in range(moves - 1):
        own = tally(_mapped(own, erase), ()).means(own)
    last = tally(_mapped(own, erase), common)
    own = last.means(own) if moves else own
    if common:
        own = rounded(last.spreads[0], own, smallest_size / np.maximum(last.sizes, 1), smallest_size)
    centers, seen = _sorted(lambda centers: tally(centers, ()), _mapped(own, erase), last)
    labels = np.concatenate([np.empty(0, np.int64), *seen.labels])
    return Found(centers, last.average(smallest_size), seen.inertia, seen.sizes, labels)


def _told(points: Floats, centers: Floats, labels: Labels, smallest_size: int, gaps: Sequence[Gap]) -> Floats:
    """Return means of residents who are at hand as they may be given away."""
    usual = Usual.of(points, labels, len(centers), gaps)
    sizes = np.bincount(labels, minlength=len(centers))
    spread = Spread.of(points, labels, usual)
    return rounded(spread, centers, smallest_size / np.maximum(sizes, 1), smallest_size)


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
