"""Twelve months of coded requests, and the yearly needs that add up from them.

The residents table is counted from the same events a work-order system would hold, so its counts and shares
carry the noise of real counting: a share of three requests is a rougher number than a share of thirty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.simulate.archetypes import REQUEST_KINDS

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from segmentation.simulate.mixture import Mixture

CHANNELS = ("phone", "app", "desk")
COUNT_COLUMNS = (
    "repair_requests",
    "cleaning_requests",
    "parcel_pickups",
    "security_requests",
    "green_requests",
    "facility_bookings",
)
SHARE_COLUMNS = ("phone_contact", "evening_share", "weekend_share")
EVENING_FROM = 18
"""Hour from which a request counts as made in the evening."""

_DAYS = 365
_SATURDAY = 5
# Relative demand from January to December, by kind of request.
_SEASONS = np.array(
    [
        (1.5, 1.3, 1.0, 0.8, 0.8, 0.9, 1.1, 1.1, 0.8, 0.8, 1.3, 1.5),  # repair: heating, then storms
        (1.3, 1.2, 1.0, 1.0, 1.0, 1.0, 0.9, 0.9, 1.0, 1.0, 0.9, 0.9),  # cleaning: before the Spring Festival
        (0.9, 0.7, 0.9, 0.9, 0.9, 1.3, 0.9, 0.9, 0.9, 1.0, 1.6, 1.3),  # parcel: June and November sales
        (1.1, 1.2, 0.9, 0.9, 0.9, 1.0, 1.1, 1.1, 0.9, 1.0, 0.9, 1.0),  # security: nearly even
        (0.2, 0.3, 0.9, 1.3, 1.6, 1.7, 1.6, 1.5, 1.2, 0.9, 0.5, 0.3),  # green: the growing season
        (0.8, 0.7, 0.9, 1.0, 1.1, 1.1, 1.3, 1.3, 1.0, 1.0, 0.9, 0.9),  # facility: the school holidays
    ]
)
# Relative demand by the hour, in the two parts of the day.
_DAY_HOURS = {7: 0.4, 8: 1.0, 9: 1.6, 10: 1.7, 11: 1.3, 12: 0.7, 13: 0.7, 14: 1.1, 15: 1.4, 16: 1.2, 17: 0.9}
_EVENING_HOURS = {18: 1.2, 19: 1.6, 20: 1.4, 21: 0.8, 22: 0.3}


def draw_requests(
    mixture: Mixture,
    segments: NDArray[np.int64],
    refs: pd.Index[str],
    period_end: date,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw the requests of every resident in the 365 days that end with `period_end`.

    How many requests of a kind a resident makes is gamma-Poisson, hence more spread than chance alone.

    Parameters
    ----------
    mixture : Mixture
        The planted segments.
    segments : ndarray of shape (n,)
        Segment of each resident.
    refs : Index of length n
        Reference of each resident.
    period_end : date
        Last day of the period.
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        ``resident_ref``, ``requested_at`` (local time), ``kind``, ``channel``; one row per request, by time.
    """
    resident, kind = _who_and_what(mixture, segments, rng)
    segment = segments[resident]
    phone, evening, weekend = rng.random((3, len(segment))) < mixture.habits[segment].T
    days = _draw_days(kind, weekend, period_end, rng)
    at = days.astype("datetime64[us]") + _draw_minutes(evening, rng)
    app = rng.random(len(segment)) < np.array([a.app for a in mixture.archetypes])[segment]
    requests = {
        "resident_ref": pd.Categorical.from_codes(resident, refs),
        "requested_at": at,
        "kind": pd.Categorical.from_codes(kind, pd.Index(REQUEST_KINDS)),
        "channel": pd.Categorical.from_codes(np.where(phone, 0, np.where(app, 1, 2)), pd.Index(CHANNELS)),
    }
    return pd.DataFrame(requests).sort_values("requested_at", kind="stable", ignore_index=True)


def yearly_needs(requests: pd.DataFrame) -> pd.DataFrame:
    """Add up each resident's requests to the counts and shares of the residents table.

    Parameters
    ----------
    requests : DataFrame
        As from `draw_requests`; the categories of ``resident_ref`` are all residents, also silent ones.

    Returns
    -------
    DataFrame
        Counts a year in `COUNT_COLUMNS` and shares in [0, 1] in `SHARE_COLUMNS`, one row per resident in the
        order of the categories; a share is missing where the resident asked for nothing.
    """
    resident = requests["resident_ref"].cat.codes.to_numpy(np.int64)
    n = len(requests["resident_ref"].cat.categories)
    cells = resident * len(REQUEST_KINDS) + requests["kind"].cat.codes.to_numpy(np.int64)
    counts = np.bincount(cells, minlength=n * len(REQUEST_KINDS)).reshape(n, -1).astype(float)
    asked = np.where(counts.sum(axis=1) > 0, counts.sum(axis=1), np.nan)
    at = requests["requested_at"].dt
    habits = (requests["channel"] == "phone", at.hour >= EVENING_FROM, at.day_of_week >= _SATURDAY)
    shares = [np.bincount(resident, weights=habit, minlength=n) / asked for habit in habits]
    table = np.column_stack([counts, *shares])
    return pd.DataFrame(table, columns=pd.Index([*COUNT_COLUMNS, *SHARE_COLUMNS]))


def _who_and_what(
    mixture: Mixture, segments: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    kinds = len(REQUEST_KINDS)
    own_rates = rng.gamma(mixture.evenness, mixture.rates[segments] / mixture.evenness)
    cells = np.repeat(np.arange(own_rates.size), rng.poisson(own_rates).ravel())
    return cells // kinds, cells % kinds


def _draw_days(
    kind: NDArray[np.int64], weekend: NDArray[np.bool_], period_end: date, rng: np.random.Generator
) -> NDArray[np.datetime64]:
    calendar = np.datetime64(period_end, "D") - np.arange(_DAYS)
    month = calendar.astype("datetime64[M]").astype(int) % 12
    saturday_or_sunday = ~np.is_busday(calendar)
    days = np.empty(len(kind), dtype=calendar.dtype)
    for code, season in enumerate(_SEASONS):
        for free in (False, True):
            rows = (kind == code) & (weekend == free)
            chances = season[month] * (saturday_or_sunday == free)
            days[rows] = rng.choice(calendar, rows.sum(), p=chances / chances.sum())
    return days


def _draw_minutes(evening: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.timedelta64]:
    hours = np.empty(len(evening), dtype=np.int64)
    for late, weights in ((False, _DAY_HOURS), (True, _EVENING_HOURS)):
        chances = np.array(list(weights.values()))
        rows = evening == late
        hours[rows] = rng.choice(list(weights), rows.sum(), p=chances / chances.sum())
    return (hours * 60 + rng.integers(60, size=len(hours))).astype("timedelta64[m]")
