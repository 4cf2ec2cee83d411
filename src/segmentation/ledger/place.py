"""Where a ledger is, and how its database's troubles are told: in a sentence, without passwords."""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from segmentation.errors import LedgerError, StorageError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator

DRIVER = "postgresql+psycopg"
LOCK_NOT_AVAILABLE = "55P03"
DISK_FULL = "53100"
"""What PostgreSQL calls them (its manual, appendix A)."""
AWAY = ("08", "28", "53300", "57014", "57P", "40001", "40P01")
"""How it begins what it says when it lets nobody in, goes down, comes up, or gives up a wait."""
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
DISK = frozenset({
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
})  # fmt: skip
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True)
class Place:
    """The database that holds a ledger.

    Attributes
    ----------
    url : sqlalchemy.URL
        Of a SQLite file, or of a PostgreSQL database through psycopg.
    """

    url: URL = field(repr=False)

    @classmethod
    def of(cls, address: str) -> Place:
        """Read an address as SQLAlchemy takes it, ``postgresql://…`` included.

        Raises
        ------
        LedgerError
            It is no address of a SQLite file or a PostgreSQL database.
        """
        try:
            url = make_url(address)
        except (ArgumentError, ValueError):
            url = URL.create("unreadable")
        if url.drivername in {"postgresql", DRIVER}:
            return cls(url.set(drivername=DRIVER))
        if url.drivername in {"sqlite", "sqlite+pysqlite"} and url.database not in {None, "", ":memory:"}:
            return cls(url)
        raise LedgerError(
            "The address of the ledger is neither of a SQLite file nor of a PostgreSQL database. Write "
            "sqlite:////folder/ledger.db or postgresql://user:password@host/database."
        )

    @property
    def path(self) -> Path | None:
        """The SQLite file, as an absolute path; None where it is PostgreSQL."""
        if self.url.drivername == DRIVER:
            return None
        return Path(str(self.url.database)).expanduser().absolute()

    def __str__(self) -> str:
        """Return a name for messages: without user or password."""
        host = self.url.host or next(iter(_values(self.url, "host")), "this machine")
        return str(self.path or f"PostgreSQL database {self.url.database} at {host}")

    def redacted(self, text: str) -> str:
        """Return a message without any password of the address."""
        for word in [str(self.url.password or ""), *_values(self.url, "password")]:
            for written in (word, quote(word), quote(word, safe="")):
                text = text.replace(written, "***") if written else text
        return text


@contextmanager
def told(failure: str, place: Place, patience: float) -> Iterator[None]:
    """Turn what a database raises into one clear sentence.

    Parameters
    ----------
    failure : str
        What could not be done, as a clause.
    place : Place
    patience : float
        Seconds that were waited for another writer.

    Raises
    ------
    StorageError
        The disk is full, or the file or folder cannot be read or written.
    UnreachableError
        The database cannot be reached, lets nobody in, or has been locked for too long.
    LedgerError
        Anything else that the database refuses; or the file or the database is not there.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, ModuleNotFoundError) as error:
        raise _explained(error, failure, place, patience) from None


def _explained(error: Exception, failure: str, place: Place, patience: float) -> LedgerError | StorageError:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    code, state = getattr(cause, "sqlite_errorcode", 0) & 0xFF, getattr(cause, "sqlstate", None)
    reason = place.redacted(_reason(cause))
    if code in LOCKED or state == LOCK_NOT_AVAILABLE:
        return UnreachableError(
            f"{failure}: another program has been writing to {place} for longer than {patience:g} seconds. "
            "Wait for it or stop it, then try again."
        )
    if code == sqlite3.SQLITE_CANTOPEN and _is_gone(place):
        return LedgerError(
            f"{failure}: there is no file {place} any more. Restore it, or check SEGMENTATION_LEDGER."
        )
    if code in DISK or state == DISK_FULL or isinstance(cause, OSError):
        return StorageError(
            f"{failure}: {place}: {reason}. Make room, or check who may read and write there."
        )
    if code in DAMAGED:
        return LedgerError(
            f"{failure}: {place} is no SQLite database, or is damaged. Restore it from a copy."
        )
    if isinstance(cause, ModuleNotFoundError):
        way_out = "Install this program with its extra `postgres`, which brings PostgreSQL's driver."
    else:
        way_out = "Check SEGMENTATION_LEDGER and the database behind it."
    kind = UnreachableError if _is_away(error, place, state, reason) else LedgerError
    return kind(f"{failure}, because {place} refuses: {reason}. {way_out}")


def _is_gone(place: Place) -> bool:
    try:
        return place.path is not None and not place.path.exists()
    except OSError:  # a folder that may not be entered
        return False


def _is_away(error: Exception, place: Place, state: str | None, reason: str) -> bool:
    """Whether a PostgreSQL is not to be reached now; it may come back as it was."""
    if place.path is not None or not isinstance(error, DBAPIError):
        return False
    if state is not None:
        return error.connection_invalidated or state.startswith(AWAY)
    # Who is not let in gets no code, only words. A database that is not there will not come back by waiting.
    return isinstance(error, OperationalError) and not reason.endswith("does not exist")


def _reason(cause: BaseException) -> str:
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    first_line = str(cause).strip().split("\n")[0]
    return re.sub(r"[.\s]+$", "", first_line) or type(cause).__name__


def _values(url: URL, name: str) -> tuple[str, ...]:
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else tuple(value)
