"""The needs as columns of numbers that means can be taken of: one per feature, or per value of a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """

    feature: str
    level: str | None
    values: Floats
    is_mark: bool


def measures(policy: Policy, needs: pd.DataFrame) -> Iterator[Measure]:
    """Yield the measures of every feature, in the policy's order."""
    for name, feature in policy.features.items():
        if feature.kind == "category":
            at = places(feature, needs[name])
            for place, level in enumerate(levels_of(feature)):
                yield Measure(name, level, np.where(at >= 0, at == place, np.nan), is_mark=True)
        else:
            yield Measure(name, None, numbers(feature, needs[name]), feature.kind == "flag")


def levels_of(feature: Feature) -> tuple[str | None, ...]:
    """Return what a feature is measured as: once, or each value of a category.

    A missing category counts as a value where the policy says what it means.
    """
    if feature.kind != "category":
        return (None,)
    return (*(feature.values or ()), *([UNKNOWN] if feature.missing is not None else []))


def numbers(feature: Feature, column: pd.Series) -> Floats:
    """Return a column as numbers, ranks from 0 for an ordinal; NaN where missing."""
    if feature.kind == "ordinal":
        at = places(feature, column)
        return np.where(at >= 0, at, np.nan)
    return column.to_numpy(np.float64, na_value=np.nan)


def places(feature: Feature, column: pd.Series) -> NDArray[np.int64]:
    """Return the places of residents in a feature's list of values (a category's levels); -1: not known."""
    codes, distinct = pd.factorize(column)
    listed = list(feature.values or ())
    of_missing = len(listed) if feature.kind == "category" and feature.missing is not None else -1
    # A code of -1 picks the last: missing.
    return np.append(pd.Index(listed).get_indexer(pd.Index(distinct)), of_missing)[codes]
