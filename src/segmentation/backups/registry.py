"""MLflow's database in a backup: a copy of SQLite's own making, and its addresses set to another home.

It goes through memory: no copy of it lies on a disk in the clear. A registry of 10,000 versions takes some
hundred MiB.
"""

# ruff: noqa: S608 - names of tables and columns from the list below

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.backups.frames import Opening, Sealing

SQLITE = "sqlite:///"
PATIENCE = 60.0
BLOCK = 1 << 20
ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""Where MLflow writes down where artefacts lie, with the whole path."""


def write_database(database: Path, file: Sealing) -> None:
    """Write MLflow's database as it is at one moment, while others write to it.

    Raises
    ------
    sqlite3.Error
        It cannot be read.
    """
    address = f"{database.as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as source,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        source.backup(copy)
        content = memoryview(copy.serialize())
    for start in range(0, len(content), BLOCK):
        file.write(bytes(content[start : start + BLOCK]))


def read_database(file: Opening, database: Path, before: str, after: str) -> None:
    """Write MLflow's database from a backup, with artefacts at another address.

    Parameters
    ----------
    file : Opening
    database : Path
        Must not be there.
    before, after : str
        Addresses of the folder of artefacts.

    Raises
    ------
    BackupError
        The file was altered.
    OSError, sqlite3.Error
        It cannot be written.
    """
    with os.fdopen(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
        while block := file.read(BLOCK):
            out.write(block)
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, column in ADDRESSES:
            if column in {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}:
                moved = f"UPDATE {table} SET {column} = ? || substr({column}, ?)"
                values = (after, len(before) + 1, len(before), before)
                connection.execute(f"{moved} WHERE substr({column}, 1, ?) = ?", values)
