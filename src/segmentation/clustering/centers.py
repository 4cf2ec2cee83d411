"""Centres: nearest one, means, order, and what they must not give away.

A centre is kept in the space of the distances. Where a map stands between that space and the encoded needs,
shares of residents are rounded before the map, because after it nobody sees any more that they are shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.fold import linear

if TYPE_CHECKING:
    from segmentation.clustering.affine import AffineMap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MARKS = 3
GLANCE = 1_000


@dataclass(frozen=True)
class Marks:
    """Which columns only say yes, no and, for a flag, not known; what is told of two batches adds up.

    Attributes
    ----------
    values : tuple of frozenset of float or None
        The values of each column; None where it has more than a mark can have.
    """

    values: tuple[frozenset[float] | None, ...]

    @classmethod
    def of(cls, encoded: Floats) -> Self:
        """Look at encoded residents."""
        return cls(tuple(_few(column) for column in encoded.T))

    def __or__(self, other: Marks) -> Marks:
        """Return what is known of both batches."""
        return Marks(tuple(map(_together, self.values, other.values)))

    @property
    def shares(self) -> NDArray[np.intp]:
        """Places of the columns whose mean is a share of residents."""
        return np.flatnonzero([values is not None and len(values) > 1 for values in self.values])

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """Least value of those columns, and what lies between it and the largest."""
        values = [sorted(self.values[at] or ()) for at in self.shares]
        low, high = (np.array([ends[at] for ends in values], np.float64) for at in (0, -1))
        return low, high - low


def nearest(encoded: Floats, centers: Floats, erase: AffineMap | None = None) -> Labels:
    """Return the nearest centre of each resident; the first one of equals.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        Before `erase`.
    centers : ndarray of shape (n_segments, n_columns)
        After it.
    erase : AffineMap or None, default None
    """
    constant, slopes = linear(centers, erase)
    return np.asarray(np.argmin(constant + encoded @ slopes.T, axis=1), np.int64)


def means(encoded: Floats, labels: Labels, n_segments: int) -> Floats:
    """Return the mean of each segment, summed in the order of the rows: shape (n_segments, n_columns)."""
    return np.asarray(sums(encoded, labels, n_segments) / np.bincount(labels, minlength=n_segments)[:, None])


def sums(encoded: Floats, labels: Labels, n_segments: int) -> Floats:
    """Return the sum of each segment, in the order of the rows: shape (n_segments, n_columns)."""
    return np.column_stack([np.bincount(labels, column, n_segments) for column in encoded.T])


def largest_first(encoded: Floats, centers: Floats, erase: AffineMap | None = None) -> Floats:
    """Sort centres by the size of their segments; among equal ones, by their coordinates."""
    for _ in centers:  # residents at equal distances may change sides with the order, so look again
        sizes = np.bincount(nearest(encoded, centers, erase), minlength=len(centers))
        order = by_size(sizes, centers)
        centers = centers[order]
        if order == sorted(order):
            break
    return centers


def by_size(sizes: NDArray[np.int64], centers: Floats) -> list[int]:
    """Return the order of centres: the largest segment first; among equal ones, by their coordinates."""
    keys = [tuple(center) for center in centers.round(6)]
    return sorted(range(len(centers)), key=lambda label: (-sizes[label], keys[label]))


def coarse(encoded: Floats, centers: Floats, steps: Floats) -> Floats:
    """Return the centres with shares of residents rounded, so that none gives a small count away.

    A centre's coordinate in a 0/1 column is a share; times the size of its segment it would be the count of
    residents with some value. `steps` has one share per segment: what the smallest group is of it.
    """
    return rounded(Marks.of(encoded), centers, steps)


def rounded(marks: Marks, centers: Floats, steps: Floats) -> Floats:
    """Return what `coarse` does, where the columns that are shares are known."""
    (low, height), shares = marks.ends, marks.shares
    step = np.outer(np.minimum(steps, 1.0), height)
    result = centers.copy()
    result[:, shares] = low + np.round((centers[:, shares] - low) / step) * step
    return result


def is_mark(column: Floats) -> bool:
    """Whether a column only says yes, no and, for a flag, not known."""
    return _few(column) is not None


def _few(column: Floats) -> frozenset[float] | None:
    """Return the values of a column, or None where they are many; a look at its start settles most."""
    known: frozenset[float] = frozenset()
    for values in (column[:GLANCE], column):
        strange = np.logical_and.reduce([values != value for value in known]) if known else ...
        known |= frozenset(np.unique(values[strange]).tolist())
        if len(known) > MARKS:
            return None
    return known


def _together(one: frozenset[float] | None, other: frozenset[float] | None) -> frozenset[float] | None:
    both = None if one is None or other is None else one | other
    return None if both is None or len(both) > MARKS else both
