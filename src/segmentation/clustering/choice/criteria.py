"""What a number of segments must reach, and how hard it is tried."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """Limits and numbers of tries; the names are those of the policy's `clustering`, where it has them.

    Attributes
    ----------
    fewest, most : int
        Numbers of segments to try; fewest from 2.
    least_strength : float
        Least mean prediction strength, in (0, 1].
    least_jaccard : float
        Least mean bootstrap Jaccard of every segment, in (0, 1].
    smallest_share : float
        Least mean share of the smallest segment.
    splits, bootstraps : int
        Halvings, and bootstrap samples; each serves every number of segments.
    restarts : int
        Of k-means, on the sample, its halves, every bootstrap sample and every shuffle.
    shuffles : int
    shuffle_p : float
        Largest p value against shuffled features that counts as structure, and as one segment more.
    """

    fewest: int = 2
    most: int = 10
    least_strength: float = 0.8
    least_jaccard: float = 0.75
    smallest_share: float = 0.05
    splits: int = 5
    bootstraps: int = 50
    restarts: int = 10
    shuffles: int = 99
    shuffle_p: float = 0.01
