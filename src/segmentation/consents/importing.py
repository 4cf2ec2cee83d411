"""Bringing consents that other systems gathered into the ledger: all of a sound file, nothing of another.

A file is judged as a whole before anything is written. What is then written are whole batches: an import that
was interrupted is run again, and leaves out what is there, for the same event is on record once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from segmentation.consents.gathering import Gathered, Terms, gather
from segmentation.ledger.personal.bulk import ROWS, Bulk
from segmentation.ledger.personal.carrying import outlive
from segmentation.ledger.personal.ends import ended_since
from segmentation.ledger.personal.entries import Write
from segmentation.ledger.personal.events import TAKING_BACK, decode, is_same
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tables import consents, tombstones
from segmentation.ledger.personal.withdrawing import ENDING
from segmentation.ledger.personal.withdrawn import take_out_placed
from segmentation.progress import watched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from segmentation.ledger.personal.records import Records
    from segmentation.progress import Progress


@dataclass(frozen=True)
class Imported:
    """What became of the rows of a table of consents.

    ``read == added + known + doubled + erased``

    Attributes
    ----------
    read : int
        Rows of the table.
    added : int
        Events that are on record now and were not.
    known : int
        Events that were on record.
    doubled : int
        Rows that say what another row of the table says.
    erased : int
        Events of residents who were erased since.
    purposes : tuple of str
        Which they are consents to.
    unread : int
        Columns of the table that no field has.
    """

    read: int
    added: int
    known: int
    doubled: int
    erased: int
    purposes: tuple[str, ...]
    unread: int


def import_consents(
    path: Path,
    records: Records,
    *,
    by: str,
    now: datetime,
    purposes: Collection[str] | None = None,
    zone: ZoneInfo | None = None,
    progress: Progress = False,
    processes: int | None = None,
) -> Imported:
    """Put the consents of a table on record, and take out what who withdraws in it was placed as.

    Parameters
    ----------
    path : Path
        A Parquet file, a folder of them, or a CSV file in UTF-8, with the columns `FIELDS`.
    records : Records
    by : str
        Who imports; also who recorded events that do not say.
    now : datetime
        Aware.
    purposes : collection of str, optional
        Those that may be recorded; by default any.
    zone : ZoneInfo, optional
        Of times that name none; without it, such times are faults.
    progress : bool or callable, default False
        True shows a bar; a callable is told each step, and a `Watch` how many rows are done as well.
    processes : int, optional
        How many others seal, as `Bulk` takes it.

    Raises
    ------
    ResidentsError
        The table cannot be read, or something is wrong with it; nothing was written then.
    LedgerError, StorageError, VaultError
        The database or the keyring refuses. Import the table again: what is there is left out.
    """
    terms = Terms(records.keyring.subjects(), by, now, purposes, zone)
    found = gather(path, terms)
    order, first = _sorted(found)
    last, gone = _erased(found, records)
    alive = ~gone[order]
    counts = {"added": 0, "known": 0, "erased": int(np.count_nonzero(first & ~alive))}
    doubled = len(found) - int(np.count_nonzero(first))
    done = doubled + counts["erased"]
    names = sorted({purpose for purpose, _ in found.told})
    with watched(progress, first="Importing") as watch:
        watch.part("rows", done, len(found))
        for purpose in names:
            own = order[first & alive & _of(found, purpose)[order]]
            bulk = Bulk(
                records,
                consents,
                purpose,
                by,
                _is_known,
                processes,
                _erased_since(records, last),
                after=_outlive(records, purpose, by, now),
            )
            for written in bulk.write(_batches(found, own), now):
                counts["added"] += written.added
                counts["known"] += written.known
                counts["erased"] += written.erased + written.refused
                done += sum(written)
                watch.part("rows", done, len(found))
            take_out_placed(records, {purpose: _who_withdraws(found, own)}, by, now)
    return Imported(len(found), doubled=doubled, purposes=tuple(names), unread=found.unread, **counts)


def _who_withdraws(found: Gathered, rows: NDArray[np.intp]) -> set[bytes]:
    """Return the pseudonyms of whom one of these rows takes a consent back."""
    ending = np.array([decode(told).event_state in ENDING for _, told in found.told])
    return set(found.subjects[rows[ending[found.kinds[rows]]]].tolist())


def _sorted(found: Gathered) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the order of the rows by resident, time and content, and which is the first of its like."""
    high, low = _halves(found.subjects)
    keys = (found.kinds, found.times, low, high)
    order = np.lexsort(keys)
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    return order, first


def _halves(subjects: NDArray[np.void]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return pseudonyms as two numbers each, which sort as the bytes do."""
    pairs = np.frombuffer(subjects.tobytes(), dtype=">u8").reshape(-1, 2)
    return pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64)


def _of(found: Gathered, purpose: str) -> NDArray[np.bool_]:
    own = np.array([one == purpose for one, _ in found.told])
    of: NDArray[np.bool_] = own[found.kinds]
    return of


def _erased_since(records: Records, last: int) -> Callable[[Connection, Sequence[bytes]], Collection[bytes]]:
    def still(connection: Connection, subjects: Sequence[bytes]) -> Collection[bytes]:
        """Return who was erased while others were imported: what the file says is from before that."""
        return ended_since(connection, records.keyring, last, subjects)

    return still


def _outlive(records: Records, purpose: str, by: str, now: datetime) -> Callable[[Connection, Batch], object]:
    def after(connection: Connection, written: Batch) -> None:
        """Keep outside of the database what of it takes something back: all of a batch at once."""
        back = {one for one in set(written.contents) if decode(one).event_state in TAKING_BACK}
        entries = [written.entry(place) for place, one in enumerate(written.contents) if one in back]
        outlive(connection, records, [Write(consents, purpose, entries)], by, now)

    return after


def _erased(found: Gathered, records: Records) -> tuple[int, NDArray[np.bool_]]:
    """Return which events are from before their resident was erased: nothing of that comes back.

    With the number of the last tombstone.
    """
    ledger = records.ledger
    with ledger.reading() as connection:
        of_erasures = tombstones.c.said == ""
        question = select(tombstones.c.mark, tombstones.c.at, tombstones.c.number).where(of_erasures)
        rows = connection.execute(question.order_by(tombstones.c.at)).all()
    if not rows:
        return 0, np.zeros(len(found), dtype=bool)
    ends = {bytes(row.mark): row.at for row in rows}
    mark = records.keyring.marker(PURPOSE)
    until = (ends.get(mark(subject), -1) for subject in found.subjects.tolist())
    gone = found.times <= np.fromiter(until, dtype=np.int64, count=len(found))
    return max(row.number for row in rows), gone


def _batches(found: Gathered, rows: NDArray[np.intp]) -> Iterator[Batch]:
    """Yield rows in batches, all of a resident in one."""
    high, _ = _halves(found.subjects[rows])
    ends = np.append(np.flatnonzero(high[1:] != high[:-1]) + 1, len(rows))
    start = 0
    while start < len(rows):
        enough = min(start + ROWS, len(rows))
        end = int(ends[np.searchsorted(ends, enough)])
        part = rows[start:end]
        contents = [found.told[kind][1] for kind in found.kinds[part].tolist()]
        yield Batch(found.subjects[part].tolist(), found.times[part].tolist(), contents)
        start = end


def _is_known(one: bytes, other: bytes) -> bool:
    return one == other or is_same(decode(one), decode(other))
