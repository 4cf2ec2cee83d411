"""How the tables are written that people work with: sessions, failures and notes.

Nothing in them is evidence, so they have no chain, and a writer of the ledger need not be waited for: on
PostgreSQL only who writes the same row waits, on SQLite there is one writer for the whole file.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Table

    from segmentation.ledger.store import Ledger

UNKEPT = "Nothing was kept"
AGAIN = "Try again."


@contextmanager
def keeping(ledger: Ledger) -> Iterator[Connection]:
    """Give a connection that writes; what it wrote is kept when the block ends well.

    Raises
    ------
    LedgerError, StorageError
        The database refuses, or the disk is full.
    """
    with ledger.writer(UNKEPT, AGAIN, alone=False) as connection:
        yield connection


def upsert(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a row in the place of the one with the same key, if there is one."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    keys = [column.name for column in table.primary_key]
    told = insert(table).values(**row)
    connection.execute(
        told.on_conflict_do_update(
            index_elements=keys,
            set_={name: told.excluded[name] for name in row if name not in keys},
        )
    )


def written(at: datetime) -> str:
    """Return a time as these tables hold it: of two, the later one is the later text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def time_of(told: object) -> datetime | None:
    """Return the time that a row tells; None where it tells none, because somebody else wrote it."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
        return at.astimezone(UTC) if at is not None and at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
