"""How the segments that came of it stand when residents are drawn anew, and who of them is easily moved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import euclidean_distances

from segmentation.clustering.choice.jaccard import bootstrap, most_similar
from segmentation.clustering.choice.kmeans import Points, centers
from segmentation.clustering.choice.model import Stability
from segmentation.clustering.overlap import crossed
from segmentation.clustering.parallel import each
from segmentation.policy.fixed import REDRAWN
from segmentation.progress import SILENT
from segmentation.scorer.explain import margins as scorer_margins
from segmentation.scorer.explain import two_nearest

if TYPE_CHECKING:
    from segmentation.clustering.choice.criteria import Criteria
    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Refit:
    """One bootstrap sample clustered anew: what comes back of each segment, and who is elsewhere now."""

    similarity: Floats
    moved: Flags


def stability(
    sample: Floats,
    found: Floats,
    criteria: Criteria,
    random: np.random.RandomState,
    *,
    borderline: float,
    watch: Watch = SILENT,
) -> Stability:
    """Cluster bootstrap samples anew, and lay them beside the segments that came of it.

    A refit's segments are given to those that came of it so that most residents stay (optimal assignment),
    and every resident of the sample is then asked whether theirs is another one, drawn or not.

    Parameters
    ----------
    sample : ndarray of shape (n_residents, n_columns)
        Residents drawn at random, encoded and mapped, in random order; the first `REDRAWN` are
        drawn anew, as many as for the choice.
    found : ndarray of shape (n_segments, n_columns)
        The centres, in the same space.
    criteria : Criteria
        Its `bootstraps` and `restarts` are read.
    random : RandomState
    borderline : float
        Margin under which a resident is borderline.
    watch : Watch
        Told of each bootstrap sample.
    """
    own, margin = margins(sample, found)
    close = margin < borderline
    borderline_share = float(close.mean())
    some = slice(REDRAWN)
    points, own, close, k = Points.of(sample[some]), own[some], close[some], len(found)

    def one(seed: int) -> Refit:
        return _refit(points, own, k, criteria.restarts, seed)

    seeds = random.randint(2**31 - 1, size=criteria.bootstraps).tolist()
    refits = each(one, seeds, tell=partial(watch.part, "bootstrap samples"))
    moved = np.mean([refit.moved for refit in refits], axis=0)
    return Stability(
        jaccard=tuple(np.mean([refit.similarity for refit in refits], axis=0).tolist()),
        bootstraps=criteria.bootstraps,
        borderline=borderline,
        borderline_share=borderline_share,
        moved_borderline=_mean(moved[close]),
        moved_others=_mean(moved[~close]),
    )


def margins(encoded: Floats, found: Floats) -> tuple[Ints, Floats]:
    """Return the segment of each resident and how far they are from the next one, in [0, 1].

    As `segmentation.scorer.Explanation` has it, and by the same rule.
    """
    scores = (found**2).sum(axis=1)[:, None] - 2 * found @ encoded.T
    own, next_one, gap = two_nearest(scores)
    apart = euclidean_distances(found, squared=True)
    return own.astype(np.int64), scorer_margins(apart, own, next_one, gap)


def _refit(points: Points, own: Ints, k: int, restarts: int, seed: int) -> Refit:
    random = np.random.default_rng(seed)
    drawn = bootstrap(len(points.rows), random)
    new = points.nearest(centers(points.counted(drawn), [k], restarts, random)[k])
    similarity = most_similar(crossed(own[drawn > 0], new[drawn > 0], (k, k)))
    rows, columns = linear_sum_assignment(crossed(own, new, (k, k)), maximize=True)
    same = np.empty(k, np.int64)
    same[columns] = rows
    return Refit(similarity, same[new] != own)


def _mean(shares: Floats) -> float | None:
    return float(shares.mean()) if len(shares) else None
