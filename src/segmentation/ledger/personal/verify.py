"""Holds what is kept of residents against the access log: which row was altered, removed, added or moved.

Every write is a line of the log, with the digest of the digests of its rows, and every row that was emptied
is in a line that says so. So it needs no key: what is sealed stays sealed. The log itself is verified first,
by a chain of its own (`AccessLog.verify`). Without a key it finds what somebody did to rows and left the log
as it was, or to lines before the last anchor. Who writes the database can make up lines behind that anchor,
and rows that fit them: with the keyring, each line that tells of residents must be vouched for as well, so
none can be made up. What neither shows is that the newest lines and their rows are gone together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from sqlalchemy import select

from segmentation.errors import LedgerError
from segmentation.ledger.personal.entries import SPOOL, Line
from segmentation.ledger.personal.graves import Graves, unlike_file
from segmentation.ledger.personal.rows import digest_of, digest_of_rows, name_of
from segmentation.ledger.personal.spans import Spans, parted
from segmentation.ledger.personal.tables import NUMBERED, PERSONAL, data_keys, notices
from segmentation.ledger.personal.tables import tombstones as buried
from segmentation.ledger.personal.vouching import is_vouched
from segmentation.ledger.tables import access

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Table

    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import Ledger
    from segmentation.vault import Keyring

PAGE = 5000
"""Rows that are read at a time."""
TOLD = 5
"""Faults of a table of which each is told; of more, how many."""
MOST = 1 << 20
"""Rows of one write among which one that was moved is looked for: more than any write has."""
OUT = frozenset({"erase", "retention"})
CHANGES = OUT | {"write", "rotate"}
"""What lines tell of that changes what is kept."""
VOUCHED = frozenset(map(name_of, (*PERSONAL, buried, data_keys, notices)))
"""Tables of which every change is vouched for with the keyring; who enters a breach may have none."""
RESTORE = "Restore the ledger from a backup."
_decode = msgspec.json.Decoder(Line).decode


@dataclass(frozen=True)
class Verified:
    """What was found, where nothing is wrong.

    Attributes
    ----------
    rows : mapping of str to int
        Rows of each table, by its name, empty ones among them.
    empty : mapping of str to int
        How many of them were taken out, by erasure or retention.
    erasures : int
        Tombstones of who was erased.
    """

    rows: Mapping[str, int]
    empty: Mapping[str, int]
    erasures: int


class _Row(NamedTuple):
    """What a row is, held against its own digest."""

    number: int
    digest: bytes
    is_empty: bool
    is_whole: bool
    values: tuple[object, ...]


def verify_personal(
    ledger: Ledger, tombstones: Tombstones | None = None, keyring: Keyring | None = None
) -> Verified:
    """Make sure that every row is the one that was written, and every empty one was taken out as told.

    Parameters
    ----------
    ledger : Ledger
        Of which the access log was verified.
    tombstones : Tombstones or None
        The file; None where it is not at hand.
    keyring : Keyring or None
        The one of this ledger, with which nobody can have made up lines; None where it is not at hand.

    Raises
    ------
    LedgerError
        A line for each of the first rows that are not, by table and number; for each tombstone that does not
        fit; or the database refuses.
    StorageError
        The database or the file cannot be read.
    """
    before = () if tombstones is None else tombstones.read()
    with ledger.reading() as connection:
        books = {name_of(table): _Book(connection, table) for table in NUMBERED}
        graves, made_up = Graves(), list[str]()
        for line in _lines(connection):
            if keyring is not None and _is_made_up(keyring, line):
                made_up.append(_unvouched(line))
            if line.what == "write" and line.table in books:
                books[line.table].hold(line)
            elif line.what in OUT and line.table in books:
                books[line.table].out.add(line.first, line.count)
            elif line.table == name_of(buried) and line.what in {"erase", "write"}:
                graves.told.append(line)
        wrong = [
            *_first(made_up),
            *(fault for book in books.values() for fault in _first(tuple(book.faults()))),
        ]
        wrong += _first(tuple(graves.faults(connection)))
    if tombstones is not None:
        wrong += _first(tuple(unlike_file(ledger, graves.chain, before, tombstones)))
    if wrong:
        raise LedgerError("\n".join((*wrong, RESTORE)))
    return Verified(
        {name: book.rows for name, book in books.items()},
        {name: book.empty.count for name, book in books.items()},
        graves.count,
    )


class _Book:
    """One table, read in the order of its numbers, and held against the lines of the log as they come."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._table = name_of(table)
        self._stream = _stream(connection, table)
        self._next = next(self._stream, None)
        self._end = 0
        self._faults: list[str] = []
        self._removed = Spans()
        self.rows, self.empty, self.out = 0, Spans(), Spans()

    def hold(self, line: Line) -> None:
        """Hold the next rows against the line of their write."""
        last = line.first + line.count - 1
        if line.first != self._end + 1 or line.count < 1:
            self._faults.append(
                f"The access log tells of a write of rows {line.first} to {last} of {self._table}, where "
                f"{self._end} were written before: somebody added a line past this program."
            )
            return
        found, before, number = list[bytes](), len(self._faults), line.first
        while (row := self._next) is not None and row.number <= last:
            self._advance()
            if row.number < number:
                self._faults.append(_added(self._table, row))
                continue
            self._removed.add(number, row.number - number)
            self._judge(row, line)
            found.append(row.digest)
            number = row.number + 1
        self._removed.add(number, last + 1 - number)
        self._end = last
        is_as_written = len(self._faults) == before and len(found) == line.count
        if is_as_written and digest_of_rows(found) != line.rows:
            self._faults.append(_replaced(self._table, line))

    def faults(self) -> Iterator[str]:
        """Yield what is wrong, once all lines were told."""
        yield from self._faults
        for first, end in self._removed.runs():
            yield f"{_rows(first, end - 1)} of {self._table} {'was' if end - first == 1 else 'were'} removed."
        while (row := self._next) is not None:
            yield _added(self._table, row)
            self._advance()
        for number in parted(self.empty, self.out, TOLD):
            yield f"Row {number} of {self._table} was emptied past this program: no line says why."
        for number in parted(self.out, self.empty, TOLD):
            yield f"Row {number} of {self._table} was erased or due, and stands there again."

    def _judge(self, row: _Row, line: Line) -> None:
        self.rows += 1
        if row.is_empty:
            self.empty.add(row.number, 1)
        elif not row.is_whole:
            # It is told of the first ones alone, and where each was before takes a look at all of its write.
            is_told = len(self._faults) < TOLD
            self._faults.append(_altered(self._table, row, line if is_told else None))

    def _advance(self) -> None:
        self._next = next(self._stream, None)


def _lines(connection: Connection) -> Iterator[Line]:
    """Yield what the access log tells of personal data, in its order."""
    last = 0
    question = select(access.c.number, access.c.lines).where(access.c.spool == SPOOL).limit(PAGE)
    while page := connection.execute(question.where(access.c.number > last).order_by(access.c.number)).all():
        last = page[-1].number
        for row in page:
            yield from _read(row.lines)


def _read(text: str) -> Iterator[Line]:
    """Yield the lines of a batch; one that tells of no rows, as of a question, is none of ours."""
    for line in text.removesuffix("\n").split("\n"):
        try:
            yield _decode(line)
        except msgspec.MsgspecError:
            continue


def _stream(connection: Connection, table: Table) -> Iterator[_Row]:
    """Yield the rows of a table in the order of their numbers, a page read at a time."""
    name, last = name_of(table), None
    sealed = list(table.columns.keys()).index("sealed") if "sealed" in table.columns else None
    question = select(table).order_by(table.c.number).limit(PAGE)
    while page := connection.execute(
        question if last is None else question.where(table.c.number > last)
    ).all():
        last = page[-1].number
        for *values, digest in page:
            is_whole = digest_of(name, values) == digest
            is_bare = sealed is not None and values[1] is None and values[sealed] is None
            # A row of somebody who is nobody any more is written without a pseudonym, and is whole so.
            yield _Row(values[0], bytes(digest), is_bare and not is_whole, is_whole, tuple(values))


def _is_made_up(keyring: Keyring, line: Line) -> bool:
    """Whether a line tells of residents' rows, and no program with the keyring wrote it."""
    return line.table in VOUCHED and line.what in CHANGES and not is_vouched(keyring, line)


def _unvouched(line: Line) -> str:
    rows = _rows(line.first, line.first + line.count - 1)
    return (
        f"{rows} of {line.table}: the line of the access log that tells of this ({line.what}) was not "
        "written with the keyring of this ledger: somebody made it up or altered it."
    )


def _added(table: str, row: _Row) -> str:
    return f"Row {row.number} of {table} was added: no line of the access log tells of it."


def _altered(table: str, row: _Row, line: Line | None) -> str:
    """Return what became of a row that its digest does not fit: altered, or moved within a write."""
    for number in () if line is None else range(line.first, line.first + min(line.count, MOST)):
        if digest_of(table, (number, *row.values[1:])) == row.digest:
            return f"Row {row.number} of {table} was moved: it was written as row {number}."
    return f"Row {row.number} of {table} was altered."


def _replaced(table: str, line: Line) -> str:
    rows = _rows(line.first, line.first + line.count - 1)
    return f"{rows} of {table}: one was replaced by another, with a digest that fits it."


def _rows(first: int, last: int) -> str:
    return f"Row {first}" if first == last else f"Rows {first} to {last}"


def _first(sentences: Sequence[str]) -> Iterable[str]:
    """Return some of many sentences, and how many more there are."""
    more = len(sentences) - TOLD
    return sentences if more <= 0 else (*sentences[:TOLD], f"There is as much wrong with {more:,} more.")
