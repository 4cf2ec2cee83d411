"""The consent ledger: puts on record what residents say (`events`), and judges who may be placed by it.

A consent is to one purpose, given freely, and taken back as easily as it was given (PIPL Art. 14, 15): so
nothing is ever changed here, and a withdrawal needs no reason and nobody's leave.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import LedgerError, PurposeError
from segmentation.ledger.personal.carrying import outlive
from segmentation.ledger.personal.ends import check_alive, end_of
from segmentation.ledger.personal.entries import Entry, Write, micros, time_of
from segmentation.ledger.personal.events import encode, event_of, events_of, is_same, standing_of
from segmentation.ledger.personal.notices import counting, stated
from segmentation.ledger.personal.tables import consents
from segmentation.ledger.personal.withdrawing import take_out_after

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from segmentation.ledger.personal.events import Event, Standing, Told
    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.notices import Counting
    from segmentation.ledger.personal.records import Records
    from segmentation.policy import Policy
    from segmentation.policy.parts import OptionalPurpose, Purpose

SKEW = timedelta(minutes=5)
"""How far the clock of who recorded an event may be ahead of ours."""
_SOON = timedelta(microseconds=1)


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
        return tuple(map(event_of, self._records.of(consents, purpose, subject)))

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

    @staticmethod
    def check_in(look: Look, subject: bytes, purpose: str, policy: Policy) -> Standing:
        """Do what `check` does, within a transaction: of one that writes, nobody changes the answer."""
        asked = stated(policy, purpose)
        standing = standing_of(events_of(look, subject, purpose))
        refuse(standing, asked, counting(look.connection, policy, purpose))
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
            events = events_of(look, subject, purpose)
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
            take_out_after(look, self._records.keyring, write, by, now)

        def after(connection: Connection) -> None:
            outlive(connection, self._records, [write], by, now)

        keys = self._records.ensured([entry.subject], now)
        return bool(self._records.append_all([write], keys, by, now, still, after))

    def _check_alive(self, entry: Entry) -> None:
        """Look before a key is made for who is gone."""
        with self._records.looking() as look:
            check_alive(look.connection, self._records.keyring, [entry])


def refuse(standing: Standing, purpose: Purpose | OptionalPurpose, counted: Counting) -> None:
    """Raise a `PurposeError` where a resident objects, or gave no consent that counts and one is needed."""
    if standing.objected is not None:
        raise _refused("consent_objected", purpose.key)
    if purpose.consent != "required":
        return
    if standing.state is None:
        raise _refused("consent_missing", purpose.key)
    if standing.state != "given":
        raise _refused(f"consent_{standing.state}", purpose.key)
    if not counted.counts(standing.notice):
        raise _refused("consent_other_notice", purpose.key)


_WHY = {
    "consent_missing": "There is no consent for the purpose {purpose} on record. Ask for it before the data "
    "are used (PIPL Art. 13, 14)",
    "consent_refused": "Consent for the purpose {purpose} was refused (PIPL Art. 14)",
    "consent_withdrawn": "Consent for the purpose {purpose} was withdrawn (PIPL Art. 15)",
    "consent_other_notice": "The consent on record for the purpose {purpose} is to a notice that told of "
    "another purpose or other features. Ask for consent anew (PIPL Art. 14)",
    "consent_objected": "The resident objects to automated decisions (PIPL Art. 24)",
}


def _refused(reason: str, purpose: str) -> PurposeError:
    told = _WHY[reason].format(purpose=purpose)
    return PurposeError(f"{told}; the standard service goes on as the contract says.", reason=reason)
