"""Prediction strength: whether one half of the residents would be sorted by the other half's segments.

Two halves of a sample are clustered apart. A segmentation that is there, and not made up by k-means, is found
in both: residents who share a segment in one half's own clustering also share one under the other half's
centres. That share, for the worst segment, is the prediction strength.

References
----------
Tibshirani, R. & Walther, G. (2005). Cluster validation by prediction strength. Journal of Computational and
Graphical Statistics 14(3), 511-528.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.kmeans import Points, centers

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Halved:
    """What one halving says of one number of segments.

    Attributes
    ----------
    strength : float
        Mean of both directions, in [0, 1].
    smallest_share : float
        Mean share of the smallest segment of each half.
    """

    strength: float
    smallest_share: float


def halved(first: Points, second: Points, numbers: Sequence[int], restarts: int, seed: int) -> list[Halved]:
    """Judge each half by the other, for every number of segments."""
    random = np.random.default_rng(seed)
    ones, twos = (centers(half, numbers, restarts, random) for half in (first, second))
    found = []
    for k in numbers:
        by_one, by_two = ([half.nearest(made) for half in (first, second)] for made in (ones[k], twos[k]))
        strengths = strength(by_two[1], by_one[1], k), strength(by_one[0], by_two[0], k)
        shares = [np.bincount(own, minlength=k).min() / len(own) for own in (by_one[0], by_two[1])]
        found.append(Halved(float(np.mean(strengths)), float(np.mean(shares))))
    return found


def strength(own: Ints, predicted: Ints, n_segments: int) -> float:
    """Return the share of pairs of the worst own segment that the other half's centres keep together.

    Parameters
    ----------
    own, predicted : ndarray of shape (n_residents,)
        Segments of the residents of one half: its own, and the nearest centres of the other half.
    n_segments : int

    Returns
    -------
    float
        In [0, 1]. A segment of one resident has no pair to repeat and counts as 0.
    """
    k = n_segments
    table = np.bincount(own * k + predicted, minlength=k * k).reshape(k, k).astype(np.float64)
    sizes = table.sum(axis=1)
    together = (table * (table - 1)).sum(axis=1)
    return float(np.min(np.divide(together, sizes * (sizes - 1), out=np.zeros(k), where=sizes > 1)))
