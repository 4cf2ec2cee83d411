"""Consent of everybody whom a table of residents names, as it stands in the ledger now.

Where a purpose has a consent ledger, the table's own columns of consent are not asked: they were true when
the table was written, and a withdrawal since then counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import func, select

from segmentation.errors import VaultError
from segmentation.ledger.personal.bulk import uncollected
from segmentation.ledger.personal.entries import micros, read_line
from segmentation.ledger.personal.events import OBJECTIONS, decode, event_of, standing_of
from segmentation.ledger.personal.notices import counting
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, note
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.tables import consents, notices
from segmentation.residents.columns import STATES, consent_columns, objection_column
from segmentation.residents.model import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.notices import Counting
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.store import Ledger
    from segmentation.policy import Policy
    from segmentation.policy.parts import Purpose
    from segmentation.residents.wanted import Array

_NONE = np.iinfo(np.int64).min
"""What numpy holds where there is no time."""


@dataclass
class ConsentLedger:
    """Consent to the purposes of a policy, for many residents at once; several threads may use one.

    Attributes
    ----------
    records : Records
    policy : Policy
    purposes : tuple of str
        Those of the policy that the ledger has consents to.
    looked_at : int
        Residents whose consent was asked for so far.
    """

    records: Records
    policy: Policy
    purposes: tuple[str, ...]
    looked_at: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @classmethod
    def of(cls, records: Records, policy: Policy) -> ConsentLedger | None:
        """Return the consent ledger of a policy; None where it has nothing on any of its purposes."""
        found = cls.purposes_on_record(records.ledger, policy)
        return cls(records, policy, found) if found else None

    @staticmethod
    def purposes_on_record(ledger: Ledger, policy: Policy) -> tuple[str, ...]:
        """Return which purposes of a policy a ledger has consents to; this needs no keyring."""
        asked = dict.fromkeys((policy.purpose.key, policy.audit_purpose.key))
        with ledger.reading() as connection:
            return tuple(key for key in asked if _is_on_record(connection, key))

    def state(self) -> int:
        """Return a number that is another one as soon as anything more is on record."""
        ledger = self.records.ledger
        with ledger.reading() as connection:
            found = [connection.execute(select(func.max(of.c.number))).scalar() for of in (consents, notices)]
        return sum(int(number or 0) for number in found)

    def columns(
        self, references: Sequence[str | None], purposes: Collection[str] | None = None
    ) -> dict[str, Array]:
        """Return consent as it stands now, in the columns that a table of residents would have.

        Parameters
        ----------
        references : sequence of str or None, of length rows
            Ids of residents; what cannot be one has no consent.
        purposes : collection of str, optional
            Some of `purposes`; all by default.

        Returns
        -------
        dict of str to ndarray of shape (rows,)
            For each of `purposes` the columns `consent_columns`: states and notices as places (a notice that
            counts is 0, another -1), times as datetime64, in UTC; and `objection_column`, whether the
            resident objects to automated decisions.
        """
        found: list[dict[str, Array]] = []
        with self.records.looking() as look:
            counted = {
                key: counting(look.connection, self.policy, key)
                for key in (self.purposes if purposes is None else purposes)
            }
            # A table of none has a first part, too, which says what the columns are.
            for start in range(0, max(1, len(references)), ROWS):
                asked = _Asked.of(self.records.keyring.subjects(), references[start : start + ROWS])
                with self._lock:
                    self.looked_at += len(asked.subjects)
                parts = (
                    _columns(look, one, asked, counted[one.key])
                    for one in (self.policy.purpose, self.policy.audit_purpose)
                    if one.key in counted
                )
                found.append({name: column for part in parts for name, column in part.items()})
        return {name: np.concatenate([part[name] for part in found]) for name in found[0]}

    def tell(self, by: str, now: datetime) -> None:
        """Add to the access log whose consent was looked at so far: how many, and for what.

        Parameters
        ----------
        by : str
            Who looked.
        now : datetime
            Aware.

        Raises
        ------
        LedgerError, StorageError
            The database refuses.
        """
        ledger, looked_at = self.records.ledger, self.looked_at
        with ledger.writer(UNWRITTEN, AGAIN) as connection:
            for purpose in self.purposes:
                note(connection, read_line(name_of(consents), purpose, looked_at, by, now))
        self.looked_at = 0


def _is_on_record(connection: Connection, purpose: str) -> bool:
    question = select(consents.c.number).where(consents.c.purpose == purpose).limit(1)
    return connection.execute(question).first() is not None


class _Asked(NamedTuple):
    """Residents who are asked for, and which of them each row is; the last stands for nobody."""

    subjects: list[bytes]
    places: NDArray[np.intp]

    @classmethod
    def of(cls, subject_of: Callable[[str], bytes], references: Sequence[str | None]) -> _Asked:
        found: dict[bytes, int] = {}
        places = np.full(len(references), -1, dtype=np.intp)
        for row, reference in enumerate(references):
            try:
                if reference:
                    places[row] = found.setdefault(subject_of(reference), len(found))
            except VaultError:  # what cannot be a reference is nobody's
                continue
        return cls(list(found), places)


class _Short(NamedTuple):
    """What a resident's only event says."""

    state: int
    notice: int


def _columns(look: Look, purpose: Purpose, asked: _Asked, counted: Counting) -> dict[str, Array]:
    nobody = len(asked.subjects)
    states, notices = np.full(nobody + 1, -1, np.int16), np.full(nobody + 1, -1, np.int16)
    times, objects = np.full(nobody + 1, _NONE, np.int64), np.zeros(nobody + 1, dtype=bool)
    rows: dict[bytes, list[Kept]] = {}
    with uncollected():
        for subject, row in look.of_many(consents, purpose.key, asked.subjects):
            rows.setdefault(subject, []).append(row)
    shorts: dict[bytes, _Short | None] = {}
    for place, subject in enumerate(asked.subjects):
        own = rows.get(subject)
        if own is None:
            continue
        short = _short(own[0].content, shorts, counted) if len(own) == 1 else None
        if short is not None:
            states[place], notices[place] = short
            times[place] = own[0].at
            continue
        standing = standing_of(map(event_of, own))
        objects[place] = standing.objected is not None
        if standing.state is not None and standing.since is not None:
            states[place] = STATES.index(standing.state)
            notices[place] = 0 if counted.counts(standing.notice) else -1
            times[place] = micros(standing.since)
    state, at, notice = consent_columns(purpose)
    told: dict[str, Array] = {
        state: states,
        at: times.view("datetime64[us]"),
        notice: notices,
        objection_column(purpose): objects,
    }
    return {name: column[asked.places] for name, column in told.items()}


def _short(content: bytes, shorts: dict[bytes, _Short | None], counted: Counting) -> _Short | None:
    """Return what a content says; None where it is of an objection. Few contents are different."""
    if content not in shorts:
        told = decode(content)
        is_counted = counted.counts(told.privacy_notice)
        shorts[content] = (
            None
            if told.event_state in OBJECTIONS
            else _Short(STATES.index(told.event_state), 0 if is_counted else -1)
        )
    return shorts[content]
