"""Consent as residents gave, refused and withdrew it, event by event, and where it stands at any moment.

A consent is to one purpose, given freely, and taken back as easily as it was given (PIPL Art. 14, 15): so
nothing is ever changed here, the newest event holds, and a withdrawal needs no reason and nobody's leave. An
objection to automated decisions (Art. 24) stands beside consent and does not end it. Where two events of one
moment say otherwise, the one that allows less holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from segmentation.errors import LedgerError, PurposeError
from segmentation.ledger.personal.ends import check_alive, end_of
from segmentation.ledger.personal.entries import Entry, Write, micros, time_of
from segmentation.ledger.personal.notices import counting, stated
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.personal.withdrawing import ENDING, take_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.notices import Counting
    from segmentation.ledger.personal.records import Kept, Look, Records
    from segmentation.policy import Policy
    from segmentation.vault import Keyring

State = Literal["given", "refused", "withdrawn"]
EventState = Literal["given", "refused", "withdrawn", "objected", "objection_lifted"]
STATES: tuple[EventState, ...] = ("given", "refused", "withdrawn", "objected", "objection_lifted")
TAKING_BACK: frozenset[EventState] = frozenset({"refused", "withdrawn", "objected"})
"""What allows less than before: it is never refused, and never without effect."""
OBJECTIONS = frozenset({"objected", "objection_lifted"})
SKEW = timedelta(minutes=5)
"""How far the clock of who recorded an event may be ahead of ours."""
_RANK = {"given": 0, "refused": 1, "withdrawn": 2, "objection_lifted": 0, "objected": 1}
_SOON = timedelta(microseconds=1)


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


class Consents:
    """The consent ledger; several threads may use one.

    Methods raise what those of `Records` do.

    Parameters
    ----------
    records : Records
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def events(self, subject: bytes, purpose: str) -> tuple[Event, ...]:
        """Return what is on record of a resident (`Keyring.subject_of`) for a purpose, the oldest first."""
        return tuple(map(_event, self._records.of(consents, purpose, subject)))

    def standing(self, subject: bytes, purpose: str, at: datetime | None = None) -> Standing:
        """Return where consent to a purpose stands.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        purpose : str
        at : datetime, optional
            A past moment, aware; by default all that is on record counts, whatever a clock says.
        """
        return standing_of(self.events(subject, purpose), at)

    def check(self, subject: bytes, purpose: str, policy: Policy) -> Standing:
        """Make sure that a resident's data may be used for a purpose now.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        purpose : str
            Must be one that the policy states.
        policy : Policy

        Raises
        ------
        PurposeError
            It is another purpose; or consent is missing, refused, withdrawn, or to a notice of something
            else; or the resident objects to automated decisions. Its `reason` names which.
        """
        with self._records.looking() as look:
            return self.check_in(look, subject, purpose, policy)

    @classmethod
    def check_in(cls, look: Look, subject: bytes, purpose: str, policy: Policy) -> Standing:
        """Do what `check` does, within a transaction: of one that writes, nobody changes the answer."""
        events = [_event(row) for row in look.of(consents, purpose, subject)]
        return cls.judged(look.connection, events, purpose, policy)

    @staticmethod
    def judged(connection: Connection, events: Iterable[Event], purpose: str, policy: Policy) -> Standing:
        """Do what `check` does, for events that were read in a transaction."""
        asked = stated(policy, purpose)
        standing = standing_of(events)
        if standing.objected is not None:
            raise _refused("consent_objected", purpose)
        if asked.consent == "required":
            refuse(standing, purpose, counting(connection, policy, purpose))
        return standing

    def record(
        self,
        subject: bytes,
        purpose: str,
        told: Told,
        by: str,
        now: datetime,
        at: datetime | None = None,
        *,
        last: bool = False,
    ) -> bool:
        """Put an event on record; it holds for whoever asks from then on.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        purpose : str
        told : Told
        by : str
            Who writes; also `entity_id`, where the event names none.
        now : datetime
            Aware.
        at : datetime, optional
            When it was, if not now. Without it the event comes after all others, also where the clock was
            set back.
        last : bool
            Whether it comes after all others even so: an app whose clock is behind would otherwise withdraw
            before the consent was given.

        Returns
        -------
        bool
            Whether it was added; False where the same event is on record already.

        Raises
        ------
        LedgerError
            It is said to be in the future; or all of the resident was taken out twice in this very moment.
        ReviewError
            It is from before the resident was erased: nothing of that comes back.
        """
        for _ in range(2):
            entry = self.entry(subject, purpose, told, by, now, at, last=last)
            if entry is None:
                return False
            self._check_alive(entry)
            if self._written(Write(consents, purpose, [entry]), by, now):
                return True
        raise LedgerError(
            "Nothing was recorded: all that was kept of this resident was taken out in the same moment. Say "
            "it again."
        )

    def entry(
        self,
        subject: bytes,
        purpose: str,
        told: Told,
        by: str,
        now: datetime,
        at: datetime | None = None,
        *,
        last: bool = False,
    ) -> Entry | None:
        """Return the row of an event, for a transaction that writes other rows too (`Records.append_all`).

        Takes what `record` does; None where the same event is on record already.
        """
        if at is not None and at > now + SKEW:
            raise LedgerError("A consent cannot be recorded of a time to come; give the time when it was.")
        with self._records.looking() as look:
            events = [_event(row) for row in look.of(consents, purpose, subject)]
            end = end_of(look.connection, self._records.keyring, subject)
        said = told if told.entity_id else msgspec.structs.replace(told, entity_id=by)
        if at is not None and any(one.event_time == at and is_same(one.told, said) for one in events):
            return None
        if at is None or last:
            ends = [] if end is None else [time_of(end)]
            before = [*(one.event_time for one in events), *ends]
            at = max([at or now, *(one + _SOON for one in before)])
        return Entry(subject, micros(at), encode(said))

    def _written(self, write: Write, by: str, now: datetime) -> bool:
        """Write one event; not where the key was destroyed meanwhile."""
        (entry,) = write.entries

        def still(look: Look) -> None:
            check_alive(look.connection, self._records.keyring, [entry])
            take_out_after(look.connection, self._records.keyring, write, by, now)

        keys = self._records.ensured([entry.subject], now)
        return bool(self._records.append_all([write], keys, by, now, still))

    def _check_alive(self, entry: Entry) -> None:
        """Look before a key is made for who is gone."""
        with self._records.looking() as look:
            check_alive(look.connection, self._records.keyring, [entry])


def take_out_after(connection: Connection, keyring: Keyring, write: Write, by: str, now: datetime) -> None:
    """Take out what residents were placed as, in the transaction that writes their withdrawals."""
    for one in write.entries:
        if decode(one.content).event_state in ENDING:
            take_out(connection, keyring, one.subject, write.purpose, one.at, by, now)


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


def refuse(standing: Standing, purpose: str, counted: Counting) -> None:
    """Raise a `PurposeError` where a standing is no consent, or one to something else."""
    if standing.state is None:
        raise _refused("consent_missing", purpose)
    if standing.state != "given":
        raise _refused(f"consent_{standing.state}", purpose)
    if not counted.counts(standing.notice):
        raise _refused("consent_other_notice", purpose)


def is_same(one: Told, other: Told) -> bool:
    """Whether two events of one moment say the same, whoever recorded them."""
    return msgspec.structs.replace(one, entity_id="") == msgspec.structs.replace(other, entity_id="")


def encode(told: Told) -> bytes:
    """Return what is sealed of an event."""
    return _ENCODER.encode(told)


def decode(content: bytes) -> Told:
    """Return the event that was sealed."""
    return _DECODER.decode(content)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Told)
_WHY = {
    "consent_missing": "There is no consent for the purpose {purpose} on record. Ask for it before the data "
    "are used (PIPL Art. 13, 14)",
    "consent_refused": "Consent for the purpose {purpose} was refused (PIPL Art. 14)",
    "consent_withdrawn": "Consent for the purpose {purpose} was withdrawn (PIPL Art. 15)",
    "consent_other_notice": "The consent on record for the purpose {purpose} is to a notice that told of "
    "another purpose or other features. Ask for consent anew (PIPL Art. 14)",
    "consent_objected": "The resident objects to automated decisions (PIPL Art. 24)",
}
REFUSALS = tuple(_WHY)
"""Why the data of a resident may not be used for a purpose that the policy states."""


def _refused(reason: str, purpose: str) -> PurposeError:
    told = _WHY[reason].format(purpose=purpose)
    return PurposeError(f"{told}; the standard service goes on as the contract says.", reason=reason)


def _event(row: Kept) -> Event:
    return Event(row.number, time_of(row.at), decode(row.content))


def _order(one: Event) -> tuple[datetime, int]:
    return one.event_time, _RANK[one.told.event_state]


def _state(told: Told) -> State | None:
    state = told.event_state
    return None if state == "objected" or state == "objection_lifted" else state  # noqa: PLR1714 - mypy follows this
