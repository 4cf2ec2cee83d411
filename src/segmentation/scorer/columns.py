"""From columns as a caller has them to what they add to the scores, or one sentence that shows no value.

An error is raised where no exception of a library is in reach, because those quote values of residents.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import ScorerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.scorer.parts import FoldedLevels, FoldedNumber

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

UNKNOWN_VALUE = -1


def needed(columns: Mapping[str, ArrayLike], names: Iterable[str]) -> Columns:
    """Return the columns of those names as arrays of one length.

    Raises
    ------
    ScorerError
        One is missing, has more than one dimension, or another length.
    """
    found = {name: _column(columns, name) for name in names}
    shapes = {column.shape for column in found.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ScorerError(
            "The columns must be one-dimensional and of one length. Give one value per resident in each."
        )
    return found


def numbers(part: FoldedNumber, column: NDArray[Any]) -> Floats:
    """Return a column as it is multiplied by the slopes: after log1p, and NaN where missing.

    Raises
    ------
    ScorerError
        It holds something that is no number, infinity, or a count below 0.
    """
    values = _floats(column)
    if values is None:
        raise ScorerError(
            f"The column '{part.name}' holds something that is no number. Check it against the policy."
        )
    if np.isinf(values).any() or (part.log and (values < 0).any()):
        rule = "a finite count from 0" if part.log else "finite"
        raise ScorerError(
            f"Every number in the column '{part.name}' must be {rule}. Check it against the policy."
        )
    return np.log1p(values) if part.log else values


def looked_up(part: FoldedLevels, column: NDArray[Any]) -> Floats:
    """Return what every value of a column adds, as an array of shape (n_residents, n_segments).

    Raises
    ------
    ScorerError
        It holds a value that the scorer does not know.
    """
    at = _rows(part, column.tolist())
    if at is None:
        raise ScorerError(
            f"The column '{part.name}' holds an unknown value. Allowed: {', '.join(part.values)}, "
            "and None or NaN where missing."
        )
    return np.array([*part.values.values(), part.missing])[at]


def _column(columns: Mapping[str, ArrayLike], name: str) -> NDArray[Any]:
    if name not in columns:
        raise ScorerError(
            f"The column '{name}' is missing. Give every feature; a missing value is NaN or None."
        )
    return np.asarray(columns[name])


def _floats(column: NDArray[Any]) -> Floats | None:
    """Return a column as float64, or None where it holds anything but numbers and missing values."""
    if column.dtype.kind == "O" and any(isinstance(value, str | bytes) for value in column.tolist()):
        return None
    try:
        return column.astype(np.float64) if column.dtype.kind in "biufO" else None
    except (TypeError, ValueError, OverflowError):
        return None


def _rows(part: FoldedLevels, values: list[object]) -> NDArray[np.intp] | None:
    """Return where each value stands, the last place for a missing one, or None where one is unknown."""
    absent = len(part.values)
    places: dict[object, int] = {**{value: at for at, value in enumerate(part.values)}, None: absent}
    try:
        at = np.fromiter(map(places.get, values, repeat(UNKNOWN_VALUE)), np.intp, len(values))
    except TypeError:  # a list has no hash
        return None
    rest = np.flatnonzero(at == UNKNOWN_VALUE)
    at[rest] = absent
    return at if all(_is_nan(values[row]) for row in rest) else None


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
