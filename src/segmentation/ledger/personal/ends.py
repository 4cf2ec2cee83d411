"""Whether a resident was erased after a moment: what is from before that never comes back.

Asked in the transaction that writes, so that no erasure comes between the answer and the row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from segmentation.errors import ReviewError
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tables import tombstones

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from segmentation.ledger.personal.entries import Entry
    from segmentation.vault import Keyring

GONE = (
    "This is from before all that was kept of the resident was erased, and nothing of that comes back. "
    "Record what they say now."
)


def end_of(connection: Connection, keyring: Keyring, subject: bytes) -> int | None:
    """Return when a resident was erased last, in microseconds since 1970; None where they never were."""
    mark = keyring.marker(PURPOSE)(subject)
    end = connection.execute(select(func.max(tombstones.c.at)).where(tombstones.c.mark == mark)).scalar()
    return None if end is None else int(end)


def check_alive(connection: Connection, keyring: Keyring, entries: Iterable[Entry]) -> None:
    """Refuse rows of a time at or before the end of their resident.

    Raises
    ------
    ReviewError
    """
    for one in entries:
        end = end_of(connection, keyring, one.subject)
        if end is not None and one.at <= end:
            raise ReviewError(GONE)


def ended_since(
    connection: Connection, keyring: Keyring, number: int, subjects: Sequence[bytes]
) -> frozenset[bytes]:
    """Return who of some residents was erased by a tombstone after one, by its number."""
    marks = connection.execute(select(tombstones.c.mark).where(tombstones.c.number > number)).scalars()
    gone = {bytes(one) for one in marks}
    if not gone:
        return frozenset()
    mark = keyring.marker(PURPOSE)
    return frozenset(one for one in subjects if mark(one) in gone)
