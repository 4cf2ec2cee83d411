"""Asking a gate in another process: to open a consent takes as long as to keep a segment."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segmentation.ledger.personal.gate import Gate
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.sealing import FEW, begin_beside
from segmentation.ledger.store import Ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from segmentation.ledger.place import Place
    from segmentation.policy import Policy
    from segmentation.vault import Keyring

Refused = dict[bytes, str]


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
        How many others ask; 0: this one does.
    """
    gate = Gate(records, policy)
    if not gate.is_there:
        yield lambda _: _done({})
        return
    if processes == 0 or (processes is None and rows <= FEW):
        yield lambda subjects: _done(gate.refused(subjects))
        return
    # No fork: threads of this process may hold locks that no thread of the other would ever let go.
    context = multiprocessing.get_context("spawn")
    place = records.ledger.place
    with ProcessPoolExecutor(processes or 1, context, initializer=begin_beside) as pool:
        try:
            yield lambda subjects: pool.submit(_refused, place, policy, records.keyring, subjects)
        finally:
            pool.shutdown(cancel_futures=True)


def _refused(place: Place, policy: Policy, keyring: Keyring, subjects: Sequence[bytes]) -> Refused:
    with Ledger(place) as ledger:
        return Gate(Records(ledger, lambda: keyring), policy).refused(subjects)


def _done(found: Refused) -> Future[Refused]:
    future: Future[Refused] = Future()
    future.set_result(found)
    return future
