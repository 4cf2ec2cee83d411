"""Centres: nearest one, means, and their order.

What of a centre may be given away is `clustering.disclosing`'s to say.
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
