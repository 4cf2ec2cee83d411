"""Reading and writing rows of personal data: sealed, chained, and under pseudonyms.

Who writes needs the keys of the residents first (`keys`), may then seal as long as it takes, and adds the
rows with one line of the access log in one transaction (`append`). Who was erased meanwhile is left out
there: a row under a destroyed key would be of nobody.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, select

from segmentation.ledger.access import append_within
from segmentation.ledger.personal.entries import SPOOL, Entry, Kept, Line, Write
from segmentation.ledger.personal.keys import add_keys
from segmentation.ledger.personal.look import Look, opened, wrapped_keys
from segmentation.ledger.personal.rows import digest_of_rows, insert_rows, name_of, numbered, place_of
from segmentation.ledger.personal.tables import PERSONAL
from segmentation.ledger.personal.vouching import Numbers, check_keyring, check_within, vouched
from segmentation.vault import DataKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import Ledger
    from segmentation.vault import Keyring

UNWRITTEN = "Nothing was kept"
AGAIN = "Try again: what was kept once is not kept twice where it says the same."
_encode = msgspec.json.Encoder().encode


class Records:
    """The tables of personal data in a ledger's database; several threads may use one.

    Methods raise a `LedgerError` or a `StorageError` where the database refuses, and a `VaultError` where a
    row does not open.

    Parameters
    ----------
    ledger : Ledger
    keyring : callable
        Returns the keyring; asked again where a row names a key that the last one lacks.
    tombstones : Tombstones or None
        The file outside of the database that keeps what residents take back (`carrying`); None: nowhere.
    """

    def __init__(
        self, ledger: Ledger, keyring: Callable[[], Keyring], tombstones: Tombstones | None = None
    ) -> None:
        self._ledger, self._keyring, self._tombstones = ledger, keyring, tombstones

    @property
    def ledger(self) -> Ledger:
        """Where it is kept."""
        return self._ledger

    @property
    def tombstones(self) -> Tombstones | None:
        """The file that outlives the database."""
        return self._tombstones

    @property
    def keyring(self) -> Keyring:
        """The keyring as it is now; a `VaultError` where it is not the one of this ledger."""
        keyring = self._keyring()
        check_keyring(self._ledger, keyring)
        return keyring

    def keys(self, subjects: Collection[bytes]) -> dict[bytes, DataKey]:
        """Return the keys of residents who have one."""
        with self._ledger.reading() as connection:
            found = wrapped_keys(connection, subjects)
        return opened(self.keyring, found)

    def ensured(self, subjects: Collection[bytes], now: datetime) -> dict[bytes, DataKey]:
        """Return the keys of residents, made for those who have none; raises what a writer does."""
        found = self.keys(subjects)
        if missing := [subject for subject in dict.fromkeys(subjects) if subject not in found]:
            found |= self._made(missing, now)
        return found

    def append(
        self,
        table: Table,
        purpose: str,
        entries: Sequence[Entry],
        keys: Mapping[bytes, DataKey],
        by: str,
        now: datetime,
    ) -> int:
        """Write rows and the line that tells of it, all of it or nothing.

        Parameters
        ----------
        table : sqlalchemy.Table
            One of `tables.PERSONAL`.
        purpose : str
            Of all rows; their pseudonyms are made with its key.
        entries : sequence of Entry
        keys : mapping
            Of all their subjects: what `ensured` returned.
        by : str
            Who writes.
        now : datetime
            Aware.

        Returns
        -------
        int
            How many were written: fewer than were given where somebody was erased meanwhile.
        """
        return self.append_all([Write(table, purpose, entries)], keys, by, now)

    def append_all(
        self,
        writes: Sequence[Write],
        keys: Mapping[bytes, DataKey],
        by: str,
        now: datetime,
        still: Callable[[Look], object] | None = None,
        after: Callable[[Connection], object] | None = None,
    ) -> int:
        """Write rows of several tables or purposes, each with its line, all of it or nothing.

        Takes and returns what `append` does. `still` is asked first, in the transaction that writes, when
        nobody else does: what it raises is raised, and nothing is written. `after` is called last in it,
        where all is written.
        """
        keyring = self.keyring
        made = [(one, sealed_rows(one, keys, keyring)) for one in writes if one.entries]
        subjects = {subject for _, rows in made for subject, _ in rows}
        if not made:
            return 0
        with self._ledger.writer(UNWRITTEN, AGAIN) as connection:
            if still is not None:
                still(Look(connection, self._keyring))
            held = opened(self.keyring, wrapped_keys(connection, subjects))
            there = {one for one, key in held.items() if key == keys[one]}  # not who was erased and came back
            count = sum(
                write(
                    connection,
                    one.table,
                    one.purpose,
                    [row for of, row in rows if of in there],
                    by,
                    now,
                    keyring,
                )
                for one, rows in made
            )
            if after is not None and count == sum(len(rows) for _, rows in made):
                after(connection)
            return count

    def of(self, table: Table, purpose: str, subject: bytes) -> list[Kept]:
        """Return a resident's rows of one purpose, the oldest first; none where they have no key."""
        with self.looking() as look:
            return look.of(table, purpose, subject)

    @contextmanager
    def looking(self) -> Iterator[Look]:
        """Give a look at the tables as they are at one moment."""
        with self._ledger.reading() as connection:
            yield Look(connection, lambda: self.keyring)

    def _made(self, subjects: Sequence[bytes], now: datetime) -> dict[bytes, DataKey]:
        fresh = {subject: secrets.token_bytes(32) for subject in subjects}
        with self._ledger.writer(UNWRITTEN, AGAIN) as connection:
            keyring = self.keyring  # asked here, where nobody retires the key that it wraps with
            there = wrapped_keys(connection, subjects)
            made = [(one, keyring.wrap(one, key)) for one, key in fresh.items() if one not in there]
            if made:
                check_within(connection, keyring)
                add_keys(connection, made, now)
        new = {one: DataKey(key) for one, key in fresh.items() if one not in there}
        return new | opened(self.keyring, there)


def sealed_rows(
    write: Write, keys: Mapping[bytes, DataKey], keyring: Keyring
) -> list[tuple[bytes, tuple[Any, ...]]]:
    """Return the rows of a write without numbers and digests, each with the subject that it is of."""
    mark, name = keyring.marker(write.purpose), name_of(write.table)
    rows: list[tuple[bytes, tuple[Any, ...]]] = []
    for one in write.entries:
        subject = mark(one.subject)
        sealed = keys[one.subject].seal(place_of(name, write.purpose, one.at, subject, one.more), one.content)
        rows.append((one.subject, (subject, write.purpose, one.at, *one.more, sealed)))
    return rows


def write(
    connection: Connection,
    table: Table,
    purpose: str,
    values: Sequence[Sequence[Any]],
    by: str,
    now: datetime,
    keyring: Keyring | None,
) -> int:
    """Add rows with the line that tells of it, within a transaction that keeps other writers out.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    table : sqlalchemy.Table
        One of `tables.NUMBERED`.
    purpose : str
    values : sequence of sequences
        Of the columns between `number` and `digest`.
    by : str
    now : datetime
        Aware.
    keyring : Keyring or None
        Binds what is sealed to its number, and vouches for the line; None for a table that has nothing of
        residents.

    Raises
    ------
    VaultError
        The keyring is not the one of this ledger.
    """
    if not values:
        return 0
    name, first = name_of(table), next_number(connection, table)
    if keyring is not None and table in PERSONAL:
        values = Numbers(keyring, name).bound_all(values, first)
    return write_numbered(connection, table, purpose, numbered(name, values, first), by, now, keyring)


def next_number(connection: Connection, table: Table) -> int:
    """Return the number that the next row of a table gets."""
    return int(connection.execute(select(func.max(table.c.number))).scalar() or 0) + 1


def write_numbered(
    connection: Connection,
    table: Table,
    purpose: str,
    rows: Sequence[Sequence[Any]],
    by: str,
    now: datetime,
    keyring: Keyring | None,
) -> int:
    """Do as `write` with one row or more of all columns, of which the first has the `next_number`."""
    insert_rows(connection, table, rows)
    digest = digest_of_rows(row[-1] for row in rows)
    number, name = rows[0][0], name_of(table)
    line = Line(now, secrets.token_hex(8), by, "write", name, number, len(rows), digest, purpose)
    note(connection, line, keyring)
    return len(rows)


def note(connection: Connection, line: Line, keyring: Keyring | None = None) -> None:
    """Add a line to the access log, vouched for with a keyring, as `tell` does."""
    tell(connection, [line], keyring)


def tell(connection: Connection, lines: Sequence[Line], keyring: Keyring | None) -> None:
    """Add lines to the access log at once, within a transaction that keeps other writers out.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    lines : sequence of Line
    keyring : Keyring or None
        Vouches for them; None where they tell of nothing that changed of residents.

    Raises
    ------
    VaultError
        The keyring is not the one of this ledger.
    """
    if keyring is not None:
        check_within(connection, keyring)
        lines = [vouched(keyring, line) for line in lines]
    append_within(connection, SPOOL, b"".join(_encode(line) + b"\n" for line in lines), lines[-1].at)
