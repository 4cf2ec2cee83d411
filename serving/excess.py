"""Refusals beyond an allowance, of a key or of strangers: counted, and recorded now and then with how many.

A record of each would let any key, also one that was revoked, fill the disk and the ledger: refusing costs
the service little, but an event stays for good. So what a key may have recorded singly is its allowance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from serving.accesses import Access, encoded

if TYPE_CHECKING:
    from collections.abc import Callable

APART = 1.0
"""Seconds between two events of one key beyond its allowance."""


class Pace(NamedTuple):
    """How many events of a kind are recorded singly in so many seconds; the rest of them together, behind."""

    events: int
    seconds: float


ONE_A_SECOND = Pace(1, APART)
"""Of one key."""


@dataclass(slots=True)
class _Told:
    """What was recorded of one key, and what was only counted since."""

    at: float
    left: int = 0
    pace: Pace = ONE_A_SECOND
    last: Access | None = None
    requests: int = 0


class Excess:
    """Counts what one worker refuses beyond the allowance of keys."""

    def __init__(self) -> None:
        self._told: dict[str, _Told] = {}

    def add(
        self,
        access: Access,
        now: float,
        write: Callable[[bytes], None],
        *,
        kind: str = "",
        pace: Pace = ONE_A_SECOND,
    ) -> None:
        """Record one more refusal, together with those of its kind that were counted, or only count it.

        Parameters
        ----------
        access : Access
            Of the refusal.
        now : float
            Seconds of a clock that never goes back.
        write : callable
            Appends one line to the spool, or raises.
        kind : str
            What is counted together, of few kinds; empty for its key.
        pace : Pace
            How often events of that kind are recorded.
        """
        kind = kind or access.key
        told = self._told.get(kind)
        if told is None or now - told.at >= pace.seconds:
            write(encoded(access if told is None else _of(access, told.requests + 1)))
            self._told[kind] = _Told(now, pace.events - 1, pace)
        elif told.left:
            write(encoded(access))
            told.left -= 1
        else:
            told.last, told.requests = access, told.requests + 1

    def write(self, write: Callable[[bytes], None], now: float | None = None) -> None:
        """Record what was counted, where it is time; what cannot be written stays counted.

        Parameters
        ----------
        write : callable
            As `add` takes it.
        now : float, optional
            As `add` takes it; everything is recorded where it is not given.
        """
        for key, told in list(self._told.items()):
            if now is not None and now - told.at < told.pace.seconds:
                continue
            if told.last is not None:
                write(encoded(_of(told.last, told.requests)))
                self._told[key] = _Told(told.at if now is None else now, told.pace.events - 1, told.pace)
            else:
                del self._told[key]


def _of(access: Access, requests: int) -> Access:
    return msgspec.structs.replace(access, requests=requests)
