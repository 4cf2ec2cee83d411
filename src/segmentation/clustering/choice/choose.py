"""The choice: the largest number of segments that repeats itself, in halves and in bootstrap samples.

All measures are taken of every number, also of those that lose: a reader shall see by how much. Before a
number is chosen, its segments must be more than the next smaller passing number's with the features shuffled
inside them: a need with two or three values cuts any segment in two, and those halves repeat themselves
perfectly. This is deliberate, and has a price: two segments that differ in one need alone are not told apart,
but where that need is an amount with an empty middle (`gaps`). A choice whose segments features shuffled
throughout have as well stays on the record as chosen, and `Structure.is_there` says that there is nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.gaps import cuts_at_gaps
from segmentation.clustering.choice.measure import Measured, measured
from segmentation.clustering.choice.model import Choice, Reason
from segmentation.clustering.choice.shuffle import as_they_are, beyond, structure
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segmentation.clustering.choice.criteria import Criteria
    from segmentation.progress import Watch

Floats = NDArray[np.float64]

LEAST_GAIN = 4 / 3
"""Of the mean shuffle: so much of the variance must a larger number explain beside a smaller one. Needs
inside a segment are never quite apart (who is near its edge is not in it); that too has a small p value."""


def choose(
    encoded: Floats,
    criteria: Criteria,
    random: np.random.RandomState,
    *,
    given: int | None = None,
    blocks: Sequence[slice] | None = None,
    mapped: Callable[[Floats], Floats] = as_they_are,
    watch: Watch = SILENT,
) -> Choice:
    """Try every allowed number of segments, and say which one is chosen, why, and whether there is structure.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        A sample of residents, encoded; a few thousand.
    criteria : Criteria
    random : RandomState
        Of every draw. The choice is the same for any number of threads.
    given : int or None, default None
        A number of segments that somebody insists on: it is measured alone, and no limit stops it.
    blocks : sequence of slice or None, default None
        The columns of each feature, which are shuffled together; None is every column by itself.
    mapped : callable
        What stands between encoded residents and the distances; as they are, where there is no map.
    watch : Watch
        Told of each halving, bootstrap sample and shuffle.

    Returns
    -------
    Choice
        Without rivals where the residents are fewer than 4 or all alike; without `structure` where no number
        passes, or the one chosen or given is 1.
    """
    encoded = encoded[random.permutation(len(encoded))]
    blocks = [slice(at, at + 1) for at in range(encoded.shape[1])] if blocks is None else blocks
    found = measured(mapped(encoded), criteria, random, given, watch)
    if given is None:
        reasons = _reasons(encoded, found, criteria, blocks, random, mapped, watch)
        rivals = tuple(one.rival(reasons[one.n_segments]) for one in found)
    else:
        rivals = tuple(one.rival("given") for one in found)
    n_segments = Choice(rivals, None).n_segments
    if n_segments is None or n_segments == 1:
        return Choice(rivals, None)
    tested = structure(
        encoded,
        n_segments,
        blocks,
        shuffles=criteria.shuffles,
        limit=criteria.shuffle_p,
        random=random,
        mapped=mapped,
        watch=watch,
    )
    return Choice(rivals, tested)


def _reasons(
    encoded: Floats,
    found: list[Measured],
    criteria: Criteria,
    blocks: Sequence[slice],
    random: np.random.RandomState,
    mapped: Callable[[Floats], Floats],
    watch: Watch,
) -> dict[int, Reason]:
    reasons: dict[int, Reason] = {}
    passing = []
    for one in found:
        fault = one.fault(criteria)
        reasons[one.n_segments] = fault or "passes, but a larger one does too"
        passing += [] if fault else [one]
    while passing:
        last = passing.pop()
        if not passing or _adds(encoded, last, passing[-1], criteria, blocks, random, mapped, watch):
            reasons[last.n_segments] = "chosen"
            break
        reasons[last.n_segments] = "fewer segments and shuffled columns do as well"
    return reasons


def _adds(
    encoded: Floats,
    more: Measured,
    fewer: Measured,
    criteria: Criteria,
    blocks: Sequence[slice],
    random: np.random.RandomState,
    mapped: Callable[[Floats], Floats],
    watch: Watch,
) -> bool:
    """Return whether the segments are more than fewer ones and what single features hold inside them."""
    if cuts_at_gaps(encoded, more.own, fewer.own):
        return True
    found = beyond(
        encoded,
        more.n_segments,
        fewer.own,
        blocks,
        shuffles=criteria.shuffles,
        restarts=criteria.restarts,
        random=random,
        mapped=mapped,
        watch=watch,
    )
    return found.p_value <= criteria.shuffle_p and found.gain >= LEAST_GAIN
