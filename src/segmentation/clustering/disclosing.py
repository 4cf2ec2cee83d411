"""What a centre, which is given away, may tell of the residents whose mean it is.

Where fewer than the smallest group differ from the value that the others of their segment have, the centre
stands at that value. All other coordinates are rounded to what the smallest group adds to a mean: one count
more or less then changes nothing. A missing value is counted in its own column and taken out of the value's,
where it stands at the mean. Where a map stands between encoded needs and the space of the distances, all of
this comes before the map: after it nobody sees any more what a coordinate is a mean of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from segmentation.clustering.centers import nearest
from segmentation.features.grain import ALIKE, grain, stepped, usual

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.features import Gap

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Usual:
    """The values that most residents of a segment have.

    Attributes
    ----------
    values : ndarray of shape (n_segments, n_columns)
        NaN where no value is that of at least half of those whose value is known.
    gaps : tuple of Gap
        Which columns say where others have no value.
    """

    values: Floats
    gaps: tuple[Gap, ...]

    @classmethod
    def of(cls, encoded: Floats, labels: Labels, n_segments: int, gaps: Sequence[Gap] = ()) -> Self:
        """Look at encoded residents."""
        found = np.full((n_segments, encoded.shape[1]), np.nan)
        places = [np.flatnonzero(labels == label) for label in range(n_segments)]
        for at, (column, known) in enumerate(zip(encoded.T, _known(encoded, gaps), strict=True)):
            for label, own in enumerate(places):
                inside = own if known is None else own[known[own]]
                found[label, at] = usual(column[inside])
        return cls(found, tuple(gaps))


@dataclass(frozen=True, eq=False)
class Spread:
    """How the residents of each segment stand about the usual values; what is told of two batches adds up.

    Attributes
    ----------
    usual : Usual
    differ : ndarray of shape (n_segments, n_columns)
        Residents whose value is known and another one.
    away, square : ndarray of the same shape
        Sum of their distances from it, and of the squares; from 0 where there is no usual value.
    """

    usual: Usual
    differ: Floats
    away: Floats
    square: Floats

    @classmethod
    def of(cls, encoded: Floats, labels: Labels, usual: Usual) -> Self:
        """Measure encoded residents."""
        start = np.nan_to_num(usual.values)
        parts = []
        for column, known, own in zip(encoded.T, _known(encoded, usual.gaps), start.T, strict=True):
            gap = np.abs(column - own[labels])
            other = gap > ALIKE if known is None else (gap > ALIKE) & known
            where, far = labels[other], gap[other]
            parts.append([np.bincount(where, weights, len(own)) for weights in (None, far, far * far)])
        differ, away, square = np.moveaxis(np.array(parts, np.float64), 0, 2)
        return cls(usual, differ, away, square)

    def __add__(self, other: Spread) -> Spread:
        """Return the spread of both batches."""
        return Spread(
            self.usual, self.differ + other.differ, self.away + other.away, self.square + other.square
        )

    @property
    def grain(self) -> Floats:
        """What one resident moves a sum by; without a usual value, from one side to the other."""
        return grain(self.differ, self.away, self.square) * np.where(np.isnan(self.usual.values), 2.0, 1.0)


def rounded(spread: Spread, centers: Floats, steps: Floats, smallest: int) -> Floats:
    """Return the centres as they may be given away.

    Parameters
    ----------
    spread : Spread
    centers : ndarray of shape (n_segments, n_columns)
        In encoded units, before a map.
    steps : ndarray of shape (n_segments,)
        What the smallest group is of each segment.
    smallest : int
        The smallest group.
    """
    usual = np.nan_to_num(spread.usual.values)
    alone = ~np.isnan(spread.usual.values) & (spread.differ < smallest)
    step = np.minimum(steps, 1.0)[:, None] * spread.grain
    moved = np.where(alone, 0.0, stepped(centers - usual, step))
    result = usual + moved
    for gap in spread.usual.gaps:
        at = gap.value
        exact, told = (side[:, gap.marker] / gap.weight for side in (centers, result))
        known = centers[:, at] - exact * gap.at_missing - (1 - exact) * usual[:, at]
        moved = np.where(alone[:, at], 0.0, stepped(known, step[:, at]))
        result[:, at] = told * gap.at_missing + (1 - told) * usual[:, at] + moved
    return result


def coarse(encoded: Floats, centers: Floats, steps: Floats) -> Floats:
    """Return what `rounded` does of centres in the space of the residents who are nearest to them.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    centers : ndarray of shape (n_segments, n_columns)
    steps : ndarray of shape (n_segments,)
        What the smallest group is of each segment.
    """
    labels = nearest(encoded, centers)
    usual = Usual.of(encoded, labels, len(centers))
    return rounded(Spread.of(encoded, labels, usual), centers, steps, 1)


def _known(encoded: Floats, gaps: Sequence[Gap]) -> list[NDArray[np.bool_] | None]:
    """Return for each column who has a value; None where everybody has."""
    known: list[NDArray[np.bool_] | None] = [None] * encoded.shape[1]
    for gap in gaps:
        missing = encoded[:, gap.marker] != 0
        known[gap.value] = ~missing if missing.any() else None
    return known
