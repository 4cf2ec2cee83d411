"""Refusals of a key that asks more often than it may: counted, and recorded once a second with how many.

A record of each would let any key, also one that was revoked, fill the disk and the ledger: refusing costs
the service little, but an event stays for good. So what a key may have recorded singly is its allowance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from serving.accesses import Access, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

APART = 1.0
"""Seconds between two events of one key beyond its allowance."""


@dataclass(slots=True)
class _Told:
    """What was recorded of one key, and what was only counted since."""

    at: float
    last: Access | None = None
    requests: int = 0


class Excess:
    """Counts what one worker refuses beyond the allowance of keys."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def add(self, access: Access, now: float, write: Callable[[bytes], None]) -> None:
        """Record one more refusal, together with those of its key that were counted, or only count it.

        Parameters
        ----------
        access : Access
            Of the refusal.
        now : float
            Seconds of a clock that never goes back.
        write : callable
            Appends one line to the spool, or raises.
        """
        told = self._told.get(access.key)
        if told is not None and now - told.at < APART:
            told.last, told.requests = access, told.requests + 1
            return
        write(encoded(access if told is None else _of(access, told.requests + 1)))
        self._told[access.key] = _Told(now)

    def write(self, write: Callable[[bytes], None], now: float | None = None) -> None:
        """Record what was counted a second ago and longer; what cannot be written stays counted.

        Parameters
        ----------
        write : callable
            As `add` takes it.
        now : float, optional
            As `add` takes it; everything is recorded where it is not given.
        """
        for key, told in list(self._told.items()):
            if now is not None and now - told.at < APART:
                continue
            if told.last is not None:
                write(encoded(_of(told.last, told.requests)))
                self._told[key] = _Told(told.at if now is None else now)
            else:
                del self._told[key]


def _of(access: Access, requests: int) -> Access:
    return msgspec.structs.replace(access, requests=requests)
