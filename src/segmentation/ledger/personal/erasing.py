"""Erasing a resident: a tombstone first, then their key and every row of theirs, for good (PIPL Art. 47).

Whoever was erased must stay so. The tombstone lies outside of the database, so a crash between the two, or a
database that was restored from before, leaves an erasure that the file knows and the database does not:
`Erasures.carry_out` does it again, and who opens a ledger calls it first. Somebody who was erased may consent
anew: they get a new key, and nothing of before comes back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from segmentation.errors import LedgerError
from segmentation.ledger.personal.carrying import Work, keys_of, lacking
from segmentation.ledger.personal.entries import time_of
from segmentation.ledger.personal.stones import PURPOSE, chained
from segmentation.ledger.personal.tables import tombstones as kept
from segmentation.ledger.personal.tombstones import TOMBSTONES
from segmentation.signing import sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from segmentation.ledger.personal.carrying import Carried, Key
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.stones import Tombstone
    from segmentation.ledger.personal.tombstones import Pen, Tombstones

UNERASED = "Nobody was erased"
AGAIN = "Look at the request again: where the tombstone was written, the next opening erases them."
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Seconds in which somebody who is writing a line into the file and the database is done with it."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes
    ----------
    residents : int
        How many keys were destroyed.
    rows : int
        How many rows were emptied.
    is_swept : bool
        Whether nothing of it is left in the files of the database; if not, the next sweep takes it out.
    taken_back : int
        How many refusals, withdrawals and objections were put on record again, which came after a backup.
    """

    residents: int
    rows: int
    is_swept: bool = True
    taken_back: int = 0


class Erasures:
    """Erasures from a ledger, and the file that remembers them.

    Parameters
    ----------
    records : Records
    tombstones : Tombstones
        Outside of the database and of its backups; the same one for all who use the ledger.
    """

    def __init__(self, records: Records, tombstones: Tombstones) -> None:
        self._records, self._tombstones = records, tombstones

    def erase(self, subjects: Collection[bytes], by: str, now: datetime) -> Erased:
        """Erase residents; who has no key gets a tombstone too, so that no file of before brings them.

        Parameters
        ----------
        subjects : collection of bytes
            `Keyring.subject_of` each.
        by : str
            Who does it.
        now : datetime
            Aware.

        Raises
        ------
        LedgerError
            The tombstones are not those of this ledger, or were altered; or the database refuses. Nobody was
            erased then, unless it says that it is in doubt.
        StorageError
            The disk is full, or a file cannot be written.
        """
        ledger, mark = self._records.ledger, self._records.keyring.marker(PURPOSE)
        with (
            ledger.writer(UNERASED, AGAIN) as connection,
            self._tombstones.writing() as pen,
        ):
            work = Work(connection, self._records, by, now)
            work.carry_out(lacking(connection, self._tombstones))
            if asked := list(dict.fromkeys(subjects)):
                found = keys_of(connection, asked)
                work.bury(_written(pen, asked, found, mark, max([now, *work.newest(found)])))
                work.destroy(found)
        return _told(work.done(ledger))

    def carry_out(self, by: str, now: datetime) -> Erased:
        """Erase whom the file knows and the database does not: after a crash, or after it was restored.

        What residents took back, and the database does not know, is put on record again. Takes and raises
        what `erase` does; it is quick where there is nothing to do.
        """
        ledger = self._records.ledger
        if not all(self._lacks(pause) for pause in (0.0, *PAUSES)):
            return Erased(0, 0)
        with ledger.writer(UNERASED, AGAIN) as connection:
            work = Work(connection, self._records, by, now)
            # Read again, because another process may have done it since.
            work.carry_out(lacking(connection, self._tombstones))
        return _told(work.done(ledger))

    def rewrite_file(self, *, accepts_loss: bool = False) -> int:
        """Write the file from what the database has, where it was lost; return how many lines it lacked.

        It knows less than the lost one where the database was restored since: who was erased or withdrew in
        between is not in it. So a copy of the file is better, wherever there is one.

        Parameters
        ----------
        accepts_loss : bool
            Whether to go on where more lines were seen from here than the database has.

        Raises
        ------
        LedgerError
            What there is of a file is not the beginning of what the database has, or more were seen.
        StorageError
            The file cannot be written.
        """
        ledger = self._records.ledger
        with ledger.reading() as connection:
            rows = connection.execute(select(kept).order_by(kept.c.number)).all()
        chain = chained((bytes(row.mark).hex(), time_of(row.at), row.key, row.said) for row in rows)
        if (lost := self._tombstones.unseen(chain)) and not accepts_loss:
            raise LedgerError(
                f"{lost:,} tombstones were seen from here that the ledger does not have: it was restored, "
                "and who was erased or withdrew stands there again. Restore a copy of the file. Only where "
                "there is none, find out whom they concern, enter it again, and go on with --accept-loss."
            )
        with self._tombstones.writing(lost=True) as pen:
            there = len(pen.lines)
            if tuple(chain[:there]) != pen.lines:
                raise LedgerError(
                    f"The tombstones {self._tombstones.path} are not the beginning of what the ledger knows: "
                    "they are another ledger's, or have more than it. Move them away if they are, and look "
                    f"where {TOMBSTONES} points."
                )
            pen.keep(chain[there:])
        return len(chain) - there

    def _lacks(self, pause: float) -> bool:
        """Whether the database lacks what the file says, after a while: who writes it may not be done yet."""
        if pause:
            time.sleep(pause)
        ledger = self._records.ledger
        with ledger.reading() as connection:
            return bool(lacking(connection, self._tombstones))


def _told(carried: Carried) -> Erased:
    return Erased(carried.residents, carried.rows, carried.is_swept, carried.taken_back)


def _written(
    pen: Pen, asked: Sequence[bytes], found: Sequence[Key], mark: Callable[[bytes], bytes], at: datetime
) -> tuple[Tombstone, ...]:
    """Write the tombstones of residents; of who has no key, one that names no key."""
    wrapped = {key.subject: key.wrapped for key in found}
    return pen.append([(mark(one).hex(), sha256(wrapped.get(one, b""))) for one in asked], at)
