"""English sentences of the program told again in Chinese: by skeletons, with the names and days put in anew.

Refusals, and why a version stands where it stands, are made deep in the ledger, which speaks English alone:
its sentences go into logs and to command lines, and must not depend on a reader. A person who reads pages is
told them in their language. Each skeleton is a sentence with named holes, in ``locale/zh/refusals.po``, and a
test holds the file to every sentence of the sources. Nothing is guessed: what no skeleton fits stays English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from segmentation.reviews.holes import kind_of, stem_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 20_000
"""Letters of a text that is looked at; a longer one stays as it is."""
SENTENCES = 24
"""Of a text; one with more stays as it is."""
DEEPEST = 6
"""Sentences within sentences."""
NESTED = frozenset({"told", "cause", "clauses"})
"""Holes that hold sentences of the program, or clauses."""

_HOLE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Skeleton:
    """A sentence with holes, and the same one in Chinese.

    Attributes
    ----------
    english, chinese : str
        With the same holes ``%(name)s``; a percent sign beside them stands for itself.
    """

    english: str
    chinese: str

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """What stands before, between and after the holes."""
        return tuple(_HOLE.split(self.english)[::2])

    @cached_property
    def holes(self) -> tuple[str, ...]:
        """Names of the holes, in their order."""
        return tuple(_HOLE.split(self.english)[1::2])

    @cached_property
    def weight(self) -> int:
        """Letters that are not in holes: of two skeletons that fit, the heavier one says more."""
        return sum(map(len, self.literals))

    def fits(self, text: str) -> dict[str, str] | None:
        """Return what stands in the holes where the skeleton fits a whole text; None where it does not."""
        last = self.literals[-1]
        if not self.holes:
            return {} if text == last else None
        if not text.endswith(last):
            return None
        found = self._filled(text, 0, len(text) - len(last))
        if found is None:
            return None
        values, start = found
        return self._checked((*values, text[start : len(text) - len(last)]))

    def opens(self, text: str, start: int) -> tuple[int, dict[str, str]] | None:
        """Return where the skeleton ends in a text if it fits from a place on, and what is in its holes."""
        last = self.literals[-1]
        if not self.holes:
            end = start + len(last)
            return (end, {}) if text.startswith(last, start) and _is_end(text, end) else None
        found = self._filled(text, start, len(text))
        if found is None:
            return None
        values, at = found
        end = text.find(last, at + 1) if last else len(text)
        if end < 0 or not _is_end(text, end + len(last)):
            return None
        filled = self._checked((*values, text[at:end]))
        return None if filled is None else (end + len(last), filled)

    def _filled(self, text: str, start: int, stop: int) -> tuple[list[str], int] | None:
        """Return what all holes but the last hold, and where that begins: each ends as early as it can."""
        if not text.startswith(self.literals[0], start):
            return None
        at, values = start + len(self.literals[0]), []
        for literal in self.literals[1:-1]:
            end = text.find(literal, at + 1, stop)
            if end < 0:
                return None
            values.append(text[at:end])
            at = end + len(literal)
        return (values, at) if at < stop else None

    def _checked(self, values: tuple[str, ...]) -> dict[str, str] | None:
        """Return the values by name, where each is one that its hole may hold."""
        filled = dict(zip(self.holes, values, strict=True))
        return filled if all(kind_of(name).holds(value) for name, value in filled.items()) else None


def _is_end(text: str, place: int) -> bool:
    return place == len(text) or text[place] == " "


# ---- Whole texts ------------------------------------------------------------------------------------


@cache
def skeletons() -> tuple[Skeleton, ...]:
    """Return every skeleton, the heaviest first."""
    file = resources.files("segmentation.reviews") / "locale" / "zh" / "refusals.po"
    with file.open("rb") as text:
        found = [Skeleton(str(one.id), str(one.string)) for one in read_po(text, locale="zh") if one.id]
    return tuple(sorted(found, key=lambda one: -one.weight))


@lru_cache(maxsize=1024)
def retold(english: str) -> str | None:
    """Return sentences of the program in Chinese; None where the file knows one of them not.

    Parameters
    ----------
    english : str
        A message as the program made it. Names in it may be anybody's: what comes back is text, as it was.
    """
    return None if len(english) > LONGEST else _retold(english, 0)


def _retold(english: str, depth: int) -> str | None:
    """Return a text by its sentences, or else as one: a name may hold what looks like the end of one."""
    if depth > DEEPEST:
        return None
    return _by_sentences(english, depth) or _as_one(english, depth)


def _as_one(english: str, depth: int) -> str | None:
    found = ((skeleton, skeleton.fits(english)) for skeleton in skeletons())
    told = (_put(skeleton, values, depth) for skeleton, values in found if values is not None)
    return next((one for one in told if one is not None), None)


def _by_sentences(english: str, depth: int) -> str | None:
    """Return several sentences, each by a skeleton of its own."""
    parts: list[str] = []
    at = 0
    while at < len(english):
        found = _first(english, at) if len(parts) < SENTENCES else None
        told = None if found is None else _put(found[1], found[2], depth)
        if found is None or told is None:
            return None
        parts.append(told)
        at = found[0] + 1
    return "".join(parts) or None


def _first(english: str, start: int) -> tuple[int, Skeleton, dict[str, str]] | None:
    """Return the skeleton that ends first from a place on, where its sentence ends, and its values."""
    found = (
        (*opened, skeleton)
        for skeleton in skeletons()
        if (opened := skeleton.opens(english, start)) is not None
    )
    best = min(found, key=lambda one: (one[0], -one[2].weight), default=None)
    return None if best is None else (best[0], best[2], best[1])


def _put(skeleton: Skeleton, values: Mapping[str, str], depth: int) -> str | None:
    """Return the Chinese of a skeleton; None where a sentence within it has none."""
    told: dict[str, str] = {}
    for hole, value in values.items():
        inner = _within(stem_of(hole), value, depth) if stem_of(hole) in NESTED else kind_of(hole).tell(value)
        if inner is None:
            return None
        told[hole] = inner
    return _HOLE.sub(lambda hole: told[hole[1]], skeleton.chinese)


def _within(stem: str, english: str, depth: int) -> str | None:
    """Return what a sentence holds; what other parts of the program, or a database, say may stay English."""
    if stem == "told":
        return _retold(english, depth + 1)
    clauses = english.split("; ") if stem == "clauses" else [english]
    return "；".join(_retold(one, depth + 1) or one for one in clauses)
