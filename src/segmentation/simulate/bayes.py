"""The best that anybody could do: residents assigned with the planted process in hand.

It says how hard the planted problem is. A method that scores above it has seen something it should not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmentation.simulate.answers import AREA_SPREAD
from segmentation.simulate.archetypes import SLOTS, URGENCIES
from segmentation.simulate.requests import COUNT_COLUMNS, SHARE_COLUMNS

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.simulate.mixture import Mixture


def assign(mixture: Mixture, features: pd.DataFrame, totals: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the most probable segment of each resident under the planted process.

    The exact log posterior up to a constant of the resident: gamma-Poisson counts, binomial shares given the
    total, a log-normal area, and the categories and flags. A missing value says nothing and is left out.
    No protected attribute is used.

    Parameters
    ----------
    mixture : Mixture
        The planted segments.
    features : DataFrame of n rows
        The features of the residents table.
    totals : ndarray of shape (n,)
        Requests of each resident in the period.

    Returns
    -------
    ndarray of shape (n,)
        Segment of each resident.
    """
    evidence = _counts(mixture, features) + _habits(mixture, features, totals) + _answers(mixture, features)
    best: NDArray[np.int64] = (np.log(mixture.shares) + evidence).argmax(axis=1)
    return best


def adjusted_rand_index(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    """Return the agreement of two partitions, corrected for chance: 1 the same, around 0 unrelated.

    Both partitions need at least two parts.

    References
    ----------
    Hubert and Arabie (1985), Comparing partitions. Journal of Classification 2.
    """
    cells = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(cells, (one, other), 1)
    both, rows, columns, every = (
        float((x * (x - 1) / 2).sum()) for x in (cells, cells.sum(1), cells.sum(0), cells.sum())
    )
    chance = rows * columns / every
    return (both - chance) / ((rows + columns) / 2 - chance)


def _counts(mixture: Mixture, features: pd.DataFrame) -> NDArray[np.float64]:
    counts = features[list(COUNT_COLUMNS)].to_numpy(float)
    again = mixture.rates / (mixture.rates + mixture.evenness)
    known = np.isfinite(counts).astype(float)
    evidence: NDArray[np.float64] = np.nan_to_num(counts) @ np.log(again).T
    evidence += known @ (mixture.evenness * np.log1p(-again)).T
    return evidence


def _habits(mixture: Mixture, features: pd.DataFrame, totals: NDArray[np.float64]) -> NDArray[np.float64]:
    shares = features[list(SHARE_COLUMNS)].to_numpy(float)
    yes, no = np.nan_to_num(shares * totals[:, None]), np.nan_to_num((1 - shares) * totals[:, None])
    evidence: NDArray[np.float64] = yes @ np.log(mixture.habits).T
    evidence += no @ np.log1p(-mixture.habits).T
    return evidence


def _answers(mixture: Mixture, features: pd.DataFrame) -> NDArray[np.float64]:
    kinds = mixture.archetypes
    area = np.log(features["home_area_m2"].to_numpy(float))[:, None]
    misfit = (area - np.log([a.area for a in kinds])) / AREA_SPREAD
    evidence: NDArray[np.float64] = -0.5 * np.nan_to_num(misfit) ** 2
    for column, values, chances in (
        ("service_urgency", URGENCIES, [a.urgency for a in kinds]),
        ("preferred_slot", SLOTS, [a.slot for a in kinds]),
    ):
        chosen = np.column_stack([features[column].eq(value).to_numpy(float) for value in values])
        evidence += chosen @ np.log(chances).T
    for column, odds in (
        ("ev_charging", np.array([a.ev_charging for a in kinds])),
        ("pet_services", np.array([a.pet_services for a in kinds])),
    ):
        evidence += np.where(features[[column]].to_numpy(), np.log(odds), np.log1p(-odds))
    return evidence
