"""What the tables of personal data are written and read as: rows, and the lines that tell of them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from segmentation.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Table

Held = TypeVar("Held")
MASS = "mass-reading"
"""The alert of who asks about more residents than anybody does who serves them one by one."""
MOST_AN_HOUR = 600
"""Residents about whom one key or person may ask in an hour, where nothing else is set."""
SPOOL = "personal"
"""The name under which writes of personal data stand in the access log."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Entry(NamedTuple):
    """One row to write.

    Attributes
    ----------
    subject : bytes
        `Keyring.subject_of` the resident.
    at : int
        Of what it tells, microseconds since 1970.
    content : bytes
        What is sealed.
    more : tuple
        Values of the columns between `at` and `sealed`.
    """

    subject: bytes
    at: int
    content: bytes
    more: tuple[Any, ...] = ()


class Kept(NamedTuple):
    """One row that was read and opened.

    Attributes
    ----------
    number : int
    at : int
        Microseconds since 1970.
    more : tuple
        Values of the columns between `at` and `sealed`.
    content : bytes
    """

    number: int
    at: int
    more: tuple[Any, ...]
    content: bytes


class Write(NamedTuple):
    """Rows for one table and purpose.

    Attributes
    ----------
    table : sqlalchemy.Table
        One of `tables.PERSONAL`.
    purpose : str
        Of all rows; their pseudonyms are made with its key.
    entries : sequence of Entry
    """

    table: Table
    purpose: str
    entries: Sequence[Entry]


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A write of personal data, or a reading of much of it, as a line of the access log; names no resident.

    Attributes
    ----------
    at : datetime
    id : str
        Random.
    by : str
        A person of the ledger, the id of an API key, or a command.
    what : str
        ``write``; what took rows out, ``erase`` or ``retention``; ``rotate``; ``read`` or ``backup``.
    table : str
    first, count : int
        The numbers of the rows: `count` from `first` on; 0 and how many where they have no numbers.
    rows : str
        Digest of their digests, ``sha256:…``; empty where nothing changed.
    purpose : str
    alert : str
        What somebody should look at, such as `MASS`.
    keyring : str
        Fingerprint of the keyring that vouches for it; a line that changes nothing of residents has none.
    mac : str
        Code of all before, which that keyring makes (`vouching`).
    """

    at: datetime
    id: str
    by: str
    what: str
    table: str
    first: int
    count: int
    rows: str
    purpose: str = ""
    alert: str = ""
    keyring: str = ""
    mac: str = ""


def read_line(table: str, purpose: str, count: int, by: str, now: datetime, alert: str = "") -> Line:
    """Return what the access log says of rows that were read: of how many residents, and not of whom."""
    return Line(now, secrets.token_hex(8), by, "read", table, 0, count, "", purpose, alert)


def read_as(decode: Callable[[bytes], Held], row: Kept, what: str) -> Held:
    """Return what a row says.

    Parameters
    ----------
    decode : callable
        Reads what was sealed.
    row : Kept
    what : str
        What it holds; the name of its table but for the last letter.

    Raises
    ------
    VaultError
        It opens, and holds something else.
    """
    try:
        return decode(row.content)
    except msgspec.DecodeError:
        raise VaultError(
            f"Row {row.number} of {what}s opens and holds no {what}. A newer version wrote it: install that."
        ) from None


def micros(at: datetime) -> int:
    """Return a time as the tables hold it: microseconds since 1970 in UTC."""
    return (at - _EPOCH) // _MICROSECOND


def time_of(told: int) -> datetime:
    """Return the time that a row holds, in UTC."""
    return _EPOCH + told * _MICROSECOND
