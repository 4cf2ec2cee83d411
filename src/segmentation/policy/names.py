"""How a column's name is read: as words, so that ``stage`` is not an age, nor ``phone_contact`` a number.

English phrases are compared word by word, whatever stands between the words (``idCardNo``, ``id_card_no`` and
``idcardno`` are one name). Chinese is not written in words, so Chinese phrases are compared as substrings.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_LOWER_WORD = re.compile(r"[a-z]+|[0-9]+")
_IRREGULAR_ENDS = ("sses", "shes", "ches", "xes")
_NO_PLURAL_ENDS = ("ss", "us", "is")
_SHORTEST_PLURAL = 4


@dataclass(frozen=True)
class Hit:
    """Where a phrase stands in a name.

    Attributes
    ----------
    start, end : int
        Place in the normalised name, `end` excluded.
    label : str
        What the phrase was filed under.
    """

    start: int
    end: int
    label: str

    def covers(self, other: Hit) -> bool:
        """Return whether the other hit lies inside this one, or takes the same place."""
        return self.start <= other.start and other.end <= self.end

    def exceeds(self, other: Hit) -> bool:
        """Return whether the other hit lies inside this one, and this one is longer."""
        return self.covers(other) and self.end - self.start > other.end - other.start


class Word(NamedTuple):
    """One word of a name: lower case, singular, with its place in the normalised name."""

    text: str
    start: int
    end: int


def normalise(name: str) -> str:
    """Return `name` with compatibility forms folded (NFKC: ａ to a) and invisible characters dropped."""
    if name.isascii():
        return name
    folded = unicodedata.normalize("NFKC", name)
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")


def words(name: str) -> tuple[Word, ...]:
    """Return the ASCII words of a normalised name, split at signs, at digits and where camelCase turns."""
    return tuple(Word(singular(found[0].lower()), *found.span()) for found in _WORD.finditer(name))


def singular(word: str) -> str:
    """Return `word` without a simple plural ending; names and phrases go through the same rule."""
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_NO_PLURAL_ENDS):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(_IRREGULAR_ENDS) else word[:-1]


def _forms(word: str) -> tuple[str, ...]:
    """Return the spellings that `singular` turns into `word`."""
    return (word, f"{word}s", f"{word}es", f"{word[:-1]}ies")


def keys(phrase: str) -> frozenset[str]:
    """Return what a phrase is compared by: its words joined, word by word or as one, or its Chinese text."""
    text = normalise(phrase)
    if not text.isascii():
        return frozenset({text.lower()})
    as_one = singular("".join(_WORD.findall(text)).lower())
    return frozenset({"".join(word.text for word in words(text)), as_one})


class Phrases:
    """Phrases, each filed under a label, to be found in names.

    Parameters
    ----------
    phrases : iterable of (label, phrase)
        ASCII phrases are found as whole words in a row, others as substrings.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._english: dict[str, list[str]] = {}
        self._chinese: dict[str, list[str]] = {}
        first_words: set[Word] = set()
        for label, phrase in phrases:
            filed = self._english if phrase.isascii() else self._chinese
            for key in keys(phrase):
                filed.setdefault(key, []).append(label)
            first_words.update(words(phrase)[:1])
        self._longest = max(map(len, self._english), default=0)
        self._openings = frozenset(form for word in first_words for form in _forms(word.text))

    def may_stand_in(self, text: str) -> bool:
        """Return whether `find` is worth its time: a quick look for values, most of which hold nothing."""
        if not self._openings.isdisjoint(_LOWER_WORD.findall(text.lower())):
            return True
        return not text.isascii() and any(phrase in text for phrase in self._chinese)

    def find(self, name: str) -> Iterator[Hit]:
        """Yield every place in a normalised name where a phrase stands."""
        yield from self._find_english(words(name))
        if not name.isascii():
            yield from self._find_chinese(name.lower())

    def _find_english(self, found: tuple[Word, ...]) -> Iterator[Hit]:
        for first in range(len(found)):
            joined = ""
            for word in found[first:]:
                joined += word.text
                if len(joined) > self._longest:
                    break
                for label in self._english.get(joined, ()):
                    yield Hit(found[first].start, word.end, label)

    def _find_chinese(self, name: str) -> Iterator[Hit]:
        for phrase, labels in self._chinese.items():
            at = name.find(phrase)
            while at >= 0:
                for label in labels:
                    yield Hit(at, at + len(phrase), label)
                at = name.find(phrase, at + 1)


class WholeNames:
    """Names that count only as a whole, but for whose they are and a number (``owner_phone``, ``mobile_2``).

    Parameters
    ----------
    names : iterable of (label, name)
        The names.
    holders : iterable of str
        Words that only say whose it is: they are passed over at the start.
    """

    def __init__(self, names: Iterable[tuple[str, str]], holders: Iterable[str]) -> None:
        self._labels: dict[str, list[str]] = {}
        for label, name in names:
            for key in keys(name):
                self._labels.setdefault(key, []).append(label)
        self._english = frozenset(key for holder in holders if holder.isascii() for key in keys(holder))
        self._chinese = tuple(sorted((each for each in holders if not each.isascii()), key=len, reverse=True))

    def find(self, name: str) -> Iterator[Hit]:
        """Yield a hit, from where the name proper begins, for each label a normalised name stands under."""
        for start, core in self._english_cores(name) if name.isascii() else self._chinese_cores(name):
            for label in self._labels.get(core, ()):
                yield Hit(start, len(name), label)

    def _english_cores(self, name: str) -> Iterator[tuple[int, str]]:
        rest = list(words(name))
        while len(rest) > 1 and rest[-1].text.isdigit():
            rest.pop()
        while rest:
            yield rest[0].start, "".join(word.text for word in rest)
            if rest.pop(0).text not in self._english:
                return

    def _chinese_cores(self, name: str) -> Iterator[tuple[int, str]]:
        core = re.sub(r"[\W_]+", "", name.lower()).rstrip("0123456789")
        yield 0, core
        for holder in self._chinese:
            if core.startswith(holder):
                yield len(holder), core.removeprefix(holder).removeprefix("的")
