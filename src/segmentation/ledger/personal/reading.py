"""A line of the access log for many rows that were read at once: how many, by whom, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.ledger.personal.entries import read_line
from segmentation.ledger.personal.records import AGAIN, note
from segmentation.ledger.personal.rows import name_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table

    from segmentation.ledger.store import Ledger

UNTOLD = "Nothing is read that is not told in the access log"


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
    with ledger.writer(UNTOLD, AGAIN) as connection:
        note(connection, read_line(name_of(table), purpose, count, by, now))
