"""A table in blocks, and a sample of it: so that its encoded copy never stands in memory as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

ROWS = 1 << 16
"""Residents of a block: a few megabytes once they are encoded."""


def blocks(X: ArrayLike, rows: int = ROWS) -> Iterator[ArrayLike]:
    """Yield a table or an array so many rows at a time; once, where it has none."""
    for start in range(0, max(_num_samples(X), 1), rows):
        yield _safe_indexing(X, slice(start, start + rows))


def drawn(residents: int, size: int, random_state: int | np.random.RandomState | None) -> NDArray[np.intp]:
    """Return the places of a sample without replacement, in rising order.

    A seed draws whom `Residents.sample` draws with it.
    """
    seed = random_state
    if isinstance(random_state, np.random.RandomState):
        seed = random_state.randint(np.iinfo(np.int32).max)
    places = np.random.default_rng(seed).choice(residents, size, replace=False, shuffle=False)
    return np.sort(places)
