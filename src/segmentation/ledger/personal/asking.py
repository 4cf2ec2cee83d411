"""Asking a gate in another process: to open a consent takes as long as to keep a segment."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from segmentation.ledger.personal.gate import Gate
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.sealing import FEW
from segmentation.ledger.personal.worker import Worker
from segmentation.ledger.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from segmentation.ledger.place import Place
    from segmentation.policy import Policy
    from segmentation.vault import Keyring

Refused = dict[bytes, str]


@dataclass(frozen=True)
class Question:
    """Who of some residents may not be scored.

    Attributes
    ----------
    place : Place
        Of the ledger.
    keyring : Keyring
    policy : Policy
    subjects : sequence of bytes
    """

    place: Place
    keyring: Keyring
    policy: Policy
    subjects: Sequence[bytes] = field(repr=False)

    def __call__(self) -> Refused:
        """Return what `Gate.refused` does."""
        with Ledger(self.place) as ledger:
            return Gate(Records(ledger, lambda: self.keyring), self.policy).refused(self.subjects)


@contextmanager
def asking(
    records: Records, policy: Policy, rows: int, processes: int | None = None
) -> Iterator[Callable[[Sequence[bytes]], Future[Refused]]]:
    """Give what begins to ask a gate who may not be scored (`Gate.refused`): nobody, where there is no gate.

    Parameters
    ----------
    records : Records
    policy : Policy
    rows : int
        How many residents there are, about: for few, no other process is started.
    processes : int, optional
        1: another one asks; 0: this one does.
    """
    gate = Gate(records, policy)
    if not gate.is_there:
        yield lambda _: _done({})
        return
    if processes == 0 or (processes is None and rows <= FEW):
        yield lambda subjects: _done(gate.refused(subjects))
        return
    worker, place = Worker(), records.ledger.place
    threads = ThreadPoolExecutor(1, "asking")
    try:
        yield lambda subjects: threads.submit(worker.do, Question(place, records.keyring, policy, subjects))
    finally:
        worker.close()
        threads.shutdown(cancel_futures=True)


def _done(found: Refused) -> Future[Refused]:
    future: Future[Refused] = Future()
    future.set_result(found)
    return future
