"""What no policy sets and every card tells: by what a segment is called stable, and how many are looked at.

They stand this low so that a card is shown without the clustering that they belong to.
"""

from __future__ import annotations

from typing import Literal

STABLE, DISSOLVED = 0.75, 0.6
"""Mean Jaccard similarities over bootstrap samples from which a segment is stable, and under which it
dissolves (Hennig 2007)."""
REDRAWN = 2000
"""Residents of the sample who are drawn anew: as many as a half of the default sample has."""
SHUFFLED = 1500
"""Residents of the sample whose needs are shuffled."""


def refound(jaccard: float) -> Literal["stable", "doubtful", "dissolved"]:
    """Return how a segment stands whose mean similarity over bootstrap samples is `jaccard`."""
    return "stable" if jaccard >= STABLE else "dissolved" if jaccard < DISSOLVED else "doubtful"
