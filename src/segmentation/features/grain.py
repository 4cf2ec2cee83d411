"""How coarse a figure of residents must be so that no few of them can be told from it.

A mean times the number of residents is a sum, and to sixteen digits a sum of few different things tells how
many of each there are: where all but one have asked for nothing, it is what that one asked for. So what is
published of a mean is a multiple of what the smallest group adds to it where its residents differ from all
others as far as those who do differ do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ALIKE = 1e-9
"""Values that differ by less are the same, and so are distances that vary by less than this share."""
MARKS = 3
"""Most values of a column that only marks."""
GLANCE = 1_000
"""Rows of it that settle most cases."""
DECIMALS = 10
"""Of a distance: in which batches residents came shall leave no trace in a digest."""


def usual(values: Floats) -> float:
    """Return the value that at least half have; NaN where there is none."""
    if not len(values):
        return np.nan
    middle = (len(values) - 1) // 2
    value = np.partition(values, middle)[middle]
    alike = int((np.abs(values - value) <= ALIKE).sum())
    return float(value) if 2 * alike >= len(values) else np.nan


def grain(differ: Floats, away: Floats, square: Floats) -> Floats:
    """Return how far one resident who differs from a value stands from it, in a figure that tells no more.

    Parameters
    ----------
    differ : ndarray
        How many residents differ.
    away, square : ndarray of the same shape
        Sum of their distances from it, and of the squares.

    Returns
    -------
    ndarray
        The distance where all who differ stand equally far, else the mean one, rounded up to a power of two;
        1 where nobody differs.
    """
    mean = np.divide(away, differ, out=np.ones_like(away), where=differ > 0).round(DECIMALS)
    mean = np.where(mean > 0, mean, 1.0)
    level = differ * square <= (1 + ALIKE) * away**2
    return np.asarray(np.where(level, mean, 2.0 ** np.ceil(np.log2(mean))))


def stepped(values: Floats, step: Floats | float) -> Floats:
    """Return the multiples of a step, which is no 0, that are nearest."""
    return np.asarray(np.round((values / step).round(6)) * step)


def is_mark(column: Floats) -> bool:
    """Return whether a column only says yes, no and, for a flag, not known."""
    return all(len(np.unique(values)) <= MARKS for values in (column[:GLANCE], column))
