"""Cramér's V: how strongly segment and attribute go together, its interval, and the tests of its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2, ncx2

from segmentation.audit.evidence import Evidence, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Association:
    """How strongly two classifications go together: Cramér's V.

    Attributes
    ----------
    value : float
        Bias-corrected V, in [0, 1]; 0 is none (Bergsma 2013).
    interval : tuple of float
        From inverting the noncentral χ² distribution, on the scale of the plain V.
    evidence : Evidence
        Against the limit.
    """

    value: float
    interval: Interval
    evidence: Evidence


def association(counts: NDArray[np.int64], limit: float, confidence: float) -> Association:
    """Return Cramér's V of a table of counts, its interval, and its tests against a limit.

    Parameters
    ----------
    counts : ndarray of shape (n_segments, n_groups)
        At least two rows and two columns, each with somebody in it.
    limit : float
        Largest V that is kept, in (0, 1).
    confidence : float

    References
    ----------
    Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. J. Korean Stat. Soc. 42(3).
    Smithson, M. (2003). Confidence Intervals. Sage, chapter 4.
    """
    rows, columns = counts.shape
    total = float(counts.sum())
    statistic = _chi_square(counts)
    freedom, span = (rows - 1) * (columns - 1), total * (min(rows, columns) - 1)
    at_limit = limit**2 * span
    tail = (1 - confidence) / 2
    ends = tuple(float(np.sqrt(_noncentrality(statistic, freedom, p) / span)) for p in (1 - tail, tail))
    evidence = Evidence(
        float(ncx2.sf(statistic, freedom, at_limit)), float(ncx2.cdf(statistic, freedom, at_limit))
    )
    return Association(_corrected_v(statistic, total, rows, columns), (ends[0], min(1.0, ends[1])), evidence)


def _chi_square(counts: NDArray[np.int64]) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())


def _corrected_v(statistic: float, total: float, rows: int, columns: int) -> float:
    excess = max(0.0, statistic / total - (rows - 1) * (columns - 1) / (total - 1))
    corrected = min(side - (side - 1) ** 2 / (total - 1) for side in (rows, columns))
    return float(min(1.0, np.sqrt(excess / (corrected - 1))))


def _noncentrality(statistic: float, freedom: int, probability: float) -> float:
    """Return the noncentrality under which the statistic lies at that probability; 0 where none does."""
    if chi2.cdf(statistic, freedom) <= probability:
        return 0.0
    upper = statistic + 10 * np.sqrt(2 * statistic + freedom) + 100
    return float(brentq(lambda nc: ncx2.cdf(statistic, freedom, nc) - probability, 0.0, upper))
