"""Whether the segments are more than what each feature holds by itself.

On skewed data every measure of stability accepts segments that are not there: a long tail is cut off at the
same place each time. So the features are shuffled, each apart, which leaves every one of them as it is and
nothing that joins them, and clustered in just the same way. Segments that explain no more of the variance
than that are not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.copula import gaussian_copula
from segmentation.clustering.choice.kmeans import Points, centers, inertia
from segmentation.clustering.choice.model import Structure
from segmentation.clustering.parallel import each

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float64]

RESIDENTS = 1500
RESTARTS = 4
STEPS = 10
"""This test looks at fewer residents and does less to cluster them than the choice does, for the residents
and for every shuffle alike: what is compared need not be the least inertia, but must be found in one way."""


def structure(
    encoded: Floats,
    n_segments: int,
    blocks: Sequence[slice],
    shuffles: int,
    limit: float,
    random: np.random.RandomState,
) -> Structure:
    """Test the residents' inertia against that of their features shuffled apart.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        In random order; the first `RESIDENTS` are looked at.
    n_segments : int
        From 2.
    blocks : sequence of slice
        The columns of each feature, which are shuffled together.
    shuffles : int
    limit : float
        Largest p value that counts as structure.
    random : RandomState
    """
    sample = encoded[:RESIDENTS]
    seeds = random.randint(2**31 - 1, size=2 * shuffles + 1).tolist()
    copula = gaussian_copula(sample, blocks)

    def left(made: Floats, draw: np.random.Generator) -> float:
        points = Points.of(made)
        return inertia(points, centers(points, [n_segments], RESTARTS, draw, STEPS)[n_segments])

    def left_of(drawn: Callable[[np.random.Generator], Floats], some: Sequence[int]) -> list[float]:
        def one(seed: int) -> float:
            draw = np.random.default_rng(seed)
            return left(drawn(draw), draw)

        return each(one, some)

    observed = left_of(lambda _: sample, seeds[:1])[0]
    apart = left_of(lambda draw: shuffled(sample, blocks, draw), seeds[1 : shuffles + 1])
    correlated = None if copula is None else left_of(copula, seeds[shuffles + 1 :])
    return Structure(
        n_segments=n_segments,
        inertia=observed,
        shuffled=min(apart),
        shuffles=shuffles,
        p_value=p_value(observed, apart),
        limit=limit,
        copula_p=None if correlated is None else p_value(observed, correlated),
    )


def shuffled(encoded: Floats, blocks: Sequence[slice], random: np.random.Generator) -> Floats:
    """Return the residents with every block in an order of its own."""
    made = encoded.copy()
    for block in blocks:
        made[:, block] = encoded[random.permutation(len(encoded)), block]
    return made


def p_value(observed: float, drawn: Sequence[float]) -> float:
    """Return the share of draws, the residents among them, that are at most as large."""
    return (1 + sum(one <= observed for one in drawn)) / (1 + len(drawn))
