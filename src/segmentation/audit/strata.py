"""Residents who are alike in what may lawfully explain a difference: the levels of each such feature.

A stratum is told by levels that many share: numbers are cut near their quantiles at rounded points, so that
no cut tells what one resident has.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.audit.crossing import FEWEST_STRATA, most_strata, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segmentation.policy import Feature, Policy

MOST_LEVELS, FEWEST_LEVELS = 4, 2
"""Levels that a feature is cut into."""
OTHER_VALUES = "other values"
DIGITS = 2
"""Significant digits of a cut."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Level:
    """How the values of one feature become levels.

    Attributes
    ----------
    names : tuple of str
        The levels, in their order.
    cuts : ndarray of shape (n_levels - 1,), or None
        Where each level but the first begins; None where values are listed.
    kept : mapping of str to str
        The listed values that are levels of their own; all others are `OTHER_VALUES`.
    """

    names: tuple[str, ...]
    cuts: Floats | None
    kept: Mapping[str, str]

    def of(self, values: pd.Series) -> pd.Series:
        """Return the level of each value, categorical, missing where it is."""
        if self.cuts is None:
            named = values.map(self.kept).where(values.isin(list(self.kept)) | values.isna(), OTHER_VALUES)
            return pd.Series(pd.Categorical(named, list(self.names)), index=values.index)
        numbers = values.to_numpy(np.float64)
        codes = np.where(np.isnan(numbers), -1, np.searchsorted(self.cuts, numbers, side="right"))
        return pd.Series(
            pd.Categorical.from_codes(codes.tolist(), pd.Index(list(self.names))), index=values.index
        )


@dataclass(frozen=True, eq=False)
class Strata:
    """The levels of each feature of a policy's `audit.explained_by`."""

    levels: Mapping[str, _Level]

    @classmethod
    def of(
        cls, policy: Policy, needs: pd.DataFrame, n_segments: int, residents: int | None = None
    ) -> Self | None:
        """Choose levels by residents, or by a sample of them; None where nothing may explain a difference.

        Counts, numbers and shares are cut near their quantiles into four levels; categories and ordinals keep
        their most frequent values, and the others are one more level. Where the crossing has more strata than
        can be shown (`most_strata`), levels are fewer, down to two.

        Parameters
        ----------
        policy : Policy
        needs : DataFrame of shape (n_sample, n_features)
            `Residents.needs`.
        n_segments : int
        residents : int, optional
            How many there are of whom `needs` is a sample; all where not given.
        """
        names = policy.audit.explained_by
        if not names:
            return None
        smallest = policy.audit.smallest_group
        residents = len(needs) if residents is None else residents
        groups = [len(of.groups) for of in policy.audited.values()]
        most = max(FEWEST_STRATA, most_strata(residents, n_segments, groups, smallest))
        for many in range(MOST_LEVELS, FEWEST_LEVELS - 1, -1):
            found = cls({name: _level(policy.features[name], needs[name], many, smallest) for name in names})
            sizes = found.table(needs).value_counts() * (residents / max(1, len(needs)))
            if (sizes >= smallest).sum() <= most:
                break
        return found

    def table(self, needs: pd.DataFrame) -> pd.DataFrame:
        """Return the level of each resident in each feature, for `Crosstab.of`.

        Returns
        -------
        DataFrame of shape (n_residents, n_explaining)
            Categorical, missing where not known.
        """
        return pd.DataFrame(
            {name: level.of(needs[name]) for name, level in self.levels.items()}, index=needs.index
        )


def _level(feature: Feature, values: pd.Series, most: int, smallest: int) -> _Level:
    if feature.values is not None:
        return _frequent(feature.values, values, most)
    if feature.kind == "flag":
        return _Level(("no", "yes"), np.array([1.0]), {})
    numbers = values.to_numpy(np.float64)
    cuts = _cuts(numbers[~np.isnan(numbers)], feature, most, smallest)
    return _Level(tuple(_labels(cuts, feature)), cuts, {})


def _frequent(listed: Sequence[str], values: pd.Series, most: int) -> _Level:
    """Return the most frequent values in the order of the list, and all others as one."""
    frequent = values.value_counts().index[: most if len(listed) <= most else most - 1]
    kept = {value: plain(value) for value in listed if value in set(frequent)}
    others = () if len(kept) == len(listed) else (OTHER_VALUES,)
    return _Level((*kept.values(), *others), None, kept)


def _cuts(numbers: Floats, feature: Feature, most: int, smallest: int) -> Floats:
    """Return rounded points at which levels begin, each with enough residents between it and the next."""
    if not len(numbers):
        return np.array([])
    shares = np.linspace(0, 1, most + 1)[1:-1]
    quantiles = np.quantile(numbers, shares, method="inverted_cdf")
    wanted = np.floor(quantiles) + 1 if feature.kind == "count" else quantiles
    kept: list[float] = []
    below = 0
    for cut in sorted({_rounded(point) for point in wanted}):
        under = int((numbers < cut).sum())
        if under - below >= smallest and len(numbers) - under >= smallest:
            kept.append(cut)
            below = under
    return np.array(kept)


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")


def _labels(cuts: Floats, feature: Feature) -> list[str]:
    """Return a readable name for each level, such as 0, 1-3 and 4+ of a count."""
    if not len(cuts):
        return ["any"]
    written = [f"{cut:.10g}" for cut in cuts]
    pairs = list(pairwise(cuts))
    if feature.kind != "count":
        between = [f"{low:.10g}–<{high:.10g}" for low, high in pairs]
        return [f"<{written[0]}", *between, f"{written[-1]}+"]
    whole = [_span(low, high - 1) for low, high in [(feature.low, cuts[0]), *pairs]]
    return [*whole, f"{written[-1]}+"]


def _span(low: float, high: float) -> str:
    return f"{low:.10g}" if low >= high else f"{low:.10g}–{high:.10g}"
