"""Adding keys of residents, with no more of when that was than somebody needs.

The moment in which a key is made is that of a resident's first row. So its day alone is kept, and how many
erasures there were before it: rows that belong together are not found by that (PIPL Art. 51).
"""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from segmentation.ledger.personal.rows import insert_rows
from segmentation.ledger.personal.tables import data_keys, tombstones

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

_FIRST = date(1970, 1, 1).toordinal()


def day_number(at: datetime) -> int:
    """Return the day of a moment in UTC, counted from 1970-01-01.

    Parameters
    ----------
    at : datetime
        Aware.
    """
    return at.astimezone(UTC).toordinal() - _FIRST


def add_keys(connection: Connection, made: Iterable[tuple[bytes, tuple[str, bytes]]], now: datetime) -> None:
    """Keep keys of residents who have none, within a transaction that keeps other writers out.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    made : iterable of (bytes, (str, bytes))
        `Keyring.subject_of` each, and their key as `Wrapped` or as its values alone.
    now : datetime
        Aware.
    """
    erasures = int(connection.execute(select(func.max(tombstones.c.number))).scalar() or 0)
    day = day_number(now)
    rows = [(subject, *kept, day, erasures) for subject, kept in made]
    if rows:
        insert_rows(connection, data_keys, rows)
