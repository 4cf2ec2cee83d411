"""Who the residents are: references, protected attributes, proxies, and the consents they gave.

Nothing here is drawn from what a resident asks for, with one planted exception: age is tilted between the two
sibling segments, which differ in how they get in touch and in little else. So age enters any segmentation
that finds them, and it enters through `phone_contact`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.simulate.mixture import Mixture, draw

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

AGE_BANDS = ("18-39", "40-64", "65+")
SEXES = ("female", "male")
ETHNICITIES = ("han", "hui", "manchu")
TINY_GROUP = "tibetan"
TINY_COUNT = 12
PURPOSES = ("service_planning", "fairness_audit")
CONSENTS = ("given", "refused", "withdrawn")
SOURCES = ("work_order_system", "survey", "app")

_AGE_SHARES = np.array([0.36, 0.32, 0.32])
# Added to the age shares of the phone-first segment and taken from its sibling at full strength.
_AGE_TILT = np.array([-0.24, -0.04, 0.28])
_ETHNICITY_SHARES = np.array([0.70, 0.16, 0.14])
_OWNERS = np.array([0.45, 0.72, 0.88])  # by age band
_OTHER_PROVINCE = np.array([0.48, 0.27, 0.12])  # by age band
_MONTHLY_INCOME = np.array([9_000, 11_000, 6_000])  # median by age band, in yuan
_BLOCKS = tuple(f"B{number:02d}" for number in range(1, 25))
# Relative weight of the oldest, middle and newest eight blocks, by age band.
_BLOCK_AGES = np.array([(0.6, 1.0, 1.7), (1.0, 1.1, 0.9), (1.7, 0.9, 0.5)])
_UNKNOWN = 0.02
_UNKNOWN_INCOME = 0.03

# No vowels, so no words; mixed with digits and cut to ten, so never a telephone or identity number.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
_REF_LENGTH = 10

_SOURCE_SHARES = np.array([0.50, 0.30, 0.20])
_COLLECTED_WITHIN = np.array([1, 60, 30])  # days before the period ends, by source
_STATE_SHARES = {"service_planning": (0.94, 0.04, 0.02), "fairness_audit": (0.92, 0.05, 0.03)}
_OLD_NOTICES = 0.03


def draw_refs(n: int, rng: np.random.Generator) -> pd.Index[str]:
    """Return `n` different references that say nothing of the resident or of the order of rows."""
    base = len(_LETTERS)
    numbers = rng.choice(base**_REF_LENGTH, n, replace=False)
    digits = numbers[:, None] // base ** np.arange(_REF_LENGTH) % base
    letters = np.array(list(_LETTERS))[digits]
    return pd.Index(np.char.add("r-", letters.view(f"U{_REF_LENGTH}").ravel()), dtype="str")


def age_chances(mixture: Mixture, strength: float) -> NDArray[np.float64]:
    """Return the probability of each age band within each segment, shape (n_segments, 3).

    What one sibling gains the other loses, so that age has the same distribution in the community at every
    `strength` in [0, 1], and is independent of all other segments.
    """
    chances = np.tile(_AGE_SHARES, (len(mixture.shares), 1))
    if len(chances) > 1:
        chances[0] += strength * _AGE_TILT
        chances[1] -= strength * _AGE_TILT * mixture.shares[0] / mixture.shares[1]
    return chances


def draw_people(chances: NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    """Draw protected attributes, proxies and income.

    Parameters
    ----------
    chances : ndarray of shape (n, 3)
        Probability of each age band for each resident.
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        ``age_band``, ``sex``, ``ethnicity`` (2 % missing each), ``tenure``, ``building``, ``hukou_place``,
        ``monthly_income`` (yuan, 3 % missing).
    """
    n = len(chances)
    age = draw(rng, chances)
    blocks = _BLOCK_AGES.repeat(len(_BLOCKS) // _BLOCK_AGES.shape[1], axis=1)
    income = _MONTHLY_INCOME[age] * np.exp(rng.normal(0, 0.5, n))
    people = pd.DataFrame(
        {
            "age_band": pd.Index(AGE_BANDS)[age],
            "sex": rng.choice(SEXES, n),
            "ethnicity": rng.choice(ETHNICITIES, n, p=_ETHNICITY_SHARES),
            "tenure": np.where(rng.random(n) < _OWNERS[age], "owner", "tenant"),
            "building": pd.Index(_BLOCKS)[draw(rng, (blocks / blocks.sum(axis=1, keepdims=True))[age])],
            "hukou_place": np.where(rng.random(n) < _OTHER_PROVINCE[age], "other_province", "local"),
            "monthly_income": pd.Series(income.round(-2)).mask(rng.random(n) < _UNKNOWN_INCOME),
        }
    )
    for attribute in ("age_band", "sex", "ethnicity"):
        people[attribute] = people[attribute].mask(rng.random(n) < _UNKNOWN)
    people.loc[rng.choice(n, TINY_COUNT, replace=False), "ethnicity"] = TINY_GROUP
    return people


def draw_consents(n: int, period_end: date, rng: np.random.Generator) -> pd.DataFrame:
    """Draw when and from where each row was collected, and the state of both consents.

    Everybody was asked before anything was collected; who withdrew did so in the last two months. A
    notice carries the January of the year in which it was shown, so a few residents answered an older one.

    Parameters
    ----------
    n : int
        Number of residents.
    period_end : date
        Last day of the period.
    rng : Generator
        Source of chance.

    Returns
    -------
    DataFrame
        ``collected_on``, ``collection_source``, and for each of `PURPOSES` ``consent_<purpose>`` (one of
        `CONSENTS`), ``consent_<purpose>_at`` (local time) and ``consent_<purpose>_notice``.
    """
    end = np.datetime64(period_end, "D")
    source = draw(rng, np.tile(_SOURCE_SHARES, (n, 1)))
    collected = end - rng.integers(_COLLECTED_WITHIN[source])
    columns: dict[str, object] = {
        "collected_on": collected.astype("datetime64[us]"),
        "collection_source": pd.Index(SOURCES)[source],
    }
    for purpose in PURPOSES:
        state = draw(rng, np.tile(_STATE_SHARES[purpose], (n, 1)))
        asked = end - np.where(
            rng.random(n) < _OLD_NOTICES, rng.integers(380, 540, n), rng.integers(90, 180, n)
        )
        answered = np.where(state == CONSENTS.index("withdrawn"), end - rng.integers(1, 60, n), asked)
        columns[f"consent_{purpose}"] = pd.Index(CONSENTS)[state]
        columns[f"consent_{purpose}_at"] = answered.astype("datetime64[us]") + _office_hours(n, rng)
        columns[f"consent_{purpose}_notice"] = pd.Series(asked.astype("datetime64[Y]").astype(str)) + "-01"
    return pd.DataFrame(columns)


def _office_hours(n: int, rng: np.random.Generator) -> NDArray[np.timedelta64]:
    return rng.integers(9 * 60, 18 * 60, n).astype("timedelta64[m]")
