"""The fast lane: a column of a record batch that is plainly sound is taken as it stands.

Most cells of most tables are what the policy asks for. Whole-array checks see that in milliseconds; a column
in which they see anything else, be it only another spelling, gets None here and goes the careful way
(`cells`, `schema`, `personal`). What the lane takes, the careful way would take with the same values.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segmentation.residents.cells import FLAGS, MISSING_WORDS, flag, meant, text_of
from segmentation.residents.personal import LEAST_NUMBER
from segmentation.residents.wanted import ABSENT, CODE, Array, Wanted, count_missing

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_MOST_DISTINCT = 4096
"""A listed column with more distinct texts than this is something else."""
_LONGEST_ODD = 9
"""A text that is not listed to the letter may be an odd spelling; longer than this it may be a number."""
_DAYS = (np.datetime64("1970-01-01", "D"), np.datetime64("9999-12-31", "D"))
"""Times from the first day, before the second, which stands for one that cannot be read."""


def plain_column(cells: pa.Array, wanted: Wanted) -> Array | None:
    """Return a column as an array if it is plainly sound.

    Parameters
    ----------
    cells : pyarrow.Array of shape (rows,)
        As they were read.
    wanted : Wanted
        What the column must hold.

    Returns
    -------
    ndarray of shape (rows,), or None
        As `Wanted` says; None where the column needs a careful look.
    """
    if wanted.required and cells.null_count:
        return None
    found = _TAKE[wanted.kind](cells, wanted)
    return None if found is not None and wanted.required and count_missing(found) else found


def _number(cells: pa.Array, wanted: Wanted) -> Array | None:
    feature = wanted.feature
    if feature is None or not (pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type)):
        return None
    numbers = _floats(cells)
    fits = (numbers >= feature.low) & (numbers <= feature.high)
    if max(-feature.low, feature.high) >= LEAST_NUMBER:
        fits &= np.abs(numbers) < LEAST_NUMBER
    if feature.kind == "count" and not pa.types.is_integer(cells.type):
        fits &= np.floor(numbers) == numbers
    broken = len(cells) - np.count_nonzero(fits)  # and NaN, which is missing
    return numbers if broken == cells.null_count or broken == count_missing(numbers) else None


def _flag(cells: pa.Array, wanted: Wanted) -> Array | None:  # noqa: ARG001 - one form for every kind
    if pa.types.is_boolean(cells.type):
        return _floats(cells.cast(pa.uint8()))
    if pa.types.is_integer(cells.type) or pa.types.is_floating(cells.type):
        numbers = _floats(cells)
        fits = (numbers == 1) | ((numbers == 0) & ~np.signbit(numbers)) | np.isnan(numbers)
        return numbers if fits.all() else None
    return _looked_up(cells, _read_flag, np.float64, math.nan)


def _read_flag(text: str) -> float | None:
    if text in MISSING_WORDS:
        return math.nan
    number = flag(text) if text in FLAGS or len(text) <= _LONGEST_ODD else math.inf
    return None if number == math.inf else number


def _listed(cells: pa.Array, wanted: Wanted) -> Array | None:
    return _looked_up(cells, partial(_place, wanted=wanted), CODE, ABSENT)


def _place(text: str, wanted: Wanted) -> int | None:
    if wanted.feature is not None and text not in wanted.values and len(text) > _LONGEST_ODD:
        return None
    value = meant(text, wanted.values)
    if value in wanted.values:
        return wanted.values.index(value)
    return ABSENT if value is None or wanted.is_open else None


def _looked_up(
    cells: pa.Array, read: Callable[[str], float | None], dtype: type[np.generic], missing: float
) -> Array | None:
    """Return what `read` makes of each distinct text, in its place; None where one says nothing to it."""
    if not pa.types.is_dictionary(cells.type):
        if not _is_short(cells.type):
            return None
        cells = cells.dictionary_encode()
    if len(cells.dictionary) > _MOST_DISTINCT or not _is_short(cells.type.value_type):
        return None
    found = [_of_text(value, read, missing) for value in cells.dictionary.to_pylist()]
    places = cells.indices.fill_null(len(found)).to_numpy()
    unknown = [at for at, value in enumerate(found) if value is None]
    if unknown and np.isin(places, unknown).any():
        return None
    table = [missing if value is None else value for value in found]
    taken: Array = np.array([*table, missing], dtype=dtype)[places]
    return taken


def _of_text(value: object, read: Callable[[str], float | None], missing: float) -> float | None:
    text = text_of(value)
    if text is None:
        return missing
    return read(text) if not isinstance(value, str) or text == value else None


def _time(cells: pa.Array, wanted: Wanted) -> Array | None:  # noqa: ARG001 - one form for every kind
    is_wall_time = pa.types.is_timestamp(cells.type) and cells.type.tz is None
    if not (is_wall_time or pa.types.is_date32(cells.type)):
        return None
    if is_wall_time and cells.type.unit == "ns":  # which cannot hold the year 9999
        cells = cells.cast(pa.timestamp("us"), safe=False)
    times: Array = cells.to_numpy(zero_copy_only=False)
    fits = ((times >= _DAYS[0]) & (times < _DAYS[1])) | np.isnat(times)
    return times if fits.all() else None


def _floats(cells: pa.Array) -> NDArray[np.float64]:
    """Return numbers as float64, NaN where missing."""
    floats: NDArray[np.float64] = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return floats


def _is_short(of: pa.DataType) -> bool:
    """Return whether values of a type may be read by their text."""
    is_text = pa.types.is_string(of) or pa.types.is_large_string(of)
    return bool(is_text or pa.types.is_integer(of) or pa.types.is_boolean(of))


_TAKE = {"number": _number, "flag": _flag, "listed": _listed, "time": _time}
