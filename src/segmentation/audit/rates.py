"""Rates from fairlearn, computed on counted cells through sample weights.

Equal to fairlearn on the rows, at a cost that does not grow with the residents. Two traps of fairlearn 0.15
are closed here: a metric whose `sample_params` are forgotten is silently unweighted, so both are made in one
place; and an empty group is NaN and skipped by difference and ratio, so empty groups are taken out first.
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


def selection_rates(cells: Cells) -> Rates:
    """Return fairlearn's selection rates for the cells of one attribute or intersection."""
    held = cells.sizes > 0
    by_group = np.zeros(cells.counts.shape)
    if not held.any():
        nobody = np.zeros(len(cells.segments))
        return Rates(by_group, nobody, nobody, np.full(len(nobody), np.nan))
    frame = metric_frame(cells.only(held))
    segments = list(cells.segments)
    by_group[:, held] = frame.by_group.reindex(_index(cells.only(held)))[segments].to_numpy(np.float64).T
    return Rates(
        by_group,
        frame.overall[segments].to_numpy(np.float64),
        frame.difference(method="between_groups")[segments].to_numpy(np.float64),
        frame.ratio(method="between_groups")[segments].to_numpy(np.float64),
    )


def _index(cells: Cells) -> pd.Index:
    return (
        pd.Index(cells.group_names) if len(cells.attributes) == 1 else pd.MultiIndex.from_tuples(cells.groups)
    )


def metric_frame(cells: Cells) -> MetricFrame:
    """Return the `MetricFrame` of the cells: a metric per segment, a row per cell, its count as weight."""
    segment, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    weights = cells.counts.ravel().astype(np.float64)
    held = weights > 0
    labels = np.array(cells.segments, dtype=object)[segment[held]].astype(str)
    values = np.array(cells.groups, dtype=object)[group[held]]
    return MetricFrame(
        metrics={name: partial(selection_rate, pos_label=name) for name in cells.segments},
        y_true=labels,
        y_pred=labels,
        sensitive_features=pd.DataFrame(values, columns=list(cells.attributes)).astype(str),
        sample_params={name: {"sample_weight": weights[held]} for name in cells.segments},
    )
