"""Residents as they are sent: by row or by column as they were given, in parts, with nothing left out unseen.

What JSON has no form for is refused here, because a library that writes it anyway (an infinity as null) would
ask about another resident than the one who was given.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, Protocol, runtime_checkable

import msgspec

from segmentation.errors import Fault, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Plain = str | int | float | bool | None
"""What a value may be in JSON."""
MOST_FAULTS = 100
"""Faults that an error lists; it counts the others."""
PLAIN = frozenset({str, int, bool, type(None)})
MISSING = frozenset({"NAType", "NaTType"})
"""What pandas calls its missing values, known by name because nothing here imports pandas."""
EXACT = 2.0**53
"""Whole numbers under it are the same number as a float."""
NAME = re.compile(r"(?!.*\d{5})[^\W\d]\w{0,62}")
"""A field that may be named in a message: neither free text nor a number of somebody."""


@runtime_checkable
class Frame(Protocol):
    """A table with named columns, as a pandas DataFrame is one."""

    columns: Iterable[object]

    def items(self) -> Iterable[tuple[object, Iterable[object]]]:
        """Yield each column's name and values."""


Rows = Iterable[Mapping[str, object]]
Columns = Mapping[str, Iterable[object]] | Frame


@dataclass(frozen=True)
class Sent:
    """Residents, ready to be sent in parts.

    Attributes
    ----------
    rows : sequence of dict or None
    columns : dict of str to list, or None
        One of the two is None.
    size : int
        How many residents.
    """

    rows: Sequence[Mapping[str, Plain]] | None = field(repr=False)
    columns: Mapping[str, Sequence[Plain]] | None = field(repr=False)
    size: int

    def body(self, start: int, stop: int) -> bytes:
        """Return the residents from `start` to before `stop` as JSON."""
        told: object = (
            {"residents": self.rows[start:stop]}
            if self.rows is not None
            else {"columns": {name: values[start:stop] for name, values in (self.columns or {}).items()}}
        )
        try:
            return msgspec.json.encode(told)
        except UnicodeEncodeError:
            pass
        raise RefusedError(
            "The residents were not sent: a name or a value among them is a text that is not Unicode."
        )


def sent_of(residents: Rows | Columns | None, columns: Columns | None) -> Sent:
    """Return residents as they are sent.

    Parameters
    ----------
    residents : iterable of mappings, or a table
        One mapping of need to value each; or what `columns` takes.
    columns : mapping of str to iterable, or a table
        All values of each need, equally many; a pandas DataFrame is one, too.

    Raises
    ------
    RefusedError
        If neither or both are given, a value has no form in JSON, or columns differ in length.
    """
    if (residents is None) == (columns is None):
        raise RefusedError("Give the residents by row or by `columns=`: one of the two.")
    given = residents if columns is None else columns
    faults: list[Fault] = []
    sent = _by_column(given, faults) if isinstance(given, Mapping | Frame) else _by_row(given or (), faults)
    if faults:
        refuse(faults)
    return sent


def refuse(faults: Sequence[Fault], more: int = 0) -> NoReturn:
    """Raise all that is wrong at once, before anything is sent."""
    listed, others = faults[:MOST_FAULTS], max(0, len(faults) - MOST_FAULTS) + more
    raise RefusedError(told("The residents were not sent", listed, others), listed)


def told(title: str, faults: Sequence[Fault], more: int) -> str:
    """Return a title and its faults, a line each, with how many more there are."""
    lines = [f"  - {fault}" for fault in faults] + ([f"  - and {more} more."] if more else [])
    return "\n".join([f"{title}:", *lines])


# ---- By row and by column ----------------------------------------------------------------------------


def _by_row(rows: Iterable[object], faults: list[Fault]) -> Sent:
    found = []
    for at, row in enumerate(rows):
        if not isinstance(row, Mapping):
            faults.append(Fault(f"/residents/{at}", "is no mapping of need to value", "give one a resident"))
            continue
        found.append(dict(row) if _is_plain(row) else _row(row, at, faults))
    return Sent(found, None, len(found))


def _is_plain(row: Mapping[object, object]) -> bool:
    return PLAIN.issuperset(map(type, row.values())) and all(type(name) is str for name in row)


def _row(row: Mapping[object, object], at: int, faults: list[Fault]) -> dict[str, Plain]:
    where = f"/residents/{at}"
    return {
        str(name): _value(value, f"{where}/{_shown(name)}", faults)
        for name, value in row.items()
        if _is_name(name, where, faults)
    }


def _by_column(table: Mapping[str, Iterable[object]] | Frame, faults: list[Fault]) -> Sent:
    found = {
        str(name): _column(values, f"/columns/{_shown(name)}", faults)
        for name, values in table.items()
        if _is_name(name, "/columns", faults)
    }
    sizes = {len(values) for values in found.values()}
    if len(sizes) > 1:
        faults.append(Fault("/columns", "do not all have the same length", "give each a value per resident"))
    return Sent(None, found, max(sizes, default=0))


def _column(values: object, where: str, faults: list[Fault]) -> list[Plain]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        faults.append(Fault(where, "is no list of values", "give a list of residents, or a list per need"))
        return []
    found = _listed(values)
    if PLAIN.issuperset(map(type, found)):
        return found  # type: ignore[return-value]  # their types were just looked at
    return [_value(value, f"{where}/{at}", faults) for at, value in enumerate(found)]


def _listed(values: Iterable[object]) -> list[object]:
    """Return Python's own values; arrays and series know how to give them."""
    tolist = getattr(values, "tolist", None)
    return list(tolist() if callable(tolist) else values)


# ---- One name and one value --------------------------------------------------------------------------


def _is_name(name: object, where: str, faults: list[Fault]) -> bool:
    if isinstance(name, str):
        return True
    faults.append(Fault(where, "a need is named by what is no text", "name each need as the policy does"))
    return False


def _shown(name: object) -> str:
    return name if isinstance(name, str) and NAME.fullmatch(name) else "…"


def _value(value: object, where: str, faults: list[Fault]) -> Plain:
    for plain in _plainly(value):
        return plain
    kind = "an infinity" if isinstance(value, float) else f"a {type(value).__name__}"
    faults.append(
        Fault(where, f"is {kind}, which JSON has no form for", "give a number, a text, a flag or None")
    )
    return None


def _plainly(value: object) -> Iterator[Plain]:
    """Yield a value as JSON has it; nothing where it has no form for it."""
    item = getattr(value, "item", None)
    value = item() if callable(item) else value
    if type(value).__name__ in MISSING or (isinstance(value, float) and math.isnan(value)):
        yield None
    elif isinstance(value, float):
        # A column of whole numbers with a gap is a column of floats in pandas.
        whole = value.is_integer() and abs(value) < EXACT
        yield from () if math.isinf(value) else (int(value) if whole else value,)
    elif value is None or isinstance(value, str | int):
        yield value
