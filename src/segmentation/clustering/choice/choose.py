"""The choice: the largest number of segments that repeats itself in halves and in bootstrap samples.

All measures are taken of every number, also of those that lose: a reader shall see by how much. Samples are
drawn once and serve all numbers. One whose segments shuffled features have as well stays on the record as
chosen, and `Structure.is_there` says that there is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.jaccard import similarities
from segmentation.clustering.choice.kmeans import Points, centers
from segmentation.clustering.choice.model import Choice, Reason, Rival
from segmentation.clustering.choice.shuffle import structure
from segmentation.clustering.choice.silhouettes import silhouettes
from segmentation.clustering.choice.strength import Halved, halved
from segmentation.clustering.parallel import each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.clustering.choice.criteria import Criteria

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HALVABLE = 4
"""Residents from whom two halves of two can be made."""
RESIDENTS = 2000
"""Of the sample, for bootstrap samples and silhouettes: as many as a half of the default sample has."""


@dataclass(frozen=True)
class Measured:
    """One number of segments, measured and not yet judged."""

    n_segments: int
    strength: float
    jaccard: tuple[float, ...]
    smallest_share: float
    silhouette: float | None

    def fault(self, criteria: Criteria) -> Reason | None:
        """Return why it cannot be chosen, or None."""
        if self.strength < criteria.least_strength:
            return "does not repeat itself"
        if min(self.jaccard) < criteria.least_jaccard:
            return "a segment dissolves"
        return "too small a segment" if self.smallest_share < criteria.smallest_share else None

    def rival(self, reason: Reason) -> Rival:
        """Return it with the reason why it was chosen, or lost."""
        return Rival(
            self.n_segments, self.strength, self.jaccard, self.smallest_share, self.silhouette, reason
        )


def choose(
    encoded: Floats,
    criteria: Criteria,
    random: np.random.RandomState,
    *,
    given: int | None = None,
    blocks: Sequence[slice] | None = None,
) -> Choice:
    """Try every allowed number of segments, and say which one is chosen, why, and whether there is structure.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        A sample of residents in random order, encoded and mapped; a few thousand.
    criteria : Criteria
    random : RandomState
        Of every draw. The choice is the same for any number of threads.
    given : int or None, default None
        A number of segments that somebody insists on: it is measured alone, and neither limit stops it.
    blocks : sequence of slice or None, default None
        The columns of each feature, which are shuffled together; None is every column by itself.

    Returns
    -------
    Choice
        Without rivals where the residents are fewer than 4 or all alike; without `structure` where no number
        passes, or the one given is 1.
    """
    encoded = encoded[random.permutation(len(encoded))]
    points = Points.of(encoded)
    halves = [_halves(points, random) for _ in range(criteria.splits)] if len(encoded) >= HALVABLE else []
    numbers = _numbers(halves, criteria) if given is None else [given] * bool(halves)
    if not numbers:
        return Choice((), None)
    measured = _measured(encoded, points, halves, numbers, criteria, random)
    rivals = _judged(measured, criteria) if given is None else (measured[0].rival("given"),)
    n_segments = Choice(rivals, None).n_segments
    if n_segments is None or n_segments == 1:
        return Choice(rivals, None)
    blocks = [slice(at, at + 1) for at in range(encoded.shape[1])] if blocks is None else blocks
    return Choice(
        rivals, structure(encoded, n_segments, blocks, criteria.shuffles, criteria.shuffle_p, random)
    )


def _halves(points: Points, random: np.random.RandomState) -> tuple[Points, Points]:
    order = random.permutation(len(points.rows))
    middle = len(order) // 2
    return points.take(order[:middle]), points.take(order[middle:])


def _numbers(halves: list[tuple[Points, Points]], criteria: Criteria) -> list[int]:
    """Return the numbers to try: none is larger than how many residents of a half differ."""
    distinct = min((_distinct(half, criteria.most) for pair in halves for half in pair), default=0)
    return list(range(criteria.fewest, min(criteria.most, distinct) + 1))


def _distinct(points: Points, enough: int) -> int:
    """Return how many residents differ; a look at the first ones settles most."""
    first = len(np.unique(points.rows[: 2 * enough], axis=0))
    return first if first >= enough else len(np.unique(points.rows, axis=0))


def _measured(
    encoded: Floats,
    points: Points,
    halves: list[tuple[Points, Points]],
    numbers: list[int],
    criteria: Criteria,
    random: np.random.RandomState,
) -> list[Measured]:
    seeds = random.randint(2**31 - 1, size=1 + len(halves) + criteria.bootstraps).tolist()
    segments = _segments(points, numbers, criteria.restarts, seeds[0])

    def split(at: int) -> list[Halved]:
        return halved(*halves[at], numbers, criteria.restarts, seeds[1 + at])

    def drawn(seed: int) -> list[Floats]:
        return similarities(some, own, criteria.restarts, seed)

    some = points.take(np.arange(min(RESIDENTS, len(encoded))))
    own = {k: labels[:RESIDENTS] for k, labels in segments.items()}
    splits = each(split, range(len(halves)))
    samples = each(drawn, seeds[1 + len(halves) :])
    widths = silhouettes(encoded[:RESIDENTS], own)
    return [
        Measured(
            n_segments=k,
            strength=float(np.mean([split[at].strength for split in splits])),
            jaccard=tuple(np.mean([sample[at] for sample in samples], axis=0).tolist()),
            smallest_share=float(np.mean([split[at].smallest_share for split in splits])),
            silhouette=widths[k],
        )
        for at, k in enumerate(numbers)
    ]


def _segments(points: Points, numbers: list[int], restarts: int, seed: int) -> dict[int, Ints]:
    """Return the segments of the whole sample, largest first, for every number."""
    made = each(lambda _: centers(points, numbers, restarts, np.random.default_rng(seed)), range(1))[0]
    return {k: _largest_first(points.nearest(made[k]), k) for k in numbers}


def _largest_first(own: Ints, k: int) -> Ints:
    place = np.empty(k, np.int64)
    place[np.argsort(-np.bincount(own, minlength=k), kind="stable")] = np.arange(k)
    return place[own]


def _judged(measured: list[Measured], criteria: Criteria) -> tuple[Rival, ...]:
    faults = {one.n_segments: one.fault(criteria) for one in measured}
    largest = max((k for k, fault in faults.items() if fault is None), default=None)
    return tuple(one.rival(faults[one.n_segments] or _rank(one.n_segments, largest)) for one in measured)


def _rank(k: int, largest: int | None) -> Reason:
    return "chosen" if k == largest else "passes, but a larger one does too"
