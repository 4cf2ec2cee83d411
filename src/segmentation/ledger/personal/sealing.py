"""Sealing many rows in other processes, with all that is made of them before they are written.

It is half of the work of writing rows, and needs no database: so it is done beside, on the other cores.
"""

from __future__ import annotations

import os
import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import count, repeat
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from segmentation.ledger.personal.entries import Entry
from segmentation.ledger.personal.rows import digest_of, place_of
from segmentation.ledger.personal.vouching import Numbers
from segmentation.ledger.personal.worker import Worker
from segmentation.vault import DataKey, Keyring, Wrapped
from segmentation.vault.sealing import LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

FEW = 20_000
"""Rows up to which no other process is worth its start."""


class Batch(NamedTuple):
    """Rows to be written at once, column by column.

    Attributes
    ----------
    subjects : sequence of bytes
        `Keyring.subject_of` the resident of each row.
    at : sequence of int
        Microseconds since 1970.
    contents : sequence of bytes
        What is sealed.
    more : sequence of tuple
        Values of the columns between `at` and `sealed`; empty where the table has none.
    """

    subjects: Sequence[bytes]
    at: Sequence[int]
    contents: Sequence[bytes]
    more: Sequence[tuple[Any, ...]] = ()

    def take(self, places: Sequence[int]) -> Batch:
        """Return some of the rows."""
        subjects, times, contents, more = self
        return Batch(
            [subjects[place] for place in places],
            [times[place] for place in places],
            [contents[place] for place in places],
            [more[place] for place in places] if more else (),
        )

    def entry(self, place: int) -> Entry:
        """Return one of the rows."""
        more = self.more[place] if self.more else ()
        return Entry(self.subjects[place], self.at[place], self.contents[place], more)


class Job(NamedTuple):
    """A batch to be sealed.

    Attributes
    ----------
    keyring : Keyring
    table, purpose : str
    batch : Batch
    kept : mapping of bytes to Wrapped
        The keys of those of its residents who have one.
    first : int
        The number that its first row will have if nothing comes between.
    """

    keyring: Keyring
    table: str
    purpose: str
    batch: Batch
    kept: Mapping[bytes, Wrapped]
    first: int = 1


class Sealed(NamedTuple):
    """A batch that was sealed, sorted by pseudonym: so is the index of its table, and it is written faster.

    It is columns, as a list of rows would take another process ten times as long to send.

    Attributes
    ----------
    made : list of bytes
        Those of its residents who had no key.
    wrapped : list of bytes
        The key that was made for each, under the active key of the job's keyring.
    places : list of int
        Which row of the batch each one is.
    marks : list of bytes
        Its pseudonym.
    sealed : list of bytes
        Bound to the numbers from the job's first on.
    digests : list of bytes
        Of the rows with these numbers.
    """

    made: list[bytes]
    wrapped: list[bytes]
    places: list[int]
    marks: list[bytes]
    sealed: list[bytes]
    digests: list[bytes]

    def rows(self, job: Job) -> list[tuple[Any, ...]]:
        """Return the rows as they are written, if they get the numbers that they were sealed for."""
        batch, numbers, purposes = job.batch.take(self.places), count(job.first), repeat(job.purpose)
        more = zip(*batch.more, strict=True)
        return list(zip(numbers, self.marks, purposes, batch.at, *more, self.sealed, self.digests))  # noqa: B905 - two have no end


_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(Sealed).decode


def seal(job: Job) -> Sealed:
    """Seal a batch."""
    known, made, wrapped = _secrets(job)
    marks = list(map(job.keyring.marker(job.purpose), job.batch.subjects))
    places = sorted(range(len(marks)), key=marks.__getitem__)
    batch, marks = job.batch.take(places), [marks[at] for at in places]
    last, sealed, digests, numbers = None, list[bytes](), list[bytes](), Numbers(job.keyring, job.table)
    more = batch.more or [()] * len(places)
    rows = zip(batch.subjects, marks, batch.at, more, batch.contents, strict=True)
    for number, (subject, mark, at, its, content) in enumerate(rows, start=job.first):
        if subject != last:  # many ciphers at once are slower to come by than one after the other
            key, last = DataKey(known[subject]), subject
        data = key.seal(place_of(job.table, job.purpose, at, mark, its), content)
        sealed.append(numbers.bound(number, data))
        digests.append(digest_of(job.table, (number, mark, job.purpose, at, *its, sealed[-1])))
    return Sealed(made, wrapped, places, marks, sealed, digests)


def _secrets(job: Job) -> tuple[dict[bytes, bytes], list[bytes], list[bytes]]:
    """Return the keys of a batch's residents, whose were made now, and these as they are kept."""
    unwrap, wrap = job.keyring.unwrapper(), job.keyring.wrapper()
    known = {subject: unwrap(subject, kept) for subject, kept in job.kept.items()}
    fresh = {one: secrets.token_bytes(LENGTH) for one in job.batch.subjects if one not in known}
    return known | fresh, list(fresh), [wrap(subject, secret).data for subject, secret in fresh.items()]


def packed(job: Job) -> bytes:
    """Seal a batch, and return it as few bytes: pickle would take ten times as long."""
    return _encode(seal(job))


def sealed_here(job: Job) -> Future[Sealed]:
    """Seal a batch at once, in this process."""
    done: Future[Sealed] = Future()
    done.set_result(seal(job))
    return done


class Sealer:
    """Seals jobs in other processes once there are enough of them.

    Parameters
    ----------
    processes : int or None
        How many; 0: none but this one. None: as many as there are cores besides the one that writes.
    """

    def __init__(self, processes: int | None = None) -> None:
        self._processes = _cores() - 1 if processes is None else processes
        self._free: SimpleQueue[Worker] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None

    def begin(self, job: Job) -> Future[Sealed]:
        """Begin to seal a batch; at once and here where it is small."""
        if self._threads is None and self._processes and len(job.batch.subjects) > FEW:
            self._threads = ThreadPoolExecutor(self._processes, "sealing")
            for _ in range(self._processes):
                self._free.put(Worker())
        if self._threads is not None:
            return self._threads.submit(self._sealed, job)
        return sealed_here(job)

    def close(self) -> None:
        """End the other processes."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
            while not self._free.empty():
                self._free.get().close()

    def _sealed(self, job: Job) -> Sealed:
        worker = self._free.get()
        try:
            return _decode(worker.do(partial(packed, job)))
        finally:
            self._free.put(worker)


@contextmanager
def sealing(processes: int | None = None) -> Iterator[Callable[[Job], Future[Sealed]]]:
    """Give what begins to seal a batch."""
    sealer = Sealer(processes)
    try:
        yield sealer.begin
    finally:
        sealer.close()


def _cores() -> int:
    """Return how many cores this process may use; macOS does not tell of one process alone."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
