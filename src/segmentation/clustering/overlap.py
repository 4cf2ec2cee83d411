"""Two clusterings of the same residents side by side: how many are in both of a pair of segments, how alike.

References
----------
Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52(1), for the Jaccard similarity.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def crossed(own: Ints, other: Ints, shape: tuple[int, int]) -> Ints:
    """Return how many residents are in each pair of segments.

    Parameters
    ----------
    own, other : ndarray of int64, shape (n_residents,)
        The segment of each resident in either clustering, from 0.
    shape : tuple of int
        How many segments either has.

    Returns
    -------
    ndarray of int64, shape (own segments, other segments)
    """
    return np.bincount(own * shape[1] + other, minlength=shape[0] * shape[1]).reshape(shape)


def jaccard(counts: Ints) -> Floats:
    """Return the overlap of each pair of segments, in [0, 1]; 0 where nobody is in either.

    Parameters
    ----------
    counts : ndarray of int64, shape (own segments, other segments)
        From `crossed`.
    """
    either = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0) - counts
    return np.asarray(counts / np.maximum(either, 1))
