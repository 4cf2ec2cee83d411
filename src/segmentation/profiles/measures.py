"""The needs as columns of numbers that means can be taken of: one per feature, or per value of a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from segmentation.policy import Feature, Policy

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One column of numbers.

    Attributes
    ----------
    feature : str
    level : str or None
        The value of a category that the column marks by 1.
    values : ndarray of shape (n_residents,)
        In the feature's own unit, ranks from 0 for an ordinal; NaN where missing.
    is_mark : bool
        Whether the values are 0 and 1, so that a mean is a share of residents.
    log : bool
        Whether differences are taken after log1p.
    """

    feature: str
    level: str | None
    values: Floats
    is_mark: bool
    log: bool


def measures(policy: Policy, needs: pd.DataFrame) -> Iterator[Measure]:
    """Yield the measures of every feature, in the policy's order."""
    for name, feature in policy.features.items():
        if feature.kind == "category":
            yield from _marks(name, feature, needs[name])
        else:
            values = _ranks(needs[name], feature) if feature.kind == "ordinal" else needs[name]
            numbers = values.to_numpy(np.float64, na_value=np.nan)
            yield Measure(name, None, numbers, feature.kind == "flag", feature.kind == "count")


def _ranks(column: pd.Series, feature: Feature) -> pd.Series:
    return column.map({value: float(rank) for rank, value in enumerate(feature.values or ())})


def _marks(name: str, feature: Feature, column: pd.Series) -> Iterator[Measure]:
    """Yield a measure per value; a missing one counts as a value where the policy says what it means."""
    values = list(feature.values or ())
    if feature.missing is not None:
        column, values = column.fillna(UNKNOWN), [*values, UNKNOWN]
    known = column.notna().to_numpy()
    for value in values:
        marks = np.where(known, (column == value).to_numpy(np.float64, na_value=0.0), np.nan)
        yield Measure(name, value, marks, is_mark=True, log=False)
