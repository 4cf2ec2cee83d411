"""From the residents of today, assigned by both versions, to what may be told of who moves where.

What is told gives no small count away: see `telling`. Those who stay are told as a share alone, rounded down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.identity.cause import gap, moved_by
from segmentation.clustering.identity.matching import number_of
from segmentation.clustering.identity.model import Carried, Gone, Migration, Move
from segmentation.clustering.identity.pairs import pair_sums
from segmentation.clustering.identity.reading import unlike
from segmentation.clustering.identity.telling import telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from segmentation.clustering.identity.model import Previous
    from segmentation.clustering.identity.pairs import PairSums
    from segmentation.clustering.identity.telling import Told
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer

Ints = NDArray[np.int64]
Places = tuple[tuple[int, int], ...]

EVERY = slice(None)
DIGITS = 3
"""Of a share of movers, whose count is told."""
ROUNDING = 1e-9
"""What a sum in floating point may be off."""


def migration(
    previous: Previous, policy: Policy, scorer: FoldedScorer, batches: Iterable[pd.DataFrame]
) -> Migration:
    """Say what becomes of the segments of the version before.

    Parameters
    ----------
    previous : Previous
    policy : Policy
        Of the new version.
    scorer : FoldedScorer
        The new version, with the ids that `matched` gave its segments.
    batches : iterable of DataFrame of shape (n_residents, n_features)
        The needs of all residents of today; read once, and never all at a time.

    Raises
    ------
    ScorerError
        A feature is missing, or holds what the policy does not allow.
    """
    found = pair_sums(previous, policy, scorer, batches)
    old, new = previous.scorer.segments, scorer.segments
    both = tuple(segment for segment in new if segment in old)
    stay = tuple((old.index(segment), new.index(segment)) for segment in both)
    smallest = policy.audit.smallest_group
    told = telling(found.counts, stay, smallest)
    gone = tuple(segment for segment in old if segment not in new)
    moves = _moves(previous, policy, scorer, found, told)
    return Migration(
        version=previous.version,
        residents=int(found.counts.sum()),
        staying=_staying(found.counts, stay, told, smallest),
        carried=tuple(
            Carried(segment, min(_overlap(found.counts, at, smallest), _floored(overlap)))
            for segment, at, overlap in zip(both, stay, told.overlaps, strict=True)
        ),
        new=tuple(segment for segment in new if segment not in old),
        gone=tuple(Gone(segment, previous.names.get(segment)) for segment in gone),
        retired=tuple(sorted({*previous.retired, *gone}, key=lambda one: (number_of(one), one))),
        moves=tuple(sorted(moves, key=lambda move: -move.residents)),
        unlike=unlike(previous, policy),
    )


def _staying(counts: Ints, stay: Places, told: Told, smallest: int) -> float:
    total = int(counts.sum())
    moving = total - sum(int(counts[at]) for at in stay)
    most = max(_at_most(moving, smallest), total - told.staying)
    return _floored(1 - most / max(total, 1))


def _overlap(counts: Ints, at: tuple[int, int], smallest: int) -> float:
    sizes = int(counts[at[0]].sum() + counts[:, at[1]].sum())
    apart = _at_most(sizes - 2 * int(counts[at]), smallest)
    return _floored((sizes - apart) / (sizes + apart))


def _at_most(residents: int, smallest: int) -> int:
    """Return the next multiple of the smallest group, so that fewer than those tell nothing of how many."""
    return (residents // smallest + 1) * smallest


def _floored(share: float) -> float:
    return max(0.0, math.floor(share * 100 + ROUNDING) / 100)


def _moves(
    previous: Previous, policy: Policy, scorer: FoldedScorer, found: PairSums, told: Told
) -> Iterator[Move]:
    """Yield the moves that may be told, in the order of both versions' segments."""
    sizes = found.counts.sum(axis=1)
    for old, new in np.argwhere(told.least > 0):
        source, target = previous.scorer.segments[old], scorer.segments[new]
        residents, exact = int(told.least[old, new]), bool(told.exact[old, new])
        share = residents / int(sizes[old])
        share = max(round(share, DIGITS), 10**-DIGITS) if exact else _floored(share)
        need = _need(previous, policy, scorer, found, (int(old), int(new)))
        yield Move(source, target, residents, share, need, exact=exact)


def _need(
    previous: Previous, policy: Policy, scorer: FoldedScorer, found: PairSums, pair: tuple[int, int]
) -> str | None:
    ends = previous.scorer.segments[pair[0]], scorer.segments[pair[1]]
    old, new = (slice(at, at + 1) for at in pair)
    movers = found.means(old, new)
    splits, merges = ends[1] not in previous.scorer.segments, ends[0] not in scorer.segments
    others = found.means(old if splits else EVERY, new if merges and not splits else EVERY)
    absent = unlike(previous, policy)
    before = gap(previous.scorer, policy, absent, ends, movers, others)
    return moved_by(before, gap(scorer, policy, (), ends, movers, others))
