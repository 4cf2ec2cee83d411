"""The trace: through which need an attribute gets into the segments.

A need that tells age is harmless as long as no segment hangs on it, and one on which all segments hang is
harmless as long as it tells no age. So each need is given to other residents at random, the segments are
assigned again, and what then is gone of the association came in through that need (permutation importance,
Breiman 2001, of the association instead of the error). Needs that say the same stand in for each other: each
alone then carries less than both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from segmentation.audit.association import corrected_v
from segmentation.audit.evidence import PAIR
from segmentation.audit.samples import DECIMALS, indices, places, sample
from segmentation.audit.sections import Trace
from segmentation.errors import AuditError
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from segmentation.audit.disclosure import Flags, Shown
    from segmentation.policy import Limits, Policy
    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST_REPEATS, MOST_REPEATS = 2, 8
"""How often each need is permuted: more often where there are few residents, as chance then says more."""
AT_ONCE = 200_000
"""Rows that are assigned in one call."""

LEAST_AGREEING = 0.99
"""Share of residents to whom the rule gives the segment they have: a few lie between two segments."""


@dataclass(frozen=True, eq=False)
class Moves:
    """Segments of a sample of residents, as they are and with each need permuted.

    Attributes
    ----------
    rows : ndarray of int64, shape (n,)
        Places of the sampled residents in the table.
    features : tuple of str
    segments : tuple of str
        What `before` and `after` count along.
    before : ndarray of int64, shape (n,)
    after : ndarray of int16, shape (n_features, n_repeats, n)
    """

    rows: Ints
    features: tuple[str, ...]
    segments: tuple[str, ...]
    before: Ints
    after: NDArray[np.int16]

    @property
    def moved(self) -> Floats:
        """Share of residents whose segment changes, for each feature, in [0, 1]."""
        return np.asarray((self.after != self.before).mean(axis=(1, 2)), np.float64)

    def order(self, segments: Sequence[str]) -> Ints:
        """Return the rows of `count` for some segments: the empty last one where nobody is there."""
        found = indices(segments, self.segments)
        return np.where(found < 0, len(self.segments), found)

    def count(self, group: Ints, n_groups: int) -> tuple[Ints, Ints]:
        """Count the sample by segment and group, before and after; a group below 0 is left out.

        Returns
        -------
        before : ndarray of int64, shape (n_segments + 1, n_groups)
            The last row is empty: a segment that nobody of the sample is in.
        after : ndarray of int64, shape (n_features, n_repeats, n_segments + 1, n_groups)
        """
        known = group >= 0
        shape = (len(self.segments) + 1, n_groups)

        def table(labels: Ints) -> Ints:
            at = labels.astype(np.int64) * n_groups + group[known]
            return np.bincount(at, minlength=shape[0] * shape[1]).reshape(shape)

        after = np.array([[table(one) for one in repeats] for repeats in self.after[:, :, known]])
        return table(self.before[known]), after


def permuted(
    needs: pd.DataFrame,
    segments: pd.Series,
    assign: Callable[[pd.DataFrame], pd.Series],
    *,
    seed: int,
    watch: Watch = SILENT,
) -> Moves:
    """Assign segments again and again, each time with one need given to other residents.

    Parameters
    ----------
    needs : DataFrame of shape (n_residents, n_features)
    segments : Series of shape (n_residents,)
        The segments that are audited.
    assign : callable
        Gives the segment ids of any table of needs, in its order.
    seed : int
        Of the sample and the permutations.
    watch : Watch
        Told of the permutations that are done.

    Raises
    ------
    AuditError
        Lengths differ, or `assign` is not the rule that made the segments: it gives one resident of a hundred
        another one.
    """
    if len(needs) != len(segments):
        raise AuditError(f"There are {len(segments)} segments for the needs of {len(needs)} residents.")
    rows = sample(len(needs), seed)
    base = needs.iloc[rows].reset_index(drop=True)
    names: dict[str, int] = {}
    before = _codes(assign(base), names)
    _check_rule(before, segments.iloc[rows], names)
    repeats = int(np.clip(AT_ONCE // max(len(base), 1) // 10, FEWEST_REPEATS, MOST_REPEATS))
    changes = [str(name) for name in base for _ in range(repeats)]
    rng = np.random.default_rng([seed, 1])
    together = max(1, AT_ONCE // max(len(base), 1))
    found = []
    for at in range(0, len(changes), together):
        some = changes[at : at + together]
        found.append(_codes(assign(_with_permuted(base, some, rng)), names))
        watch.part("permutations", at + len(some), len(changes))
    after = np.concatenate(found).astype(np.int16).reshape(base.shape[1], repeats, len(base))
    return Moves(rows, tuple(map(str, base)), tuple(names), before, after)


def _with_permuted(base: pd.DataFrame, changes: Sequence[str], rng: np.random.Generator) -> pd.DataFrame:
    """Return a copy of the table for each of some features, one below the other, that one permuted in it."""
    places = {name: np.tile(np.arange(len(base)), len(changes)) for name in base}
    for at, name in enumerate(changes):
        places[name][at * len(base) : (at + 1) * len(base)] = rng.permutation(len(base))
    return pd.DataFrame({name: base[name].array.take(place) for name, place in places.items()})


def _codes(labels: pd.Series, names: dict[str, int]) -> Ints:
    """Return the place of each segment in `names`, which new ones are added to."""
    code, distinct = pd.factorize(np.asarray(labels))
    return np.array([names.setdefault(str(name), len(names)) for name in distinct], np.int64)[code]


def _check_rule(before: Ints, segments: pd.Series, names: dict[str, int]) -> None:
    agreeing = int((_codes(segments, dict(names)) == before).sum())
    if agreeing < LEAST_AGREEING * len(before):
        share = math.floor(1000 * agreeing / len(before)) / 10
        message = (
            f"`assign` gives the segment that is audited to only {share} % of residents. "
            "Give the rule that made the segments."
        )
        raise AuditError(message)


# ---- Association ------------------------------------------------------------------------------------


def falls(moves: Moves, group: Ints, n_groups: int, keep: Ints) -> Floats | None:
    """Return by how much Cramér's V falls on average when each feature is permuted.

    Parameters
    ----------
    moves : Moves
    group : ndarray of int64, shape (n,)
        Of each sampled resident, from 0; below 0 where not known or not to be seen.
    n_groups : int
    keep : ndarray of int64, shape (n_kept,)
        Places of the segments to look at.

    Returns
    -------
    ndarray of shape (n_features,) or None
        None where there is only one segment or group.
    """
    before, after = (counts[..., keep, :] for counts in moves.count(group, n_groups))
    if min(int((before.sum(axis=axis) > 0).sum()) for axis in (0, 1)) < PAIR:
        return None
    inhabited = (before.sum(axis=1) > 0) | (after.sum(axis=(0, 1, 3)) > 0)
    held = np.ix_(inhabited, before.sum(axis=0) > 0)
    return np.asarray(corrected_v(before[held]) - corrected_v(after[(..., *held)]).mean(axis=1), np.float64)


# ---- Who enters which segment through what ----------------------------------------------------------


def trace(policy: Policy, protected: pd.DataFrame, moves: Moves, shown: Sequence[Shown]) -> tuple[Trace, ...]:
    """Return for each group the segment that it enters most above others, and through which feature.

    Parameters
    ----------
    policy : Policy
    protected : DataFrame of shape (n_residents, n_attributes)
        Categorical columns of groups, missing where not known.
    moves : Moves
        Of the same residents.
    shown : sequence of Shown
        The tables that the report shows; only what they show is looked at.

    Returns
    -------
    tuple of Trace
        By attribute, largest gap first. Nothing for a group whose gap may be chance, or of which permuting a
        feature closes less than the half of `smallest_group` residents.
    """
    single = [one for one in shown if one.cells.name in policy.audited]
    found = [_of_attribute(policy.audit, protected[one.cells.name], moves, one) for one in single]
    return tuple(entry for entries in found for entry in sorted(entries, key=lambda entry: -entry.gap))


def _of_attribute(limits: Limits, column: pd.Series, moves: Moves, shown: Shown) -> Iterator[Trace]:
    cells = shown.cells
    seen = ~(shown.hidden | shown.hidden_sizes) & (cells.sizes >= limits.smallest_group)
    gaps = _gaps(cells.counts, cells.sizes, seen)
    sure = _chance(cells.counts, cells.sizes, seen, gaps) * seen.sum() <= 1 - limits.confidence
    before, after = moves.count(places(column.iloc[moves.rows], cells.group_names), len(cells.groups))
    order = moves.order(cells.segments)
    size = before.sum(axis=0)
    was = _gaps(before[order], size, seen)
    now = _gaps(after[:, :, order], size, seen).mean(axis=1)
    for at, group in enumerate(cells.group_names):
        row = int(np.argmax(gaps[:, at]))
        closed = 1 - np.abs(now[:, row, at]) / was[row, at] if was[row, at] > 0 else np.zeros(len(now))
        best = int(np.argmax(closed))
        closed = _in_steps(closed, limits.smallest_group, float(size[at] * was[row, at]))
        if sure[row, at] and closed[best] > 0:
            gap, share = round(float(gaps[row, at]), DECIMALS), round(float(closed[best]), DECIMALS)
            yield Trace(cells.name, group, cells.segments[row], moves.features[best], gap, share)


def _in_steps(closed: Floats, smallest: int, gap: float) -> Floats:
    """Return the shares of a gap of so many residents in steps of so many as are the smallest group.

    Of a small group the exact share would tell how many of it have a need that others stand in for.
    """
    step = smallest / gap if gap > 0 else 1.0
    return np.minimum(np.floor(closed / step + 0.5) * step, 1.0)


def _gaps(counts: Ints, sizes: Ints, seen: Flags) -> Floats:
    """Return each group's rate less that of the others, among what is seen; 0 where there is nobody."""
    (inside, size), (others, others_size) = _sides(counts, sizes, seen)
    return np.where(
        seen & (size * others_size > 0),
        inside / np.maximum(size, 1) - others / np.maximum(others_size, 1),
        0.0,
    )


def _chance(counts: Ints, sizes: Ints, seen: Flags, gaps: Floats) -> Floats:
    """Return how likely chance alone gives a gap this large, for two equal rates."""
    (inside, size), (others, others_size) = _sides(counts, sizes, seen)
    rate = (inside + others) / np.maximum(size + others_size, 1)
    variance = rate * (1 - rate) * (1 / np.maximum(size, 1) + 1 / np.maximum(others_size, 1))
    return np.asarray(ndtr(-gaps / np.sqrt(np.where(variance > 0, variance, 1))), np.float64)


def _sides(counts: Ints, sizes: Ints, seen: Flags) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Return count and size of each group, and of all others, among what is seen."""
    inside, size = counts * seen, sizes * seen
    others = inside.sum(axis=-1, keepdims=True) - inside, size.sum(axis=-1, keepdims=True) - size
    return (inside, size), others
