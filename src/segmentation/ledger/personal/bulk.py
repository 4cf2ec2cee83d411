"""Writing a great many rows of personal data: whole batches, sealed while the ones before are written.

Each batch is one transaction with one line of the access log: what is there of an interrupted run is whole
batches, and the next run goes on behind them. A batch is sealed before its transaction begins; whose key was
made, wrapped anew or destroyed meanwhile shows in the transaction, and the batch is sealed once more.
"""

from __future__ import annotations

import gc
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from segmentation.ledger.personal.keys import add_keys
from segmentation.ledger.personal.look import wrapped_keys
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, next_number, write, write_numbered
from segmentation.ledger.personal.rows import among, make_room, name_of, place_of
from segmentation.ledger.personal.sealing import Batch, Job, sealed_here, sealing
from segmentation.ledger.personal.vouching import Numbers
from segmentation.vault import DataKey

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from concurrent.futures import Future
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.sealing import Sealed
    from segmentation.vault import Keyring

ROWS = 1 << 16
"""Rows of a batch, where nobody says otherwise: worth a transaction, and little memory."""
AHEAD = 3
"""Batches that are sealed before their turn has come."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Spare the collector of cycles a look at many rows: there are none among them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Written(NamedTuple):
    """What became of a batch.

    Attributes
    ----------
    added : int
        Rows that were written.
    known : int
        Rows that were there already.
    erased : int
        Rows of residents who were erased while theirs were being written.
    refused : int
        Rows that might not be written any more when their turn came.
    """

    added: int
    known: int = 0
    erased: int = 0
    refused: int = 0


class _Task(NamedTuple):
    """A batch on its way."""

    job: Job
    sealed: Future[Sealed]
    erased: int = 0


@dataclass(frozen=True)
class Bulk:
    """Where rows go, and how.

    Attributes
    ----------
    records : Records
    table : sqlalchemy.Table
        One of `tables.PERSONAL`.
    purpose : str
        Of all rows.
    by : str
        Who writes.
    same : callable or None
        Whether two contents of one resident and time say the same; what is there already is then left out.
        None: everything is written.
    processes : int or None
        How many others seal; 0: this one does. None: as many as there are cores besides the one that writes.
    still : callable or None
        Told of a connection and the subjects of a batch, in the transaction that writes: returns whose rows
        may not be written any more.
    after : callable or None
        Told of a connection and the rows that were written, last in the transaction that writes them.
    makes : bool
        Whether who has no key gets one. What rests on a consent has one, or was erased.
    """

    records: Records
    table: Table
    purpose: str
    by: str
    same: Callable[[bytes, bytes], bool] | None = None
    processes: int | None = None
    still: Callable[[Connection, Sequence[bytes]], Collection[bytes]] | None = None
    makes: bool = True
    after: Callable[[Connection, Batch], object] | None = None

    def write(self, batches: Iterable[Batch], now: datetime) -> Iterator[Written]:
        """Write batches, each whole or not at all, and tell of each once it is there.

        Parameters
        ----------
        batches : iterable of Batch
            Rows of one resident belong into one batch, or the second is sealed twice. Sorted by subject they
            are written the fastest.
        now : datetime
            Aware.

        Yields
        ------
        Written

        Raises
        ------
        LedgerError, StorageError
            The database refuses. What was told of is there: write all of it again where `same` is given, or
            the rest.
        """
        waiting: deque[_Task] = deque()
        with sealing(self.processes) as begin:
            for batch in batches:
                ahead = sum(len(task.job.batch.subjects) for task in waiting)
                waiting.append(self._begun(batch, begin, ahead=ahead))
                if len(waiting) > AHEAD:
                    yield self._done(_first(waiting), now)
            while waiting:
                yield self._done(_first(waiting), now)

    def _begun(
        self, batch: Batch, begin: Callable[[Job], Future[Sealed]], erased: int = 0, ahead: int = 0
    ) -> _Task:
        ledger = self.records.ledger
        with ledger.reading() as connection:
            make_room(connection)
            kept = wrapped_keys(connection, list(dict.fromkeys(batch.subjects)))
            first = next_number(connection, self.table) + ahead
        if not self.makes:
            rest = [at for at, subject in enumerate(batch.subjects) if subject in kept]
            erased, batch = erased + len(batch.subjects) - len(rest), batch.take(rest)
        job = Job(self.records.keyring, name_of(self.table), self.purpose, batch, kept, first)
        return _Task(job, begin(job), erased)

    def _done(self, task: _Task, now: datetime) -> Written:
        ledger = self.records.ledger
        while True:
            sealed = task.sealed.result()
            with uncollected(), ledger.writer(UNWRITTEN, AGAIN) as connection:
                make_room(connection)
                there = wrapped_keys(connection, list(dict.fromkeys(task.job.batch.subjects)))
                # A key that is not the active one any more may be retired, with what was just wrapped in it.
                is_active = self.records.keyring.active.id == task.job.keyring.active.id
                if there == task.job.kept and (is_active or not sealed.made):
                    return self._written(connection, task, sealed, now)
            task = self._begun_again(task, task.job.kept.keys() - there.keys())

    def _begun_again(self, task: _Task, gone: set[bytes]) -> _Task:
        """Leave out who was erased meanwhile: a new key would keep what they had taken out."""
        batch = task.job.batch
        rest = [at for at, subject in enumerate(batch.subjects) if subject not in gone]
        erased = task.erased + len(batch.subjects) - len(rest)
        return self._begun(batch.take(rest), sealed_here, erased)

    def _written(self, connection: Connection, task: _Task, sealed: Sealed, now: datetime) -> Written:
        job = task.job
        gone = frozenset(self.still(connection, job.batch.subjects)) if self.still is not None else ()
        left = {place for place in sealed.places if job.batch.subjects[place] in gone}
        known = self._known(connection, job, sealed) - left
        if sealed.made:
            kept = zip(repeat(job.keyring.active.id), sealed.wrapped)
            add_keys(connection, zip(sealed.made, kept, strict=True), now)
        rows = sealed.rows(job)
        if out := known | left:
            rows = [row for place, row in zip(sealed.places, rows, strict=True) if place not in out]
        added = self._added(connection, rows, now, job.keyring)
        if self.after is not None:
            rest = [place for place in sealed.places if place not in out]
            self.after(connection, job.batch.take(rest))
        return Written(added, len(known), task.erased, len(left))

    def _added(
        self, connection: Connection, rows: list[tuple[Any, ...]], now: datetime, keyring: Keyring
    ) -> int:
        """Write rows: as they were sealed where they get the numbers that they were sealed for."""
        first = next_number(connection, self.table)
        if rows and (rows[0][0], rows[-1][0]) == (first, first + len(rows) - 1):
            return write_numbered(connection, self.table, self.purpose, rows, self.by, now, keyring)
        numbers = Numbers(keyring, name_of(self.table))
        values = [(*clear, numbers.loose(number, data)) for number, *clear, data, _ in rows]
        return write(connection, self.table, self.purpose, values, self.by, now, keyring)

    def _known(self, connection: Connection, job: Job, sealed: Sealed) -> set[int]:
        """Return which rows say what is there already; only who had a key can have rows."""
        if self.same is None or not job.kept:
            return set()
        batch, known = job.batch, set[int]()
        places: dict[tuple[bytes, int], list[int]] = {}
        for place, mark in zip(sealed.places, sealed.marks, strict=True):
            if batch.subjects[place] in job.kept:
                places.setdefault((mark, batch.at[place]), []).append(place)
        unwrap, marks = job.keyring.unwrapper(), list(dict.fromkeys(mark for mark, _ in places))
        columns, numbers = _columns(self.table), Numbers(job.keyring, job.table)
        for number, found, at, *more, data in among(connection, self.table, columns, marks, self.purpose):
            mark = bytes(found)
            for place in places.get((mark, at), ()):
                subject = batch.subjects[place]
                key = DataKey(unwrap(subject, job.kept[subject]))
                place_there = place_of(job.table, job.purpose, at, mark, more)
                content = key.open(place_there, numbers.loose(number, bytes(data)))
                if self.same(content, batch.contents[place]):
                    known.add(place)
        return known


def _first(waiting: deque[_Task]) -> _Task:
    """Take the first batch; until others have sealed it, seal here what none of them has begun with."""
    for place in reversed(range(len(waiting))):
        task = waiting[place]
        if not waiting[0].sealed.done() and task.sealed.cancel():
            waiting[place] = task._replace(sealed=sealed_here(task.job))
    return waiting.popleft()


def _columns(table: Table) -> list[str]:
    """Return what is read of a row to open it: all but its purpose, which is known, and its digest."""
    return [name for name in table.columns.keys() if name not in {"purpose", "digest"}]  # noqa: SIM118 - no dict
