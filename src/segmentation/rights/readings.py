"""Who asked about a resident: found in the access log by a pseudonym that stands nowhere else.

The service writes such a line with every answer, a command with what it shows (PIPL Art. 44, 51).
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from segmentation.errors import ReviewError
from segmentation.ledger.access import append_within
from segmentation.ledger.asked import about
from segmentation.ledger.personal.entries import MASS, MOST_AN_HOUR
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN
from segmentation.ledger.tables import access
from segmentation.rights.account import TOLD, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from segmentation.ledger.personal.records import Records
    from segmentation.vault import Keyring

MARKED = "access log"
"""The purpose whose pseudonyms stand in the access log."""
SPOOL = "readings"
"""The name under which commands write what they showed."""
TOO_MANY = 429
HOUR = timedelta(hours=1)
LOOKED_AT = 5_000
"""Of the newest readings by commands; more than some people can ask for in an hour."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def mark_of(keyring: Keyring, subject: bytes) -> str:
    """Return what stands for a resident in the access log."""
    return keyring.marker(MARKED)(subject).hex()


def note_reading(
    records: Records,
    subject: bytes,
    by: str,
    route: str,
    purpose: str,
    now: datetime,
    most: int = MOST_AN_HOUR,
) -> None:
    """Write that a person or a command was told of a resident; call it before they are.

    Who asks about too many in an hour is refused, and that they asked is written with an alert.

    Parameters
    ----------
    records : Records
    subject : bytes
        `Keyring.subject_of` the resident.
    by : str
        A person of the ledger, or a command.
    route : str
        What was asked.
    purpose : str
    now : datetime
        Aware.
    most : int
        Times that they may be told of anybody in an hour.

    Raises
    ------
    ReviewError
        They were told of so many within an hour.
    LedgerError, StorageError
        It cannot be written, so nothing may be shown.
    """
    line: dict[str, object] = {
        "at": now.isoformat(),
        "id": secrets.token_hex(8),
        "key": "",
        "person": by,
        "route": route,
        "status": TOLD,
        "rows": 1,
        "purpose": purpose,
        "subject": mark_of(records.keyring, subject),
    }
    ledger = records.ledger
    with ledger.writer(UNWRITTEN, AGAIN) as connection:
        is_mass = _told_lately(connection, by, now) >= most
        line |= {"status": TOO_MANY, "alert": MASS} if is_mass else {}
        append_within(connection, SPOOL, _encode(line) + b"\n", now)
    if is_mass:
        raise ReviewError(
            f"{by} was told of {most:,} residents within an hour. That more were asked for is noted as an "
            "alert, and nothing is shown. Go on later."
        )


def _told_lately(connection: Connection, by: str, now: datetime) -> int:
    """Return how often somebody was told of a resident in the last hour, by commands."""
    question = select(access.c.lines).where(access.c.spool == SPOOL).order_by(access.c.end.desc())
    count = 0
    for lines in connection.execute(question.limit(LOOKED_AT)).scalars():
        told: Any = _decode(lines)
        if datetime.fromisoformat(told["at"]) <= now - HOUR:
            break
        count += told["person"] == by
    return count


def readings_of(connection: Connection, mark: str) -> tuple[Reading, ...]:
    """Return who asked about a resident, within a transaction, as the log has it.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    mark : str
        `mark_of` the resident.
    """
    return tuple(reading for line in about(connection, bytes.fromhex(mark)) for reading in _read(line, mark))


def _read(line: str, mark: str) -> Iterator[Reading]:
    """Yield what a line says of a resident; nothing where it is none."""
    try:
        told: Any = _decode(line)
        if told.get("subject") != mark:
            return
        by = told.get("person") or told.get("key") or told.get("by") or ""
        yield Reading(
            str(told["at"]),
            str(by),
            str(told.get("route", "")),
            str(told.get("purpose", "")),
            int(told.get("status", TOLD)),
        )
    except (msgspec.DecodeError, AttributeError, LookupError, TypeError, ValueError):
        return
