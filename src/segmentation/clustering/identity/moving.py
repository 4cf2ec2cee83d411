"""From the residents of today, assigned by both versions, to what may be told of who moves where.

What is told gives no small count away. Everybody knows how many residents each new segment has (the card says
so) and, where they are those of the version before, how many each old one had; so a count of movers is hidden
with others until none under the smallest group follows (`segmentation.suppression`, sums known both ways).
Those who stay are told as a share alone, rounded down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.identity.cause import gap, moved_by
from segmentation.clustering.identity.matching import number_of
from segmentation.clustering.identity.model import Carried, Migration, Move
from segmentation.clustering.identity.reading import unlike
from segmentation.clustering.identity.tally import tally
from segmentation.suppression import CountTable, suppress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from segmentation.clustering.identity.model import Previous
    from segmentation.clustering.identity.tally import Tally
    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer

Ints = NDArray[np.int64]
Segments = tuple[str, ...]

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
    found = tally(previous, policy, scorer, batches)
    old, new = previous.scorer.segments, scorer.segments
    gone = tuple(segment for segment in old if segment not in new)
    return Migration(
        version=previous.version,
        residents=int(found.counts.sum()),
        staying=_staying(found.counts, old, new, policy.audit.smallest_group),
        carried=tuple(_carried(found.counts, old, new, policy.audit.smallest_group)),
        new=tuple(segment for segment in new if segment not in old),
        gone=gone,
        retired=tuple(sorted({*previous.retired, *gone}, key=lambda one: (number_of(one), one))),
        moves=tuple(sorted(_moves(previous, policy, scorer, found), key=lambda move: -move.residents)),
        unlike=unlike(previous, policy),
    )


def _staying(counts: Ints, old: Segments, new: Segments, smallest: int) -> float:
    total = int(counts.sum())
    moving = total - sum(int(counts[old.index(one), new.index(one)]) for one in new if one in old)
    return _floored(1 - _at_most(moving, smallest) / max(total, 1))


def _carried(counts: Ints, old: Segments, new: Segments, smallest: int) -> Iterator[Carried]:
    for segment in (one for one in new if one in old):
        at = old.index(segment), new.index(segment)
        sizes = int(counts[at[0]].sum() + counts[:, at[1]].sum())
        apart = _at_most(sizes - 2 * int(counts[at]), smallest)
        yield Carried(segment, _floored((sizes - apart) / (sizes + apart)))


def _at_most(residents: int, smallest: int) -> int:
    """Return the next multiple of the smallest group, so that fewer than those tell nothing of how many."""
    return (residents // smallest + 1) * smallest


def _floored(share: float) -> float:
    return max(0.0, math.floor(share * 100 + ROUNDING) / 100)


def _moves(previous: Previous, policy: Policy, scorer: FoldedScorer, found: Tally) -> Iterator[Move]:
    """Yield the moves that may be told, in the order of both versions' segments."""
    hidden = _hidden(found.counts, previous.scorer.segments, scorer.segments, policy.audit.smallest_group)
    sizes = found.counts.sum(axis=1)
    for old, new in np.argwhere(~hidden):
        source, target = previous.scorer.segments[old], scorer.segments[new]
        residents = int(found.counts[old, new])
        share = max(round(residents / int(sizes[old]), DIGITS), 10**-DIGITS)
        need = _need(previous, policy, scorer, found, (int(old), int(new)))
        yield Move(source, target, residents, share, need)


def _hidden(counts: Ints, old: Segments, new: Segments, smallest: int) -> NDArray[np.bool_]:
    """Return which counts are not told, shape (segments before, segments now); those who stay never are."""
    staying = tuple((new.index(one), old.index(one)) for one in new if one in old)
    table = CountTable("moves", new, old, counts.T, totals_known=True, withheld=staying)
    return np.asarray(suppress([table], [], smallest)["moves"].cells.T)


def _need(
    previous: Previous, policy: Policy, scorer: FoldedScorer, found: Tally, pair: tuple[int, int]
) -> str | None:
    ends = previous.scorer.segments[pair[0]], scorer.segments[pair[1]]
    movers = {name: part[pair] / found.counts[pair] for name, part in found.sums.items()}
    everybody = {name: part.sum(axis=(0, 1)) / found.counts.sum() for name, part in found.sums.items()}
    absent = unlike(previous, policy)
    before = gap(previous.scorer, policy, absent, ends, movers, everybody)
    return moved_by(before, gap(scorer, policy, (), ends, movers, everybody))
