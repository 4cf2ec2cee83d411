"""Taking what a resident asks for: entered in the register, and done at once where the law asks for that.

An objection to automated decisions and a withdrawal need no reason and nobody's leave (PIPL Art. 15, 24): the
events that make the next question answered with no are written with the request itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.ledger.personal.consents import Consents, standing_of
from segmentation.ledger.personal.consents import Told as Said
from segmentation.ledger.personal.records import Write
from segmentation.ledger.personal.tables import consents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.register import Listed, Right
    from segmentation.ledger.personal.requests import Requests, Told


def receive(
    records: Records,
    register: Requests,
    subject: bytes,
    right: Right,
    told: Told,
    purposes: Iterable[str],
    now: datetime,
) -> Listed:
    """Enter a request, with what it brings about at once.

    Parameters
    ----------
    records : Records
    register : Requests
        Of the same records.
    subject : bytes
        `Keyring.subject_of` the resident.
    right : str
    told : Told
    purposes : iterable of str
        Keys of the purposes that an objection or a withdrawal is about: all that the policy states, where the
        resident named none.
    now : datetime
        Aware.

    Raises
    ------
    ReviewError
        What `Requests.receive` raises.
    LedgerError, StorageError, VaultError
        What `Records` raises; nothing was then entered.
    """
    return register.receive(
        subject, right, told, now, tuple(_at_once(records, subject, right, told, purposes, now))
    )


def _at_once(
    records: Records, subject: bytes, right: Right, told: Told, purposes: Iterable[str], now: datetime
) -> Iterator[Write]:
    ledger = Consents(records)
    if right not in {"objection", "withdrawal"}:
        return
    said = Said(
        event_state="objected" if right == "objection" else "withdrawn",
        language=told.language,
        collection_method=told.channel,
    )
    for purpose in purposes:
        standing = standing_of(ledger.events(subject, purpose))
        if right == "withdrawal" and standing.state != "given":
            continue  # there is nothing to take back
        entry = ledger.entry(subject, purpose, said, told.by, now)
        if entry is not None:
            yield Write(consents, purpose, [entry])
