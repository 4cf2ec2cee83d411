"""What groups say of the needs, so coarsely that no small count follows from it.

A map that erases is stored with the model, and its directions are those in which groups differ. Exact ones
give counts away: where forty residents are female, the direction and the public totals leave one table of
their answers, the true one. So by how many a group's count differs from what its size lets one expect is
rounded to steps of the policy's smallest group before anything is estimated. A difference under half a step
is none. What would follow from the other figures (the largest group, the largest value of a category) is
worked out from them and not rounded on its own, since two roundings of one count tell more than one.

Means of numbers are kept as they are: the mean of forty residents' repairs is no count of residents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.features.grain import is_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Columns = NDArray[np.int64]
Step = tuple[float, float, float]

HALF = 0.5


@dataclass(frozen=True, eq=False)
class Units:
    """Encoded needs in units in which a 0/1 column is a 0/1 column.

    Attributes
    ----------
    values : ndarray of shape (n_residents, n_columns)
        Yes and no as 1 and 0; a number in standard deviations from its mean.
    scale : ndarray of shape (n_columns,)
        What one unit is in the encoded needs.
    marks : ndarray of shape (n_columns,) of bool
        Columns whose means are shares of residents.
    wholes : tuple of ndarray
        Columns of each category of which every resident has one.
    least : int
        The policy's smallest group.
    """

    values: Floats
    scale: Floats
    marks: NDArray[np.bool_]
    wholes: tuple[Columns, ...]
    least: int

    @classmethod
    def of(cls, encoded: Floats, categories: Iterable[Columns], least: int) -> Units:
        """Return the units of encoded needs, some of whose columns are those of categories."""
        height = np.ptp(encoded, axis=0)
        marks = np.array([is_mark(column) for column in encoded.T], bool) & (height > 0)
        scale = np.where(marks, height, encoded.std(axis=0))
        scale = np.where(scale > 0, scale, 1.0)
        zero = np.where(marks, encoded.min(axis=0), encoded.mean(axis=0))
        values = (encoded - zero) / scale
        wholes = [columns[marks[columns]] for columns in categories if marks[columns].any()]
        kept = tuple(columns for columns in wholes if np.ptp(values[:, columns].sum(axis=1)) < HALF)
        return cls(values, scale, marks, kept, least)


def differences(units: Units, codes: Codes) -> Floats:
    """Return by how much each group's sums differ from what is expected of its size.

    Parameters
    ----------
    units : Units
    codes : ndarray of shape (n_residents,)
        Groups as numbers from 0, and -1 where unknown.

    Returns
    -------
    ndarray of shape (n_groups, n_columns)
        In units; the column of each group sums to 0 over groups. Counts are rounded to whole steps.
    """
    known = units.values[codes >= 0]
    sizes = np.bincount(codes[codes >= 0])
    sums = np.array([units.values[codes == group].sum(axis=0) for group in range(len(sizes))])
    found = sums - np.outer(sizes, known.mean(axis=0))
    marks = np.flatnonzero(units.marks)
    whole = {int(column) for columns in units.wholes for column in columns}
    parts = [*units.wholes, *(np.array([mark]) for mark in marks if int(mark) not in whole)]
    found[:, marks] = stepped(sums, sizes, parts, units.least)[:, marks]
    return found


def stepped(counts: Floats, sizes: NDArray[np.int64], parts: Sequence[Columns], least: int) -> Floats:
    """Return by how many counts differ from what is expected, in steps that single no small count out.

    Counts are taken one after the other, those of the largest group and of each category's most frequent
    value not at all: they are the rest. A step next to an end of what is possible, given the steps before,
    is joined with its neighbour where fewer counts than a whole step would be left to choose from.

    Parameters
    ----------
    counts : ndarray of shape (n_groups, n_columns)
        Residents of each group who have each value.
    sizes : ndarray of shape (n_groups,)
        Residents of each group.
    parts : sequence of ndarray
        Columns of each category of which every resident has one, and each other column by itself.
    least : int
        The step.
    """
    totals, order = counts.sum(axis=0), np.argsort(sizes, kind="stable")
    expected = np.outer(sizes, totals / sizes.sum())
    found, low, high = (np.zeros(counts.shape) for _ in range(3))
    for at, group in enumerate(order[:-1]):
        before, after, size = order[:at], order[at + 1 : -1], sizes[group]
        for columns in parts:
            last = columns[int(np.argmax(totals[columns]))]
            free = columns if len(columns) == 1 else columns[columns != last]
            left = 0.0 if len(columns) == 1 else size - totals[last]
            for place, one in enumerate(free):
                done, rest = free[:place], free[place + 1 :]
                most = min(size - high[group, done].sum(), totals[one] - high[before, one].sum())
                fewest = max(
                    0.0,
                    left - low[group, done].sum() - np.minimum(size, totals[rest]).sum(),
                    totals[one]
                    - sizes[order[-1]]
                    - low[before, one].sum()
                    - np.minimum(sizes[after], totals[one]).sum(),
                )
                step = _step(counts[group, one], expected[group, one], (fewest, most), least)
                found[group, one], low[group, one], high[group, one] = step
            if len(columns) > 1:
                found[group, last] = -found[group, free].sum()
    found[order[-1]] = -found[order[:-1]].sum(axis=0)
    return found


def _step(count: float, expected: float, ends: tuple[float, float], least: int) -> Step:
    """Return a difference in whole steps, and the least and the largest count that have it."""
    fewest, most = ends
    lowest, highest = np.ceil((fewest - expected) / least + HALF), np.floor((most - expected) / least - HALF)
    highest = max(highest, 0.0) if most >= expected else highest
    lowest = min(lowest, highest, 0.0) if fewest <= expected else min(lowest, highest)
    steps = min(max(np.round((count - expected) / least), lowest), highest)
    low = fewest if steps <= lowest else expected + (steps - HALF) * least
    high = most if steps >= highest else expected + (steps + HALF) * least
    told = 0.0 if lowest >= highest else min(max(steps * least, fewest - expected), most - expected)
    return told, low, max(high, 0.0)


def covariances(units: Units, codes: Sequence[Codes]) -> Floats:
    """Return the covariance of encoded needs with each group of each attribute, side by side.

    Returns
    -------
    ndarray of shape (n_columns, n_targets)
        As of the columns of `one_hot`, from `differences`.
    """
    sums = np.vstack([differences(units, groups) for groups in codes])
    return np.asarray((sums * units.scale).T / len(units.values))


def products(units: Units, codes: Codes) -> list[Floats]:
    """Return by how much each group's covariances differ from those of all whose group is known.

    A sum of products is rounded to steps, too: one is what as many residents as the smallest group make who
    have both of two values, or lie one standard deviation off in two numbers.

    Returns
    -------
    list of ndarray of shape (n_columns, n_columns)
        In encoded units, of needs about their common mean.
    """
    known, least = units.values[codes >= 0], units.least
    sizes, mean = np.bincount(codes[codes >= 0]), known.mean(axis=0)
    common = known.T @ known / len(known)
    plain = units.marks & (np.abs((known**2 - known).sum(axis=0)) < HALF)
    found = []
    for size, moved, group in zip(sizes, differences(units, codes), range(len(sizes)), strict=True):
        rows = units.values[codes == group]
        steps = np.round((rows.T @ rows - size * common) / least) * least
        diagonal = np.where(plain, moved, np.diag(steps))  # the square of 0 and 1 is the count itself
        np.fill_diagonal(steps, diagonal)
        about = steps - np.outer(mean, moved) - np.outer(moved, mean)
        found.append(about / size * np.outer(units.scale, units.scale))
    return found
