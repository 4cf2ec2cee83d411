"""A line of the access log for many rows that were read at once: how many, by whom, and for what."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.records import AGAIN, note
from segmentation.ledger.personal.rows import name_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table

    from segmentation.ledger.store import Ledger

UNREAD = "Nothing is read that is not told in the access log"


def tell_read(ledger: Ledger, table: Table, purpose: str, count: int, by: str, now: datetime) -> None:
    """Add the line.

    Parameters
    ----------
    ledger : Ledger
    table : sqlalchemy.Table
    purpose : str
    count : int
        Residents whose rows are read.
    by : str
    now : datetime
        Aware.

    Raises
    ------
    LedgerError, StorageError
        The database refuses.
    """
    with ledger.writer(UNREAD, AGAIN) as connection:
        id_ = secrets.token_hex(8)
        note(connection, Line(now, id_, by, "read", name_of(table), 0, count, "", purpose))
