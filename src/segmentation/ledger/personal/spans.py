"""Many whole numbers in little memory: as runs without a gap."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Spans:
    """A set of numbers, kept as runs of them."""

    def __init__(self) -> None:
        self._runs: list[list[int]] = []  # first number, and the one behind the last
        self._sorted = True

    def add(self, first: int, count: int) -> None:
        """Add `count` numbers from `first` on; fewer than one adds nothing."""
        if count < 1:
            return
        if self._runs and self._runs[-1][1] == first:
            self._runs[-1][1] += count
            return
        self._sorted = self._sorted and (not self._runs or self._runs[-1][1] < first)
        self._runs.append([first, first + count])

    @property
    def count(self) -> int:
        """How many different numbers there are."""
        return sum(end - first for first, end in self.runs())

    def runs(self) -> list[list[int]]:
        """Return the runs, in order and apart from each other."""
        if not self._sorted:
            self._runs.sort()
            joined = self._runs[:1]
            for first, end in self._runs[1:]:
                if first <= joined[-1][1]:
                    joined[-1][1] = max(end, joined[-1][1])
                else:
                    joined.append([first, end])
            self._runs, self._sorted = joined, True
        return self._runs


def parted(these: Spans, those: Spans, most: int) -> list[int]:
    """Return the first numbers that are among these and not among those, so many at most."""
    return list(islice(_parted(these.runs(), those.runs()), most))


def _parted(these: list[list[int]], those: list[list[int]]) -> Iterator[int]:
    at = 0
    for first, end in these:
        number = first
        while number < end:
            while at < len(those) and those[at][1] <= number:
                at += 1
            if at < len(those) and those[at][0] <= number:
                number = those[at][1]
            else:
                stop = min(end, those[at][0]) if at < len(those) else end
                yield from range(number, stop)
                number = stop
