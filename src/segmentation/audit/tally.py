"""Adding up by combination of codes, whether few combinations are possible or only few of many occur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DENSE = 1 << 22
"""Combinations up to which it is quicker to count all of them than to look for those that occur."""


def tally(
    columns: Sequence[Ints], widths: Sequence[int], counts: Ints | None = None, squared: Floats | None = None
) -> tuple[Ints, Ints, Floats | None]:
    """Add up rows of the same codes.

    Parameters
    ----------
    columns : sequence of ndarray of shape (n_rows,)
        At least one column of codes from 0.
    widths : sequence of int
        The number of codes that each column may have.
    counts : ndarray of shape (n_rows,), optional
        Residents of each row; 1 each where not given.
    squared : ndarray of shape (n_rows,), optional
        Another figure to add up.

    Returns
    -------
    codes : ndarray of int64, shape (n_cells, n_columns)
        The combinations that somebody has, sorted.
    counts : ndarray of int64, shape (n_cells,)
    squared : ndarray of float64, shape (n_cells,), or None
    """
    place, width = places(columns, widths)
    summed = np.bincount(place, counts, width)
    any_of = np.zeros(width, np.int64)
    any_of[place] = np.arange(len(place))
    held = np.flatnonzero(summed)
    codes = np.column_stack([column[any_of[held]] for column in columns]).astype(np.int64)
    sums = None if squared is None else np.asarray(np.bincount(place, squared, width)[held], np.float64)
    return codes, np.rint(summed[held]).astype(np.int64), sums


def places(columns: Sequence[Ints], widths: Sequence[int]) -> tuple[Ints, int]:
    """Return a number for each row, alike and ordered as its codes are, and how many numbers there may be."""
    place, width = np.zeros(len(columns[0]), np.int64), 1
    for column, size in zip(columns, widths, strict=True):
        place, width = place * size + column, width * size
        if width > DENSE:
            values, place = np.unique(place, return_inverse=True)
            width = len(values)
    return place, width
