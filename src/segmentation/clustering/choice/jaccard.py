"""Bootstrap Jaccard: whether each segment comes back when residents are drawn anew.

Of a bootstrap sample a new clustering is made. Each segment of the first clustering is laid beside the new
one most like it: residents in both, as a share of residents in either, among those who were drawn. Prediction
strength speaks of the worst segment of all; this names the segments that dissolve.

References
----------
Hennig, C. (2007). Cluster-wise assessment of cluster stability. Computational Statistics & Data Analysis
52(1), 258-271.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.kmeans import Points, centers
from segmentation.clustering.overlap import crossed, jaccard

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def similarities(points: Points, segments: Mapping[int, Ints], restarts: int, seed: int) -> list[Floats]:
    """Draw one bootstrap sample, and return how much of each segment comes back.

    Parameters
    ----------
    points : Points
    segments : mapping of int to ndarray of shape (n_residents,)
        For each number of segments, the segment of each resident.
    restarts : int
    seed : int

    Returns
    -------
    list of ndarray of shape (n_segments,)
        In [0, 1]; 0 for a segment of which nobody was drawn.
    """
    random = np.random.default_rng(seed)
    drawn = bootstrap(len(points.rows), random)
    sample = points.counted(drawn)
    made = centers(sample, list(segments), restarts, random)
    return [
        most_similar(crossed(own[drawn > 0], sample.nearest(made[k]), (k, k))) for k, own in segments.items()
    ]


def bootstrap(residents: int, random: np.random.Generator) -> Ints:
    """Return how often each resident is drawn, with replacement, in as many draws as there are residents."""
    return np.bincount(random.integers(residents, size=residents), minlength=residents)


def most_similar(table: Ints) -> Floats:
    """Return, for each row, the largest Jaccard similarity with a column; 0 for an empty row."""
    return np.asarray(jaccard(table).max(axis=1))
