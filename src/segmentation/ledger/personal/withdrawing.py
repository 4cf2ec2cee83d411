"""What a withdrawal takes out: where the resident was placed for that purpose, and by whom else.

Who withdraws has their data deleted without asking for it (PIPL Art. 47). What they said stays on record, for
it tells that the data were handled as they wished; an objection ends the use, and not the keeping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select

from segmentation.ledger.personal.emptying import empty
from segmentation.ledger.personal.tables import consents, overrides, segments

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.vault import Keyring

ENDING = frozenset({"withdrawn", "refused"})
"""States of an event after which a purpose may not be served any more."""
PLACED = (segments, overrides)
"""Tables of what they end."""


def take_out(
    connection: Connection, keyring: Keyring, subject: bytes, purpose: str, at: int, by: str, now: datetime
) -> int:
    """Take out the segments and overrides of a purpose that a resident withdrew from.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In the transaction that writes the event.
    keyring : Keyring
    subject : bytes
        `Keyring.subject_of` the resident.
    purpose : str
    at : int
        Of the event, microseconds since 1970: one that is older than what is on record ends nothing.
    by : str
        Who writes.
    now : datetime
        Aware.

    Returns
    -------
    int
        How many rows there were.
    """
    mark = keyring.marker(purpose)(subject)
    question = select(func.max(consents.c.at)).where(
        consents.c.subject == mark, consents.c.purpose == purpose
    )
    if at < int(connection.execute(question).scalar() or 0):
        return 0
    return sum(
        empty(
            connection,
            table,
            and_(table.c.subject == mark, table.c.purpose == purpose),
            "retention",
            by,
            now,
            keyring,
        )
        for table in PLACED
    )
