"""Groups of people of which nothing may be told one by one, but something of all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def too_small(sizes: NDArray[np.int64], smallest: int) -> NDArray[np.bool_]:
    """Return which groups may only be seen together.

    Where a total and all other groups are known, one small group alone is known too. So the next larger ones
    go with those under the smallest, until they are as many together.

    Parameters
    ----------
    sizes : ndarray of int64, shape (groups,)
        People in each group.
    smallest : int
        Fewest people that may be seen.
    """
    ascending = np.argsort(sizes, kind="stable")
    below = np.empty_like(sizes)
    below[ascending] = sizes[ascending].cumsum() - sizes[ascending]
    return np.asarray((sizes < smallest) | ((below > 0) & (below < smallest)))
