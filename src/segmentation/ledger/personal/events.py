"""What residents say of consent, event by event, and where it stands by that at any moment.

Nothing is ever changed, so the newest event holds. An objection to automated decisions (PIPL Art. 24) stands
beside consent and does not end it. Where two events of one moment say otherwise, the one that allows less
holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from segmentation.errors import VaultError
from segmentation.ledger.personal.entries import read_as, time_of
from segmentation.ledger.personal.tables import consents

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.look import Look

State = Literal["given", "refused", "withdrawn"]
EventState = Literal["given", "refused", "withdrawn", "objected", "objection_lifted"]
STATES: tuple[EventState, ...] = ("given", "refused", "withdrawn", "objected", "objection_lifted")
TAKING_BACK: frozenset[EventState] = frozenset({"refused", "withdrawn", "objected"})
"""What allows less than before: it is never refused, and never without effect."""
OBJECTIONS = frozenset({"objected", "objection_lifted"})
_RANK = {"given": 0, "refused": 1, "withdrawn": 2, "objection_lifted": 0, "objected": 1}


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event says, under the field names of ISO/IEC TS 27560:2023; this is what is sealed.

    Attributes
    ----------
    event_state : str
        One of `STATES`. ``objected`` and ``objection_lifted`` are of automated decisions, and no state of
        consent.
    privacy_notice : str
        Version of the notice that the resident was told.
    language : str
        In which it was told, such as ``zh``.
    collection_method : str
        The channel: ``app``, ``paper``, ``telephone`` …
    entity_id : str
        Who recorded it.
    """

    event_state: EventState
    privacy_notice: str = ""
    language: str = ""
    collection_method: str = ""
    entity_id: str = ""


@dataclass(frozen=True)
class Event:
    """One event on record.

    Attributes
    ----------
    number : int
        Of its row.
    event_time : datetime
        UTC.
    told : Told
    """

    number: int
    event_time: datetime
    told: Told


@dataclass(frozen=True)
class Standing:
    """Where consent to one purpose stands.

    Attributes
    ----------
    state : {"given", "refused", "withdrawn"} or None
        None where nothing is on record.
    since : datetime or None
        Of the event by which it stands so, UTC.
    notice, language, channel : str
        Of that event.
    objected : datetime or None
        Since when the resident objects to automated decisions; None where they do not.
    """

    state: State | None = None
    since: datetime | None = None
    notice: str = ""
    language: str = ""
    channel: str = ""
    objected: datetime | None = None


def events_of(look: Look, subject: bytes, purpose: str) -> tuple[Event, ...]:
    """Return what is on record of a resident (`Keyring.subject_of`) for a purpose, the oldest first."""
    return tuple(map(event_of, look.of(consents, purpose, subject)))


def event_of(row: Kept) -> Event:
    """Return the event that a row holds.

    Raises
    ------
    VaultError
        It opens, and holds none.
    """
    return Event(row.number, time_of(row.at), read_as(_decode, row, "consent"))


def standing_of(events: Iterable[Event], at: datetime | None = None) -> Standing:
    """Return where consent stands after events, of those up to a moment where one is given."""
    newest: dict[bool, Event] = {}
    for one in events:
        if at is not None and one.event_time > at:
            continue
        kind = one.told.event_state in OBJECTIONS
        if kind not in newest or _order(one) >= _order(newest[kind]):
            newest[kind] = one
    consent, objection = newest.get(False), newest.get(True)
    objects = objection is not None and objection.told.event_state == "objected"
    objected = objection.event_time if objection is not None and objects else None
    if consent is None:
        return Standing(objected=objected)
    told = consent.told
    return Standing(
        _state(told),
        consent.event_time,
        told.privacy_notice,
        told.language,
        told.collection_method,
        objected,
    )


def is_same(one: Told, other: Told) -> bool:
    """Whether two events of one moment say the same, whoever recorded them."""
    return msgspec.structs.replace(one, entity_id="") == msgspec.structs.replace(other, entity_id="")


def encode(told: Told) -> bytes:
    """Return what is sealed of an event."""
    return _encode(told)


def decode(content: bytes) -> Told:
    """Return what an event says, where many are read and few say different things; raises as `event_of`."""
    try:
        return _decode(content)
    except msgspec.DecodeError:
        raise VaultError(
            "A row of consents opens and holds no consent. A newer version wrote it: install that."
        ) from None


def _order(one: Event) -> tuple[datetime, int]:
    return one.event_time, _RANK[one.told.event_state]


def _state(told: Told) -> State | None:
    state = told.event_state
    return None if state == "objected" or state == "objection_lifted" else state  # noqa: PLR1714 - mypy follows this


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode
