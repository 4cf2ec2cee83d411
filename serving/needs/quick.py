"""The quick reader: msgspec decodes by the forms, strictly, and numpy takes the columns over.

It answers only where it is sure. Whatever msgspec refuses, and whatever it cannot judge, is None here and is
read again with care (`serving.needs.careful`): a key that stands twice (msgspec takes the last, but then the
body has more quotation marks than what was decoded accounts for), and numbers with the digits of a phone.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from msgspec.structs import astuple

from segmentation.scorer import Coded
from serving.needs.columns import NOTHING, Columns, alone_of, any_missing, arrays_of, columns_of
from serving.needs.forms import body_form, columns_form, row_form
from serving.needs.need import ABSENT_NUMBER, ABSENT_VALUE, LEAST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.needs.columns import Column, Value
    from serving.needs.need import Need

FEW_BYTES = 2**19
"""A body under this cannot hold more than memory and time allow, whatever is in it."""
BLOCK = 2**19
"""Bytes that are looked at together: what a look at megabytes takes is new memory each time."""
ROOM = 10_000
"""Parts that any body may have."""
KEY = 2
"""Quotation marks of a key, and of a text."""


class Rest(NamedTuple):
    """What residents sent that the version does not read.

    Attributes
    ----------
    unused : tuple of str
        Which needs.
    marks : int
        Quotation marks that they take.
    is_large : bool
        Whether any number has the digits of a phone or a document.
    """

    unused: tuple[str, ...] = NOTHING
    marks: int = 0
    is_large: bool = False


NO_REST = Rest()


class Quick:
    """Reads what is surely sound.

    Parameters
    ----------
    needs : tuple of Need
    """

    def __init__(self, needs: tuple[Need, ...]) -> None:
        self.needs = needs
        self._read = tuple(need for need in needs if need.is_read)
        self._unread = tuple(need for need in needs if not need.is_read)
        ordered = self._read + self._unread
        self.row = row_form(ordered)
        self.columns = columns_form(ordered)
        self._decode = msgspec.json.Decoder(body_form(self.row, self.columns)).decode
        self._blank = tuple(ABSENT_VALUE if need.is_listed else ABSENT_NUMBER for need in self._unread)
        self._names = tuple(need.name for need in self._read)
        self._texts = frozenset(need.name for need in self._read if need.is_listed)
        self._large = tuple(need.name for need in self._read if need.may_be_large)
        self._one_full = KEY + KEY * (len(self._names) + len(self._texts))
        self._column = [attrgetter(f"n{at}") for at in range(len(needs))]

    def read(self, body: bytes, most: int) -> Columns | None:
        """Return the residents of a body; None where a careful look is needed."""
        if len(body) > FEW_BYTES and is_crowded(body, self.needs, most):
            return None
        try:
            found: Any = self._decode(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return None
        if b"\\" in body and b'\\"' in body:
            return None
        rows, columns = found.residents, found.columns
        if columns is msgspec.UNSET:
            if rows is msgspec.UNSET or not 0 < len(rows) <= most:
                return None
            return self._one(body, rows[0]) if len(rows) == 1 else self._rows(body, rows)
        return self._by_column(body, columns, most) if rows is msgspec.UNSET else None

    def table(self, columns: Mapping[str, Sequence[object]], most: int) -> Columns | None:
        """Return the residents of columns that were decoded already; None where a careful look is needed."""
        try:
            found: Any = msgspec.convert(columns, self.columns)
        except (msgspec.MsgspecError, RecursionError):
            return None
        lists = [get(found) for get in self._column]
        return self._of_lists(lists, most)

    def _one(self, body: bytes, row: msgspec.Struct) -> Columns | None:
        """Read one resident without numpy, which takes longer to begin than this takes."""
        found = astuple(row)
        values: dict[str, Value] = dict(zip(self._names, found, strict=False))  # what is not read comes last
        last = found[len(values) :]
        rest = NO_REST if last == self._blank else self._rest([(value,) for value in last])
        imputed = NOTHING
        quotes = body.count(b'"') - rest.marks
        given = values.values()
        if quotes != self._one_full or None in given or ABSENT_NUMBER in given or ABSENT_VALUE in given:
            absent = [name for name, value in values.items() if _is_absent(value)]
            values.update(dict.fromkeys(absent))
            imputed = tuple(name for name, value in values.items() if value is None)
            texts = len(self._texts) - sum(name in self._texts for name in imputed)
            if quotes != KEY + KEY * (len(values) - len(absent) + texts):
                return None
        if rest.is_large or (self._large and any(_is_large(values[name]) for name in self._large)):
            return None
        return Columns(1, (imputed,), values, None, rest.unused)

    def _rows(self, body: bytes, rows: list[msgspec.Struct]) -> Columns | None:
        lists, last = self._by_need(rows)
        many = arrays_of(self._read, lists)
        rest = self._rest(last)
        full = len(rows) * (self._one_full - KEY) + KEY
        quotes = _count(body, '"') - rest.marks
        if quotes != full or any_missing(many):
            absent = sum(_absent(values, column) for values, column in zip(lists, many.values(), strict=True))
            if quotes != full - KEY * (absent + _texts_missing(many)):
                return None
        if rest.is_large or (self._large and self._holds_large(many)):
            return None
        return columns_of(self._read, many, len(rows), rest.unused)

    def _by_need(self, rows: list[msgspec.Struct]) -> tuple[list[list[Any]], list[list[Any]]]:
        """Return the values of each need that is read, and of each that is not."""
        values: list[Any] = []  # of one resident after the other: `zip` of as many tuples takes twice as long
        for row in rows:
            values.extend(astuple(row))
        lists = [values[at :: len(self.needs)] for at in range(len(self.needs))]
        return lists[: len(self._read)], lists[len(self._read) :]

    def _by_column(self, body: bytes, columns: msgspec.Struct, most: int) -> Columns | None:
        lists = [get(columns) for get in self._column]
        found = self._of_lists(lists, most)
        if found is None:
            return None
        given = sum(values is not msgspec.UNSET for values in lists)
        texts = sum(
            int(np.count_nonzero(column.codes >= 0))
            for column in found.arrays.values()
            if isinstance(column, Coded)
        )
        for need, values in zip(self._unread, lists[len(self._read) :], strict=True):
            if need.is_listed and values is not msgspec.UNSET:
                texts += len(values) - values.count(None)
        return found if _count(body, '"') == KEY * (1 + given + texts) else None

    def _of_lists(self, lists: Sequence[Any], most: int) -> Columns | None:
        """Return the residents of columns of one length, those that are `UNSET` missing for all."""
        lengths = {len(values) for values in lists if values is not msgspec.UNSET}
        rows = lengths.pop() if len(lengths) == 1 else 0
        if not 0 < rows <= most:
            return None
        last = [() if values is msgspec.UNSET else values for values in lists[len(self._read) :]]
        unused = tuple(need.name for need, values in zip(self._unread, last, strict=True) if values)
        if unused and self._is_large_among(last):
            return None
        filled = [[None] * rows if values is msgspec.UNSET else values for values in lists[: len(self._read)]]
        many = arrays_of(self._read, filled)
        if self._large and self._holds_large(many):
            return None
        if rows == 1:
            only = {name: values[0] for name, values in zip(self._names, filled, strict=True)}
            return alone_of(only, unused)
        return columns_of(self._read, many, rows, unused)

    # ---- What this version does not read ----------------------------------------------------------------

    def _rest(self, lists: Sequence[Sequence[Value]]) -> Rest:
        """Return what residents sent of it, row by row."""
        marks, unused = 0, []
        for need, absent, values in zip(self._unread, self._blank, lists, strict=True):
            sent = len(values) - values.count(absent)  # which finds NaN, as it is the same object
            if sent:
                unused.append(need.name)
                marks += KEY * (sent + (sent - values.count(None) if need.is_listed else 0))
        return Rest(tuple(unused), marks, bool(unused) and self._is_large_among(lists))

    def _is_large_among(self, lists: Sequence[Sequence[Value]]) -> bool:
        listed = zip(self._unread, lists, strict=True)
        return any(need.may_be_large and any(map(_is_large, values)) for need, values in listed)

    def _holds_large(self, many: Mapping[str, Any]) -> bool:
        return any(np.fmax.reduce(np.abs(many[name]), initial=0) >= LEAST_NUMBER for name in self._large)


def _is_absent(value: Value) -> bool:
    return value is ABSENT_NUMBER or value == ABSENT_VALUE


def _is_large(value: Value) -> bool:
    return isinstance(value, int | float) and abs(value) >= LEAST_NUMBER


def _count(body: bytes, signs: str) -> int:
    """Return how often any of these signs of ASCII occurs."""
    data = np.frombuffer(body, np.uint8)
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    return sum(int(np.count_nonzero(block == ord(sign))) for block in blocks for sign in signs)


def _absent(values: Sequence[Value], column: Column) -> int:
    """Return how many residents did not send a column; null was sent."""
    if isinstance(column, Coded):
        return values.count(ABSENT_VALUE)
    missing = int(np.count_nonzero(np.isnan(column)))
    return missing - values.count(None) if missing else 0


def _texts_missing(many: Mapping[str, Column]) -> int:
    coded = (column for column in many.values() if isinstance(column, Coded))
    return sum(int(np.count_nonzero(column.codes < 0)) for column in coded)


def is_crowded(body: bytes, needs: Sequence[Need], most: int) -> bool:
    """Return whether a body has more parts than any request of `most` residents, long before it is read.

    A hostile body of 16 MB can hold five million lists, and memory for them is many times that.
    """
    signs = max((sum(map(value.count, ",[{")) for need in needs for value in need.values), default=0)
    allowed = ROOM + (most + 1) * (2 * len(needs) * (1 + signs) + 20)
    return _count(body, ",[{") > allowed
