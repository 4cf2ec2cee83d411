"""The adversary: how far a hidden count can be narrowed by who knows everything that is published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import LinearConstraint, milp

from segmentation.suppression.equations import Equations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from scipy import sparse

    from segmentation.suppression.tables import CountTable, Link, Mask

# Far above the solver's tolerance, far below the fractions that linked tables can give.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Ranges:
    """The values that each count of a table can have, for all that is published.

    Attributes
    ----------
    cells : ndarray of int64, shape (rows, columns, 2)
        Lowest and highest possible count; equal where it is visible, or can be worked out.
    column_totals : ndarray of int64, shape (columns, 2)
        The same for the group sizes.
    """

    cells: NDArray[np.int64]
    column_totals: NDArray[np.int64]


def attack(
    tables: Sequence[CountTable], links: Sequence[Link], masks: Mapping[str, Mask]
) -> dict[str, Ranges]:
    """Work out how far every hidden count can be narrowed.

    Uses the visible counts, the segment sizes and the links, and nothing else: tables that differ in hidden
    counts alone give the same answer. Each end of a range is a linear programme over all hidden counts,
    rounded inwards to a whole number. The programme itself allows fractions, so a range can come out wider
    than it is where tables are linked (not in a single table, whose extremes are whole).

    Parameters
    ----------
    tables : sequence of CountTable
        At least one.
    links : sequence of Link
        All sums between them.
    masks : mapping of str to Mask
        What is hidden, for each table by its name.

    Returns
    -------
    dict of str to Ranges
        By table name.

    Raises
    ------
    SegmentationError
        When the tables contradict their links.
    """
    equations = Equations(tables, links)
    hidden = equations.join(masks)
    low = np.where(hidden, 0, equations.truth)
    high = low.copy()
    rest = equations.right - equations.matrix @ low
    for block in equations.independent(hidden):
        low[block], high[block] = _extremes(equations.matrix[:, block], rest)
    both = np.stack([low, high], axis=-1)
    return {name: Ranges(both[place[:-1]], both[place[-1]]) for name, place in equations.places.items()}


def _extremes(matrix: sparse.csr_array, right: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the lowest and highest values that solve ``matrix @ unknowns == right``, shape (2, unknowns)."""
    used = np.flatnonzero(np.diff(matrix.indptr))
    published = LinearConstraint(matrix[used], right[used], right[used])
    size = matrix.shape[1]
    ends, seen = np.empty((2, size)), np.full(size, np.inf)
    for unknown, objective in enumerate(np.eye(size)):
        most = _solution(-objective, published)
        seen = np.minimum(seen, most)
        # Nothing is below zero: no need to look again for what has been seen there.
        least = seen if seen[unknown] < _ROUNDING else _solution(objective, published)
        seen = np.minimum(seen, least)
        ends[:, unknown] = least[unknown], most[unknown]
    return np.stack([np.ceil(ends[0] - _ROUNDING), np.floor(ends[1] + _ROUNDING)]).astype(np.int64)


def _solution(objective: NDArray[np.float64], published: LinearConstraint) -> NDArray[np.float64]:
    """Return the cheapest non-negative unknowns; there are always some, for the true counts fit."""
    return np.asarray(milp(objective, constraints=published).x, dtype=np.float64)
