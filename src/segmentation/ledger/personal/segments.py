"""The classification table: where residents were placed, when, by which version, and until when it is kept.

Scoring anew adds a row, so that it stays known what was said when. The needs behind a segment are not kept
(PIPL Art. 6, 19): who wants the reasons brings them again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from segmentation.errors import LedgerError
from segmentation.ledger.personal.entries import Entry, Write, micros, read_as, time_of
from segmentation.ledger.personal.rows import among
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.tables import segments

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from segmentation.ledger.personal.entries import Kept
    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.records import Records
    from segmentation.policy import Policy


class Placed(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed of a segment.

    Attributes
    ----------
    segment : str
    margin : float
        In [0, 1], as `scorer.Explanation` defines it.
    borderline : bool
    decision : str
        Digest of the signed decision that the version served on.
    imputed : tuple of str
        Needs that were missing, where somebody told.
    """

    segment: str
    margin: float
    borderline: bool
    decision: str
    imputed: tuple[str, ...] = ()


class By(NamedTuple):
    """What places residents, and for how long that is kept.

    Attributes
    ----------
    purpose : str
        Key of the policy's purpose.
    model, version : str, int
    retention : timedelta
    """

    purpose: str
    model: str
    version: int
    retention: timedelta

    @classmethod
    def of(cls, policy: Policy, version: int) -> By:
        """Return what a version of this policy places residents by."""
        return cls(policy.purpose.key, policy.name, version, timedelta(days=policy.retention_days))

    def entry(
        self, subject: bytes, placed: Placed, now: datetime, collected: datetime | None = None
    ) -> Entry:
        """Return the row of one resident; it counts its days from `collected`, or else from now."""
        dated = None if collected is None else micros(collected)
        return Entry(subject, micros(now), _encode(placed), self.more(micros(now), dated))

    def more(self, now: int, collected: int | None = None) -> tuple[str, int, int]:
        """Return what stands in the clear of a row: model, version, and until when it is kept.

        A policy counts days from the collection: nothing that was made of a row is used longer than the row
        itself may be, which is to the end of its last day in UTC; and nothing longer than so many days from
        now, whatever a table says.

        Parameters
        ----------
        now : int
            Microseconds since 1970.
        collected : int, optional
            When the needs were collected, the same; now, where nobody says.
        """
        retention = self.retention // _MICROSECOND
        most = now + retention
        if collected is not None:
            most = min(most, collected - collected % _DAY + retention + _DAY)
        return self.model, self.version, most


@dataclass(frozen=True)
class Segment:
    """One row of the classification table.

    Attributes
    ----------
    number : int
        In the table; the highest is the newest, whatever clocks say.
    at, expires : datetime
        When the resident was placed, and from when on it may not be used; in UTC.
    model, version : str, int
    segment : str
    margin : float
    borderline : bool
    decision : str
    imputed : tuple of str
    """

    number: int
    at: datetime
    expires: datetime
    model: str
    version: int
    segment: str
    margin: float
    borderline: bool
    decision: str
    imputed: tuple[str, ...]


class Segments:
    """The classification table of a ledger; several threads may use one.

    Methods raise what those of `Records` do.

    Parameters
    ----------
    records : Records
    """

    def __init__(self, records: Records) -> None:
        self._records = records

    def keep(
        self,
        subject: bytes,
        placed: Placed,
        by: By,
        who: str,
        now: datetime,
        still: Callable[[Look], object] | None = None,
        collected: datetime | None = None,
    ) -> None:
        """Keep where a resident was placed; asks nobody whether they consent, unless told how.

        Parameters
        ----------
        subject : bytes
            `Keyring.subject_of` the resident.
        placed : Placed
        by : By
        who : str
            Who writes: a person of the ledger, the id of an API key, or a command.
        now : datetime
            Aware.
        still : callable, optional
            Raises where the resident may not be placed any more; asked in the transaction that writes. What
            rests on a consent is written under the key that the consent has, so none is made then.
        collected : datetime, optional
            When the needs were collected, aware; now, where nobody says. Days of retention count from then.

        Raises
        ------
        LedgerError
            The resident was erased in this very moment.
        """
        records = self._records
        keys = records.ensured([subject], now) if still is None else records.keys([subject])
        write = Write(segments, by.purpose, [by.entry(subject, placed, now, collected)] if keys else [])
        if not records.append_all([write], keys, who, now, still):
            raise LedgerError(
                "No segment was kept: all that was kept of this resident was taken out in the same moment. "
                "Ask again if they are to get one nevertheless."
            )

    def history(self, subject: bytes, purpose: str, model: str | None = None) -> tuple[Segment, ...]:
        """Return everything that is kept of a resident, the oldest first, what has expired included.

        Parameters
        ----------
        subject : bytes
        purpose : str
        model : str, optional
            Of one model alone.
        """
        rows = self._records.of(segments, purpose, subject)
        found = (_read(row) for row in sorted(rows, key=lambda row: row.number))
        return tuple(one for one in found if model in {None, one.model})

    def current(self, subject: bytes, purpose: str, model: str, now: datetime) -> Segment | None:
        """Return the segment that a model gave a resident last; None where there is none, or it has expired.

        A person may have put another in its place: ask `Overrides.standing`.
        """
        found = self.history(subject, purpose, model)
        return found[-1] if found and now < found[-1].expires else None

    def kept_at(
        self, subjects: Collection[bytes], purpose: str, model: str, times: Collection[int]
    ) -> set[bytes]:
        """Return who of some residents has a row of one of these times.

        Parameters
        ----------
        subjects : collection of bytes
        purpose, model : str
        times : collection of int
            Microseconds since 1970.
        """
        if not times or not subjects:
            return set()
        mark, asked = self._records.keyring.marker(purpose), set(times)
        marks = {mark(subject): subject for subject in subjects}
        ledger = self._records.ledger
        with ledger.reading() as connection:
            rows = among(connection, segments, ("subject", "at", "model"), list(marks), purpose)
            return {marks[bytes(found)] for found, at, of in rows if at in asked and of == model}


def batch_of(
    rows: Sequence[tuple[bytes, Placed]], by: By, now: datetime, collected: Sequence[int | None] = ()
) -> Batch:
    """Return rows of the classification table, to be written in one transaction (`Bulk`).

    Parameters
    ----------
    rows : sequence of (bytes, Placed)
        Residents (`Keyring.subject_of`), and where they were placed.
    by : By
    now : datetime
        Aware.
    collected : sequence of (int or None), optional
        When the needs of each were collected, in microseconds since 1970; none: nobody says of any.
    """
    at = micros(now)
    told = {one: by.more(at, one) for one in {*collected, None}}  # few days, and many rows
    return Batch(
        [subject for subject, _ in rows],
        [at] * len(rows),
        [_encode(placed) for _, placed in rows],
        [told[one] for one in collected] if collected else [told[None]] * len(rows),
    )


def _read(row: Kept) -> Segment:
    placed, (model, version, expires) = read_as(_decode, row, "segment"), row.more
    return Segment(
        row.number,
        time_of(row.at),
        time_of(expires),
        model,
        version,
        placed.segment,
        placed.margin,
        placed.borderline,
        placed.decision,
        placed.imputed,
    )


_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Placed).decode
