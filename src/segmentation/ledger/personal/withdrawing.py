"""What a withdrawal takes out: where the resident was placed for that purpose, and by whom else.

Who withdraws has their data deleted without asking for it (PIPL Art. 47). What they said stays on record, for
it tells that the data were handled as they wished; an objection ends the use, and not the keeping.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_

from segmentation.ledger.personal.emptying import empty
from segmentation.ledger.personal.entries import time_of
from segmentation.ledger.personal.events import Event, decode, events_of, standing_of
from segmentation.ledger.personal.tables import overrides, segments

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.personal.entries import Write
    from segmentation.ledger.personal.look import Look
    from segmentation.vault import Keyring

ENDING = frozenset({"withdrawn", "refused"})
"""States of an event after which a purpose may not be served any more."""
PLACED = (segments, overrides)
"""Tables of what they end."""


def take_out_after(look: Look, keyring: Keyring, write: Write, by: str, now: datetime) -> None:
    """Take out where residents were placed for a purpose that they withdraw from.

    A withdrawal of before what is on record ends nothing.

    Parameters
    ----------
    look : Look
        Of the transaction that is about to write the events.
    keyring : Keyring
    write : Write
        The events.
    by : str
        Who writes.
    now : datetime
        Aware.
    """
    for one in write.entries:
        said = Event(0, time_of(one.at), decode(one.content))
        if said.told.event_state not in ENDING:
            continue
        if standing_of([*events_of(look, one.subject, write.purpose), said]).state in ENDING:
            mark = keyring.marker(write.purpose)(one.subject)
            for table in PLACED:
                which = and_(table.c.subject == mark, table.c.purpose == write.purpose)
                empty(look.connection, table, which, "retention", by, now, keyring)
