"""How many segments: the largest number that repeats itself.

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
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import pairwise_distances_argmin
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

Reason = Literal[
    "chosen", "passes, but a larger one does too", "does not repeat itself", "too small a segment"
]


@dataclass(frozen=True)
class Rival:
    """One number of segments that was tried.

    Attributes
    ----------
    n_segments : int
    prediction_strength : float
        Mean over halvings, in [0, 1]; 1 when both halves agree on every pair.
    smallest_share : float
        Mean share of the smallest segment, in (0, 1 / n_segments].
    reason : str
        Why it was chosen, or lost.
    """

    n_segments: int
    prediction_strength: float
    smallest_share: float
    reason: Reason


@dataclass(frozen=True)
class Criteria:
    """What a number of segments must reach; the fields are those of the policy's `clustering`."""

    fewest: int
    most: int
    least_strength: float
    smallest_share: float
    splits: int
    restarts: int


def rivals(encoded: Floats, criteria: Criteria, random: np.random.RandomState) -> tuple[Rival, ...]:
    """Try every allowed number of segments, and say which one is chosen and why the others lost.

    Parameters
    ----------
    encoded : ndarray of shape (n_sample, n_columns)
        Encoded residents; at least 4.
    criteria : Criteria
    random : RandomState
        Of the halvings and of k-means.

    Returns
    -------
    tuple of Rival
        By number of segments. None is "chosen" when none passes: there is no structure that repeats itself.
    """
    halvings = [_halves(encoded, random) for _ in range(criteria.splits)]
    distinct = (len(np.unique(half, axis=0)) for pair in halvings for half in pair)
    most = min(criteria.most, *distinct)
    with threadpool_limits(1):  # samples are too small to share between threads
        measured = [
            (k, *_measure(halvings, partial(KMeans, k, n_init=criteria.restarts, random_state=random)))
            for k in range(criteria.fewest, most + 1)
        ]
    passing = [k for k, strength, share in measured if _reason(strength, share, criteria) is None]
    return tuple(
        Rival(k, strength, share, _reason(strength, share, criteria) or _rank(k, max(passing)))
        for k, strength, share in measured
    )


def chosen(tried: tuple[Rival, ...]) -> int | None:
    """Return the number of segments that was chosen, or None."""
    return next((rival.n_segments for rival in tried if rival.reason == "chosen"), None)


def _reason(strength: float, share: float, criteria: Criteria) -> Reason | None:
    if strength < criteria.least_strength:
        return "does not repeat itself"
    return "too small a segment" if share < criteria.smallest_share else None


def _rank(k: int, largest: int) -> Reason:
    return "chosen" if k == largest else "passes, but a larger one does too"


def _halves(encoded: Floats, random: np.random.RandomState) -> tuple[Floats, Floats]:
    order = random.permutation(len(encoded))
    middle = len(encoded) // 2
    return encoded[order[:middle]], encoded[order[middle:]]


def _measure(halvings: list[tuple[Floats, Floats]], kmeans: Callable[[], KMeans]) -> tuple[float, float]:
    """Return mean prediction strength and mean smallest share, each half judged by the other in turn."""
    strengths, shares = [], []
    for first, second in halvings:
        one, two = kmeans().fit(first), kmeans().fit(second)
        strengths += [_strength(one, second, two.labels_), _strength(two, first, one.labels_)]
        shares += [np.bincount(fit.labels_).min() / len(fit.labels_) for fit in (one, two)]
    return float(np.mean(strengths)), float(np.mean(shares))


def _strength(train: KMeans, test: Floats, own: Labels) -> float:
    """Return the share of pairs of the worst test cluster that the train centres keep together.

    Pairs are counted from the cross table of both labels. A cluster of one resident has no pairs to repeat
    and counts as 0.
    """
    k = train.n_clusters
    predicted = pairwise_distances_argmin(test, train.cluster_centers_)
    table = np.bincount(own * k + predicted, minlength=k * k).reshape(k, k).astype(np.float64)
    sizes = table.sum(axis=1)
    together = (table * (table - 1)).sum(axis=1)
    return float(np.min(np.divide(together, sizes * (sizes - 1), out=np.zeros(k), where=sizes > 1)))
