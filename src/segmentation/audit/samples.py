"""Residents looked at one by one: which of them, the place of each one's group, and how figures are rounded.

What is measured on rows is measured on a sample, of the same residents and in the same order of groups, so
that figures of several sections can be held together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

Ints = NDArray[np.int64]

MOST_RESIDENTS = 30_000
"""Residents in the sample, however many there are."""
DECIMALS = 3


def sample(n_residents: int, seed: int) -> Ints:
    """Return the places of the residents to look at: all, or so many as time allows, drawn at random."""
    if n_residents <= MOST_RESIDENTS:
        return np.arange(n_residents)
    drawn = np.random.default_rng(seed).choice(n_residents, MOST_RESIDENTS, replace=False, shuffle=False)
    return np.sort(drawn)


def places(column: pd.Series, groups: Sequence[str]) -> Ints:
    """Return the place of each resident's group in `groups`; -1 where it is none of them, or not known."""
    return np.append(indices(column.cat.categories, groups), -1)[column.cat.codes]


def indices(wanted: Iterable[object], listed: Sequence[str]) -> Ints:
    """Return the place in `listed` of each of some names; -1 where it is not there."""
    place = {name: at for at, name in enumerate(listed)}
    return np.array([place.get(str(name), -1) for name in wanted], np.int64)


def rounded(value: float | None, decimals: int = DECIMALS) -> float | None:
    """Return a figure as a report shows it; one that has no value still has none, and none is -0.0."""
    return None if value is None else round(value, decimals) + 0.0
