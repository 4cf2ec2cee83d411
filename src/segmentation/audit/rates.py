"""Rates from fairlearn, computed on counted cells through sample weights.

Equal to fairlearn on the rows, at a cost that does not grow with the residents. Traps of fairlearn 0.15 are
closed here: a metric whose `sample_params` are forgotten is silently unweighted, so both are made in one
place; an empty group is NaN and skipped by difference and ratio, so only what has somebody in it goes in;
labels of mixed types and missing groups raise, so everything is a text; `count` takes no weight and `n_boot`
resamples cells instead of residents, so neither is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, selection_rate
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.audit.cells import Cells

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Selection rates of every segment, one against the rest.

    Attributes
    ----------
    by_group : ndarray of shape (n_segments, n_groups)
        P(segment | group), in [0, 1]; 0 where nobody is in the group.
    overall : ndarray of shape (n_segments,)
        P(segment) among residents whose group is known.
    difference : ndarray of shape (n_segments,)
        Largest less smallest rate of a group, in [0, 1]; 0 is even.
    ratio : ndarray of shape (n_segments,)
        Smallest over largest rate of a group, in [0, 1]; 1 is even. NaN where nobody is in the segment.

    Notes
    -----
    Difference and ratio are between groups with somebody in them.
    """

    by_group: Floats
    overall: Floats
    difference: Floats
    ratio: Floats


@dataclass(frozen=True)
class StratifiedRates:
    """Selection rates within strata: fairlearn's, with the strata as control features.

    Attributes
    ----------
    by_group : ndarray of shape (n_segments, n_groups, n_strata)
        P(segment | group, stratum), in [0, 1]; 0 where nobody of the group is in the stratum.
    overall, difference, ratio : ndarray of shape (n_segments, n_strata)
        As in `Rates`, among residents of the stratum; 0, 0 and NaN where nobody is in it.
    """

    by_group: Floats
    overall: Floats
    difference: Floats
    ratio: Floats


def selection_rates(cells: Cells) -> Rates:
    """Return fairlearn's selection rates for the cells of one attribute or intersection."""
    held = cells.sizes > 0
    by_group = np.zeros(cells.counts.shape)
    if not held.any():
        nobody = np.zeros(len(cells.segments))
        return Rates(by_group, nobody, nobody, np.full(len(nobody), np.nan))
    frame = metric_frame(cells.only(held))
    segments = list(cells.segments)
    at = _index(cells.only(held).groups)
    by_group[:, held] = frame.by_group.reindex(at)[segments].to_numpy(np.float64).T
    return Rates(
        by_group,
        frame.overall[segments].to_numpy(np.float64),
        frame.difference(method="between_groups")[segments].to_numpy(np.float64),
        frame.ratio(method="between_groups")[segments].to_numpy(np.float64),
    )


def stratified_rates(cells: Cells) -> StratifiedRates:
    """Return fairlearn's selection rates within strata.

    Parameters
    ----------
    cells : Cells
        Of one or more attributes, and the stratum as the last one; every combination of them has its group.
    """
    strata = tuple(dict.fromkeys(group[-1] for group in cells.groups))
    shape = (len(cells.segments), -1, len(strata))
    held, segments = cells.sizes > 0, list(cells.segments)
    by_group = np.zeros(cells.counts.shape)
    if not held.any():
        nobody = np.zeros((len(segments), len(strata)))
        return StratifiedRates(by_group.reshape(shape), nobody, nobody, np.full(nobody.shape, np.nan))
    frame = metric_frame(cells.only(held), controls=1)
    at = _index([(group[-1], *group[:-1]) for group in cells.only(held).groups])
    by_group[:, held] = frame.by_group.reindex(at)[segments].to_numpy(np.float64).T
    spread = (frame.overall, frame.difference(method="between_groups"), frame.ratio(method="between_groups"))
    overall, difference, ratio = (
        part.reindex(list(strata))[segments].to_numpy(np.float64).T for part in spread
    )
    return StratifiedRates(by_group.reshape(shape), np.nan_to_num(overall), np.nan_to_num(difference), ratio)


def _index(groups: Sequence[tuple[str, ...]]) -> pd.Index:
    return pd.MultiIndex.from_tuples(groups) if groups[0][1:] else pd.Index([group for (group,) in groups])


def metric_frame(cells: Cells, controls: int = 0) -> MetricFrame:
    """Return the `MetricFrame` of the cells: a metric per segment, a row per cell, its count as weight.

    Parameters
    ----------
    cells : Cells
        With somebody in each group.
    controls : int
        How many of the attributes, from the last, are control features.
    """
    segment, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    weights = cells.counts.ravel().astype(np.float64)
    held = weights > 0
    labels = np.array(cells.segments, dtype=object)[segment[held]].astype(str)
    values = np.array(cells.groups, dtype=object)[group[held]]
    table = pd.DataFrame(values, columns=list(cells.attributes)).astype(str)
    sensitive = table.shape[1] - controls
    return MetricFrame(
        metrics={name: partial(selection_rate, pos_label=name) for name in cells.segments},
        y_true=labels,
        y_pred=labels,
        sensitive_features=table.iloc[:, :sensitive],
        control_features=table.iloc[:, sensitive:] if controls else None,
        sample_params={name: {"sample_weight": weights[held]} for name in cells.segments},
    )
