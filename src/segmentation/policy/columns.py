"""What a draft may know of a table: the form of each column, never the value of one resident.

A draft is read by many, mailed around and kept in version control. So a column is reduced here, once, to its
form, to readable limits, and to values that enough residents share.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.errors import ResidentsError, StorageError
from segmentation.policy.catalogue import ValueMatch, load_catalogue
from segmentation.policy.features import UNKNOWN
from segmentation.policy.parts import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Form = Literal["empty", "flag", "whole", "decimal", "text", "moment", "other"]

_MOST_LOOKED_AT = 20_000
"""Distinct values of a column that are held against the catalogue; a column of ID numbers shows in fewer."""
_SHORTEST_PHONE = 10**9
"""Whole numbers below this are too short to be a telephone, card or ID number."""
_MOMENT = re.compile(r"\d{4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?(?:[T ]\d{1,2}:\d\d.*)?")
_CODE = re.compile(r"[+-]?0\d")
_TRUTHS = {"true": True, "false": False}
# Of what pandas infers.
_MEASURED = frozenset({"integer", "floating", "decimal", "mixed-integer-float"})
_FORMS: Mapping[str, Form] = {
    "empty": "empty",
    "boolean": "flag",
    "date": "moment",
    "datetime": "moment",
    "datetime64": "moment",
}
# How the policy writes a value.
_WRITTEN: Mapping[str, Callable[[Any], str]] = {
    "flag": lambda value: str(value).lower(),
    "whole": lambda value: str(int(value)),
}


@dataclass(frozen=True)
class Column:
    """One column of a table, without its residents.

    Attributes
    ----------
    name : str
        As in the table.
    form : {"empty", "flag", "whole", "decimal", "text", "moment", "other"}
        What its values are; ``other`` is lists, bytes and the like.
    rows, known : int
        Rows of the table, and those that have a value.
    distinct : int
        Different values.
    limits : tuple of float or None
        Of numbers: lowest and highest value, rounded outwards beyond any value that few residents hold.
    shared : tuple of str
        Of flags, texts and whole numbers: the values that at least `SMALLEST_GROUP` residents hold, sorted,
        or in the order that the table itself declares.
    covered : float
        Share of the known values, from 0 to 1, that are among `shared`.
    ordered : bool
        Whether the table declares an order of the values.
    matches : tuple of ValueMatch
        What the values give away.
    """

    name: str
    form: Form
    rows: int
    known: int
    distinct: int
    limits: tuple[float, float] | None
    shared: tuple[str, ...]
    covered: float
    ordered: bool
    matches: tuple[ValueMatch, ...]


def read_columns(table: Path) -> tuple[Column, ...]:
    """Read a table and describe its columns.

    Parameters
    ----------
    table : Path
        A CSV file by its suffix, else a Parquet file.

    Raises
    ------
    StorageError
        The file cannot be read.
    ResidentsError
        It is no table, holds no rows, or names a column twice.
    """
    is_csv = table.suffix.lower() == ".csv"
    try:
        frame = _read_csv(table) if is_csv else _read_parquet(table)
    except (
        pa.ArrowException,
        ValueError,
    ):  # pandas and pyarrow raise subclasses of these for a malformed file
        form = "a CSV table in UTF-8" if is_csv else "a Parquet table"
        raise ResidentsError(f"{table} is not {form}; save it as CSV (.csv, UTF-8) or as Parquet.") from None
    except OSError as error:
        reason = error.strerror or "its content is damaged"
        raise StorageError(f"{table} cannot be read: {reason}; check the path and its permissions.") from None
    if frame.empty:
        raise ResidentsError(f"{table} holds no rows; a draft needs a table of residents.")
    if not frame.columns.is_unique:
        raise ResidentsError(f"{table} names a column twice; give every column a name of its own.")
    known = {str(name): frame[name].dropna() for name in frame}
    return tuple(
        _describe(name, _typed(values) if is_csv else values, len(frame)) for name, values in known.items()
    )


def _read_parquet(table: Path) -> pd.DataFrame:
    with table.open("rb") as file:
        frame: pd.DataFrame = pq.ParquetFile(file).read().to_pandas(ignore_metadata=True)
        return frame  # where an index is a column like all others


def _read_csv(table: Path) -> pd.DataFrame:
    """Read the header as a row, as pandas would rename a column that stands in it twice."""
    rows = pd.read_csv(table, header=None, dtype=str, encoding="utf-8-sig")
    return rows.iloc[1:].set_axis(rows.iloc[0].fillna(""), axis="columns")


def _typed(texts: pd.Series[str]) -> pd.Series[Any]:
    """Return what the texts of a CSV column stand for; a number with a leading zero is a code."""
    truths = texts.str.lower()
    if truths.isin(_TRUTHS).all():
        return truths.map(_TRUTHS)
    if texts.str.match(_CODE).any():
        return texts
    try:
        return pd.to_numeric(texts)
    except ValueError:
        return texts


def _describe(name: str, known: pd.Series[Any], rows: int) -> Column:
    order: list[object] = []
    if isinstance(known.dtype, pd.CategoricalDtype):
        order = list(known.dtype.categories) if known.dtype.ordered else []
        known = known.astype(known.dtype.categories.dtype)
    if pd.api.types.infer_dtype(known) == "string":
        known = known.str.strip()
        known = known[known != ""]
    form = _form(known)
    counts = known.value_counts() if form not in {"empty", "other"} else pd.Series(dtype=int)
    return Column(
        name=name,
        form=form,
        rows=rows,
        known=len(known),
        distinct=len(counts),
        limits=_limits(known.astype(float)) if form in {"whole", "decimal"} else None,
        shared=_shared(form, counts, order),
        covered=float(counts[counts >= SMALLEST_GROUP].sum() / (len(known) or 1)),
        ordered=bool(order),
        matches=_matches(form, list(counts.index)),
    )


def _form(known: pd.Series[Any]) -> Form:
    inferred = pd.api.types.infer_dtype(known)
    if inferred in _MEASURED:
        numbers = known.astype(float)
        return "whole" if np.isfinite(numbers).all() and (numbers % 1 == 0).all() else "decimal"
    if inferred == "string":
        return "moment" if known.str.fullmatch(_MOMENT).all() else "text"
    return _FORMS.get(inferred, "other")


def _limits(numbers: pd.Series[float]) -> tuple[float, float] | None:
    """Round outwards to a tenth of the span or more, and further where few residents hold the limit."""
    numbers = numbers[np.isfinite(numbers)]
    low, high = numbers.min(), numbers.max()
    if not low < high:
        return None
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    exponent = math.floor(math.log10(high - low))
    step = 10.0**exponent
    first, last = math.floor(low / step), math.ceil(high / step)
    first -= first * step == low and (numbers == low).sum() < SMALLEST_GROUP
    last += last * step == high and (numbers == high).sum() < SMALLEST_GROUP
    if low >= 0:
        first = max(first, 0)
    return round(first * step, max(0, -exponent)), round(last * step, max(0, -exponent))


def _shared(form: Form, counts: pd.Series[int], order: list[object]) -> tuple[str, ...]:
    if form not in {"flag", "whole", "text"}:
        return ()
    shared = set(counts[counts >= SMALLEST_GROUP].index) - {UNKNOWN}
    values = [value for value in order or sorted(shared) if value in shared]
    return tuple(_WRITTEN.get(form, str)(value) for value in values)


def _matches(form: Form, distinct: list[Any]) -> tuple[ValueMatch, ...]:
    if form == "whole":
        distinct = [value for value in distinct if value >= _SHORTEST_PHONE]
    elif form != "text":
        return ()
    step = math.ceil(len(distinct) / _MOST_LOOKED_AT) or 1
    return load_catalogue().match_values([str(value) for value in distinct[::step]])
