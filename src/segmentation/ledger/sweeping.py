"""Lets nothing that was deleted stay in the files of a database.

SQLite overwrites what is deleted (`PRAGMA secure_delete`), and yet two places keep it: the write-ahead log,
until it is emptied, and pages from which a row was moved before it was deleted. PostgreSQL keeps deleted rows
until they are vacuumed; what its own log and its free space hold after that, no statement reaches.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from segmentation.errors import LedgerError, StorageError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sqlalchemy import Table
    from sqlalchemy.engine.interfaces import DBAPICursor

    from segmentation.ledger.store import Ledger

UNSWEPT = "What was deleted may still lie in the files of the database"
MANY = 100
"""Values from which on the file is written anew rather than searched for each."""


def swept(ledger: Ledger, tables: Collection[Table], values: Collection[bytes]) -> bool:
    """Take what was deleted out of the files, after the transaction that deleted it.

    Parameters
    ----------
    ledger : Ledger
    tables : collection of sqlalchemy.Table
        From which it was deleted.
    values : collection of bytes
        That must not be found any more.

    Returns
    -------
    bool
        Whether it is done. It is not where others read for longer than the ledger waits, or the disk has no
        room; what was deleted is deleted all the same, and the next sweep takes it out.
    """
    try:
        with ledger.told(UNSWEPT):
            path = ledger.place.path
            return _vacuumed(ledger, tables) if path is None else _emptied(ledger, path, values)
    except (LedgerError, StorageError):
        return False


def _vacuumed(ledger: Ledger, tables: Collection[Table]) -> bool:
    with ledger.bare() as connection:
        cursor = connection.cursor()
        for table in tables:
            # Few rows are deleted at a time, and it would leave their entries in the indexes.
            cursor.execute(f"VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) {table.name}")
    return True


def _emptied(ledger: Ledger, path: Path, values: Collection[bytes]) -> bool:
    with ledger.bare() as connection:
        cursor = connection.cursor()
        if not _checkpointed(cursor):
            return False
        if len(values) < MANY and not _holds(path, values):
            return True
        cursor.execute("VACUUM")
        return _checkpointed(cursor)


def _checkpointed(cursor: DBAPICursor) -> bool:
    """Move the write-ahead log into the file, and empty it."""
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = cursor.fetchone()
    return found is not None and not found[0]


def _holds(path: Path, values: Collection[bytes]) -> bool:
    """Whether a file holds any of some values, in whatever page."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return any(content.find(value) >= 0 for value in values)
