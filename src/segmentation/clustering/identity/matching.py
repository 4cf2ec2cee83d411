"""Which segments of a new fit are segments of the version before: those with mostly the same residents.

Residents are assigned by both versions. A segment can only be the same one where the residents of both
overlap enough (Jaccard); of all assignments of such pairs, the one with the nearest means is taken, over all
segments at once, in the space of the features that both versions read in the same way. Means alone would not
do: where one segment dissolves and another appears, their cheapest assignment may shift all those in between
by one. From a limit of one half on, at most one pair is left to each segment, and under it the means decide.

References
----------
Crouse (2016), On implementing 2D rectangular assignment algorithms, IEEE TAES 52(4); what scipy implements.
Hennig (2007), Cluster-wise assessment of cluster stability, CSDA 52(1), for the limit of the overlap.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from segmentation.clustering.centers import sums
from segmentation.clustering.identity.reading import both_labels, columns_of, common
from segmentation.clustering.overlap import crossed, jaccard
from segmentation.features import needs_encoder, needs_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from segmentation.clustering.identity.model import Previous
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

NUMBERED = re.compile(r"S([0-9]+)")


def matched(previous: Previous, policy: Policy, scorer: FoldedScorer, needs: pd.DataFrame) -> tuple[str, ...]:
    """Return the ids of the segments of a new fit: those of before where they are the same, else new ones.

    Parameters
    ----------
    previous : Previous
    policy : Policy
        Of the new fit; its `clustering.same_segment` is the least overlap.
    scorer : FoldedScorer
        The new fit; its own segment ids are not looked at.
    needs : DataFrame of shape (n_residents, n_features)
        Residents of today, all or a sample of them.

    Returns
    -------
    tuple of str
        One for each segment of `scorer`. A new segment gets the next number that no segment of `previous` or
        of the versions it knows of has had: what is gone never comes back under the same id.

    Raises
    ------
    ScorerError
        A feature is missing, or holds what the policy does not allow.
    """
    before, now = both_labels(previous, policy, scorer, columns_of(policy, needs))
    counts = crossed(before, now, (len(previous.scorer.segments), len(scorer.segments)))
    shared = common(previous, policy, scorer)
    kept: dict[int, str] = {}
    if shared:  # versions that read nothing in common say nothing of the same kind
        enough = jaccard(counts) >= policy.clustering.same_segment
        gaps = _gaps(_encoded(policy, shared, needs), before, now, counts.shape)
        kept = {int(new): previous.scorer.segments[old] for old, new in _pairs(gaps, enough)}
    fresh = _never_used((*previous.scorer.segments, *previous.retired))
    return tuple(kept.get(label) or next(fresh) for label in range(len(scorer.segments)))


def number_of(segment: str) -> int:
    """Return the number in a segment's id, such as 3 for S3; 0 where it has none."""
    found = NUMBERED.fullmatch(segment)
    return int(found[1]) if found else 0


def _never_used(taken: Iterable[str]) -> Iterator[str]:
    return (f"S{number}" for number in count(1 + max(map(number_of, taken), default=0)))


def _pairs(gaps: Floats, enough: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the assignment with the most pairs that overlap enough and, of those, the nearest means."""
    apart = 1.0 + gaps.sum()
    chosen = zip(*linear_sum_assignment(np.where(enough, gaps, apart)), strict=True)
    return [(int(old), int(new)) for old, new in chosen if enough[old, new]]


def _encoded(policy: Policy, features: tuple[str, ...], needs: pd.DataFrame) -> Floats:
    encoder = needs_encoder(policy, without=set(policy.features) - set(features))
    with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
        return np.asarray(encoder.fit_transform(needs_table(encoder, needs)), np.float64)


def _gaps(encoded: Floats, before: Labels, now: Labels, shape: tuple[int, ...]) -> Floats:
    """Return the squared distance of the means of each pair of segments; 0 where one has no resident."""
    old, new = (_means(encoded, labels, size) for labels, size in zip((before, now), shape, strict=True))
    return np.asarray(np.nan_to_num(((old[:, None, :] - new[None, :, :]) ** 2).sum(axis=2)))


def _means(encoded: Floats, labels: Labels, segments: int) -> Floats:
    total, sizes = sums(encoded, labels, segments), np.bincount(labels, minlength=segments)[:, None]
    return np.asarray(np.divide(total, sizes, out=np.full_like(total, np.nan), where=sizes > 0))
