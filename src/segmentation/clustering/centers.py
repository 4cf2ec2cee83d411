"""Centres: nearest one, means, order, and what they must not give away.

A centre is kept in the space of the distances. Where a map stands between that space and the encoded needs,
shares of residents are rounded before the map, because after it nobody sees any more that they are shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.fold import linear

if TYPE_CHECKING:
    from segmentation.clustering.affine import AffineMap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MARKS = 3
GLANCE = 1_000


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
    sums = np.column_stack([np.bincount(labels, column, n_segments) for column in encoded.T])
    return np.asarray(sums / np.bincount(labels, minlength=n_segments)[:, None])


def largest_first(encoded: Floats, centers: Floats, erase: AffineMap | None = None) -> Floats:
    """Sort centres by the size of their segments; among equal ones, by their coordinates."""
    for _ in centers:  # residents at equal distances may change sides with the order, so look again
        sizes = np.bincount(nearest(encoded, centers, erase), minlength=len(centers))
        keys = [tuple(center) for center in centers.round(6)]
        order = sorted(range(len(centers)), key=lambda label: (-sizes[label], keys[label]))
        centers = centers[order]
        if order == sorted(order):
            break
    return centers


def coarse(encoded: Floats, centers: Floats, steps: Floats) -> Floats:
    """Return the centres with shares of residents rounded, so that none gives a small count away.

    A centre's coordinate in a 0/1 column is a share; times the size of its segment it would be the count of
    residents with some value. `steps` has one share per segment: what the smallest group is of it.
    """
    low, height = encoded.min(axis=0), np.ptp(encoded, axis=0)
    shares = np.flatnonzero([is_mark(column) for column in encoded.T] & (height > 0))
    step = np.outer(np.minimum(steps, 1.0), height[shares])
    rounded = centers.copy()
    rounded[:, shares] = low[shares] + np.round((centers[:, shares] - low[shares]) / step) * step
    return rounded


def is_mark(column: Floats) -> bool:
    """Whether a column only says yes, no and, for a flag, not known; a look at its start settles most."""
    return all(len(np.unique(values)) <= MARKS for values in (column[:GLANCE], column))
