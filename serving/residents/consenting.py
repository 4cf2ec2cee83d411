"""``/v1/residents/{ref}/consents``: what a resident says of a purpose (PIPL Art. 14, 15)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import msgspec

from segmentation.ledger.personal.consents import SKEW
from segmentation.ledger.personal.consents import Consents as Ledger
from segmentation.ledger.personal.events import TAKING_BACK, Told
from segmentation.rights.beheld import beheld
from segmentation.rights.gathering import consents_of, standings
from serving.calls import Reply
from serving.residents.answers import ConsentKept, Consents, ConsentSaid
from serving.residents.asked import about_one
from serving.residents.bodies import body_of, invalid

if TYPE_CHECKING:
    from datetime import datetime

    from serving.residents.asked import Asked

_encode = msgspec.json.Encoder().encode


def _record(asked: Asked) -> Reply:
    """Put what a resident says on record: it counts from the next request on, whoever asks."""
    said = body_of(asked.call.body, ConsentSaid)
    takes_back = said.event_state in TAKING_BACK
    check = check_known if takes_back else check_stated
    check(asked, said.purpose, "/purpose")
    asked.call.purpose = said.purpose
    told = Told(
        event_state=said.event_state,
        privacy_notice=said.privacy_notice,
        language=said.language,
        collection_method=said.collection_method,
    )
    at = _aware(said.event_time, asked.now)
    added = Ledger(asked.records).record(
        asked.subject, said.purpose, told, asked.by, asked.now, at, last=takes_back
    )
    return Reply(_encode(ConsentKept(added)))


def _listed(asked: Asked) -> Reply:
    """Answer where consent to each purpose stands, and every event."""
    with beheld(asked.records) as seen:
        purposes = tuple(dict.fromkeys((*asked.stated(), *asked.desk.purposes.of(seen))))
        told = Consents(
            tuple(standings(seen, asked.subject, purposes)),
            tuple(one for purpose in purposes for one in consents_of(seen, asked.subject, purpose)),
        )
    return Reply(_encode(told))


record = about_one(_record, reads=False)
listed = about_one(_listed)


def check_stated(asked: Asked, purpose: str, pointer: str) -> None:
    """Refuse a purpose that nobody stated.

    While no version may be served, those for which anything is kept count: a withdrawal does not wait.

    Raises
    ------
    Refused
    """
    known = asked.stated()
    if not known:
        with beheld(asked.records) as seen:
            known = asked.desk.purposes.of(seen)
    _check_among(known, purpose, pointer)


def check_known(asked: Asked, purpose: str, pointer: str) -> None:
    """Refuse to take back what nobody ever asked for: a purpose misspelt would be taken back without effect.

    Raises
    ------
    Refused
    """
    issued = () if asked.call.key is None else asked.call.key.purposes
    _check_among((*to_take_back(asked), *issued), purpose, pointer)


def to_take_back(asked: Asked) -> tuple[str, ...]:
    """Return all purposes that are stated, or of which anything is on record."""
    with beheld(asked.records) as seen:
        return asked.desk.purposes.to_take_back(seen, asked.stated())


def _check_among(known: tuple[str, ...], purpose: str, pointer: str) -> None:
    if purpose not in known:
        named = ", ".join(dict.fromkeys(known))
        fix = f"name one of {named}" if known else "ask again when a version is approved"
        raise invalid(pointer, "is no purpose that the policy states", fix)


def _aware(at: datetime | None, now: datetime) -> datetime | None:
    if at is None:
        return None
    if at.tzinfo is None:
        raise invalid("/event_time", "has no time zone", "add Z, or the distance from UTC")
    if at > now + SKEW:
        raise invalid("/event_time", "is of a time to come", "give the time when it was, or leave it out")
    return at.astimezone(UTC)
