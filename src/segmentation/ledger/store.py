"""The database of the ledger: one writer at a time, whole or not at all, and readers who see one moment.

A write is never tried again by itself: whoever asked for it is told what is known of it.
"""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sqlalchemy import Connection, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from segmentation.errors import LedgerError, UnreachableError
from segmentation.ledger.engines import (
    as_reader,
    as_writer,
    engine_of,
    keep_others_out,
    make_file,
    wait_at_most,
)
from segmentation.ledger.place import Place, told
from segmentation.ledger.rows import after, events_of, rows_of
from segmentation.ledger.tables import REVISION, events, versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from sqlalchemy.pool import PoolProxiedConnection

    from segmentation.ledger.event import Event

PATIENCE = 30.0
"""Seconds to wait for another writer, who takes milliseconds, or as long as publishing a bundle."""
LOOK = "Look with `segmentation review show` before you try again."
UNREAD = "The ledger cannot be read"
UNWRITTEN = "Nothing was recorded"
UNMADE = "The ledger cannot be made"


@dataclass(frozen=True)
class Page:
    """What one look at the ledger found, all of it at one moment.

    Attributes
    ----------
    before : int
        How many events there are up to `since`, that one included.
    events : list of Event
        All after it, in their order.
    """

    before: int
    events: list[Event]


class Pen:
    """The only writer of a ledger, for the time of one transaction."""

    def __init__(self, connection: Connection, ledger: Ledger) -> None:
        self._connection, self._ledger = connection, ledger

    def page(self, since: int = 0) -> Page:
        """Return what is there after an event, with what this pen has appended."""
        with self._ledger.told(UNREAD):
            return _page(self._connection, since)

    def read(self, since: int = 0) -> list[Event]:
        """Return the events after one, with what this pen has appended."""
        return self.page(since).events

    def append(self, event: Event) -> None:
        """Add the next event; it is kept once the block has ended well.

        Raises
        ------
        LedgerError
            It does not follow the last one, or the database refuses.
        StorageError
            The disk is full.
        """
        with self._ledger.told(UNWRITTEN):
            for table, row in rows_of(event):
                self._connection.execute(insert(table), row)


class Ledger:
    """An open ledger; what it gives and takes are links of a chain, and it judges none of them.

    Parameters
    ----------
    place : Place
    patience : float
        Seconds to wait for another writer.
    keeps : int
        Connections to a server that are kept, as `engine_of` takes it.
    """

    def __init__(self, place: Place, patience: float = PATIENCE, keeps: int = 0) -> None:
        self._place, self._patience = place, patience
        with self.told("The ledger cannot be opened"):
            self._engine = engine_of(place, patience, keeps)

    def __repr__(self) -> str:
        """Return where it is, without user or password."""
        return f"Ledger({self._place})"

    @property
    def place(self) -> Place:
        """Where it is; as a text without user or password."""
        return self._place

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def told(self, failure: str) -> AbstractContextManager[None]:
        """Turn what the database raises into one sentence that begins with what could not be done."""
        return told(failure, self._place, self._patience)

    def read(self, since: int = 0) -> list[Event]:
        """Return the events after one, all of them as they are at one moment.

        Raises
        ------
        LedgerError, StorageError
            The database cannot be read.
        """
        return self.page(since).events

    def page(self, since: int = 0) -> Page:
        """Return the events after one, and how many there are up to it; raises what `read` does."""
        with self.told(UNREAD):
            try:
                return self._look(since)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                return self._look(since)

    def _look(self, since: int) -> Page:
        with self._reading() as connection:
            return _page(connection, since)

    @contextmanager
    def writing(self) -> Iterator[Pen]:
        """Give the only pen: what it appends is kept when the block ends well, and nothing where it raises.

        Raises
        ------
        LedgerError
            Another program has been writing for longer than the patience, or the database refuses; or the
            connection broke while the end was confirmed, which may or may not have been recorded.
        StorageError
            The disk is full, or the file cannot be written.
        """
        with self._writer(UNWRITTEN, LOOK) as connection:
            yield Pen(connection, self)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection of which the transaction sees one moment, and writes nothing.

        Raises
        ------
        LedgerError, StorageError
            The database cannot be read.
        """
        with self.told(UNREAD), self._reading() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection, as_reader(connection).begin():
            yield connection

    @contextmanager
    def bare(self) -> Iterator[PoolProxiedConnection]:
        """Give a connection outside of any transaction, for what none may hold; nobody else gets it after."""
        with closing(self._engine.raw_connection()) as connection:
            driver = connection.driver_connection
            if driver is not None and self._place.path is None:
                connection.detach()
                driver.autocommit = True
            yield connection

    @contextmanager
    def writer(self, failure: str, doubt: str = LOOK, *, alone: bool = True) -> Iterator[Connection]:
        """Give the only connection that writes; its transaction ends with the block, or is rolled back.

        Parameters
        ----------
        failure : str
            What could not be done, as a clause.
        doubt : str
            What to do where the connection breaks while the end is confirmed, as a sentence.
        alone : bool
            Whether every other writer is kept out. Without it, on PostgreSQL, only those of the same rows.

        Raises
        ------
        LedgerError, StorageError
            What `writing` raises, and whatever the database refuses in the block.
        """
        with self._writer(failure, doubt, alone=alone) as connection, self.told(failure):
            yield connection

    @contextmanager
    def _writer(self, failure: str, doubt: str, *, alone: bool = True) -> Iterator[Connection]:
        with self.told(failure):
            connection = as_writer(self._engine.connect())
        with closing(connection):
            with self.told(failure):
                connection.begin()
                (keep_others_out if alone else wait_at_most)(connection, self._patience)
            try:
                yield connection
            except BaseException:
                with suppress(SQLAlchemyError):
                    connection.rollback()
                raise
            self._commit(connection, failure, doubt)

    def _commit(self, connection: Connection, failure: str, doubt: str) -> None:
        with self.told(failure):
            try:
                connection.commit()
            except DBAPIError as error:
                if not _is_in_doubt(error):
                    raise
                message = (
                    f"The record may or may not have been recorded: {self._place} went away while it "
                    f"confirmed it. {doubt}"
                )
                raise UnreachableError(message) from None

    def check_revision(self) -> None:
        """Make sure that the tables are those that this version knows.

        Raises
        ------
        LedgerError
            There are none, or a newer or older version made them.
        """
        with self.told(UNREAD), self._engine.connect() as connection:
            found = revision_of(connection)
        if found is None:
            raise LedgerError(
                f"There is no ledger at {self._place}. Begin one with `segmentation people init`."
            )
        if found != REVISION:
            raise LedgerError(
                f"The ledger at {self._place} has revision {found} of its tables, and this version knows "
                f"{REVISION}. {_way_to(found)}"
            )

    def check_guards(self) -> None:
        """Make sure that the triggers are those that this version made, and that no row lacks its event.

        Who reads a ledger believes none of both, but where they are gone somebody meant to change rows.

        Raises
        ------
        LedgerError
            A trigger is missing, switched off, altered or strange, or a row belongs to no event; names them.
        """
        # It needs alembic, which says what the tables were made with; serving does without.
        from segmentation.ledger.guards import faults_of  # noqa: PLC0415

        with self.reading() as connection:
            faults = faults_of(connection)
        if faults:
            raise LedgerError(
                f"Somebody worked on the ledger at {self._place} past this program: {'; '.join(faults)}. "
                "Compare it with a checkpoint, and restore it from a copy."
            )

    def upgrade(self) -> None:
        """Make the tables or bring them to the newest revision, whole or not at all.

        Raises
        ------
        LedgerError
            A newer version made them, or the database refuses.
        """
        # Only who makes or upgrades a ledger needs alembic; serving, which reads, does without.
        from segmentation.ledger.upgrade import revisions, upgrade  # noqa: PLC0415

        with self.writer(UNMADE) as connection:
            with self.told(UNREAD):
                found = revision_of(connection)
            if found is not None and found not in revisions():
                raise LedgerError(
                    f"The ledger at {self._place} has revision {found} of its tables, which this version "
                    f"does not know. {_way_to(found)}"
                )
            upgrade(connection)


def open_ledger(url: str, *, patience: float = PATIENCE, keeps: int = 0) -> Ledger:
    """Open a ledger that exists.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it: ``sqlite:///…``, or ``postgresql://…`` with or without the driver's name.
    patience : float
        Seconds to wait for another writer.
    keeps : int
        Connections to a server that are kept for who asks again and again.

    Raises
    ------
    LedgerError
        There is none, it cannot be reached, or another version made it.
    StorageError
        Its file cannot be read.
    """
    place = Place.of(url)
    if place.path is not None and not place.path.exists():
        raise LedgerError(f"There is no ledger at {place}. Begin one with `segmentation people init`.")
    ledger = Ledger(place, patience, keeps)
    try:
        ledger.check_revision()
    except BaseException:
        ledger.close()
        raise
    return ledger


def create_ledger(url: str, *, patience: float = PATIENCE) -> Ledger:
    """Open a ledger; make its tables where there are none, and upgrade those of an older version.

    Raises
    ------
    LedgerError
        It cannot be reached, or a newer version made it.
    StorageError
        Its file or folder cannot be made or written.
    """
    place = Place.of(url)
    with told(UNMADE, place, patience):
        if place.path is not None:
            make_file(place.path, patience)
    ledger = Ledger(place, patience)
    try:
        ledger.upgrade()
    except BaseException:
        ledger.close()
        raise
    return ledger


def revision_of(connection: Connection) -> str | None:
    """Return the revision of the tables that a database holds; None where it holds none."""
    if not inspect(connection).has_table(versions.name):
        return None
    return connection.execute(select(versions.c.version_num)).scalar()


def _page(connection: Connection, since: int) -> Page:
    before = connection.execute(
        select(func.count()).select_from(events).where(events.c.seq <= since)
    ).scalar_one()
    return Page(before, events_of(connection.execute(after(since))))


def _way_to(found: str) -> str:
    newer = "Install the version that wrote it, or a newer one."
    return "Upgrade it with `segmentation ledger upgrade`." if found < REVISION else newer


def _is_in_doubt(error: DBAPIError) -> bool:
    """Whether a failed commit tells nothing: the connection broke, or the disk did not answer."""
    code: int = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return error.connection_invalidated or code == sqlite3.SQLITE_IOERR
