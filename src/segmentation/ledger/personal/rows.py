"""Rows as they are written and read: a digest over each, a place to which its seal is bound.

How a digest is made is part of the format, and must never change: MessagePack of the table's name and the
values in the order of its columns, without `digest`, and its SHA-256.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import insert

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Table

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


def digest_of_rows(digests: Iterable[bytes]) -> str:
    """Return the digest of several rows, in the order of their numbers, as ``sha256:…``."""
    return f"sha256:{sha256(b''.join(digests)).hexdigest()}"


def place_of(table: str, purpose: str, at: int, mark: bytes) -> bytes:
    """Return what the seal of a row is bound to.

    Parameters
    ----------
    table, purpose : str
    at : int
        Microseconds since 1970.
    mark : bytes
        The pseudonym in the row.
    """
    return _encode((table, purpose, at, mark))


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
        slots = ", ".join("?" * len(table.columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} VALUES ({slots})", [tuple(row) for row in rows])  # noqa: S608 - a name of our own
        return
    names = [column.name for column in table.columns]
    connection.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
