"""What sets a segment apart: standardised differences from all other residents, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from segmentation.profiles.model import Distinction
from segmentation.suppression import CountTable, suppress, too_small

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.profiles.measures import Measure

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class _Moments:
    """Residents, mean and variance by segment; `own` is in the feature's own unit, the rest may be log1p."""

    size: Floats
    own: Floats
    mean: Floats
    variance: Floats


def distinctions(
    found: Sequence[Measure], labels: Labels, n_segments: int, smallest: int
) -> list[tuple[Distinction, ...]]:
    """Return, for each segment, how every need differs from the rest: largest difference first.

    Parameters
    ----------
    found : sequence of Measure
    labels : ndarray of shape (n_residents,)
        Segments from 0.
    n_segments : int
    smallest : int
        Figures on fewer residents are hidden, and figures from which such a count could be worked out.
    """
    rows: list[list[Distinction]] = [[] for _ in range(n_segments)]
    for _, group in groupby(found, key=lambda measure: measure.feature):
        together = list(group)
        hidden = _hidden(together, labels, n_segments, smallest)
        for at, measure in enumerate(together):
            for row, distinction in zip(rows, _compare(measure, labels, hidden[:, at]), strict=True):
                row.append(distinction)
    return [tuple(sorted(row, key=_rank)) for row in rows]


def _rank(need: Distinction) -> float:
    return -abs(need.difference) if need.difference is not None else 0.0


def _hidden(together: Sequence[Measure], labels: Labels, n_segments: int, smallest: int) -> Flags:
    """Return what of one feature is hidden, shape (n_segments, n_measures).

    How many residents of a segment have a value at all is no secret: a share tells it.
    """
    known = _by_segment(labels, ~np.isnan(together[0].values), n_segments)
    few = too_small(known, smallest) | (known.sum() - known < smallest)
    if not together[0].is_mark:
        return np.asarray(few[:, None])
    counts = [_by_segment(labels, measure.values == 1, n_segments) for measure in together]
    rest = [] if together[0].level is not None else [known - counts[0]]
    table = np.column_stack([*counts, *rest])
    columns = tuple(str(at) for at in range(table.shape[1]))
    rows = tuple(str(at) for at in range(n_segments))
    name = together[0].feature
    mask = suppress([CountTable(name, rows, columns, table)], [], smallest)[name]
    return np.asarray(mask.rates[:, : len(together)] | few[:, None])


def _by_segment(labels: Labels, chosen: Flags, n_segments: int) -> NDArray[np.int64]:
    return np.bincount(labels[chosen], minlength=n_segments)


def _compare(measure: Measure, labels: Labels, hidden: Flags) -> list[Distinction]:
    moments = _moments(measure, labels, len(hidden))
    others = _others(moments)
    difference, margin = _standardised(moments, others)
    return [
        Distinction(
            measure.feature,
            measure.level,
            float(moments.own[at]),
            float(others.own[at]),
            float(difference[at]),
            (float(difference[at] - margin[at]), float(difference[at] + margin[at])),
            hidden=bool(hidden[at]),
        )
        for at in range(len(hidden))
    ]


def _moments(measure: Measure, labels: Labels, n_segments: int) -> _Moments:
    known = ~np.isnan(measure.values)
    own, at = measure.values[known], labels[known]
    scaled = np.log1p(own) if measure.log else own
    size = np.bincount(at, minlength=n_segments).astype(np.float64)
    per = np.maximum(size, 1)
    mean = np.bincount(at, scaled, n_segments) / per
    variance = np.bincount(at, (scaled - mean[at]) ** 2, n_segments) / per
    return _Moments(size, np.bincount(at, own, n_segments) / per, mean, variance)


def _others(moments: _Moments) -> _Moments:
    """Return the moments of everybody outside each segment, pooled from those of all segments."""
    weight = 1.0 - np.eye(len(moments.size))
    size = weight @ moments.size
    per = np.maximum(size, 1)
    mean = weight @ (moments.size * moments.mean) / per
    square = weight @ (moments.size * (moments.variance + moments.mean**2)) / per
    own = weight @ (moments.size * moments.own) / per
    return _Moments(size, own, mean, np.maximum(square - mean**2, 0))


def _standardised(inside: _Moments, outside: _Moments) -> tuple[Floats, Floats]:
    """Return Cohen's d and the half-width of its interval; d is 0 where nothing varies.

    References
    ----------
    Hedges, L. & Olkin, I. (1985). Statistical Methods for Meta-Analysis. Academic Press, chapter 5.
    """
    total = inside.size + outside.size
    pooled = np.sqrt((inside.size * inside.variance + outside.size * outside.variance) / np.maximum(total, 1))
    difference = np.divide(inside.mean - outside.mean, pooled, out=np.zeros_like(pooled), where=pooled > 0)
    sizes = np.maximum(inside.size * outside.size, 1)
    error = np.sqrt(total / sizes + difference**2 / (2 * np.maximum(total, 1)))
    return difference, float(norm.ppf((1 + CONFIDENCE) / 2)) * error
