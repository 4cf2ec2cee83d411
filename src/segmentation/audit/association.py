"""How much a segment tells of an attribute: three measures of a table, each tested against its limit.

Cramér's V is what the policy is judged by, mutual information compares attributes with many groups, and the
area under the curve says it in the terms of somebody who would guess a resident's group from the segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from segmentation.audit.boundary import Boundary
from segmentation.audit.evidence import BY_CHANCE, Measured

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MeasureName = Literal["association", "mutual_information", "probe_auc"]
LEAST_DRAWS, MOST_DRAWS, PAIR_DRAWS = 400, 1000, 250
"""Tables drawn for every limit that is tried: of many cells, of few, and of two groups."""
DRAWN = 40_000
"""Cells in all tables drawn for a limit, between the least and the most tables."""


# ---- The measures -----------------------------------------------------------------------------------


def cramers_v(tables: Floats | Ints) -> Floats:
    """Return Cramér's V, in [0, 1]: 0 where segment and group are independent.

    Parameters
    ----------
    tables : ndarray of shape (..., n_segments, n_groups)
        Counts or shares, at least two of each.

    References
    ----------
    Cramér, H. (1946). Mathematical Methods of Statistics. Princeton, section 21.9.
    """
    v: Floats = np.minimum(1.0, np.sqrt(_phi_squared(tables) / (min(tables.shape[-2:]) - 1)))
    return v


def corrected_v(tables: Floats | Ints) -> Floats:
    """Return the bias-corrected Cramér's V, in [0, 1], about 0 on average where nothing is associated.

    Parameters
    ----------
    tables : ndarray of shape (..., n_segments, n_groups)
        Counts; a row or a column of nobody counts as one that might have had somebody.

    References
    ----------
    Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. J. Korean Stat. Soc. 42(3).
    """
    rows, columns = tables.shape[-2:]
    degrees = np.maximum(tables.sum(axis=(-1, -2)) - 1, 1)
    excess = np.maximum(0.0, _phi_squared(tables) - (rows - 1) * (columns - 1) / degrees)
    least = min(rows, columns)
    corrected: Floats = np.minimum(1.0, np.sqrt(_over(excess, least - 1 - (least - 1) ** 2 / degrees)))
    return corrected


def mutual_information(tables: Floats | Ints) -> Floats:
    """Return the mutual information over the mean of both entropies, in [0, 1], as scikit-learn does.

    Parameters
    ----------
    tables : ndarray of shape (..., n_segments, n_groups)
        Counts or shares.

    References
    ----------
    Strehl, A. & Ghosh, J. (2002). Cluster ensembles. J. Machine Learning Research 3.
    """
    by_segment, by_group, together = _entropies(tables)
    return _over(by_segment + by_group - together, (by_segment + by_group) / 2)


def probe_auc(tables: Floats | Ints) -> Floats:
    """Return how well the first group is told from the second by the segment alone, in [0.5, 1].

    It is the area under the best ROC curve: segments in the order of their odds, half of each tie.

    Parameters
    ----------
    tables : ndarray of shape (..., n_segments, 2)
        Counts or shares of the group and of everybody else.

    References
    ----------
    Hanley, J. & McNeil, B. (1982). The meaning and use of the area under an ROC curve. Radiology 143(1).
    """
    shares = tables / np.maximum(tables.sum(axis=-2, keepdims=True), np.finfo(float).tiny)
    group, others = shares[..., 0], shares[..., 1]
    order = np.argsort(others / np.maximum(group + others, np.finfo(float).tiny), axis=-1)
    group, others = np.take_along_axis(group, order, -1), np.take_along_axis(others, order, -1)
    before = np.cumsum(group, axis=-1) - group / 2
    auc: Floats = np.maximum(0.5, (before * others).sum(axis=-1))
    return auc


# ---- Measured against a limit -----------------------------------------------------------------------


def measured(
    measure: MeasureName, counts: Ints, limit: float, confidence: float, *, seed: int = 0
) -> Measured:
    """Return a measure of a table of counts, its interval, its tests against a limit, and what chance gives.

    Parameters
    ----------
    measure : {"association", "mutual_information", "probe_auc"}
    counts : ndarray of shape (n_segments, n_groups)
        At least two rows and two columns, each with somebody in it; for "probe_auc" the group and the others.
    limit : float
        Largest value that is kept, in (0, 1); for "probe_auc" in (0.5, 1).
    confidence : float
        Of the interval, in (0, 1).
    seed : int
        Of the tables that are drawn. Nobody gives another: the same table must give the same result.

    Notes
    -----
    The value of "association" is the bias-corrected V (Bergsma 2013), that of "mutual_information" has its
    entropies corrected (Miller 1955), that of "probe_auc" is the plain one. What the plain measures gain by
    chance is allowed for in the interval and in the tests of all three.

    References
    ----------
    Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. J. Korean Stat. Soc. 42(3).
    Miller, G. (1955). Note on the bias of information estimates. In Information Theory in Psychology II-B.
    """
    scale = _SCALES[measure]
    draws = min(MOST_DRAWS, max(LEAST_DRAWS, DRAWN // counts.size))
    ordered = measure == "probe_auc"
    boundary = Boundary(counts, scale.strength, PAIR_DRAWS if ordered else draws, seed, ordered=ordered)
    value = float(scale.shown(counts))
    random = boundary.draw(boundary.apart)
    noise = float((scale.strength(random) ** 2).mean())
    middle = float(np.sqrt(max(0.0, boundary.observed**2 - noise)))
    low, high = (float(scale.to_value(end)) for end in boundary.interval(middle, confidence))
    found = boundary.evidence(scale.to_strength(limit))
    interval = found.agreeing((min(value, low), max(value, high)), limit, confidence)
    by_chance = float(np.quantile(scale.shown(random), BY_CHANCE))
    return Measured(value, interval, found, by_chance, float(scale.to_value(boundary.observed)))


@dataclass(frozen=True)
class _Scale:
    """A measure as it is shown, and as it is tested: about linear in the distance from independence."""

    shown: Callable[[Floats | Ints], Floats]
    strength: Callable[[Floats], Floats]
    to_value: Callable[[float], float]
    to_strength: Callable[[float], float]


def _corrected_information(tables: Floats | Ints) -> Floats:
    twice = 2 * tables.sum(axis=(-1, -2))
    met = [(tables.sum(axis=axis) > 0).sum(axis=-1) for axis in (-1, -2)] + [(tables > 0).sum(axis=(-1, -2))]
    by_segment, by_group, together = (
        entropy + (cells - 1) / twice for entropy, cells in zip(_entropies(tables), met, strict=True)
    )
    return _over(by_segment + by_group - together, (by_segment + by_group) / 2)


def _phi_squared(tables: Floats | Ints) -> Floats:
    """Return χ² over the number of residents."""
    rows, columns = tables.sum(axis=-1, keepdims=True), tables.sum(axis=-2, keepdims=True)
    shares = tables / np.sqrt(np.maximum(rows, SMALLEST)) / np.sqrt(np.maximum(columns, SMALLEST))
    found: Floats = np.maximum(0.0, (shares**2).sum(axis=(-1, -2)) - 1)
    return found


def _entropies(tables: Floats | Ints) -> tuple[Floats, Floats, Floats]:
    """Return the entropies of segments, of groups, and of both together, in nats."""
    shares = tables / tables.sum(axis=(-1, -2), keepdims=True)
    by_segment, by_group = shares.sum(axis=-1), shares.sum(axis=-2)
    return (
        -xlogy(by_segment, by_segment).sum(axis=-1),
        -xlogy(by_group, by_group).sum(axis=-1),
        -xlogy(shares, shares).sum(axis=(-1, -2)),
    )


def _over(part: Floats, whole: Floats | float) -> Floats:
    """Return a part of a whole in [0, 1]; nothing of nothing is 0."""
    return np.clip(part / np.maximum(whole, SMALLEST), 0.0, 1.0)


SMALLEST = 1e-12
"""What divides in place of an empty margin or of no entropy, where nothing is divided."""
_SCALES: dict[MeasureName, _Scale] = {
    "association": _Scale(corrected_v, cramers_v, float, float),
    "mutual_information": _Scale(
        _corrected_information, lambda tables: np.sqrt(mutual_information(tables)), np.square, np.sqrt
    ),
    "probe_auc": _Scale(
        probe_auc, lambda tables: 2 * probe_auc(tables) - 1, lambda s: 0.5 + s / 2, lambda v: 2 * v - 1
    ),
}
