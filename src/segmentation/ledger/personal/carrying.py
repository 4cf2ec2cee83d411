"""Bringing what the file of tombstones says into the database: erasures, and what residents took back.

Both are written to the file before they are done, so that a crash, or a database that was restored from
before, leaves what the file knows and the database does not. It is carried out here, in one transaction.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, select

from segmentation.errors import LedgerError
from segmentation.ledger.parts import parts
from segmentation.ledger.personal.emptying import empty
from segmentation.ledger.personal.entries import Entry, Line, Write, micros, time_of
from segmentation.ledger.personal.events import TAKING_BACK, Told, decode, encode
from segmentation.ledger.personal.keys import add_keys
from segmentation.ledger.personal.look import Look, opened, wrapped_keys
from segmentation.ledger.personal.records import sealed_rows, tell, write
from segmentation.ledger.personal.rows import insert_rows, name_of
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tables import PERSONAL, consents, data_keys
from segmentation.ledger.personal.tables import tombstones as kept
from segmentation.ledger.personal.taken_back import TakenBack
from segmentation.ledger.personal.taken_back import opened as said_in
from segmentation.ledger.personal.taken_back import sealed as said
from segmentation.ledger.personal.tombstones import TOMBSTONES
from segmentation.ledger.personal.withdrawing import take_out_after
from segmentation.ledger.sweeping import swept

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.stones import Tombstone
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import Ledger

MANY = 500
"""Pseudonyms in one statement."""


class Key(NamedTuple):
    """A resident's key as it stands in the database."""

    subject: bytes
    wrapped: bytes
    erasures: int


class Carried(NamedTuple):
    """What was done.

    Attributes
    ----------
    residents : int
        Whose keys were destroyed.
    rows : int
        Emptied with them.
    taken_back : int
        Refusals, withdrawals and objections that are on record again.
    is_swept : bool
        Whether nothing of what was taken out is left in the files of the database.
    """

    residents: int
    rows: int
    taken_back: int
    is_swept: bool


def outlive(
    connection: Connection, records: Records, writes: Sequence[Write], by: str, now: datetime
) -> None:
    """Keep outside of the database what residents take back, last in the transaction that records it.

    Where the file cannot be written, nothing is recorded, and nobody is told that it was.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of a transaction that keeps other writers out.
    records : Records
        Where it names no file, nothing is kept.
    writes : sequence of Write
        All that is written; rows of consents that take nothing back, and of other tables, are let be.
    by : str
        Who writes.
    now : datetime
        Aware.

    Raises
    ------
    LedgerError
        The tombstones are not those of this ledger, or were altered.
    StorageError
        The disk is full, or the file cannot be written.
    """
    taken = _taken_back(writes)
    if records.tombstones is None or not taken:
        return
    work = Work(connection, records, by, now)
    with records.tombstones.writing() as pen:
        work.carry_out(lacking(connection, records.tombstones))
        work.bury(pen.say(said(records.keyring, taken), now))


def _taken_back(writes: Sequence[Write]) -> list[TakenBack]:
    told = [(one, entry) for one in writes if one.table is consents for entry in one.entries]
    states = {content: decode(content).event_state for content in {entry.content for _, entry in told}}
    return [
        TakenBack(entry.subject, one.purpose, states[entry.content], entry.at)
        for one, entry in told
        if states[entry.content] in TAKING_BACK
    ]


def row_of(line: Tombstone) -> tuple[int, bytes, int, str, str]:
    """Return what the table holds of a line of the file."""
    return (line.number, bytes.fromhex(line.mark), micros(line.at), line.key, line.said)


def lacking(connection: Connection, file: Tombstones) -> Sequence[Tombstone]:
    """Return the lines of the file that the database does not have.

    Raises
    ------
    LedgerError
        They are not of one ledger, or the database has more.
    """
    last = connection.execute(select(kept).order_by(kept.c.number.desc()).limit(1)).one_or_none()
    # Read after the database, which a line reaches last.
    lines = file.since(1 if last is None else last.number)
    if last is None:
        return _seen(file, lines)
    there = lines[-1].number if lines else 0
    if there < last.number:
        raise LedgerError(
            f"The ledger knows {last.number:,} tombstones, and the file {file.path} has {there:,}. Restore "
            f"the file from its copy, or name the one of this ledger with {TOMBSTONES}; where it is lost for "
            "good, run `segmentation ledger tombstones`."
        )
    if (last.number, bytes(last.mark), last.at, last.key, last.said) != row_of(lines[0]):
        raise LedgerError(
            f"Tombstone {last.number} of the ledger is not the one in {file.path}: the file is another "
            f"ledger's, or one of both was altered. Name the file of this ledger with {TOMBSTONES}, or "
            "restore it from its copy."
        )
    return _seen(file, lines)[1:]


def _seen(file: Tombstones, lines: Sequence[Tombstone]) -> Sequence[Tombstone]:
    file.see(lines)
    return lines


class Work:
    """What is done within one transaction that keeps other writers out."""

    def __init__(self, connection: Connection, records: Records, by: str, now: datetime) -> None:
        self._connection, self._keyring = connection, records.keyring
        self._by, self._now = by, now
        self._residents = self._rows = self._taken_back = 0
        self._gone: list[bytes] = []

    def carry_out(self, lines: Sequence[Tombstone]) -> None:
        """Erase whom lines of the file name, who are in the database as they were before; and say again."""
        if not lines:
            return
        ends = {bytes.fromhex(line.mark): line.number for line in lines if line.mark}
        mark = self._keyring.marker(PURPOSE)
        everybody = self._connection.execute(select(data_keys)) if ends else ()
        found = [key for key in map(_key, everybody) if key.erasures < ends.get(mark(key.subject), 0)]
        self.bury(lines)
        self.destroy(found)
        self._say_again(
            one
            for line in lines
            for one in said_in(self._keyring, line)
            if line.number > ends.get(mark(one.subject), 0)  # not who was erased after it
        )

    def bury(self, lines: Sequence[Tombstone]) -> None:
        """Keep lines of the file in the database."""
        insert_rows(self._connection, kept, [row_of(line) for line in lines])
        tell(self._connection, [self._line(lines)], self._keyring)

    def destroy(self, keys: Sequence[Key]) -> None:
        """Take out keys, and every row that was sealed under them."""
        marks = [mark(key.subject) for mark in self._markers() for key in keys]
        for table in PERSONAL:
            for part in parts(marks, MANY):
                which = table.c.subject.in_(part)
                self._rows += empty(
                    self._connection, table, which, "erase", self._by, self._now, self._keyring
                )
        for part in parts([key.subject for key in keys], MANY):
            self._connection.execute(delete(data_keys).where(data_keys.c.subject.in_(part)))
        self._residents += len(keys)
        self._gone += [*(key.wrapped for key in keys), *(key.subject for key in keys), *marks]

    def newest(self, keys: Sequence[Key]) -> Iterator[datetime]:
        """Yield times of what is kept of residents: an end is never earlier, whatever a clock says."""
        marks = [mark(key.subject) for mark in self._markers() for key in keys]
        for table in PERSONAL:
            for part in parts(marks, MANY):
                last = select(func.max(table.c.at)).where(table.c.subject.in_(part))
                if (at := self._connection.execute(last).scalar()) is not None:
                    yield time_of(int(at))

    def done(self, ledger: Ledger) -> Carried:
        """Return what was done, once it is committed and the files are swept."""
        is_swept = True
        if self._gone or self._taken_back:
            is_swept = swept(ledger, (data_keys, *PERSONAL), self._gone)
        return Carried(self._residents, self._rows, self._taken_back, is_swept)

    def _say_again(self, taken: Iterator[TakenBack]) -> None:
        """Put on record what residents took back, and take out what they were placed as."""
        entries: dict[str, list[Entry]] = {}
        for one in taken:
            content = encode(Told(one.state, entity_id=self._by))
            entries.setdefault(one.purpose, []).append(Entry(one.subject, one.at, content))
        look = Look(self._connection, lambda: self._keyring)
        for purpose, some in entries.items():
            told = Write(consents, purpose, some)
            self._make_keys({one.subject for one in some})
            keys = opened(self._keyring, wrapped_keys(self._connection, {one.subject for one in some}))
            take_out_after(look, self._keyring, told, self._by, self._now)
            rows = [row for _, row in sealed_rows(told, keys, self._keyring)]
            write(self._connection, consents, purpose, rows, self._by, self._now, self._keyring)
            self._taken_back += len(some)

    def _make_keys(self, subjects: Collection[bytes]) -> None:
        """Make the keys of who is not there: they came after the backup."""
        there = wrapped_keys(self._connection, subjects)
        new = [one for one in sorted(subjects) if one not in there]
        made = [(one, self._keyring.wrap(one, secrets.token_bytes(32))) for one in new]
        add_keys(self._connection, made, self._now)

    def _markers(self) -> list[Callable[[bytes], bytes]]:
        """Return what makes the pseudonyms of every purpose for which anything is kept."""
        found = {
            purpose
            for table in PERSONAL
            for purpose in self._connection.execute(select(table.c.purpose).distinct()).scalars()
        }
        return [self._keyring.marker(purpose) for purpose in sorted(found)]

    def _line(self, lines: Sequence[Tombstone]) -> Line:
        return Line(
            self._now,
            secrets.token_hex(8),
            self._by,
            "erase" if any(line.mark for line in lines) else "write",
            name_of(kept),
            lines[0].number,
            len(lines),
            lines[-1].digest,
        )


def keys_of(connection: Connection, subjects: Collection[bytes]) -> list[Key]:
    """Return the keys of residents as they stand in the database."""
    return [
        _key(row)
        for part in parts(list(dict.fromkeys(subjects)), MANY)
        for row in connection.execute(select(data_keys).where(data_keys.c.subject.in_(part)))
    ]


def _key(row: Any) -> Key:  # noqa: ANN401 - a row of this table
    return Key(bytes(row.subject), bytes(row.wrapped), row.erasures)
