"""The choice of what to hide: other tables that a reader cannot tell from the true ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from segmentation.suppression.equations import Equations
from segmentation.suppression.tables import Mask, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from segmentation.suppression.tables import CountTable, Link

# Equal prices would leave the choice to the solver; this makes the earlier cell a little cheaper.
_TIE_BREAK = 1e-3
# What it is worth to open other counts on the way; far below any price, so nothing is hidden for it.
_REWARD = 0.01
# How many others are tried at a time: with more, answers in fractions become common.
_OTHERS = 100
# Moving a hidden count costs next to nothing; this much where it matters that few counts move.
_STEP = 0.01
# How often prices are shaken, each time harder, before the slow search for whole numbers.
_SHAKES = 10
# How far from the cheapest the slow search may stop: it then hides more, never too little.
_SEARCH_GAP = 0.5


def suppress(tables: Sequence[CountTable], links: Sequence[Link], smallest: int) -> dict[str, Mask]:
    """Hide every count below `smallest`, and as many others as it takes to keep it unknown.

    Where a small count could be worked out, a linear programme finds the cheapest other set of tables in
    which it is larger by `smallest`; the visible counts that differ in them are hidden too. All sets found
    agree on everything that stays visible: they are the proof. Cheap are small counts, dear are group sizes;
    unknown values, and what is published nowhere, are hidden anyway. The time depends on the size of the
    tables, not on the number of residents, and the same input gives the same masks.

    Parameters
    ----------
    tables : sequence of CountTable
        All tables that are published about the same segments.
    links : sequence of Link
        All sums between them.
    smallest : int
        Smallest count that may be seen, at least 1.

    Returns
    -------
    dict of str to Mask
        For each table, by its name. Nothing below `smallest` is visible, and no unknown values are, though
        these may be worked out. A count of a group that is hidden for being small lies, for all that is
        published, in a range at least `smallest` wide (where its segment, or the known size of its group, is
        smaller: as wide as these allow); any other hidden count of a group has at least two possible values,
        but for those that are withheld. A table of one column only repeats the segment sizes: its small
        counts are hidden, but cannot be kept unknown.

    Raises
    ------
    SegmentationError
        When the tables contradict their links, or a small count follows from the segment sizes however much
        is hidden (an intersection that leaves out combinations of its groups).
    """
    if smallest < 1:
        raise refusal("smallest", "the smallest count that may be seen is 1 or more")
    if not tables:
        return {}
    equations = Equations(tables, links)
    prices = np.concatenate([_prices(table).ravel() for table in tables])
    prices *= 1 + _TIE_BREAK * np.arange(prices.size) / prices.size
    least, most = (np.concatenate(ends) for ends in zip(*map(_ends, tables), strict=True))
    unprotected = np.concatenate([_unprotected(table).ravel() for table in tables])
    need = np.where((equations.truth < smallest) & ~unprotected, np.minimum(most - least, smallest), 0)
    hidden = np.concatenate([_hidden_at_first(table, smallest).ravel() for table in tables])
    for block in equations.independent(np.ones_like(hidden)):
        search = _Search(equations.matrix[:, block], equations.truth[block], prices[block], hidden[block])
        hidden[block] = search.open_all(need[block], most[block])
    return {name: Mask(hidden[place[:-1]], hidden[place[-1]]) for name, place in equations.places.items()}


def _prices(table: CountTable) -> NDArray[np.float64]:
    """Return what it costs to hide each count: a group size as much as a column of cells."""
    rows = np.append(np.ones(len(table.rows)), len(table.rows))
    return np.asarray(np.log1p(table.extended) * rows[:, None])


def _unprotected(table: CountTable) -> NDArray[np.bool_]:
    """Return where unknown values stand, and totals that everybody knows."""
    unknown = np.isin(table.columns, table.missing)
    known = np.full(len(table.columns), table.totals_known)
    return np.vstack([np.tile(unknown, (len(table.rows), 1)), unknown | known])


def _hidden_at_first(table: CountTable, smallest: int) -> NDArray[np.bool_]:
    """Return what is hidden whatever else is: what is small, not known, or published nowhere."""
    hidden = (table.extended < smallest) | np.isin(table.columns, table.missing)
    hidden[-1] &= not table.totals_known
    for row, column in table.withheld:
        hidden[row, column] = True
    return hidden


def _ends(table: CountTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the least and the most that each count can be when nothing but the known sums is known."""
    sizes, total = np.append(table.segment_sizes, table.counts.sum()), table.counts.sum()
    if not table.totals_known:
        most = np.outer(sizes, np.full(len(table.columns), len(table.columns) > 1, dtype=np.int64))
        return np.zeros_like(most).ravel(), most.ravel()
    sums = table.counts.sum(axis=0)
    least, most = np.maximum(sizes[:, None] + sums - total, 0), np.minimum(sizes[:, None], sums)
    return least.ravel(), most.ravel()


class _Search:
    """Looks for other tables, as deviations from the true ones, and hides what differs in them.

    Deviations add up to zero in every row, column and link: small numbers, however many the residents.
    """

    def __init__(
        self,
        matrix: sparse.csr_array,
        truth: NDArray[np.int64],
        prices: NDArray[np.float64],
        hidden: NDArray[np.bool_],
    ) -> None:
        self._matrix, self._truth, self._prices, self._hidden = matrix, truth, prices, hidden.copy()
        # The lowest and highest value of each count in the tables found so far; the true ones are the first.
        self._low, self._high = truth.copy(), truth.copy()

    def open_all(self, need: NDArray[np.int64], widest: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Hide until every count is open as wide as it needs; return all that is hidden."""
        closed = self._closed(need)
        while closed.size:
            goals = np.minimum(self._low + need, widest)
            first = closed[0]
            self._reach(first, goals[first], closed, goals)
            self._reach(first, self._high[first] - need[first], closed, goals)
            closed = self._closed(need)
        return self._hidden

    def _closed(self, need: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the counts not open wide enough, smallest first: zeros are the hardest to open."""
        counts = np.flatnonzero(self._high - self._low < need)
        return counts[np.argsort(self._truth[counts], kind="stable")]

    def _reach(self, count: int, goal: int, closed: NDArray[np.int64], goals: NDArray[np.int64]) -> None:
        """Find the cheapest tables in which a count has this value, and hide what deviates in them."""
        if self._low[count] <= goal <= self._high[count]:
            return
        least, most = -self._truth.astype(np.float64), np.full(self._truth.size, np.inf)
        least[count] = most[count] = goal - self._truth[count]
        found = self._with_others(least, most, closed[:_OTHERS], goals)
        other = self._truth + (self._alone(least, most) if found is None else found)
        self._hidden |= other != self._truth
        self._low, self._high = np.minimum(self._low, other), np.maximum(self._high, other)

    def _with_others(
        self,
        least: NDArray[np.float64],
        most: NDArray[np.float64],
        closed: NDArray[np.int64],
        goals: NDArray[np.int64],
    ) -> NDArray[np.int64] | None:
        """Let other closed counts rise towards their goals, as far as that hides nothing more."""
        price = np.where(self._hidden, 0, self._prices)
        price[closed] = -_REWARD * np.linspace(2, 1, closed.size)
        most = most.copy()
        most[closed] = np.minimum(most, goals - self._truth)[closed]
        return self._cheapest(price, least, most, both_ways=~self._hidden)

    def _alone(self, least: NDArray[np.float64], most: NDArray[np.float64]) -> NDArray[np.int64]:
        """Let few counts deviate, and shake the prices until all deviations are whole."""
        price = np.where(self._hidden, _STEP, self._prices)
        every = np.ones_like(self._hidden)
        for shake in range(_SHAKES + 1):
            shaken = price * np.random.default_rng(shake).uniform(1, 1 + shake, price.size)
            found = self._cheapest(shaken, least, most, both_ways=every, whole=shake == _SHAKES)
            if found is not None:
                return found
        raise refusal("links", "an intersection has every combination of its groups as a column")

    def _cheapest(
        self,
        price: NDArray[np.float64],
        least: NDArray[np.float64],
        most: NDArray[np.float64],
        *,
        both_ways: NDArray[np.bool_],
        whole: bool = False,
    ) -> NDArray[np.int64] | None:
        """Return the cheapest deviations, or None where there are none, or (unless `whole`) only fractions.

        A linear programme gives whole numbers for a single table, and mostly for linked ones. Where a
        deviation has its price both ways, its fall is a variable of its own.
        """
        falling = np.flatnonzero(both_ways)
        matrix = sparse.csr_array(sparse.hstack([self._matrix, -self._matrix[:, falling]]))
        rise = (
            np.where(both_ways, np.maximum(least, 0), least),
            np.where(both_ways, np.maximum(most, 0), most),
        )
        fall = np.maximum(-most[falling], 0), np.maximum(-least[falling], 0)
        found = milp(
            np.append(price, price[falling]),
            integrality=np.full(matrix.shape[1], whole),
            bounds=Bounds(np.append(rise[0], fall[0]), np.append(rise[1], fall[1])),
            constraints=LinearConstraint(matrix, 0, 0),
            options={"mip_rel_gap": _SEARCH_GAP},
        ).x
        if found is None or (matrix @ np.rint(found)).any():
            return None
        rises, falls = np.split(np.rint(found).astype(np.int64), [price.size])
        rises[falling] -= falls
        return rises
