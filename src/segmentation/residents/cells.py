"""From the cells of a table, however they were stored, to one plain form: numbers, 0/1, texts and times.

The same residents give the same values from CSV, Parquet or a notebook: ``True``, ``"True"`` and ``"true"``
are one group, and so are ``1``, ``1.0`` and ``"1"``. Nothing is judged here. A cell that cannot be read keeps
a value that the schema is sure to refuse: infinity among numbers and flags, its own text among listed values,
`UNREADABLE` among times.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.residents.columns import STATES, consent_columns

if TYPE_CHECKING:
    from segmentation.policy import Feature, Policy
    from segmentation.policy.parts import Purpose

UNREADABLE = pd.Timestamp("9999-12-31")
"""Stands for a text that is no time."""

MISSING_WORDS = frozenset({"NA", "N/A", "<NA>", "NaN", "nan", "NaT", "null", "NULL", "None"})
"""Texts that exports write for a missing cell; where the policy lists one, in any case, it is a value."""

FLAGS = {"true": 1.0, "1": 1.0, "yes": 1.0, "是": 1.0, "false": 0.0, "0": 0.0, "no": 0.0, "否": 0.0}
"""What a flag may look like, in any case."""

_WHOLE = re.compile(r"([+-]?[0-9]+)\.0+")
_OFFSET = re.compile(r"(:[0-9]{2}(?:[.,][0-9]+)?)\s?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$")
_SHORTEST_DAY = len("2025/6/1")

Reader = Callable[[pd.Series], pd.Series]


def plain_table(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the columns that a policy reads in plain form, with the index of `table`.

    Parameters
    ----------
    table : DataFrame
        Columns in any form; columns that are missing or unknown are passed over.
    policy : Policy
        Says what each column holds.

    Returns
    -------
    DataFrame
        Columns in the policy's order: ids and listed values as ``str``, numbers and flags as float64, times
        as datetime64[us]. A time with an offset keeps the time of day that it was written with.
    """
    readers = _readers(policy)
    return pd.DataFrame(
        {column: reader(table[column]) for column, reader in readers.items() if column in table.columns},
        index=table.index,
    )


def as_listed(cells: pd.Series, listed: Iterable[str]) -> pd.Series:
    """Return the listed value that each cell means, its own text if it means none, NaN if it is missing."""
    values = tuple(listed)
    codes, texts = distinct_texts(cells)
    found = pd.array([*(None if text is None else meant(text, values) for text in texts), None], dtype="str")
    return pd.Series(found.take(codes), index=cells.index)


def distinct_texts(
    cells: pd.Series,
) -> tuple[np.ndarray[tuple[int], np.dtype[np.intp]], list[str | None]]:
    """Return the place of each cell among the distinct values (-1 if missing), and those as text."""
    if isinstance(cells.dtype, pd.StringDtype):
        codes, distinct = pd.factorize(cells.str.strip())
        return codes, [text or None for text in np.asarray(distinct, dtype=object)]
    try:
        codes, distinct = pd.factorize(cells)
    except TypeError:  # lists and tables inside cells have no equality to go by
        return np.arange(len(cells)), [text_of(value) for value in cells]
    return codes, [text_of(value) for value in distinct]


def _readers(policy: Policy) -> dict[str, Reader]:
    times = [policy.residents.collected_on] if policy.residents.collected_on else []
    return {
        policy.residents.id: partial(as_listed, listed=()),
        **{column: _feature_reader(feature) for column, feature in policy.features.items()},
        **{column: partial(as_listed, listed=of.groups) for column, of in policy.audited.items()},
        **dict.fromkeys(times, _as_time),
        **_consent_readers(policy.purpose),
        **_consent_readers(policy.audit_purpose),
    }


def _feature_reader(feature: Feature) -> Reader:
    if feature.values is not None:
        return partial(as_listed, listed=feature.values)
    return as_flags if feature.kind == "flag" else _as_numbers


def _consent_readers(purpose: Purpose) -> dict[str, Reader]:
    if purpose.consent == "not_required":
        return {}
    state, at, notice = consent_columns(purpose)
    versions = {notice: partial(as_listed, listed=purpose.notice_versions)} if purpose.notice_versions else {}
    return {state: partial(as_listed, listed=STATES), at: _as_time, **versions}


def text_of(value: object) -> str | None:
    """Return a value as the text that a CSV file would hold, None if missing or blank."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else f"{value:.0f}" if value.is_integer() else str(value)
    return str(value).strip().encode(errors="replace").decode() or None  # half a surrogate pair is no text


def meant(text: str, values: tuple[str, ...]) -> str | None:
    """Return the listed value that a text means, the text itself if it means none, None if it is missing."""
    whole = _WHOLE.fullmatch(text)
    for candidate in (text, text.lower() if text.lower() in {"true", "false"} else text, whole and whole[1]):
        if candidate in values:
            return candidate
    if text in MISSING_WORDS and text.casefold() not in {value.casefold() for value in values}:
        return None
    return text


def _as_numbers(cells: pd.Series) -> pd.Series:
    if cells.dtype.kind in "iuf":
        return pd.Series(cells.to_numpy(dtype="float64", na_value=math.nan), index=cells.index)
    return _read_distinct(cells, as_number)


def as_flags(cells: pd.Series) -> pd.Series:
    """Return 1 or 0 for what a flag may look like, NaN where missing, and infinity for anything else."""
    return _read_distinct(cells, flag)


def _read_distinct(cells: pd.Series, read: Callable[[str], float]) -> pd.Series:
    codes, texts = distinct_texts(cells)
    numbers = [math.nan if text is None or text in MISSING_WORDS else read(text) for text in texts]
    return pd.Series(np.array([*numbers, math.nan])[codes], index=cells.index)


def as_number(text: str) -> float:
    """Return the number that an ASCII text is; infinity for anything else."""
    try:
        return float(text) if text.isascii() and "_" not in text else math.inf
    except ValueError:
        return math.inf


def flag(text: str) -> float:
    """Return 1 or 0 for what a flag may look like, and infinity for anything else."""
    whole = _WHOLE.fullmatch(text)
    return FLAGS.get(whole[1] if whole else text.lower(), math.inf)


def _as_time(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(cells):
        return pd.Series(cells.dt.tz_localize(None).astype("datetime64[us]"))
    codes, texts = distinct_texts(cells)
    written = [None if text in MISSING_WORDS else text for text in texts]
    return pd.Series(_times([*written, None]).to_numpy()[codes], index=cells.index)


def _times(texts: list[str | None]) -> pd.Series:
    """Return the time of day that each text in ISO 8601 shows (slashes and single digits are understood)."""
    local = pd.Series([None if text is None else _OFFSET.sub(r"\1", text) for text in texts], dtype="object")
    times = pd.to_datetime(local, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
    is_time = times.notna() & local.str.len().ge(_SHORTEST_DAY)
    return times.astype("datetime64[us]").mask(local.notna() & ~is_time, UNREADABLE)
