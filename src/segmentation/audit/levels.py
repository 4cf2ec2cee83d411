"""The levels of a need that a group may be guessed from, so coarse that no small count follows.

An area under the curve is worked out from counts of residents by level and group, with folds that anybody can
deal again. Who tries every count until the published area comes out has the count. So it is taken from levels
so coarse that every count behind it may be seen, and where there are none, from counts of two levels of which
the smallest are replaced: the area then says at least how well a group is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.audit.auc import auc_of_levels
from segmentation.audit.evidence import PAIR
from segmentation.audit.samples import indices
from segmentation.policy.features import LISTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.policy import Feature

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_LEVELS = 16
LEVEL_SIZE = 50
"""Residents to a level of a number, on average, where there are few residents."""


def levels(feature: Feature, column: pd.Series) -> Ints:
    """Return the level of each resident, from 0; neighbours are alike, and a missing value has the last.

    Numbers are cut into up to 16 levels of about equal size, ranks stand in the policy's order, categories
    from the rarest to the most frequent.
    """
    if feature.kind in LISTED:
        code, distinct = pd.factorize(column)
        listed = feature.values or ()
        place = np.append(indices(distinct, listed), len(listed))[code]
        return by_frequency(place) if feature.kind == "category" else place
    values = column.to_numpy(np.float64, na_value=np.nan)
    known = values[~np.isnan(values)]
    n_levels = int(np.clip(len(known) // LEVEL_SIZE, 2, MOST_LEVELS))
    ends = np.unique(np.quantile(known, np.arange(1, n_levels) / n_levels)) if known.size else known
    # A value that many have is an end, and a level of its own: a flag that few have would else be lost.
    level = np.searchsorted(ends, values) + np.searchsorted(ends, values, side="right")
    return np.where(np.isnan(values), 2 * len(ends) + 1, level)


def by_frequency(level: Ints) -> Ints:
    """Return other numbers for levels without an order: the rarest is 0, so that rare ones are neighbours."""
    sizes = np.bincount(level)
    return np.argsort(np.argsort(sizes, kind="stable"), kind="stable")[level]


@dataclass(frozen=True, eq=False)
class Coarse:
    """Counts at merged levels, of which none is small where a group is told apart.

    Attributes
    ----------
    counts : ndarray of int64, shape (n_levels, n_groups)
    apart : ndarray of bool, shape (n_groups,)
        Whether a group is told apart; all others are taken together.
    """

    counts: Ints
    apart: NDArray[np.bool_]


def disclosed_areas(counts: Ints, smallest: int, seed: Sequence[int]) -> Floats:
    """Return the AUC of guessing each group from a level, from which no count under `smallest` follows.

    Neighbouring levels are merged until every level holds `smallest` of every group. Where that leaves one
    level, the smallest groups are taken together: they are among the others. Of them the largest alone has an
    area, from two levels, cut nearest to half of residents: its count, and that of the rest taken together
    with it, are each taken as at least `smallest`. Which groups these are follows from their sizes: to choose
    them by what they do at a level would tell of it.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_levels, n_groups)
        Neighbouring levels are alike.
    smallest : int
        Smallest count that may be seen.
    seed : sequence of int
        Of the folds.

    Returns
    -------
    ndarray of shape (n_groups,)
        In [0, 1]; NaN for a group that cannot be told apart so coarsely.

    Notes
    -----
    Whoever knows how many residents have each level, and how large each group is, and deals the same folds,
    should still find at least `smallest` counts of a group at a level that give the same areas, where the
    true one is under `smallest`. That was tried for every count of features of two levels and two or three
    groups; for more levels it follows from the merging alone.
    """
    inhabited = counts[counts.sum(axis=1) > 0]
    if len(inhabited) < PAIR:  # all have the same level, so every group's counts are its size
        return auc_of_levels(inhabited, np.random.default_rng(seed))
    found = coarse(inhabited, smallest)
    areas = np.full(counts.shape[1], np.nan)
    if found.apart.any():
        columns = _columns(found.counts, found.apart)
        areas[found.apart] = auc_of_levels(columns, np.random.default_rng(seed))[: found.apart.sum()]
    if not found.apart.all():
        _tell_largest(areas, found, smallest, seed)
    return areas


def coarse(counts: Ints, smallest: int) -> Coarse:
    """Merge levels until no count is small; where that leaves one level, take groups together."""
    n_groups = counts.shape[1]
    by_size = np.argsort(counts.sum(axis=0), kind="stable")
    for taken in (0, *range(PAIR, n_groups)):
        apart = np.ones(n_groups, dtype=bool)
        apart[by_size[:taken]] = False
        ends = _ends(_columns(counts, apart), smallest)
        if len(ends) >= PAIR:
            return Coarse(np.add.reduceat(counts, [0, *ends[:-1]], axis=0), apart)
    return Coarse(counts, np.zeros(n_groups, dtype=bool))


def _columns(counts: Ints, apart: NDArray[np.bool_]) -> Ints:
    """Return the counts of the groups that are told apart, and of all others together."""
    if apart.all():
        return counts
    return np.column_stack([counts[:, apart], counts[:, ~apart].sum(axis=1)])


def _ends(counts: Ints, smallest: int) -> list[int]:
    """Return where each merged level ends: as soon as it holds enough of every column."""
    ends, start = [], 0
    summed = np.vstack([np.zeros_like(counts[:1]), counts.cumsum(axis=0)])
    for at in range(1, len(summed)):
        if (summed[at] - summed[start] >= smallest).all():
            ends.append(at)
            start = at
    return [*ends[:-1], len(counts)] if ends else []  # what is left over belongs to the last


def _tell_largest(areas: Floats, found: Coarse, smallest: int, seed: Sequence[int]) -> None:
    """Give the largest group of those taken together its area, in place; which one follows from no count."""
    sizes = np.where(found.apart, 0, found.counts.sum(axis=0))
    largest = int(np.argmax(sizes))
    bounded = _bounded(_halves(found.counts), found.apart, largest, smallest)
    if bounded is not None:
        area = auc_of_levels(bounded, np.random.default_rng(seed))[0]
        # Of two groups, each is all others to the other one.
        areas[slice(None) if len(areas) == PAIR else largest] = area


def _halves(counts: Ints) -> Ints:
    """Return the counts in two levels, cut nearest to half of all residents."""
    below = counts.sum(axis=1).cumsum()
    cut = 1 + int(np.argmin(np.abs(below[:-1] - below[-1] / 2)))
    return np.stack([counts[:cut].sum(axis=0), counts[cut:].sum(axis=0)])


def _bounded(halves: Ints, apart: NDArray[np.bool_], at: int, smallest: int) -> Ints | None:
    """Return one group and all others at two levels, or None where the group is too small for both.

    The levels of all who are taken together may be known, so the rest of them must be as many as the group.
    """
    first, second = halves[:, ~apart].sum(axis=1)
    size, rest = int(halves[:, at].sum()), int(first + second - halves[:, at].sum())
    least, most = smallest + max(0, int(first) - rest), min(size, int(first)) - smallest
    if least > most:
        return None
    count = int(np.clip(halves[0, at], least, most))
    group = np.array([count, size - count])
    return np.column_stack([group, halves.sum(axis=1) - group])
