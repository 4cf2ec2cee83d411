"""How far a part is, in words: how much is done of how much, and of rows how many a second and for how long.

Rows are worth a rate, because a file may take an hour; of bootstrap samples one waits for the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RATED = frozenset({"rows"})
LEAST = 1.0
"""Seconds after which a rate is told: before, it says little of the rest."""


@dataclass(frozen=True)
class _Part:
    """How far a part was at a moment, in seconds."""

    what: str
    done: int
    total: int
    at: float


class Pace:
    """Tells how far a part is; begins anew where another part does.

    What an interrupted run had done counts as done, and not into the rate of the one that goes on with it.

    Parameters
    ----------
    clock : callable
        Seconds.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._first: _Part | None = None
        self._last: _Part | None = None

    def begin(self) -> None:
        """Forget the part before: another step starts."""
        self._first = self._last = None

    def told(self, what: str, done: int, total: int) -> str:
        """Return ``1,200 of 9,000 rows, 400 a second, 0:00:20 left``; of what is no row its count alone."""
        now = _Part(what, done, total, self._clock())
        if not _goes_on(self._last, now):
            self._first = now
        self._last = now
        count, rate = f"{done:,} of {total:,} {what}", self._rate()
        if rate is None:
            return count
        left = f", {timedelta(seconds=round((total - done) / rate))} left" if done < total else ""
        return f"{count}, {rate:,.0f} a second{left}"

    def summary(self) -> str:
        """Return what a step has done and how fast, where that is rows: ``9,000 rows, 400 a second``."""
        if self._last is None or self._last.what not in RATED:
            return ""
        rate = self._rate()
        return f"{self._last.done:,} {self._last.what}" + ("" if rate is None else f", {rate:,.0f} a second")

    def _rate(self) -> float | None:
        """Return how much is done in a second; None where it has no meaning, or is not known yet."""
        first, last = self._first, self._last
        if first is None or last is None or last.what not in RATED or last.done == first.done:
            return None
        seconds = last.at - first.at
        return (last.done - first.done) / seconds if seconds >= LEAST else None


def _goes_on(before: _Part | None, now: _Part) -> bool:
    """Return whether both are moments of one part."""
    if before is None or (before.what, before.total) != (now.what, now.total):
        return False
    return before.done <= now.done
