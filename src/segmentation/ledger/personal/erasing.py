"""Erasing a resident: a tombstone first, then their key and every row of theirs, for good (PIPL Art. 47).

Whoever was erased must stay so. The tombstone lies outside of the database, so a crash between the two, or a
database that was restored from before, leaves an erasure that the file knows and the database does not:
`Erasures.carry_out` does it again, and who opens a ledger calls it first. Somebody who was erased may consent
anew: they get a new key, and nothing of before comes back.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select

from segmentation.errors import LedgerError
from segmentation.ledger.personal.emptying import empty
from segmentation.ledger.personal.records import Line, micros, tell, time_of
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.tables import PERSONAL, data_keys
from segmentation.ledger.personal.tables import tombstones as kept
from segmentation.ledger.personal.tombstones import TOMBSTONES, chained
from segmentation.ledger.store import UNREAD
from segmentation.ledger.sweeping import swept
from segmentation.signing import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.tombstones import Pen, Tombstone, Tombstones
    from segmentation.ledger.store import Ledger

PURPOSE = "own tombstone"
"""Under which marks in the file are made; the blank keeps it apart from every purpose of a policy."""
UNERASED = "Nobody was erased"
AGAIN = "Look at the request again: where the tombstone was written, the next opening erases them."
MANY = 500
"""Pseudonyms in one statement."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes
    ----------
    residents : int
        How many keys were destroyed.
    rows : int
        How many rows were emptied.
    is_swept : bool
        Whether nothing of it is left in the files of the database; if not, the next sweep takes it out.
    """

    residents: int
    rows: int
    is_swept: bool = True


class _Key(NamedTuple):
    """A resident's key as it stands in the database."""

    subject: bytes
    wrapped: bytes
    erasures: int


class Erasures:
    """Erasures from a ledger, and the file that remembers them.

    Parameters
    ----------
    records : Records
    tombstones : Tombstones
        Outside of the database and of its backups; the same one for all who use the ledger.
    """

    def __init__(self, records: Records, tombstones: Tombstones) -> None:
        self._records, self._tombstones = records, tombstones

    def erase(self, subjects: Collection[bytes], by: str, now: datetime) -> Erased:
        """Erase residents; who has no key gets a tombstone too, so that no file of before brings them.

        Parameters
        ----------
        subjects : collection of bytes
            `Keyring.subject_of` each.
        by : str
            Who does it.
        now : datetime
            Aware.

        Raises
        ------
        LedgerError
            The tombstones are not those of this ledger, or were altered; or the database refuses. Nobody was
            erased then, unless it says that it is in doubt.
        StorageError
            The disk is full, or a file cannot be written.
        """
        ledger, mark = self._records.ledger, self._records.keyring.marker(PURPOSE)
        with (
            ledger.writer(UNERASED, AGAIN) as connection,
            ledger.told(UNERASED),
            self._tombstones.writing() as pen,
        ):
            work = _Work(connection, self._records, by, now)
            work.carry_out(self._lacking(connection, pen.lines))
            if asked := list(dict.fromkeys(subjects)):
                found = _keys(connection, asked)
                work.bury(_written(pen, asked, found, mark, max([now, *work.newest(found)])))
                work.destroy(found)
        return work.done(ledger)

    def carry_out(self, by: str, now: datetime) -> Erased:
        """Erase whom the file knows and the database does not: after a crash, or after it was restored.

        Takes and raises what `erase` does; it is quick where there is nothing to do.
        """
        ledger = self._records.ledger
        lines = self._tombstones.read()
        with ledger.told(UNREAD), ledger.reading() as connection:
            lacking = self._lacking(connection, lines)
        self._tombstones.see(lines)
        if not lacking:
            return Erased(0, 0)
        with ledger.writer(UNERASED, AGAIN) as connection, ledger.told(UNERASED):
            work = _Work(connection, self._records, by, now)
            # Read again, because another process may have done it since.
            work.carry_out(self._lacking(connection, self._tombstones.read()))
        return work.done(ledger)

    def rewrite_file(self, *, accepts_loss: bool = False) -> int:
        """Write the file from what the database has, where it was lost; return how many lines it lacked.

        It knows less than the lost one where the database was restored since: who was erased in between is
        not in it. So a copy of the file is better, wherever there is one.

        Parameters
        ----------
        accepts_loss : bool
            Whether to go on where more erasures were seen from here than the database has.

        Raises
        ------
        LedgerError
            What there is of a file is not the beginning of what the database has, or more were seen.
        StorageError
            The file cannot be written.
        """
        ledger = self._records.ledger
        with ledger.told(UNREAD), ledger.reading() as connection:
            rows = connection.execute(select(kept).order_by(kept.c.number)).all()
        chain = chained((bytes(row.mark).hex(), time_of(row.at), row.key) for row in rows)
        if (lost := self._tombstones.unseen(chain)) and not accepts_loss:
            raise LedgerError(
                f"{lost:,} erasures were seen from here that the ledger does not have: it was restored, and "
                "whoever they were stands there again. Restore a copy of the tombstones. Only where there is "
                "none, find out whom they concern, erase them again, and go on with --accept-loss."
            )
        with self._tombstones.writing(lost=True) as pen:
            there = len(pen.lines)
            if tuple(chain[:there]) != pen.lines:
                raise LedgerError(
                    f"The tombstones {self._tombstones.path} are not the beginning of what the ledger knows: "
                    "they are another ledger's, or have more than it. Move them away if they are, and look "
                    f"where {TOMBSTONES} points."
                )
            pen.keep(chain[there:])
        return len(chain) - there

    def _lacking(self, connection: Connection, lines: Sequence[Tombstone]) -> Sequence[Tombstone]:
        """Return the lines that the database does not have; raises a `LedgerError` where they do not fit."""
        rows = connection.execute(select(kept).order_by(kept.c.number)).all()
        if len(rows) > len(lines):
            raise LedgerError(
                f"The ledger knows {len(rows):,} erasures, and the tombstones {self._tombstones.path} have "
                f"{len(lines):,}. Restore the file from its copy, or name the one of this ledger with "
                f"{TOMBSTONES}; where it is lost for good, run `segmentation ledger tombstones`."
            )
        for row, line in zip(rows, lines, strict=False):
            if (row.number, bytes(row.mark), row.at, row.key) != row_of(line):
                raise LedgerError(
                    f"Tombstone {row.number} of the ledger is not the one in {self._tombstones.path}: the "
                    "file is another ledger's, or one of both was altered. Name the file of this ledger with "
                    f"{TOMBSTONES}, or restore it from its copy."
                )
        return lines[len(rows) :]


def row_of(line: Tombstone) -> tuple[int, bytes, int, str]:
    """Return what the table holds of a line of the file."""
    return (line.number, bytes.fromhex(line.mark), micros(line.at), line.key)


class _Work:
    """What is done within one transaction that keeps other writers out."""

    def __init__(self, connection: Connection, records: Records, by: str, now: datetime) -> None:
        self._connection, self._keyring = connection, records.keyring
        self._by, self._now = by, now
        self._residents = self._rows = 0
        self._gone: list[bytes] = []

    def carry_out(self, lines: Sequence[Tombstone]) -> None:
        """Erase whom lines of the file name, who are in the database as they were before."""
        if not lines:
            return
        mark = self._keyring.marker(PURPOSE)
        latest = {bytes.fromhex(line.mark): line.number for line in lines}
        found = [
            key
            for key in map(_key, self._connection.execute(select(data_keys)))
            if key.erasures < latest.get(mark(key.subject), 0)
        ]
        self.bury(lines)
        self.destroy(found)

    def bury(self, lines: Sequence[Tombstone]) -> None:
        """Keep lines of the file in the database."""
        names = [column.name for column in kept.columns]
        rows = [dict(zip(names, row_of(line), strict=True)) for line in lines]
        self._connection.execute(insert(kept), rows)
        tell(self._connection, [self._line(lines)], self._keyring)

    def destroy(self, keys: Sequence[_Key]) -> None:
        """Take out keys, and every row that was sealed under them."""
        marks = [mark(key.subject) for mark in self._markers() for key in keys]
        for table in PERSONAL:
            for part in _parts(marks):
                which = table.c.subject.in_(part)
                self._rows += empty(
                    self._connection, table, which, "erase", self._by, self._now, self._keyring
                )
        for part in _parts([key.subject for key in keys]):
            self._connection.execute(delete(data_keys).where(data_keys.c.subject.in_(part)))
        self._residents += len(keys)
        self._gone += [*(key.wrapped for key in keys), *(key.subject for key in keys), *marks]

    def newest(self, keys: Sequence[_Key]) -> Iterator[datetime]:
        """Yield times of what is kept of residents: an end is never earlier, whatever a clock says."""
        marks = [mark(key.subject) for mark in self._markers() for key in keys]
        for table in PERSONAL:
            for part in _parts(marks):
                last = select(func.max(table.c.at)).where(table.c.subject.in_(part))
                if (at := self._connection.execute(last).scalar()) is not None:
                    yield time_of(int(at))

    def done(self, ledger: Ledger) -> Erased:
        """Return what was done, once it is committed and the files are swept."""
        if not self._gone:
            return Erased(self._residents, self._rows)
        return Erased(self._residents, self._rows, swept(ledger, (data_keys, *PERSONAL), self._gone))

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
            "erase",
            name_of(kept),
            lines[0].number,
            len(lines),
            lines[-1].digest,
        )


def _written(
    pen: Pen, asked: Sequence[bytes], found: Sequence[_Key], mark: Callable[[bytes], bytes], at: datetime
) -> tuple[Tombstone, ...]:
    """Write the tombstones of residents; of who has no key, one that names no key."""
    wrapped = {key.subject: key.wrapped for key in found}
    return pen.append([(mark(one).hex(), sha256(wrapped.get(one, b""))) for one in asked], at)


def _keys(connection: Connection, subjects: Collection[bytes]) -> list[_Key]:
    return [
        _key(row)
        for part in _parts(list(dict.fromkeys(subjects)))
        for row in connection.execute(select(data_keys).where(data_keys.c.subject.in_(part)))
    ]


def _key(row: Any) -> _Key:  # noqa: ANN401 - a row of this table
    return _Key(bytes(row.subject), bytes(row.wrapped), row.erasures)


def _parts(values: Sequence[bytes]) -> list[Sequence[bytes]]:
    return [values[at : at + MANY] for at in range(0, len(values), MANY)]
