"""Taking what a resident asks for: entered in the register, and done at once where the law asks for that.

An objection to automated decisions and a withdrawal need no reason and nobody's leave (PIPL Art. 15, 24): the
events that make the next question answered with no are written with the request itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.entries import Write
from segmentation.ledger.personal.events import Told as Said
from segmentation.ledger.personal.requests import AT_ONCE
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
        Keys of the purposes that an objection or a withdrawal is about. What is taken back is on record for
        each, whether consent to it was or not: a table beside, or a paper found later, may say that it was.
    now : datetime
        Aware.

    Raises
    ------
    ReviewError
        What `Requests.receive` raises; or there is no purpose that it could be about.
    LedgerError, StorageError, VaultError
        What `Records` raises; nothing was then entered.
    """
    beside = tuple(_at_once(records, subject, right, told, purposes, now))
    if right in AT_ONCE and not beside:
        raise ReviewError("Nothing would come of it: no purpose is on record. Name the one that it is about.")
    return register.receive(subject, right, told, now, beside)


def _at_once(
    records: Records, subject: bytes, right: Right, told: Told, purposes: Iterable[str], now: datetime
) -> Iterator[Write]:
    ledger = Consents(records)
    if right not in AT_ONCE:
        return
    said = Said(
        event_state="objected" if right == "objection" else "withdrawn",
        language=told.language,
        collection_method=told.channel,
    )
    for purpose in purposes:
        entry = ledger.entry(subject, purpose, said, told.by, now)
        if entry is not None:
            yield Write(consents, purpose, [entry])
