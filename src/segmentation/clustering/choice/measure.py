"""Every measure of every number of segments, from samples that are drawn once and serve all numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.jaccard import similarities
from segmentation.clustering.choice.kmeans import Points, centers
from segmentation.clustering.choice.model import Reason, Rival
from segmentation.clustering.choice.silhouettes import silhouettes
from segmentation.clustering.choice.strength import Halved, halved
from segmentation.clustering.parallel import each
from segmentation.policy.fixed import REDRAWN
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.clustering.choice.criteria import Criteria
    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Halves = tuple[Points, Points]

HALVABLE = 4
"""Residents from whom two halves of two can be made."""


@dataclass(frozen=True, eq=False)
class Measured:
    """One number of segments, measured and not yet judged.

    `own` is the segment of each resident of the sample, the largest segment first; the rest is as in `Rival`.
    """

    n_segments: int
    own: Ints
    strength: float
    jaccard: tuple[float, ...]
    smallest_share: float
    silhouette: float | None

    def fault(self, criteria: Criteria) -> Reason | None:
        """Return which limit it does not reach, or None."""
        if self.strength < criteria.least_strength:
            return "does not repeat itself"
        if min(self.jaccard) < criteria.least_jaccard:
            return "a segment is not stable"
        return "too small a segment" if self.smallest_share < criteria.smallest_share else None

    def rival(self, reason: Reason) -> Rival:
        """Return it with the reason why it was chosen, or lost."""
        return Rival(
            self.n_segments, self.strength, self.jaccard, self.smallest_share, self.silhouette, reason
        )


def measured(
    encoded: Floats,
    criteria: Criteria,
    random: np.random.RandomState,
    given: int | None,
    watch: Watch = SILENT,
) -> list[Measured]:
    """Measure every allowed number of segments, or the given one alone.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        In random order.
    criteria : Criteria
    random : RandomState
    given : int or None
    watch : Watch
        Told of each halving and bootstrap sample.

    Returns
    -------
    list of Measured
        By number of segments; empty where the residents are fewer than 4 or all alike.
    """
    points = Points.of(encoded)
    halves = [_halves(points, random) for _ in range(criteria.splits)] if len(encoded) >= HALVABLE else []
    numbers = _numbers(halves, criteria) if given is None else [given] * bool(halves)
    if not numbers:
        return []
    seeds = random.randint(2**31 - 1, size=1 + criteria.splits + criteria.bootstraps).tolist()
    own = _segments(points, numbers, criteria.restarts, seeds[0])
    some = {k: labels[:REDRAWN] for k, labels in own.items()}
    splits = _splits(halves, numbers, criteria.restarts, seeds[1 : 1 + criteria.splits], watch)
    jaccards = _jaccards(points, some, criteria.restarts, seeds[1 + criteria.splits :], watch)
    widths = silhouettes(encoded[:REDRAWN], some)
    return [
        Measured(
            n_segments=k,
            own=own[k],
            strength=float(np.mean([split[at].strength for split in splits])),
            jaccard=tuple(np.mean([sample[at] for sample in jaccards], axis=0).tolist()),
            smallest_share=float(np.mean([split[at].smallest_share for split in splits])),
            silhouette=widths[k],
        )
        for at, k in enumerate(numbers)
    ]


def _halves(points: Points, random: np.random.RandomState) -> Halves:
    order = random.permutation(len(points.rows))
    middle = len(order) // 2
    return points.take(order[:middle]), points.take(order[middle:])


def _numbers(halves: list[Halves], criteria: Criteria) -> list[int]:
    """Return the numbers to try: none is larger than how many residents of a half differ."""
    distinct = min((_distinct(half, criteria.most) for pair in halves for half in pair), default=0)
    return list(range(criteria.fewest, min(criteria.most, distinct) + 1))


def _distinct(points: Points, enough: int) -> int:
    """Return how many residents differ; a look at the first ones settles most."""
    first = len(np.unique(points.rows[: 2 * enough], axis=0))
    return first if first >= enough else len(np.unique(points.rows, axis=0))


def _segments(points: Points, numbers: Sequence[int], restarts: int, seed: int) -> dict[int, Ints]:
    """Return the segments of the whole sample, largest first, for every number."""

    def made(seed: int) -> dict[int, Ints]:
        found = centers(points, numbers, restarts, np.random.default_rng(seed))
        return {k: _largest_first(points.nearest(found[k]), k) for k in numbers}

    return each(made, [seed])[0]


def _largest_first(own: Ints, k: int) -> Ints:
    place = np.empty(k, np.int64)
    place[np.argsort(-np.bincount(own, minlength=k), kind="stable")] = np.arange(k)
    return place[own]


def _splits(
    halves: Sequence[Halves], numbers: Sequence[int], restarts: int, seeds: Sequence[int], watch: Watch
) -> list[list[Halved]]:
    def one(task: tuple[Halves, int]) -> list[Halved]:
        (first, second), seed = task
        return halved(first, second, numbers, restarts, seed)

    return each(one, zip(halves, seeds, strict=True), tell=partial(watch.part, "halvings"))


def _jaccards(
    points: Points, own: dict[int, Ints], restarts: int, seeds: Sequence[int], watch: Watch
) -> list[list[Floats]]:
    some = points.take(np.arange(min(REDRAWN, len(points.rows))))
    tell = partial(watch.part, "bootstrap samples")
    return each(lambda seed: similarities(some, own, restarts, seed), seeds, tell=tell)
