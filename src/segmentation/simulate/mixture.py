"""How many residents each planted segment has, how alike they are, and one way to draw from given chances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentation.simulate.archetypes import ARCHETYPES, NO_STRUCTURE, Archetype

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHARES = {
    0: (1.0,),
    4: (0.28, 0.26, 0.24, 0.22),
    5: (0.25, 0.22, 0.20, 0.18, 0.15),
    6: (0.22, 0.20, 0.18, 0.16, 0.13, 0.11),
    7: (0.19, 0.17, 0.15, 0.14, 0.13, 0.12, 0.10),
    8: (0.15, 0.14, 0.13, 0.13, 0.12, 0.12, 0.11, 0.10),
}
# More segments mean more neighbours to be mistaken for, so residents of one segment are kept more alike.
_EVENNESS = {0: 4.0, 4: 2.4, 5: 3.2, 6: 3.9, 7: 4.3, 8: 5.0}

SEGMENT_COUNTS = tuple(_SHARES)


@dataclass(frozen=True)
class Mixture:
    """The planted segments of one community.

    Attributes
    ----------
    archetypes : tuple of Archetype
        One per segment; the first two are the siblings, where there are any.
    shares : ndarray of shape (n_segments,)
        Prior probability of each segment; sums to 1.
    evenness : float
        Shape of the gamma that spreads a segment's rates over its residents; lower means more spread.
    """

    archetypes: tuple[Archetype, ...]
    shares: NDArray[np.float64]
    evenness: float

    @property
    def rates(self) -> NDArray[np.float64]:
        """Expected requests a year, shape (n_segments, n_kinds)."""
        return np.array([archetype.rates for archetype in self.archetypes])

    @property
    def habits(self) -> NDArray[np.float64]:
        """Probability of phone, evening and weekend for one request, shape (n_segments, 3)."""
        return np.array([(a.phone, a.evening, a.weekend) for a in self.archetypes])

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each segment."""
        return tuple(archetype.name for archetype in self.archetypes)


def mixture_of(n_segments: int) -> Mixture:
    """Return the mixture with `n_segments` planted segments (one of `SEGMENT_COUNTS`; 0 plants none)."""
    archetypes = ARCHETYPES[:n_segments] if n_segments else (NO_STRUCTURE,)
    return Mixture(archetypes, np.array(_SHARES[n_segments]), _EVENNESS[n_segments])


def draw(rng: np.random.Generator, chances: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw one column per row with that row's probabilities.

    One uniform number is spent per row whatever the probabilities are, so that changing the chances of some
    residents leaves the draws of all others as they were.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    chances : ndarray of shape (n, n_choices)
        Probabilities; each row sums to 1.

    Returns
    -------
    ndarray of shape (n,)
        The column drawn for each row.
    """
    steps = chances.cumsum(axis=1)[:, :-1]
    chosen: NDArray[np.int64] = (rng.random(len(chances))[:, None] >= steps).sum(axis=1)
    return chosen
