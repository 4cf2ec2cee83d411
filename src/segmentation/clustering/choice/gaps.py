"""Amounts with an empty middle: a cut there is between two kinds of residents, though one need makes it.

A larger number of segments is refused where shuffled features do as well, for a single need cuts any segment
in two and the halves repeat themselves. That takes segments for cuts that differ in one need and are far
apart in it. These are told by their gap: an amount with many values on both sides and nearly none between
them. Marks, categories, ranks and zeros beside some amount have nothing in the middle by their making, so
where few values make up a side, there is no gap; nor in a long tail, which has one side alone.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_ALIKE = 0.2
"""Of a side: no value of an amount is more common than this there."""
FEWEST = 30
"""Residents at least on either side of the middle: fewer may be empty there by chance."""
EMPTY = 0.25
"""Of the thinner side of the middle. Wherever there is one peak, the middle holds as many as that side."""
ASIDE = 0.95
"""Of each segment: so many are on its own side of the middle."""


def cuts_at_gaps(encoded: Floats, more: Ints, fewer: Ints) -> bool:
    """Return whether every cut that a larger number makes through a smaller one's segments is at a gap.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        Before any map: a map mixes amounts with marks.
    more, fewer : ndarray of shape (n_residents,)
        The segment of each resident, of the larger and of the smaller number. A segment belongs to that of
        the smaller number in which most of its residents are.
    """
    pairs = np.zeros((fewer.max() + 1, more.max() + 1), np.int64)
    np.add.at(pairs, (fewer, more), 1)
    parents = pairs.argmax(axis=0)
    siblings = [
        (one, other) for one, other in combinations(range(len(parents)), 2) if parents[one] == parents[other]
    ]
    return bool(siblings) and all(
        _apart(encoded[more == one], encoded[more == other]) for one, other in siblings
    )


def _apart(ones: Floats, others: Floats) -> bool:
    return any(has_gap(one, other) for one, other in zip(ones.T, others.T, strict=True))


def has_gap(one: Floats, other: Floats) -> bool:
    """Return whether the values of two segments are amounts, and apart by a gap.

    The middle is the middle third of what lies between the two medians. Two normal distributions alike have a
    gap from about five standard deviations on.

    Parameters
    ----------
    one, other : ndarray of shape (n_residents,)
        One column of each segment.
    """
    if not len(one) or not len(other):
        return False
    low, high = sorted((one, other), key=lambda side: float(np.median(side)))
    lowest, highest = float(np.median(low)), float(np.median(high))
    start, end = lowest + (highest - lowest) / 3, highest - (highest - lowest) / 3
    if min((low < start).mean(), (high > end).mean()) < ASIDE or not (_is_amount(low) and _is_amount(high)):
        return False
    both = np.concatenate([low, high])
    middle = ((both >= start) & (both <= end)).sum()
    thinner = min(((both >= lowest) & (both < start)).sum(), ((both > end) & (both <= highest)).sum())
    return bool(thinner >= FEWEST and middle <= EMPTY * thinner)


def _is_amount(side: Floats) -> bool:
    _, counts = np.unique(side.round(9), return_counts=True)
    return bool(counts.max() <= MOST_ALIKE * len(side))
