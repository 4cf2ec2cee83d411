"""Sealing many rows in other processes, which end with the one that started them.

It is half of the work of writing rows, and needs no database: so it is done beside, on the other cores.
"""

from __future__ import annotations

import os
import pickle
import secrets
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count, repeat
from pathlib import Path
from queue import SimpleQueue
from signal import SIG_IGN, SIGINT, signal
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import msgspec

from segmentation.errors import LedgerError, SegmentationError
from segmentation.ledger.personal.entries import Entry
from segmentation.ledger.personal.rows import digest_of, place_of
from segmentation.ledger.personal.vouching import Numbers
from segmentation.vault import DataKey, Keyring, Wrapped
from segmentation.vault.memory import forbid_dumps
from segmentation.vault.sealing import LENGTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Found = TypeVar("Found")
FEW = 20_000
"""Rows up to which no other process is worth its start."""

BEGIN = """
import sys
found = [at for at, path in enumerate(sys.path) if path.endswith("-packages")]
first = min(found, default=len(sys.path))
sys.path[first:first] = {places}
from {module} import main
main()
"""
"""What another process runs: Python's own modules first, then those of this process, in its order."""


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


class Worker:
    """Another process that does what it is sent: to seal, and what else needs keys and no pen.

    It is no child of `multiprocessing`, which would run the user's own script once more, and where that were
    killed would leave its children waiting. This one ends when nobody can send it jobs any more. It is sent
    the keyring, so no code there is taken from the folder in which somebody happens to work.
    """

    def __init__(self) -> None:
        # -I leaves out the working folder, and PYTHONPATH, which may name it as well.
        self._process = Popen(  # noqa: S603 - this program itself
            [sys.executable, "-I", "-c", BEGIN.format(places=_places(), module=__name__)],
            stdin=PIPE,
            stdout=PIPE,
        )

    def do(self, job: Callable[[], Found]) -> Found:
        """Call a job there, which must be one that can be pickled, and return what it returns.

        Raises
        ------
        LedgerError
            The process was ended.
        SegmentationError
            What the job raised, such as a `VaultError`: a key does not open.
        """
        try:
            pickle.dump(job, self._process.stdin, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type]  # it is a pipe
            self._process.stdin.flush()  # type: ignore[union-attr]
            found: Any = pickle.load(self._process.stdout)  # type: ignore[arg-type]  # noqa: S301 - what our own process says
        except (OSError, EOFError):
            found = LedgerError(
                "A process that seals rows was ended by something else, such as a lack of memory. Run it "
                "again: what is there is whole."
            )
        if isinstance(found, Exception):
            raise found
        told: Found = found
        return told

    def close(self) -> None:
        """End it."""
        with suppress(OSError), self._process as process:  # a pipe that broke is told when it is closed
            process.kill()


@contextmanager
def sealing(processes: int | None = None) -> Iterator[Callable[[Job], Future[Sealed]]]:
    """Give what begins to seal a batch."""
    sealer = Sealer(processes)
    try:
        yield sealer.begin
    finally:
        sealer.close()


def work(jobs: BinaryIO, out: BinaryIO) -> None:
    """Do jobs until there are no more, or nobody is there to take what was found."""
    while True:
        try:
            job = pickle.load(jobs)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        try:
            found = job()
        except SegmentationError as error:
            found = error
        try:
            pickle.dump(found, out, pickle.HIGHEST_PROTOCOL)
            out.flush()
        except BrokenPipeError:
            return


def _places() -> list[str]:
    """Return where this process takes modules from, this package first, without the folder it works in."""
    own, here = Path(__file__).resolve().parents[3], Path.cwd()
    others = [Path(path) for path in sys.path if path]
    return [str(own), *(str(one) for one in others if one.is_absolute() and one.resolve() != here)]


def _cores() -> int:
    """Return how many cores this process may use; macOS does not tell of one process alone."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """Do what another process sends; Ctrl-C is for that one."""
    forbid_dumps()
    signal(SIGINT, SIG_IGN)
    work(sys.stdin.buffer, sys.stdout.buffer)
