"""Residents of whom no row is left: their key opens nothing any more, and is destroyed.

Nothing of it is remembered, as nothing was erased: whoever comes again gets a new key.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from segmentation.ledger.parts import parts
from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.keys import day_number
from segmentation.ledger.personal.records import AGAIN, tell
from segmentation.ledger.personal.rows import MANY, digest_of_rows, name_of
from segmentation.ledger.personal.tables import PERSONAL, data_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from segmentation.ledger.personal.records import Records

GRACE = timedelta(days=1)
"""Who has a key for less long may be about to get a first row; days are counted whole."""
AT_ONCE = 10_000
"""Residents who are looked at in one transaction."""
UNDESTROYED = "No key was destroyed"


class Idle:
    """Keys that open nothing.

    Parameters
    ----------
    records : Records
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def destroy(self, by: str, now: datetime) -> list[bytes]:
        """Destroy the keys of residents of whom no row is left; return the wrapped keys.

        Parameters
        ----------
        by : str
            Who does it.
        now : datetime
            Aware.

        Raises
        ------
        LedgerError, StorageError
            The database refuses; what was destroyed so far is.
        """
        gone: list[bytes] = []
        for subjects in self._found(day_number(now - GRACE)):
            gone += self._destroyed(subjects, by, now)
        return gone

    def _found(self, before: int) -> Iterator[list[bytes]]:
        last, ledger = b"", self._records.ledger
        question = select(data_keys.c.subject).order_by(data_keys.c.subject).limit(AT_ONCE)
        with ledger.reading() as connection:
            kept_for = _kept_for(connection)
        while True:
            with ledger.reading() as connection:
                rows = connection.execute(
                    question.where(data_keys.c.subject > last, data_keys.c.made < before)
                )
                subjects = [bytes(one) for one in rows.scalars()]
                idle = self._idle(connection, subjects, kept_for)
            if idle:
                yield idle
            if not subjects:
                return
            last = subjects[-1]

    def _destroyed(self, subjects: Sequence[bytes], by: str, now: datetime) -> list[bytes]:
        """Destroy keys of which nothing was written meanwhile, in a transaction of its own."""
        ledger = self._records.ledger
        with ledger.writer(UNDESTROYED, AGAIN) as connection:
            still = self._idle(connection, subjects, _kept_for(connection))
            gone: list[bytes] = []
            for part in parts(still, MANY):
                which = data_keys.c.subject.in_(part)
                gone += map(bytes, connection.execute(select(data_keys.c.wrapped).where(which)).scalars())
                connection.execute(delete(data_keys).where(which))
            if gone:
                digest = digest_of_rows(sha256(one).digest() for one in gone)
                id_ = secrets.token_hex(8)
                tell(
                    connection,
                    [Line(now, id_, by, "retention", name_of(data_keys), 0, len(gone), digest)],
                    self._records.keyring,
                )
        return gone

    def _idle(
        self, connection: Connection, subjects: Sequence[bytes], kept_for: Sequence[tuple[Table, str]]
    ) -> list[bytes]:
        """Return those of whom no row is left."""
        left = dict.fromkeys(subjects)
        for table, purpose in kept_for:
            mark = self._records.keyring.marker(purpose)
            behind = {mark(subject): subject for subject in left}
            for part in parts(list(behind), MANY):
                question = select(table.c.subject).where(table.c.subject.in_(part)).distinct()
                for found in connection.execute(question).scalars():
                    left.pop(behind[bytes(found)], None)
        return list(left)


def _kept_for(connection: Connection) -> list[tuple[Table, str]]:
    """Return for which purposes each table has anything."""
    return [
        (table, purpose)
        for table in PERSONAL
        for purpose in connection.execute(
            select(table.c.purpose).where(table.c.subject.is_not(None)).distinct()
        ).scalars()
    ]
