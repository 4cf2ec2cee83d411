"""Silhouettes of every number of segments from one matrix of distances: for information alone.

Silhouettes like few and round segments, and see two of them in noise. Readers know them, so here they are.

References
----------
Rousseeuw, P. J. (1987). Silhouettes. Journal of Computational and Applied Mathematics 20, 53-65.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import euclidean_distances

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def silhouettes(encoded: Floats, segments: Mapping[int, Ints]) -> dict[int, float | None]:
    """Return the mean silhouette of each clustering.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        A few thousand residents at most: their distances are all held at once.
    segments : mapping of int to ndarray of shape (n_residents,)
        For each number of segments, the segment of each resident.

    Returns
    -------
    dict of int to float or None
        In [-1, 1]; None where fewer than two segments have a resident.
    """
    distances = euclidean_distances(encoded)
    return {k: _silhouette(distances, own, k) for k, own in segments.items()}


def _silhouette(distances: Floats, own: Ints, k: int) -> float | None:
    member = (own[:, None] == np.arange(k)).astype(np.float64)
    sizes = member.sum(axis=0)
    if np.count_nonzero(sizes) <= 1:
        return None
    sums = distances @ member
    everybody = np.arange(len(own))
    others = np.divide(sums, sizes, out=np.full_like(sums, np.inf), where=sizes > 0)
    others[everybody, own] = np.inf
    outside = others.min(axis=1)
    inside = sums[everybody, own] / np.maximum(sizes[own] - 1, 1)
    larger = np.maximum(inside, outside)
    gaps = np.divide(outside - inside, larger, out=np.zeros_like(inside), where=larger > 0)
    return float(np.where(sizes[own] > 1, gaps, 0.0).mean())
