"""Sealing many rows in other processes, which end with the one that started them.

It is half of the work of writing rows, and needs no database: so it is done beside, on the other cores.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from segmentation.ledger.personal.rows import place_of
from segmentation.vault import DataKey, Keyring, Wrapped
from segmentation.vault.memory import forbid_dumps

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


class Job(NamedTuple):
    """A batch to be sealed.

    Attributes
    ----------
    keyring : Keyring
    table, purpose : str
    batch : Batch
    kept : mapping of bytes to Wrapped
        The keys of those of its residents who have one.
    """

    keyring: Keyring
    table: str
    purpose: str
    batch: Batch
    kept: Mapping[bytes, Wrapped]


class Sealed(NamedTuple):
    """A batch that was sealed, sorted by pseudonym: so is the index of its table, and it is written faster.

    Attributes
    ----------
    made : list of (bytes, Wrapped)
        Keys that were made for those of its residents who had none.
    places : list of int
        Which row of the batch each one is.
    marks : list of bytes
        Its pseudonym.
    sealed : list of bytes
    """

    made: list[tuple[bytes, Wrapped]]
    places: list[int]
    marks: list[bytes]
    sealed: list[bytes]


def seal(job: Job) -> Sealed:
    """Seal a batch."""
    batch, unwrap, wrap = job.batch, job.keyring.unwrapper(), job.keyring.wrapper()
    keys = {subject: DataKey(unwrap(subject, kept)) for subject, kept in job.kept.items()}
    made = []
    for subject in dict.fromkeys(batch.subjects):
        if subject not in keys:
            secret = secrets.token_bytes(32)
            keys[subject] = DataKey(secret)
            made.append((subject, wrap(subject, secret)))
    marks = list(map(job.keyring.marker(job.purpose), batch.subjects))
    places = sorted(range(len(marks)), key=marks.__getitem__)
    sealed = [
        keys[batch.subjects[at]].seal(
            place_of(job.table, job.purpose, batch.at[at], marks[at]), batch.contents[at]
        )
        for at in places
    ]
    return Sealed(made, places, [marks[at] for at in places], sealed)


class Sealer:
    """Seals jobs in other processes once there are enough of them.

    Parameters
    ----------
    processes : int or None
        How many; 0: none but this one. None: as many as there are cores besides the one that writes.
    """

    def __init__(self, processes: int | None = None) -> None:
        self._processes = _cores() - 1 if processes is None else processes
        self._pool: ProcessPoolExecutor | None = None

    def begin(self, job: Job) -> Future[Sealed]:
        """Begin to seal a batch; at once and here where it is small."""
        if self._pool is None and self._processes and len(job.batch.subjects) > FEW:
            # No fork: threads of this process may hold locks that no thread of the other would ever let go.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._processes, context, initializer=begin_beside)
        if self._pool is not None:
            return self._pool.submit(seal, job)
        done: Future[Sealed] = Future()
        done.set_result(seal(job))
        return done

    def close(self) -> None:
        """End the other processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


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


def begin_beside() -> None:
    """Keep the keys of this process out of files, and let it not outlive the one that started it."""
    forbid_dumps()
    Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
