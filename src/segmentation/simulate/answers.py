"""What residents say of their home and wishes, and the answers that are missing.

These columns separate the segments a little or not at all: a real table is never made of good features only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.simulate.archetypes import SLOTS, URGENCIES
from segmentation.simulate.mixture import Mixture, draw
from segmentation.simulate.requests import COUNT_COLUMNS, SHARE_COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

AREA_SPREAD = 0.28
"""Standard deviation of the logarithm of the home area within a segment."""

_MISSING = {
    **dict.fromkeys(COUNT_COLUMNS, 0.015),
    **dict.fromkeys(SHARE_COLUMNS, 0.01),
    "home_area_m2": 0.03,
    "service_urgency": 0.025,
    "preferred_slot": 0.02,
}


def draw_answers(mixture: Mixture, segments: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    """Draw home area, urgency, preferred slot and subscriptions for every resident.

    Parameters
    ----------
    mixture : Mixture
        The planted segments.
    segments : ndarray of shape (n,)
        Segment of each resident.
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        ``home_area_m2`` (m²), ``service_urgency``, ``preferred_slot``, ``ev_charging``, ``pet_services``.
    """
    kinds = mixture.archetypes
    area = np.array([a.area for a in kinds])[segments] * np.exp(rng.normal(0, AREA_SPREAD, len(segments)))
    urgency = draw(rng, np.array([a.urgency for a in kinds])[segments])
    slot = draw(rng, np.array([a.slot for a in kinds])[segments])
    subscribed = np.array([(a.ev_charging, a.pet_services) for a in kinds])[segments]
    flags = rng.random(subscribed.shape) < subscribed
    return pd.DataFrame(
        {
            "home_area_m2": area.round(1),
            "service_urgency": pd.Index(URGENCIES)[urgency],
            "preferred_slot": pd.Index(SLOTS)[slot],
            "ev_charging": flags[:, 0],
            "pet_services": flags[:, 1],
        }
    )


def lose_some(features: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the features with 1 to 3 % of each lost at random.

    The two subscriptions are kept whole: the site's own register always has an answer.
    """
    lost = {name: rng.random(len(features)) < rate for name, rate in _MISSING.items()}
    return features.assign(**{name: features[name].mask(rows) for name, rows in lost.items()})
