"""Residents of both versions counted in one pass, with what it takes to tell which need moved them.

Scores are linear in the needs, so sums over the residents of each pair of segments are enough: of a number
its sum (after log1p for a count) and how many miss it, of a listed value how many have it. What is kept does
not grow with the residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.identity.reading import both_labels, columns_of
from segmentation.scorer import Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from segmentation.clustering.identity.model import Previous
    from segmentation.clustering.identity.reading import Column
    from segmentation.policy import Feature, Policy
    from segmentation.scorer import FoldedScorer

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class PairSums:
    """What is known of the residents of each pair of segments.

    Attributes
    ----------
    counts : ndarray of int64, shape (segments before, segments now)
    sums : mapping of str to ndarray of shape (segments before, segments now, width)
        For each feature of the policy: the sum of its values and how many miss it, or how many have each of
        its values and, last, how many miss it.
    """

    counts: Ints
    sums: Mapping[str, Floats]

    def means(self, before: slice, now: slice) -> dict[str, Floats]:
        """Return the means over the residents of some pairs of segments, by feature; there has to be one."""
        residents = self.counts[before, now].sum()
        return {name: part[before, now].sum(axis=(0, 1)) / residents for name, part in self.sums.items()}


def pair_sums(
    previous: Previous, policy: Policy, scorer: FoldedScorer, batches: Iterable[pd.DataFrame]
) -> PairSums:
    """Assign residents by both versions, and count and sum them by pair of segments."""
    shape = len(previous.scorer.segments), len(scorer.segments)
    pairs = shape[0] * shape[1]
    counts = np.zeros(pairs, np.int64)
    sums = {name: np.zeros((pairs, _width(feature))) for name, feature in policy.features.items()}
    for needs in batches:
        columns = columns_of(policy, needs)
        before, now = both_labels(previous, policy, scorer, columns)
        pair = before * shape[1] + now
        counts += np.bincount(pair, minlength=pairs)
        for name, feature in policy.features.items():
            sums[name] += _summed(feature, columns[name], pair, pairs)
    return PairSums(counts.reshape(shape), {name: part.reshape(*shape, -1) for name, part in sums.items()})


def _width(feature: Feature) -> int:
    return 1 + len(feature.values or ("sum",))


def _summed(feature: Feature, column: Column, pair: Ints, pairs: int) -> Floats:
    if isinstance(column, Coded):
        width = _width(feature)
        at = np.where(column.codes < 0, width - 1, column.codes)
        return np.bincount(pair * width + at, minlength=pairs * width).reshape(pairs, width).astype(float)
    values = np.log1p(column) if feature.kind == "count" else column
    missing = np.isnan(values)
    known = np.bincount(pair, np.where(missing, 0.0, values), pairs)
    return np.column_stack([known, np.bincount(pair[missing], minlength=pairs)])
