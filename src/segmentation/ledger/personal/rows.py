"""Rows as they are written and read: a digest over each, a place to which its seal is bound.

How a digest is made is part of the format, and must never change: MessagePack of the table's name and the
values in the order of its columns, without `digest`, and its SHA-256.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Table

MANY = 10_000
"""Pseudonyms in one question."""
COPIED = 1000
"""Rows from which PostgreSQL gets them by COPY."""
JOINED = 200
"""Rows that SQLite gets by one statement."""
ROOM = 256 * 2**20
"""Bytes of pages that SQLite may hold while it writes much; it takes only what it needs."""
_encode = msgspec.msgpack.Encoder().encode


def name_of(table: Table) -> str:
    """Return a table's name as a plain text: SQLAlchemy has a kind of its own, which no encoder knows."""
    return str(table.name)


def digest_of(table: str, values: Sequence[Any]) -> bytes:
    """Return the digest of a row, 32 bytes.

    Parameters
    ----------
    table : str
    values : sequence
        Of all columns but `digest`, in their order.
    """
    return sha256(_encode((table, *values))).digest()


def numbered(table: str, values: Iterable[Sequence[Any]], first: int) -> list[tuple[Any, ...]]:
    """Return rows as they are written: with a number in front and a digest behind.

    Parameters
    ----------
    table : str
    values : iterable of sequences
        Of the columns between `number` and `digest`.
    first : int
        Number of the first row.
    """
    return [
        (number, *row, sha256(_encode((table, number, *row))).digest())
        for number, row in enumerate(values, start=first)
    ]


def digest_of_rows(digests: Iterable[bytes]) -> str:
    """Return the digest of several rows, in the order of their numbers, as ``sha256:…``."""
    return f"sha256:{sha256(b''.join(digests)).hexdigest()}"


def place_of(table: str, purpose: str, at: int, mark: bytes, more: Sequence[Any] = ()) -> bytes:
    """Return what the seal of a row is bound to: all that stands in the clear but its number and digest.

    The number is known when the row is written, after it was sealed: `vouching.Numbers` binds it.

    Parameters
    ----------
    table, purpose : str
    at : int
        Microseconds since 1970.
    mark : bytes
        The pseudonym in the row.
    more : sequence
        Values of the columns between `at` and `sealed`.
    """
    return _encode((table, purpose, at, mark, *more))


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write many rows as fast as the database takes them.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    table : sqlalchemy.Table
    rows : sequence of sequences
        Values in the order of the table's columns.
    """
    if connection.dialect.name == "sqlite":
        for at in range(0, len(rows), JOINED):
            _insert(connection, table, rows[at : at + JOINED])
    elif len(rows) >= COPIED:
        _copy(connection, table, rows)
    else:
        names = [column.name for column in table.columns]
        connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


def among(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    subjects: Sequence[bytes],
    purpose: str | None = None,
) -> Iterator[Sequence[Any]]:
    """Yield the rows of some pseudonyms, in any order.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    table : sqlalchemy.Table
    columns : sequence of str
        Which of its columns to read.
    subjects : sequence of bytes
        Any number.
    purpose : str, optional
        Of the rows, in a table that has one.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    mark = "?" if is_sqlite else "%s"
    told = f"SELECT {', '.join(columns)} FROM {table.name} WHERE subject "  # noqa: S608 - names of our own
    ending, more = ("", ()) if purpose is None else (f" AND purpose = {mark}", (purpose,))
    for at in range(0, len(subjects), MANY):
        part = tuple(subjects[at : at + MANY])
        if is_sqlite:
            slots = ", ".join("?" * len(part))
            found = connection.exec_driver_sql(f"{told}IN ({slots}){ending}", (*part, *more))
        else:
            found = connection.exec_driver_sql(f"{told}= ANY(%s){ending}", (list(part), *more))
        # Row by row, and as SQLAlchemy's own rows, they would take twice as long.
        cursor: Any = found.cursor
        yield from cursor.fetchall()
        found.close()


def make_room(connection: Connection) -> None:
    """Give a transaction that writes much room for its pages, so that each is written once."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size = -{ROOM >> 10}")


def _insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by one statement, which SQLite takes faster than one for each."""
    slots = ", ".join([f"({', '.join('?' * len(table.columns))})"] * len(rows))
    told = f"INSERT INTO {table.name} VALUES {slots}"  # noqa: S608 - a name of our own
    connection.exec_driver_sql(told, tuple(chain.from_iterable(rows)))


def _copy(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows by COPY, which PostgreSQL takes several times faster than INSERT."""
    dialect: Any = connection.dialect
    names = ", ".join(column.name for column in table.columns)
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    except dialect.dbapi.Error as error:
        is_gone = dialect.is_disconnect(error, driver, None)
        raise DBAPIError("COPY", None, error, hide_parameters=True, connection_invalidated=is_gone) from None
