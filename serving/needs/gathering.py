"""Faults of a request as they are found: one for each field and rule, with its first place and its number.

A wrong unit makes the same fault ten thousand times, and a hostile request a hundred thousand different ones:
both are told in at most a hundred lines, and only those are put into words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.answers import Fault
from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.answers import Texts

MOST_TOLD = 100


@dataclass(frozen=True)
class Wording:
    """What is wrong, and the way out; `Fault` without its place."""

    rule: str
    fix: str
    article: str | None = None
    reason: Texts | None = None


@dataclass(slots=True)
class Found:
    """A fault: how to word it, its first place, and how many residents have it."""

    pointer: Callable[[], str]
    wording: Callable[[], Wording]
    times: int = 1


class Gathered:
    """The faults of one request, in the order in which they were found."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], Found] = {}
        self._more: set[tuple[str, str]] = set()

    def __bool__(self) -> bool:
        """Return whether anything is wrong."""
        return bool(self._told)

    def counted(self, field: str, rule: str) -> bool:
        """Count a fault; return whether that is all, as it was found before or enough others are told."""
        key = (field, rule)
        found = self._told.get(key)
        if found is not None:
            found.times += 1
            return True
        if len(self._told) < MOST_TOLD:
            return False
        self._more.add(key)
        return True

    def add(self, field: str, rule: str, pointer: Callable[[], str], wording: Callable[[], Wording]) -> None:
        """Note a fault; `pointer` and `wording` are asked only where it is told."""
        if not self.counted(field, rule):
            self._told[field, rule] = Found(pointer, wording)

    def refused(self) -> Refused:
        """Return the refusal that tells them."""
        return refused("invalid", [_fault(found) for found in self._told.values()], len(self._more))


def refused(slug: str, faults: list[Fault], more: int = 0) -> Refused:
    """Return a refusal whose detail is its first fault.

    Parameters
    ----------
    slug : str
        Of the problem.
    faults : list of Fault
        At least one.
    more : int
        Faults beyond these.
    """
    first = faults[0]
    law = f" ({first.article})" if first.article else ""
    others = len(faults) - 1 + more
    rest = {0: "", 1: " One more fault is told below."}.get(
        others, f" {others:,} more faults are told below."
    )
    detail = f"{first.pointer or 'The request'} {first.rule}{law}: {first.fix}.{rest}"
    return Refused(slug, detail, tuple(faults), more)


def _fault(found: Found) -> Fault:
    wording = found.wording()
    rule = wording.rule
    if found.times > 1:
        rule += f"; so for {found.times:,} residents, of whom this is the first"
    return Fault(found.pointer(), rule, wording.fix, wording.article, wording.reason)
