"""Segments that a person put in the place of a computed one (PIPL Art. 24): beside it, and outliving it.

An override holds for a resident and a model, whatever the next scoring says, until a person lifts it. It
stands in the place of a segment: while none is kept, because it expired, nothing is told of either, and the
override rests. The next scoring wakes it. After three years of rest it goes (`retention`), and with a
withdrawal or an erasure at once. How many stand is part of what an audit must know: a segment that people
keep correcting is a bad one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.personal.behind import subjects_behind
from segmentation.ledger.personal.entries import Entry, Write, micros, read_as, time_of
from segmentation.ledger.personal.reading import tell_read
from segmentation.ledger.personal.segments import Segments
from segmentation.ledger.personal.tables import overrides

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.records import Records

LONGEST = 2000
"""Letters of a reason."""
NOT_KEPT = ""
"""Stands for the computed segment of residents of whom none is kept any more."""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed of an override.

    Attributes
    ----------
    segment : str or None
        What holds from now on; None where the computed segment holds again.
    reason : str
    by : str
        A person of the ledger.
    request : str
        Id of the resident's request that it answers; empty where there was none.
    """

    segment: str | None
    reason: str
    by: str
    request: str = ""


@dataclass(frozen=True)
class Override:
    """One decision of a person on a resident's segment.

    Attributes
    ----------
    number : int
        In the table; the highest holds, whatever clocks say.
    at : datetime
        In UTC.
    model : str
    segment : str or None
        None where it lifts the one before.
    reason, by, request : str
    """

    number: int
    at: datetime
    model: str
    segment: str | None
    reason: str
    by: str
    request: str


class Overrides:
    """The overrides of a ledger; several threads may use one.

    Methods raise what those of `Records` do. Whether a person may decide so is for who calls to know.

    Parameters
    ----------
    records : Records
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def set(self, subject: bytes, purpose: str, model: str, told: Told, now: datetime) -> None:
        """Put a segment in the place of the computed one.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        purpose, model : str
        told : Told
            Its segment is one that the model has, which is for who calls to know.
        now : datetime
            Aware.

        Raises
        ------
        ReviewError
            The reason is blank or too long, or there is no segment.
        LedgerError
            The resident was erased in this very moment.
        """
        if not told.segment:
            raise ReviewError(
                "An override names the segment that holds from now on. Name one of the model's."
            )
        self._write(self.written(subject, purpose, model, told, now), told.by, now)

    def lift(self, subject: bytes, purpose: str, model: str, told: Told, now: datetime) -> None:
        """Let the computed segment hold again; takes what `set` does, without a segment.

        Raises
        ------
        ReviewError
            The reason is blank or too long, or there is nothing to lift.
        LedgerError
            The resident was erased in this very moment.
        """
        if told.segment is not None:
            raise ReviewError("Who lifts an override names no segment: the computed one holds again.")
        self._write(self.written(subject, purpose, model, told, now), told.by, now)

    def written(self, subject: bytes, purpose: str, model: str, told: Told, now: datetime) -> Write:
        """Return the row of an override, for a transaction that writes other rows too.

        Takes what `set` and `lift` do, and raises what they do of what is said.
        """
        if not told.reason.strip() or len(told.reason) > LONGEST:
            raise ReviewError(f"A reason is a text of 1 to {LONGEST} letters. Say why in your own words.")
        if told.segment is None and self.standing(subject, purpose, model) is None:
            raise ReviewError("No override stands for this resident and model, so there is none to lift.")
        return Write(overrides, purpose, [Entry(subject, micros(now), _encode(told), (model,))])

    def history(self, subject: bytes, purpose: str, model: str | None = None) -> tuple[Override, ...]:
        """Return every override of a resident and every end of one, the oldest first."""
        rows = self._records.of(overrides, purpose, subject)
        found = (_read(row) for row in sorted(rows, key=lambda row: row.number))
        return tuple(one for one in found if model in {None, one.model})

    def standing(self, subject: bytes, purpose: str, model: str) -> Override | None:
        """Return the override that holds for a resident; None where the computed segment does."""
        found = self.history(subject, purpose, model)
        return found[-1] if found and found[-1].segment is not None else None

    def counts(self, purpose: str, model: str, by: str, now: datetime) -> Mapping[str, int]:
        """Return how many residents of each computed segment have another by a person; tells the access log.

        Parameters
        ----------
        purpose, model : str
        by : str
            Who counts.
        now : datetime
            Aware; what has expired is no computed segment.

        Returns
        -------
        mapping of str to int
            By the segment that was computed last, `NOT_KEPT` where none is kept. Exact: hide small counts
            from readers.
        """
        table, total = Segments(self._records), Counter[str]()
        subjects = self._subjects(purpose, model)
        if subjects:
            tell_read(self._records.ledger, overrides, purpose, len(subjects), by, now)
        for subject in subjects:
            if self.standing(subject, purpose, model) is not None:
                computed = table.current(subject, purpose, model, now)
                total[NOT_KEPT if computed is None else computed.segment] += 1
        return dict(sorted(total.items()))

    def _write(self, write: Write, by: str, now: datetime) -> None:
        keys = self._records.ensured([one.subject for one in write.entries], now)
        if not self._records.append(write.table, write.purpose, write.entries, keys, by, now):
            raise LedgerError(
                "No override was kept: all that was kept of this resident was taken out in the same moment."
            )

    def _subjects(self, purpose: str, model: str) -> list[bytes]:
        """Return who ever had an override."""
        ledger = self._records.ledger
        question = select(overrides.c.subject).where(
            overrides.c.purpose == purpose, overrides.c.model == model, overrides.c.subject.is_not(None)
        )
        with ledger.reading() as connection:
            marks = {bytes(one) for one in connection.execute(question.distinct()).scalars()}
            return list(subjects_behind(connection, self._records.keyring, purpose, marks).values())


def _read(row: Kept) -> Override:
    told, (model,) = read_as(_decode, row, "override"), row.more
    return Override(row.number, time_of(row.at), model, told.segment, told.reason, told.by, told.request)


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode
