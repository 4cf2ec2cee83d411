"""From scores to explanations: each feature's share in the gap between the two nearest centres.

A gap is a difference of two scores, and a score is a sum over features, so nothing has to be sampled or
approximated, and a map that mitigates changes nothing: it is already in what each value adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segmentation.scorer.columns import Column, Floats, listed, numeric
from segmentation.scorer.explanation import Explanation
from segmentation.scorer.kernel import lowest
from segmentation.scorer.parts import FoldedLevels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.scorer.model import FoldedScorer
    from segmentation.scorer.parts import FoldedNumber, Part

Labels = NDArray[Any]

SAME = 1e-9
"""Squared distance up to which two centres are one: a map that erases leaves such of equal ones."""


def two_nearest(scores: Floats) -> tuple[Labels, Labels, Floats]:
    """Return the nearest segment of each resident, the next one, and the gap between their scores.

    Parameters
    ----------
    scores : ndarray of shape (n_segments, n_residents)
        Overwritten. Where there is one segment, it is its own runner-up and the gap is 0.
    """
    nearest, best = lowest(scores)
    if len(scores) == 1:
        return nearest, nearest, np.zeros_like(best)
    for at, row in enumerate(scores):
        np.copyto(row, np.inf, where=nearest == at)
    runner_up, second = lowest(scores)
    return nearest, runner_up, second - best


def margins(separations: Floats, chosen: Labels, runner_up: Labels, gap: Floats) -> Floats:
    """Return how deep residents are in their segments, in [0, 1], as `Explanation` defines it.

    0 between two centres that are one, but for rounding; 1 where there is one segment alone.

    Parameters
    ----------
    separations : ndarray of shape (n_segments, n_segments)
    chosen, runner_up : ndarray of int, shape (n_residents,)
    gap : ndarray of shape (n_residents,)
    """
    if len(separations) == 1:
        return np.ones_like(gap)
    apart = separations.take(chosen.astype(np.intp) * len(separations) + runner_up)
    deep = np.divide(gap, apart, out=np.zeros_like(gap), where=apart > SAME)
    return np.clip(deep, 0.0, 1.0, out=deep)


def explained(
    scorer: FoldedScorer, columns: Mapping[str, Column], chosen: Labels, runner_up: Labels, gap: Floats
) -> Explanation:
    """Return the explanation of residents whose two nearest segments are known."""
    deviations = (_deviation(part, columns[part.name], chosen, runner_up) for part in scorer.parts)
    means = np.sum([scorer.constant, *(part.mean for part in scorer.parts)], axis=0)
    margin = margins(np.array(scorer.separations), chosen, runner_up, gap)
    return Explanation(
        scorer.segments,
        scorer.features,
        chosen,
        runner_up,
        gap,
        np.column_stack([*deviations]),
        means[runner_up] - means[chosen],
        margin,
        margin < scorer.borderline,
    )


def _deviation(part: Part, column: Column, chosen: Labels, runner_up: Labels) -> Floats:
    """Return what a feature adds to the gap, less what the mean resident's would add."""
    mean = np.array(part.mean)
    if isinstance(part, FoldedLevels):
        added = _listed(part, column, chosen, runner_up)
    else:
        added = _number(part, column, chosen, runner_up)
    return np.asarray(added - (mean[runner_up] - mean[chosen]))


def _number(part: FoldedNumber, column: Column, chosen: Labels, runner_up: Labels) -> Floats:
    values: Floats = numeric(part, column).astype(np.float64)
    slope, missing = np.array(part.slope), np.array(part.missing)
    known = (np.log1p(values) if part.log else values) * (slope[runner_up] - slope[chosen])
    return np.asarray(np.where(np.isnan(values), missing[runner_up] - missing[chosen], known))


def _listed(part: FoldedLevels, column: Column, chosen: Labels, runner_up: Labels) -> Floats:
    coded = listed(part, column)
    rows = np.array([part.row(value) for value in (*coded.values, None)])  # the last one is for the code -1
    return np.asarray(rows[coded.codes, runner_up] - rows[coded.codes, chosen])
