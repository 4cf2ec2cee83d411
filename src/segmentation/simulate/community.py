"""The whole simulation on one page: plant the segments, let a year go by, write down the truth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.errors import Fault, ResidentsError
from segmentation.progress import watched
from segmentation.simulate import bayes
from segmentation.simulate.answers import draw_answers, lose_some
from segmentation.simulate.archetypes import SLOTS, URGENCIES
from segmentation.simulate.mixture import SEGMENT_COUNTS, Mixture, mixture_of
from segmentation.simulate.people import (
    PURPOSES,
    TINY_COUNT,
    TINY_GROUP,
    age_chances,
    draw_consents,
    draw_people,
    draw_refs,
)
from segmentation.simulate.requests import COUNT_COLUMNS, draw_requests, yearly_needs
from segmentation.simulate.truth import Carrier, TinyGroup, Truth

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from segmentation.progress import Progress, Watch

_FEWEST = 100
_PERIOD_END = date(2026, 6, 30)


@dataclass(frozen=True)
class Community:
    """Simulated residents, the requests they made, and the truth about both.

    Attributes
    ----------
    residents : DataFrame
        One row per resident: ``resident_ref``, where the row comes from and the consents, the features, the
        protected attributes, the proxies and one denied column.
    requests : DataFrame
        One row per request: ``resident_ref``, ``requested_at``, ``kind``, ``channel``.
    truth : Truth
        What was planted.
    """

    residents: pd.DataFrame
    requests: pd.DataFrame
    truth: Truth

    def __repr__(self) -> str:
        """Return counts, and the seed that gives the same community again; no row of a resident."""
        return (
            f"Community({len(self.residents)} residents, {len(self.requests)} requests, "
            f"{self.truth.n_segments} planted segments, seed {self.truth.seed})"
        )

    def _repr_html_(self) -> str:
        from segmentation.simulate import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)


def simulate(
    n: int = 20_000,
    *,
    seed: int = 7,
    n_segments: int = 6,
    carrier_strength: float = 0.7,
    period_end: date = _PERIOD_END,
    progress: Progress = False,
) -> Community:
    """Simulate a community whose segments, carrier and clean attribute are known.

    Parameters
    ----------
    n : int
        Number of residents, at least 100.
    seed : int
        The same seed gives the same community.
    n_segments : int
        Planted segments, 4 to 8; 0 plants none, so that an honest choice of their number must say "none".
    carrier_strength : float
        From 0, age is independent of the segments, to 1. It changes ages and what follows from age, and
        leaves segments, requests and features as they are.
    period_end : date
        Last day of the 365 that are simulated.
    progress : bool or callable, default False
        True shows a bar, in a notebook and on a terminal. A callable is told each step before it starts.

    Returns
    -------
    Community
        Residents, requests and truth.

    Raises
    ------
    ResidentsError
        A parameter is outside its range; all of them are named.
    """
    _check(n, seed, n_segments, carrier_strength)
    with watched(progress) as watch:
        return _simulated(n, seed, n_segments, carrier_strength, period_end, watch)


def _simulated(
    n: int, seed: int, n_segments: int, carrier_strength: float, period_end: date, watch: Watch
) -> Community:
    mixture = mixture_of(n_segments)
    rngs = np.random.default_rng(seed).spawn(7)
    watch(f"Drawing a year of requests of {n:,} residents")
    segments = _plant(mixture, n, rngs[0])
    refs = draw_refs(n, rngs[1])
    requests = draw_requests(mixture, segments, refs, period_end, rngs[2])
    watch("Drawing what is known of them")
    whole = pd.concat([yearly_needs(requests), draw_answers(mixture, segments, rngs[3])], axis=1)
    features = lose_some(whole, rngs[4])
    people = draw_people(age_chances(mixture, carrier_strength)[segments], rngs[5])
    consents = draw_consents(n, period_end, rngs[6])
    watch("Noting the truth")
    truth = Truth(
        seed=seed,
        n=n,
        n_segments=n_segments,
        period_end=period_end.isoformat(),
        segment_names=list(mixture.names),
        prior_shares=mixture.shares.tolist(),
        segments=dict(zip(refs, segments.tolist(), strict=True)),
        feature_means=_means(features, np.array(mixture.names)[segments]),
        carrier=_carrier(mixture, carrier_strength),
        clean_attribute="sex",
        tiny_group=TinyGroup("ethnicity", TINY_GROUP, TINY_COUNT),
        bayes_adjusted_rand_index=_best_possible(mixture, segments, whole, features),
        consents={purpose: _tally(consents[f"consent_{purpose}"]) for purpose in PURPOSES},
    )
    residents = pd.concat([pd.Series(refs, name="resident_ref"), consents, features, people], axis=1)
    return Community(residents, requests, truth)


def _check(n: int, seed: int, n_segments: int, carrier_strength: float) -> None:
    rules = (
        (n >= _FEWEST, f"n = {n}", f"must be at least {_FEWEST}"),
        (seed >= 0, f"seed = {seed}", "must be 0 or above"),
        (n_segments in SEGMENT_COUNTS, f"n_segments = {n_segments}", "must be 0, for none, or from 4 to 8"),
        (0 <= carrier_strength <= 1, f"carrier_strength = {carrier_strength}", "must be from 0 to 1"),
    )
    faults = [Fault(where, rule) for holds, where, rule in rules if not holds]
    if faults:
        raise ResidentsError.from_faults("The community cannot be simulated", faults)


def _plant(mixture: Mixture, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Give every segment its share of the residents to within one, in random order."""
    ends = np.round(mixture.shares.cumsum() * n).astype(int)
    return rng.permutation(np.searchsorted(ends, np.arange(n), side="right"))


def _carrier(mixture: Mixture, strength: float) -> Carrier | None:
    if len(mixture.names) == 1:
        return None
    segment, sibling = mixture.names[:2]
    return Carrier("phone_contact", "age_band", strength, segment, sibling, "65+")


def _best_possible(
    mixture: Mixture, segments: NDArray[np.int64], whole: pd.DataFrame, features: pd.DataFrame
) -> float | None:
    if len(mixture.names) == 1:
        return None
    totals = whole[list(COUNT_COLUMNS)].to_numpy().sum(axis=1)
    return bayes.adjusted_rand_index(segments, bayes.assign(mixture, features, totals))


def _means(features: pd.DataFrame, segment: NDArray[np.str_]) -> dict[str, dict[str, float]]:
    slot = features["preferred_slot"]
    numbers = features.drop(columns=["service_urgency", "preferred_slot"]).astype(float)
    numbers["service_urgency"] = features["service_urgency"].map(dict(zip(URGENCIES, range(3), strict=True)))
    for value in SLOTS:
        numbers[f"preferred_slot={value}"] = slot.eq(value).astype(float).where(slot.notna())
    means = numbers.groupby(segment).mean()
    return {
        str(name): {str(column): float(mean) for column, mean in row.items()}
        for name, row in means.iterrows()
    }


def _tally(states: pd.Series[str]) -> dict[str, int]:
    return {str(state): int(count) for state, count in states.value_counts().items()}
