"""The two halves of k-means (Lloyd): restarts on those who fit into memory, and a pass over all others."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from segmentation.clustering.centers import nearest, sums
from segmentation.clustering.disclosing import Spread, rounded
from segmentation.clustering.parallel import one_thread
from segmentation.errors import NoStructureError

if TYPE_CHECKING:
    from segmentation.clustering.affine import AffineMap
    from segmentation.clustering.disclosing import Usual

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

DECIMALS = 10
"""Of means over batches: how residents were batched shall leave no trace in a digest."""


@dataclass(frozen=True, eq=False)
class Tally:
    """What a pass over residents leaves of them; tallies of batches add up to that of all.

    Attributes
    ----------
    sizes : ndarray of int64, shape (n_segments,)
    sums : ndarray of shape (n_segments, n_columns)
        Of their encoded needs, before a map.
    inertia : float
        Squared distances to their centres, in the space of the distances.
    spreads : tuple of Spread
        How they stand about usual values, where somebody asked: of each segment, and of everybody.
    labels : tuple of ndarray
        Segment of each, batch by batch; empty where nobody asked for it.
    """

    sizes: Labels
    sums: Floats
    inertia: float
    spreads: tuple[Spread, ...]
    labels: tuple[Labels, ...]

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(
            self.sizes + other.sizes,
            self.sums + other.sums,
            self.inertia + other.inertia,
            tuple(one + more for one, more in zip(self.spreads, other.spreads, strict=True)),
            self.labels + other.labels,
        )

    def average(self, smallest_size: int) -> Floats:
        """Return the mean of everybody as it may be given away, which is as it is where nobody asked."""
        everybody = self.sizes.sum()
        mean = (self.sums.sum(axis=0) / everybody).round(DECIMALS)
        if not self.spreads:
            return np.asarray(mean)
        told = rounded(self.spreads[1], mean[None], np.array([smallest_size / everybody]), smallest_size)
        return np.asarray(told[0])

    def means(self, before: Floats) -> Floats:
        """Return the mean of each segment, and the centre of before where nobody is in it."""
        there = self.sizes[:, None] > 0
        means = np.divide(self.sums, self.sizes[:, None], out=before.copy(), where=there)
        return np.asarray(means.round(DECIMALS))


def tallied(
    encoded: Floats,
    centers: Floats,
    erase: AffineMap | None,
    common: tuple[Usual, ...] = (),
    *,
    keep: bool = False,
) -> Tally:
    """Give each resident of a batch the nearest centre, and sum up.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    centers : ndarray of shape (n_segments, n_columns)
        After `erase`.
    erase : AffineMap or None
    common : tuple of Usual, default ()
        The usual values of each segment and of everybody, where `spreads` are asked for.
    keep : bool, default False
        Whether to keep who is where.
    """
    labels = nearest(encoded, centers, erase)
    return Tally(
        np.bincount(labels, minlength=len(centers)),
        sums(encoded, labels, len(centers)),
        _inertia(encoded if erase is None else erase.apply(encoded), centers, labels),
        tuple(
            Spread.of(encoded, own, usual)
            for own, usual in zip((labels, np.zeros_like(labels)), common, strict=False)
        ),
        (labels,) if keep else (),
    )


def _inertia(mapped: Floats, centers: Floats, labels: Labels) -> float:
    """Return the sum of squared distances, column by column: each lies in one piece."""
    gaps = (column - own[labels] for column, own in zip(mapped.T, centers.T, strict=True))
    return float(sum(gap @ gap for gap in gaps))


def searched(mapped: Floats, n_segments: int, restarts: int, random: np.random.RandomState) -> Labels:
    """Return who belongs together: the best of several restarts.

    One thread, because threads add up in any order.

    Raises
    ------
    NoStructureError
        Fewer residents differ from each other than there shall be segments.
    """
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            fitted = KMeans(n_segments, n_init=restarts, random_state=random).fit(mapped)
        except ConvergenceWarning:
            raise NoStructureError(
                f"`n_segments` is {n_segments}, and fewer residents differ from each other; ask for fewer."
            ) from None
    return np.asarray(fitted.labels_, np.int64)
