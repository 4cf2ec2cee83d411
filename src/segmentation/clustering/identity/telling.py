"""What of a table of movers may be told: exact counts, counts from below, and shares of those who stay.

Everybody knows the sizes of the segments of both versions (their cards say so), and so the sums of the table
both ways. First, counts are hidden with others until none under the smallest group follows from those that
are seen (`segmentation.suppression`). That alone hides most of what moves where a segment splits or two are
merged, because a large count gives away the small one beside it. So a large count that is hidden for the sake
of others is told from below, like those who stay: for each small count, tables are worked out that fit the
sums and the counts which are seen, and between which it differs by the smallest group. Whatever is told from
below holds in all these tables, so nobody can say which of them is the true one.

References
----------
Hundepool et al. (2012), Statistical Disclosure Control, section 4.4: intervals in place of suppression.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from segmentation.suppression import CountTable, suppress

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]
Places = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Told:
    """What may be told of a table of residents by segment before and segment now.

    Attributes
    ----------
    least : ndarray of int64, shape (segments before, segments now)
        At least so many move: the count itself where it is `exact`, else a multiple of the smallest group; 0
        where nothing is told, and for those who stay.
    exact : ndarray of bool, shape (segments before, segments now)
    staying : int
        At least so many stay in all.
    overlaps : tuple of float
        The Jaccard similarity of each segment that stays is at least this, in the order of `stay`.
    """

    least: Ints
    exact: Flags
    staying: int
    overlaps: tuple[float, ...]


def telling(counts: Ints, stay: Places, smallest: int) -> Told:
    """Return what may be told of a table of movers.

    Parameters
    ----------
    counts : ndarray of int64, shape (segments before, segments now)
    stay : tuple of (int, int)
        Where the residents stand who stay.
    smallest : int
        The smallest group, at least 1.
    """
    exact = ~hidden(counts, stay, smallest)
    tables = _tables(counts, exact, smallest)
    least = _coarse(np.minimum.reduce(tables), smallest)
    least[exact] = counts[exact]
    if not stay:
        return Told(least, exact, 0, ())
    rows, columns = map(np.array, zip(*stay, strict=True))
    least[rows, columns] = 0
    in_both = np.array([table[rows, columns] for table in tables])
    either = counts.sum(axis=1)[rows] + counts.sum(axis=0)[columns] - in_both
    overlaps = (in_both / np.maximum(either, 1)).min(axis=0)
    return Told(least, exact, int(in_both.sum(axis=1).min()), tuple(map(float, overlaps)))


def hidden(counts: Ints, stay: Places, smallest: int) -> Flags:
    """Return which counts are not told as they are; those who stay never are."""
    before, now = (tuple(map(str, range(size))) for size in counts.shape)
    withheld = tuple((new, old) for old, new in stay)
    table = CountTable("moves", now, before, counts.T, totals_known=True, withheld=withheld)
    return np.asarray(suppress([table], [], smallest)["moves"].cells.T)


def width(counts: Ints, smallest: int) -> Ints:
    """Return how wide the range of each count has to be: the smallest group, or what the sums leave open."""
    rows, columns = counts.sum(axis=1)[:, None], counts.sum(axis=0)
    open_at_most = np.minimum(rows, columns) - np.maximum(rows + columns - counts.sum(), 0)
    return np.asarray(np.where(counts < smallest, np.minimum(open_at_most, smallest), 0))


def _tables(counts: Ints, exact: Flags, smallest: int) -> list[Ints]:
    """Return the true table and others, so many that each small count is open as wide as it has to be."""
    need = width(counts, smallest)
    sums = _Sums(counts, exact)
    found = [counts]
    for row, column in np.argwhere(need > 0):
        place = int(row), int(column)
        seen = [int(table[place]) for table in found]
        if max(seen) - min(seen) >= need[place]:
            continue
        low = sums.lowest(place)
        # Both exist: what is hidden was chosen so that every small count is open as wide as this.
        for goal in {low, low + int(need[place])} - set(seen):
            keep = _coarse(np.minimum.reduce(found), smallest)
            found.append(sums.nearest(place, goal, keep))
    return found


def _coarse(counts: Ints, smallest: int) -> Ints:
    return np.asarray(counts // smallest * smallest)


class _Sums:
    """The tables that have the sums which everybody knows, and the counts which are seen.

    Each count is looked for in two parts: up to what should be kept of it, and what is over that.
    """

    def __init__(self, counts: Ints, exact: Flags) -> None:
        rows, columns = (sparse.eye_array(size) for size in counts.shape)
        each_row = sparse.kron(rows, np.ones((1, counts.shape[1])))
        each_column = sparse.kron(np.ones((1, counts.shape[0])), columns)
        one = sparse.vstack([each_row, each_column])
        self._matrix = sparse.csr_array(sparse.hstack([one, one]))
        self._right = np.concatenate([counts.sum(axis=1), counts.sum(axis=0)])
        self._counts, self._seen = counts, np.where(exact, counts, np.nan)

    def lowest(self, place: tuple[int, int]) -> int:
        """Return the least that a count can be."""
        price = np.zeros(self._counts.shape)
        price[place] = 1.0
        return int(self._cheapest(price, price, self._counts, self._seen)[place])

    def nearest(self, place: tuple[int, int], goal: int, keep: Ints) -> Ints:
        """Return the table with a given count at a place that loses the least of others, as parts of them."""
        seen = self._seen.copy()
        seen[place] = goal
        price = np.where(keep > 0, -keep.max(initial=1) / np.maximum(keep, 1), 0.0)
        return self._cheapest(price, np.zeros_like(price), keep, seen)

    def _cheapest(self, price: Floats, price_over: Floats, keep: Ints, seen: Floats) -> Ints:
        """Return the cheapest table; `seen` are the counts that are given, with nan where one is not."""
        is_seen = ~np.isnan(seen)
        kept = np.where(is_seen, seen, 0.0), np.where(is_seen, seen, keep)
        over = np.zeros(seen.shape), np.where(is_seen, 0.0, np.inf)
        least, most = (np.concatenate([kept[end].ravel(), over[end].ravel()]) for end in (0, 1))
        found = milp(
            np.concatenate([price.ravel(), price_over.ravel()]),
            integrality=np.ones(least.size, np.int64),
            bounds=Bounds(least, most),
            constraints=LinearConstraint(self._matrix, self._right, self._right),
        ).x
        table = np.rint(np.asarray(found, np.float64)).astype(np.int64)
        return np.asarray(table.reshape(2, *seen.shape).sum(axis=0))
