"""How often one API key may ask: one allowance over all workers, so that more workers do not mean more.

The generic cell rate algorithm (ITU-T I.371): one number per key, the time until which its allowance is
spent. Workers share these numbers through a file in memory; a key's number is locked while it is read and
written, and the lock goes with a worker that dies.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from array import array
from typing import TYPE_CHECKING, Self

from segmentation.errors import StorageError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from pathlib import Path

BURST = 2.0
"""Seconds of its rate that a key may spend at once."""
SLOTS = 2**16
"""Keys with a number of their own; beyond, two keys share one, and each has less."""
WIDTH = 8
MARGIN = 1.0
"""Seconds by which rounding, and two workers' readings of one clock, may differ; far more than they do."""
TRIES = 200
"""How often a lock is asked for; who holds it does so for a microsecond, unless it was stopped just then."""


class Rate:
    """Counts what keys spend.

    Parameters
    ----------
    file : int or None
        Open file that the workers share; None for a worker alone.
    """

    def __init__(self, file: int | None = None) -> None:
        self._file = file
        self._spent: memoryview[float] | array[float] = (
            array("d", bytes(SLOTS * WIDTH))
            if file is None
            else memoryview(mmap.mmap(file, SLOTS * WIDTH)).cast("d")
        )

    @classmethod
    def shared(cls, path: Path) -> Self:
        """Open what the workers share, or make it.

        Raises
        ------
        StorageError
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.truncate(file, SLOTS * WIDTH)
        except OSError as error:
            reason = reason_of(error)
            raise StorageError(f"The file {path} that workers share cannot be made: {reason}.") from None
        return cls(file)

    def wait(self, number: int, per_second: float, now: float, burst: float = BURST) -> float:
        """Spend one request, or tell in how many seconds one may be spent.

        Parameters
        ----------
        number : int
            Of the key.
        per_second : float
        now : float
            Seconds of a clock that never goes back and that all workers share (`time.monotonic`).
        burst : float
            Seconds of its rate that may be spent at once; the same at each call.

        Returns
        -------
        float
            0 where the request may be answered.
        """
        slot = number % SLOTS
        if self._file is None:
            return self._spend(slot, 1 / per_second, now, burst)
        is_held = _lock(self._file, slot)
        try:
            return self._spend(slot, 1 / per_second, now, burst)
        finally:
            if is_held:
                fcntl.lockf(self._file, fcntl.LOCK_UN, WIDTH, slot * WIDTH)

    def _spend(self, slot: int, cost: float, now: float, burst: float) -> float:
        until = self._spent[slot]
        # Further ahead than a burst it was never set: the machine was started anew, and its clock with it.
        start = until if now < until <= now + burst + MARGIN else now
        excess = start + cost - now - burst
        # A millionth of a request is rounding.
        if excess > cost * 1e-6:
            return excess
        self._spent[slot] = start + cost
        return 0.0


def _lock(file: int, slot: int) -> bool:
    """Lock one number; where a stopped worker holds it, one request too few is counted, and nobody waits."""
    for _ in range(TRIES):
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, WIDTH, slot * WIDTH)
        except OSError:
            os.sched_yield()
        else:
            return True
    return False
