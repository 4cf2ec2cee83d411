"""Times of consents as they stand in files, in microseconds since 1970; a time without its zone is none."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from segmentation.ledger.personal.consents import SKEW
from segmentation.ledger.personal.entries import micros

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

UTC = pa.timestamp("us", "UTC")
WALL = pa.timestamp("us")


def read_times(
    cells: pa.Array, zone: ZoneInfo | None, now: datetime
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.intp]]]:
    """Read times.

    Parameters
    ----------
    cells : pyarrow.Array of shape (rows,)
        Texts in ISO 8601, days, or times with or without a zone.
    zone : ZoneInfo or None
        Of times that name none.
    now : datetime
        Aware; what is later by more than `SKEW` lies in the future.

    Returns
    -------
    times : ndarray of int64 of shape (rows,)
        Microseconds since 1970; 0 where there is none.
    broken : dict of str to ndarray
        Places of the cells that break each rule.
    """
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    found = _at_once(cells, zone)
    times, rules = _one_by_one(cells, zone) if found is None else (found, {})
    late = np.flatnonzero(times > micros(now + SKEW))
    early = np.flatnonzero(times < 0)
    told = {**rules, "future": late, "time": np.union1d(rules.get("time", early), early)}
    told["missing"] = np.flatnonzero(pc.is_null(cells).to_numpy(zero_copy_only=False))
    times[early] = 0
    return times, {rule: places for rule, places in told.items() if len(places)}


def _at_once(cells: pa.Array, zone: ZoneInfo | None) -> NDArray[np.int64] | None:
    """Return times of which all are plainly so; None where one needs a look."""
    try:
        if pa.types.is_timestamp(cells.type) and cells.type.tz is not None:
            return _micros(cells)
        if zone is None:
            is_text = pa.types.is_string(cells.type) or pa.types.is_large_string(cells.type)
            return _micros(cells) if is_text else None
        return _micros(pc.assume_timezone(cells.cast(WALL, safe=False), zone.key, ambiguous="earliest"))
    except pa.ArrowException:
        return None


def _micros(cells: pa.Array) -> NDArray[np.int64]:
    times = cells.cast(UTC, safe=False).cast(pa.int64()).fill_null(0)
    return np.array(times.to_numpy(zero_copy_only=False), dtype=np.int64)


def _one_by_one(
    cells: pa.Array, zone: ZoneInfo | None
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.intp]]]:
    times, rules = np.zeros(len(cells), dtype=np.int64), dict[str, list[int]]()
    for place, value in enumerate(cells.to_pylist()):
        read = _read(value, zone)
        if isinstance(read, int):
            times[place] = read
        else:
            rules.setdefault(read, []).append(place)
    return times, {rule: np.array(places) for rule, places in rules.items()}


def _read(value: object, zone: ZoneInfo | None) -> int | str:
    """Return a time, or the rule that it breaks; an empty cell is told elsewhere."""
    if value is None:
        return 0
    try:
        told = datetime.fromisoformat(str(value).strip())
        if told.tzinfo is None and zone is None:
            return "zone"
        return micros(told if told.tzinfo is not None else told.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return "time"
