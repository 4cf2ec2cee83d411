"""Residents of whom it is known how many segments they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice import Criteria

QUICK = Criteria(splits=2, bootstraps=10, restarts=4, shuffles=19, shuffle_p=0.05)


def planted(sizes, seed=0, gap=8.0) -> NDArray[np.float64]:
    """Return round clusters of these sizes, all of them `gap` standard deviations apart, in random order."""
    rng = np.random.default_rng(seed)
    centers = np.eye(len(sizes)) * gap / np.sqrt(2)
    points = np.repeat(centers, sizes, axis=0) + rng.normal(0, 1, (sum(sizes), len(sizes)))
    return rng.permutation(points)


def apart(points, seed=0) -> NDArray[np.float64]:
    """Return the same columns, each in an order of its own."""
    return np.random.default_rng(seed).permuted(points, axis=0)
