"""From columns as a caller has them to plain arrays, or one sentence that shows no value.

An error is raised where no exception of a library is in reach, because those quote values of residents.
"""

from __future__ import annotations

import math
from itertools import repeat
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentation.errors import ScorerError
from segmentation.scorer.coded import Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.scorer.parts import FoldedLevels, FoldedNumber

Floats = NDArray[np.float64]
Column = NDArray[Any] | Coded
Given = ArrayLike | Coded
"""A column as a caller may give it."""

BLOCK = 16_384
"""Rows looked at together: what is made of them stays near the processor, and memory does not grow."""
STRANGE = 255
"""The place of what is no listed value, in one byte; lists as long as this are looked up another way."""


def needed(columns: Mapping[str, Given], names: Iterable[str]) -> dict[str, Column]:
    """Return the columns of those names, of one length.

    Raises
    ------
    ScorerError
        One is missing, has more than one dimension, or another length.
    """
    found = {name: _column(columns, name) for name in names}
    shapes = {column.codes.shape if isinstance(column, Coded) else column.shape for column in found.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ScorerError(
            "The columns must be one-dimensional and of one length. Give one value per resident in each."
        )
    return found


def numeric(part: FoldedNumber, column: Column) -> NDArray[Any]:
    """Return a column of numbers as an array that float64 can be copied from, NaN where missing.

    Raises
    ------
    ScorerError
        It holds something that is no number.
    """
    values = None if isinstance(column, Coded) else _castable(column)
    if values is None:
        raise ScorerError(
            f"The column '{part.name}' holds something that is no number. Check it against the policy."
        )
    return values


def refuse_number(part: FoldedNumber) -> NoReturn:
    """Say what a number must be.

    Raises
    ------
    ScorerError
        Always.
    """
    rule = "a finite count from 0" if part.log else "finite"
    raise ScorerError(
        f"Every number in the column '{part.name}' must be {rule}. Check it against the policy."
    )


def listed(part: FoldedLevels, column: Column) -> Coded:
    """Return a column of listed values as places; one that is coded already is only checked.

    Raises
    ------
    ScorerError
        It holds a value that the scorer does not know.
    """
    known = (*part.values, None)
    if isinstance(column, Coded):
        coded = _known(column, known)
    else:
        codes = _codes(known, column)
        coded = None if codes is None else Coded(known, codes)
    if coded is None:
        raise ScorerError(
            f"The column '{part.name}' holds an unknown value. Allowed: {', '.join(part.values)}, "
            "and None or NaN where missing."
        )
    return coded


def _column(columns: Mapping[str, Given], name: str) -> Column:
    if name not in columns:
        raise ScorerError(
            f"The column '{name}' is missing. Give every feature; a missing value is NaN or None."
        )
    column = columns[name]
    return column if isinstance(column, Coded) else np.asarray(column)


def _castable(column: NDArray[Any]) -> NDArray[Any] | None:
    """Return a column of numbers and missing values; None where it holds anything else."""
    if column.dtype.kind in "biuf":
        return column
    if column.dtype.kind != "O" or any(isinstance(value, str | bytes) for value in column.tolist()):
        return None
    try:
        return column.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        return None


def _known(column: Coded, known: tuple[str | None, ...]) -> Coded | None:
    """Return the column; None where it holds a value that is not known, for all that it may list some."""
    strange = [at for at, value in enumerate(column.values) if value not in known]
    return None if strange and np.isin(column.codes, strange).any() else column


def _codes(known: tuple[str | None, ...], column: NDArray[Any]) -> NDArray[Any] | None:
    """Return the places of values, -1 or the last one where missing; None where one is unknown."""
    places = {value: at for at, value in enumerate(known)}
    look = _in_bytes if len(known) < STRANGE else _in_words
    blocks = [look(places, column[at : at + BLOCK].tolist()) for at in range(0, len(column), BLOCK)]
    found = [block for block in blocks if block is not None]
    if len(found) < len(blocks):
        return None
    return np.concatenate(found) if found else np.empty(0, np.int8)


def _in_bytes(places: Mapping[Any, int], values: list[Any]) -> NDArray[Any] | None:
    """Look values up into bytes, the quickest way from a list to an array."""
    try:
        codes = np.frombuffer(bytearray(map(places.get, values, repeat(STRANGE))), np.uint8)
    except TypeError:  # a list has no hash
        return None
    return _settled(codes, values, STRANGE, places[None])


def _in_words(places: Mapping[Any, int], values: list[Any]) -> NDArray[Any] | None:
    try:
        codes = np.fromiter(map(places.get, values, repeat(-1)), np.intp, len(values))
    except TypeError:
        return None
    return _settled(codes, values, -1, places[None])


def _settled(codes: NDArray[Any], values: list[Any], strange: int, missing: int) -> NDArray[Any] | None:
    """Return the codes once everything strange in them is NaN, and None where it is not."""
    rest = np.flatnonzero(codes == strange)
    codes[rest] = missing
    return codes if all(_is_nan(values[row]) for row in rest) else None


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
