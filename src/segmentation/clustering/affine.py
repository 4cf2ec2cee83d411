"""An affine map of encoded needs: how a mitigation reaches the segments.

It comes from outside, made where protected attributes may be seen. What arrives here is one matrix and one
offset, so neither fitting nor predicting asks anybody for a protected value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DECIMALS = 10
"""Of mapped needs in the search for segments."""


@dataclass(frozen=True, eq=False, repr=False)
class AffineMap:
    """Maps an encoded resident ``z`` to ``matrix @ z + offset``.

    Attributes
    ----------
    matrix : ndarray of shape (n_columns, n_columns)
    offset : ndarray of shape (n_columns,)

    Raises
    ------
    ValueError
        The shapes do not fit together, or something in it is not finite.
    """

    matrix: Floats
    offset: Floats

    def __post_init__(self) -> None:
        columns = np.shape(self.offset)
        if len(columns) != 1 or np.shape(self.matrix) != columns * 2:
            raise ValueError(
                "`matrix` must be square with one row per number of `offset`; "
                f"got the shapes {np.shape(self.matrix)} and {columns}."
            )
        if not (np.isfinite(self.matrix).all() and np.isfinite(self.offset).all()):
            raise ValueError("`matrix` and `offset` must be finite; estimate the map anew.")

    def __repr__(self) -> str:
        """Return its size; the numbers are in `matrix` and `offset`."""
        return f"AffineMap({len(self.offset)} columns)"

    def apply(self, encoded: Floats) -> Floats:
        """Return the mapped residents, of the same shape (n_residents, n_columns)."""
        return np.asarray(encoded @ self.matrix.T + self.offset)

    def apply_alike(self, encoded: Floats) -> Floats:
        """Return the same for a search: residents whom the map makes alike are so to the last bit."""
        return self.apply(encoded).round(DECIMALS)
