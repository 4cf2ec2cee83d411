"""What sets a segment apart: standardised differences from all other residents, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from segmentation.features.grain import stepped
from segmentation.profiles.model import Distinction
from segmentation.profiles.moments import Moments
from segmentation.suppression import CountTable, suppress, too_small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.clustering.disclosing import Spread
    from segmentation.profiles.moments import Measured

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95
ROUNDING = 1e-10
"""What varies by less than this share of the mean does not vary: it is what adding up leaves."""


def distinctions(found: Sequence[Measured], n_segments: int, smallest: int) -> list[tuple[Distinction, ...]]:
    """Return, for each segment, how every need differs from the rest: largest difference first.

    Parameters
    ----------
    found : sequence of Measured
        All measures of a feature stand together.
    n_segments : int
    smallest : int
        Figures on fewer residents are hidden, and figures from which such a count could be worked out.
    """
    rows: list[list[Distinction]] = [[] for _ in range(n_segments)]
    for _, group in groupby(found, key=lambda one: one.feature):
        together = list(group)
        hidden = _hidden(together, smallest)
        for at, measured in enumerate(together):
            told = _compare(_coarse(measured, smallest), hidden[:, at])
            for row, distinction in zip(rows, told, strict=True):
                row.append(distinction)
    return [tuple(sorted(row, key=_rank)) for row in rows]


def _rank(need: Distinction) -> float:
    return -abs(need.difference) if need.difference is not None else 0.0


def _hidden(together: Sequence[Measured], smallest: int) -> Flags:
    """Return what of one feature is hidden, shape (n_segments, n_measures).

    How many residents of a segment have a value at all is no secret: a share tells it.
    """
    known = together[0].moments.size.astype(np.int64)
    few = too_small(known, smallest) | (known.sum() - known < smallest)
    if not together[0].is_mark:
        for spread in together[0].spreads[:1]:
            few = few | _alike(spread, smallest)
        return np.asarray(few[:, None])
    counts = [one.moments.total.astype(np.int64) for one in together]
    rest = [] if together[0].level is not None else [known - counts[0]]
    table = np.column_stack([*counts, *rest])
    columns = tuple(str(at) for at in range(table.shape[1]))
    rows = tuple(str(at) for at in range(len(known)))
    name = together[0].feature
    mask = suppress([CountTable(name, rows, columns, table)], [], smallest)[name]
    return np.asarray(mask.rates[:, : len(together)] | few[:, None])


def _alike(spread: Spread, smallest: int) -> Flags:
    """Return whether all but few of a segment, or all but few of the rest, have one value."""
    usual, differ = spread.usual.values[:, 0], spread.differ[:, 0]
    inside = ~np.isnan(usual) & (differ < smallest)
    others = ~np.eye(len(usual), dtype=bool)
    outside = [len(set(usual[row])) == 1 and differ[row].sum() < smallest for row in others]
    return np.asarray(inside | outside)


@dataclass(frozen=True, eq=False)
class Sides:
    """One measure of each segment and of everybody outside it.

    Attributes
    ----------
    feature : str
    level : str or None
    inside, outside : Moments
    """

    feature: str
    level: str | None
    inside: Moments
    outside: Moments


def _coarse(measured: Measured, smallest: int) -> Sides:
    """Return both sides, of numbers with means in steps of what the smallest group adds to them."""
    inside, outside = measured.moments, measured.moments.others
    if smallest > 1 and measured.spreads:
        grains = [spread.grain[:, 0] for spread in measured.spreads]
        inside = _stepped(inside, grains, smallest)
        others = [
            np.array([np.delete(one, at).max(initial=0.0) or 1.0 for at in range(len(one))]) for one in grains
        ]
        outside = _stepped(outside, others, smallest)
    return Sides(measured.feature, measured.level, inside, outside)


def _stepped(moments: Moments, grains: Sequence[Floats], smallest: int) -> Moments:
    size = np.maximum(moments.size, 1)
    own, scaled = (np.minimum(smallest / size, 1.0) * one for one in grains)
    total = stepped(moments.own, own) * size
    return Moments(moments.size, total, stepped(moments.mean, scaled), moments.square)


def _compare(measured: Sides, hidden: Flags) -> list[Distinction]:
    inside, outside = measured.inside, measured.outside
    difference, margin = _standardised(inside, outside)
    return [
        Distinction(
            measured.feature,
            measured.level,
            float(inside.own[at]),
            float(outside.own[at]),
            float(difference[at]),
            (float(difference[at] - margin[at]), float(difference[at] + margin[at])),
            hidden=bool(hidden[at]),
        )
        for at in range(len(hidden))
    ]


def _standardised(inside: Moments, outside: Moments) -> tuple[Floats, Floats]:
    """Return Cohen's d and the half-width of its interval; d is 0 where nothing varies.

    References
    ----------
    Hedges, L. & Olkin, I. (1985). Statistical Methods for Meta-Analysis. Academic Press, chapter 5.
    """
    total = inside.size + outside.size
    pooled = np.sqrt((inside.square + outside.square) / np.maximum(total, 1))
    varies = pooled > ROUNDING * np.maximum(np.abs(inside.mean), np.abs(outside.mean))
    difference = np.divide(inside.mean - outside.mean, pooled, out=np.zeros_like(pooled), where=varies)
    sizes = np.maximum(inside.size * outside.size, 1)
    error = np.sqrt(total / sizes + difference**2 / (2 * np.maximum(total, 1)))
    return difference, float(norm.ppf((1 + CONFIDENCE) / 2)) * error
