"""How each database is opened, so that what was recorded stays so and one program at a time writes.

A record that was said to be there must be there after a loss of power, so SQLite waits for the disk (WAL with
`synchronous = FULL`, its manual on pragmas), and PostgreSQL keeps `synchronous_commit`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from math import ceil
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.place import Place

SOONEST = 2
"""Seconds below which libpq does not wait for a server."""
ANSWER = 10
"""Seconds that a PostgreSQL may take to let us in."""
RECYCLED = 300
"""Seconds after which a connection that was kept is made anew."""
ADVISORY_LOCK = 0x5E61_1ED6
"""Key of PostgreSQL's advisory lock; any number that no other program is likely to use."""
WRITER = "segmentation_writer"


def make_file(path: Path, patience: float) -> None:
    """Make an empty file for its owner alone; SQLite gives the files beside it the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path, timeout=patience, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def engine_of(place: Place, patience: float, keeps: int = 0) -> Engine:
    """Return the way to a database, whose writers wait `patience` seconds for each other.

    Parameters
    ----------
    place : Place
    patience : float
    keeps : int
        Connections to a server that are kept for who asks again and again; none to a file.
    """
    if place.path is None:
        return _postgres(place, patience, keeps)
    return _sqlite(place, place.path, patience)


def _postgres(place: Place, patience: float, keeps: int) -> Engine:
    """Return a way to a PostgreSQL, whose restart is no matter.

    It connects anew each time; or each connection that was kept is tried before it is used, which takes a
    tenth of a new one.
    """
    kept = {"pool_size": keeps, "max_overflow": keeps, "pool_pre_ping": True, "pool_recycle": RECYCLED}
    limits = {
        "connect_timeout": min(ANSWER, max(SOONEST, ceil(patience))),
        # A server that is gone without a word is noticed by asking, also where nothing waits to be sent.
        "keepalives_idle": ANSWER,
        "keepalives_interval": ANSWER,
        "tcp_user_timeout": int(1000 * (patience + ANSWER)),
    }
    return create_engine(
        place.url,
        **(kept if keeps else {"poolclass": NullPool}),
        hide_parameters=True,
        # Prepared statements do not survive a pooler between us and the server.
        connect_args=limits | {"prepare_threshold": None},
    )


def _sqlite(place: Place, path: Path, patience: float) -> Engine:
    """Return a way to a SQLite file that must exist, and that is opened anew each time.

    A connection that were kept would go on reading a file that was since replaced by another.
    """

    def connect() -> sqlite3.Connection:
        address = f"{path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=patience, isolation_level=None)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # What is taken out is overwritten, so that no free page of the file still holds it.
        connection.execute("PRAGMA secure_delete = ON")
        # Bytes that are no UTF-8 are those of a row that was altered: it is to be read, and then named.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        return connection

    engine = create_engine(place.url, creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """Begin here, because Python's own transactions begin too late: after the first look."""
        is_writer = connection.get_execution_options().get(WRITER, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def as_reader(connection: Connection) -> Connection:
    """Return a connection of which a transaction sees one moment, and writes nothing."""
    if connection.dialect.name == "sqlite":
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def as_writer(connection: Connection) -> Connection:
    """Return a connection of which a transaction is to write."""
    if connection.dialect.name == "sqlite":
        return connection.execution_options(**{WRITER: True})
    # Each statement sees what was committed before it, so that what is read after the lock is the newest.
    return connection.execution_options(isolation_level="READ COMMITTED")


def keep_others_out(connection: Connection, patience: float) -> None:
    """Wait for other writers; SQLite did so when the transaction began."""
    wait_at_most(connection, patience)
    if connection.dialect.name == "sqlite":
        return
    if connection.execute(text("SHOW synchronous_commit")).scalar_one() == "off":
        connection.execute(text("SET LOCAL synchronous_commit = on"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def wait_at_most(connection: Connection, patience: float) -> None:
    """Wait no longer than that for whoever writes the same rows; SQLite waits as its connection was made."""
    if connection.dialect.name == "sqlite":
        return
    limit = {"limit": f"{1000 * patience:.0f}ms"}
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)
