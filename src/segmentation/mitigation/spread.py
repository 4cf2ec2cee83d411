"""Erasing where groups differ in spread: what a linear rule cannot tell, and distances can.

After LEACE all groups have one mean. Segments still follow a group whose needs vary more than others' in some
direction, because k-means cuts where residents are far apart. (Adding a boosted guess of the group to LEACE's
targets changes nothing: the covariance of the needs with the best guess of the group is the covariance with
the group.) So the directions in which the groups' covariances differ most are taken out as well, as sliced
average variance estimation finds them, but in the metric of the distances, in which a rare value weighs
little.

An affine map of 0/1 columns is no veil: who sees the needs may still guess the group. What this takes away is
that segments do.

References
----------
Cook, R. D. & Weisberg, S. (1991). Discussion of "Sliced inverse regression". JASA 86(414), 328-332.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering import AffineMap
from segmentation.mitigation.erase import Erasure

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Differing = Callable[[Codes], list[Floats]]

LEAST = 0.02
"""Least difference in spread that is erased, as a share of the residents' whole variance."""
BEYOND_CHANCE = 2.0
"""How far above that of shuffled groups it must be."""


def spread_directions(
    encoded: Floats, codes: Sequence[Codes], seed: int, differing: Differing | None = None
) -> Floats:
    """Return the directions in which groups differ in spread, the largest difference first.

    A direction counts where the difference, in variance, is at least 2 % of the residents' whole variance and
    twice what shuffled groups show.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        After `leace`.
    codes : sequence of ndarray of shape (n_residents,)
        Groups of each attribute as numbers from 0; -1 where unknown, and such residents do not count.
    seed : int
        Of the shuffling.
    differing : callable, optional
        Returns how the covariance of each group differs from the common one; exactly, where not given. What
        is stored with a model takes `coarse` ones.

    Returns
    -------
    ndarray of shape (n_columns, n_directions)
        Orthonormal columns, none where nothing counts.
    """
    with threadpool_limits(1):  # as in `leace`
        differing = differing or _exact(encoded)
        differences, axes = _ordered(_difference(codes, differing))
        rng = np.random.default_rng(seed)
        shuffled, _ = _ordered(_difference([_shuffled(groups, rng) for groups in codes], differing))
        least = max(LEAST * float(encoded.var(axis=0).sum()), BEYOND_CHANCE * float(shuffled[0]))
        return np.asarray(axes[:, (differences >= least) & (differences > 0)])


def erase_directions(erasure: Erasure, directions: Floats, mean: Floats, strength: float = 1.0) -> Erasure:
    """Return an erasure that takes out further directions, after what it does already.

    Parameters
    ----------
    erasure : Erasure
    directions : ndarray of shape (n_columns, n_directions)
        Orthonormal columns.
    mean : ndarray of shape (n_columns,)
        Of the encoded residents: they keep it.
    strength : float, default 1.0
        In (0, 1].
    """
    taken = np.eye(len(mean)) - strength * directions @ directions.T
    matrix = taken @ erasure.map.matrix
    number = directions.shape[1]
    return Erasure(
        AffineMap(matrix, mean - matrix @ mean),
        erasure.rank + number,
        erasure.available + number,
        erasure.dimensions,
    )


def _difference(codes: Sequence[Codes], differing: Differing) -> Floats:
    """Return the mean square of the groups' covariances less the common one, summed over attributes."""
    shares = [np.bincount(groups[groups >= 0]) / (groups >= 0).sum() for groups in codes]
    parts = [
        share * own @ own
        for groups, sizes in zip(codes, shares, strict=True)
        for share, own in zip(sizes, differing(groups), strict=True)
    ]
    return np.asarray(np.sum(parts, axis=0))


def _exact(encoded: Floats) -> Differing:
    def differing(groups: Codes) -> list[Floats]:
        common = _covariance(encoded[groups >= 0])
        return [_covariance(encoded[groups == group]) - common for group in range(groups.max() + 1)]

    return differing


def _covariance(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=0)
    return np.asarray(centred.T @ centred / len(rows))


def _shuffled(codes: Codes, rng: np.random.Generator) -> Codes:
    shuffled = codes.copy()
    shuffled[codes >= 0] = rng.permutation(codes[codes >= 0])
    return shuffled


def _ordered(squares: Floats) -> tuple[Floats, Floats]:
    """Return root eigenvalues, largest first, and their axes."""
    values, axes = np.linalg.eigh(squares)
    return np.sqrt(np.maximum(values[::-1], 0.0)), np.asarray(axes[:, ::-1])
