"""Whether the segments are more than what each feature holds by itself.

On skewed data every measure of stability accepts segments that are not there: a long tail is cut off at the
same place each time. So the features are shuffled, each apart, which leaves every one of them as it is and
nothing that joins them, and clustered in just the same way. Segments that explain no more of the variance
than that are not there.

The same is asked of one number of segments beside a smaller one: features are shuffled inside the smaller
one's segments. A need with few values cuts a segment in two wherever it stands, and halves that repeat
themselves are no new segments. There the p value is not enough, and what is gained is held against the mean
shuffle as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.choice.copula import gaussian_copula
from segmentation.clustering.choice.kmeans import Points, centers, inertia
from segmentation.clustering.choice.model import Structure
from segmentation.clustering.parallel import each
from segmentation.policy.fixed import SHUFFLED
from segmentation.progress import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from segmentation.progress import Watch

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESTARTS = 4
STEPS = 10
"""These tests look at fewer residents and take fewer steps than the choice does, for the residents and for
every shuffle alike: what is compared need not be the least inertia, but must be found in one way."""


def as_they_are(encoded: Floats) -> Floats:
    """Return residents whom no map changes."""
    return encoded


def structure(
    encoded: Floats,
    n_segments: int,
    blocks: Sequence[slice],
    *,
    shuffles: int,
    limit: float,
    random: np.random.RandomState,
    mapped: Callable[[Floats], Floats] = as_they_are,
    watch: Watch = SILENT,
) -> Structure:
    """Test the residents' inertia against that of their features shuffled apart.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        In random order; the first `SHUFFLED` are looked at.
    n_segments : int
        From 2.
    blocks : sequence of slice
        The columns of each feature, which are shuffled together.
    shuffles : int
    limit : float
        Largest p value that counts as structure.
    random : RandomState
    mapped : callable
        What stands between encoded residents and the distances. It comes after the shuffle: it mixes features
        and takes directions away, which mixtures that are shuffled would have back.
    watch : Watch
        Told of each shuffle.
    """
    sample = encoded[:SHUFFLED]
    everybody = np.zeros(len(sample), np.int64)
    seeds = random.randint(2**31 - 1, size=2 * shuffles + 1).tolist()
    copula = gaussian_copula(sample, blocks)

    def left(seeds: Sequence[int], drawn: Callable[[np.random.Generator], Floats]) -> list[float]:
        return _inertias(lambda draw: mapped(drawn(draw)), n_segments, RESTARTS, seeds, watch)

    observed = left(seeds[:1], lambda _: sample)[0]
    apart = left(seeds[1 : shuffles + 1], lambda draw: shuffled(sample, everybody, blocks, draw))
    correlated = None if copula is None else left(seeds[shuffles + 1 :], copula)
    return Structure(
        n_segments=n_segments,
        inertia=observed,
        shuffled=min(apart),
        shuffles=shuffles,
        p_value=p_value(observed, apart),
        limit=limit,
        copula_p=None if correlated is None else p_value(observed, correlated),
    )


@dataclass(frozen=True)
class Beyond:
    """What more segments explain beside fewer ones, held against features shuffled inside these.

    Attributes
    ----------
    p_value : float
        Share of the shuffles (and the residents themselves) with an inertia at most as large, in (0, 1].
    gain : float
        The share of the variance that is explained in addition, as a multiple of what it is in the mean
        shuffle; 1 where single features are all there is. Infinity where the shuffles gain nothing.
    """

    p_value: float
    gain: float


def beyond(  # noqa: PLR0913 - the test, its draws, and who is told
    encoded: Floats,
    n_segments: int,
    fewer: Ints,
    blocks: Sequence[slice],
    *,
    shuffles: int,
    restarts: int,
    random: np.random.RandomState,
    mapped: Callable[[Floats], Floats] = as_they_are,
    watch: Watch = SILENT,
) -> Beyond:
    """Hold residents against their features shuffled inside fewer segments.

    Parameters
    ----------
    encoded, n_segments, blocks, shuffles, random, mapped, watch
        As in `structure`.
    fewer : ndarray of shape (n_residents,)
        The segment of each resident, of a smaller number of segments.
    restarts : int
        Of k-means: one segment more or less is a smaller difference, not to be missed for a bad start.
    """
    sample, own = encoded[:SHUFFLED], fewer[:SHUFFLED]
    seeds = random.randint(2**31 - 1, size=shuffles + 1).tolist()

    def left(seeds: Sequence[int], drawn: Callable[[np.random.Generator], Floats]) -> list[float]:
        return _inertias(lambda draw: mapped(drawn(draw)), n_segments, restarts, seeds, watch)

    observed = left(seeds[:1], lambda _: sample)[0]
    apart = left(seeds[1:], lambda draw: shuffled(sample, own, blocks, draw))
    # a shuffle inside the fewer segments leaves what they explain as it is
    whole = _within(mapped(sample), own)
    by_chance = whole - float(np.mean(apart))
    gain = (whole - observed) / by_chance if by_chance > 0 else np.inf
    return Beyond(p_value(observed, apart), float(gain))


def _within(mapped: Floats, own: Ints) -> float:
    """Return the share of the variance that segments leave."""
    gaps = mapped - mapped.mean(axis=0)
    sums = np.zeros((own.max() + 1, mapped.shape[1]))
    np.add.at(sums, own, gaps)
    sizes = np.bincount(own)[:, None]
    explained = (sums**2 / np.maximum(sizes, 1)).sum()
    total = (gaps**2).sum()
    return float(1 - explained / total) if total else 0.0


def shuffled(encoded: Floats, own: Ints, blocks: Sequence[slice], random: np.random.Generator) -> Floats:
    """Return the residents with every block in an order of its own, inside each segment."""
    made = encoded.copy()
    places = np.argsort(own, kind="stable")
    for block in blocks:
        made[places, block] = encoded[np.argsort(own + random.random(len(own))), block]
    return made


def p_value(observed: float, drawn: Sequence[float]) -> float:
    """Return the share of draws, the residents among them, that are at most as large."""
    return (1 + sum(one <= observed for one in drawn)) / (1 + len(drawn))


def _inertias(
    drawn: Callable[[np.random.Generator], Floats],
    n_segments: int,
    restarts: int,
    seeds: Sequence[int],
    watch: Watch,
) -> list[float]:
    def one(seed: int) -> float:
        random = np.random.default_rng(seed)
        points = Points.of(drawn(random))
        return inertia(points, centers(points, [n_segments], restarts, random, STEPS)[n_segments])

    return each(one, seeds, tell=partial(watch.part, "shuffles"))
