"""The safe defaults of the law: what a column's name or values mean before a person has decided anything.

A policy is written by people under pressure to use what is there. The catalogue is what they need not know
by heart: which information PIPL calls sensitive, which attributes an automated decision may not follow, what
can stand in for them, and which figures need an assessment first. It is data (``catalogue.toml``), so that a
lawyer can read it; its digest says which edition a policy was held against.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from segmentation.policy.names import Hit, Phrases, WholeNames, normalise
from segmentation.policy.values import matching_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Kind = Literal["refused", "protected", "denied_by_default", "proxy"]
SEVERITY: tuple[Kind, ...] = ("refused", "protected", "denied_by_default", "proxy")
"""From what nobody may use to what needs watching."""


@dataclass(frozen=True)
class Wording:
    """One text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Entry:
    """A category of information, and the names and words by which it is recognised.

    Attributes
    ----------
    id : str
        Key of the entry, unique in the catalogue.
    kind : {"refused", "protected", "denied_by_default", "proxy"}
        ``refused``: never a feature, whatever a policy says. ``protected``: stands under protected
        attributes, never a feature. ``proxy``: stands in for one, audited, never a feature.
        ``denied_by_default``: a feature only with the assessment that justifies it.
    auditable : bool
        Whether it may stand under protected attributes or proxies, for the audit alone.
    category : Wording
        What a reader calls it.
    article : str
        Where it comes from, such as ``PIPL Art. 28``.
    gist : Wording
        What those articles say, in one line.
    reason : Wording
        Why it is refused, and what to do instead.
    names : tuple of str
        Phrases that mark a name wherever they stand in it.
    exact : tuple of str
        Names that count only as a whole.
    unless : tuple of str
        Phrases that mean something else: a phrase of `names` inside one of them does not count.
    words : tuple of str
        Phrases that mark a *value*; a single Chinese character counts only as a whole value.
    """

    id: str
    kind: Kind
    auditable: bool
    category: Wording
    article: str
    gist: Wording
    reason: Wording
    names: tuple[str, ...]
    exact: tuple[str, ...]
    unless: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class ValueRule:
    """A pattern of values that is refused under any name; its check stands in `values.CHECKS` under its id.

    Attributes
    ----------
    id, kind, category, article, gist, reason
        As in `Entry`; `kind` is always ``refused``.
    share : float
        Share of a column's distinct values that must match before the column counts as marked: 0 where one
        is enough, above 0 where harmless numbers match by chance (one in ten has a valid Luhn digit).
    """

    id: str
    kind: Kind
    category: Wording
    article: str
    gist: Wording
    reason: Wording
    share: float


@dataclass(frozen=True)
class ValueMatch:
    """What the values of one column give away.

    Attributes
    ----------
    rule : ValueRule or Entry
        The pattern, or the category whose words stand in the values.
    matched, distinct : int
        How many of the distinct values match, and how many there are.
    """

    rule: ValueRule | Entry
    matched: int
    distinct: int


@dataclass(frozen=True)
class Catalogue:
    """The entries and value rules of one edition.

    Attributes
    ----------
    version : int
        Version of the format and its meaning.
    digest : str
        ``sha256:`` and the hash of the content; comments and layout of the file do not count.
    holders : tuple of str
        Words that only say whose a column is (``owner_…``, 业主…).
    entries : tuple of Entry
        The categories, in the order of the file.
    value_rules : tuple of ValueRule
        The patterns, in the order of the file.
    """

    version: int
    digest: str
    holders: tuple[str, ...]
    entries: tuple[Entry, ...]
    value_rules: tuple[ValueRule, ...]

    def match_name(self, name: str) -> tuple[Entry, ...]:
        """Return the entries that a column's name falls under, most severe first.

        A phrase inside a longer one does not count: ``child_age`` is a minor's data and not an age.

        Examples
        --------
        >>> [entry.id for entry in load_catalogue().match_name("child_age")]
        ['under_14']
        >>> load_catalogue().match_name("phone_contact")
        ()
        """
        text = normalise(name)
        excused = tuple(self._excuses.find(text))
        hits = {*self._names.find(text), *self._whole_names.find(text)}
        kept = [hit for hit in hits if not _is_excused(hit, excused)]
        return self._sorted({hit.label for hit in kept if not any(other.exceeds(hit) for other in kept)})

    def match_value(self, value: str) -> tuple[Entry, ...]:
        """Return the entries whose words stand in one value (``diabetic``, 佛教), most severe first."""
        text = normalise(value).strip()
        if text in self._characters:
            return self._sorted({self._characters[text]})
        if not self._words.may_stand_in(text):
            return ()
        return self._sorted({hit.label for hit in self._words.find(text)})

    def match_values(self, values: Iterable[str]) -> tuple[ValueMatch, ...]:
        """Return what the distinct values of one column give away, whatever the column is called.

        Parameters
        ----------
        values : iterable of str
            The distinct values as text, without those that a policy declares for a category.

        Returns
        -------
        tuple of ValueMatch
            Value rules that reach their share first, then entries whose words occur, most severe first.
        """
        texts = tuple(values)
        counts = matching_rules(texts)
        patterns = [
            ValueMatch(rule, counts[rule.id], len(texts))
            for rule in self.value_rules
            if rule.id in counts and counts[rule.id] >= rule.share * len(texts)
        ]
        spoken = Counter(entry.id for text in texts for entry in self.match_value(text))
        meant = [ValueMatch(entry, spoken[entry.id], len(texts)) for entry in self._sorted(set(spoken))]
        return (*patterns, *meant)

    def _sorted(self, ids: set[str]) -> tuple[Entry, ...]:
        found = [entry for entry in self.entries if entry.id in ids]
        return tuple(sorted(found, key=lambda entry: SEVERITY.index(entry.kind)))

    @cached_property
    def _names(self) -> Phrases:
        return Phrases((entry.id, phrase) for entry in self.entries for phrase in entry.names)

    @cached_property
    def _whole_names(self) -> WholeNames:
        return WholeNames(((entry.id, name) for entry in self.entries for name in entry.exact), self.holders)

    @cached_property
    def _excuses(self) -> Phrases:
        return Phrases((entry.id, phrase) for entry in self.entries for phrase in entry.unless)

    @cached_property
    def _words(self) -> Phrases:
        return Phrases((entry.id, word) for entry in self.entries for word in entry.words if len(word) > 1)

    @cached_property
    def _characters(self) -> Mapping[str, str]:
        return {word: entry.id for entry in self.entries for word in entry.words if len(word) == 1}


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue that this package ships."""
    source = resources.files("segmentation.policy").joinpath("catalogue.toml")
    raw = tomllib.loads(source.read_text(encoding="utf-8"))
    return Catalogue(
        version=raw["version"],
        digest=_digest(raw),
        holders=tuple(raw["holders"]),
        entries=tuple(_entry(table) for table in raw["entries"]),
        value_rules=tuple(_value_rule(table) for table in raw["value_rules"]),
    )


def _is_excused(hit: Hit, excused: tuple[Hit, ...]) -> bool:
    return any(excuse.label == hit.label and excuse.covers(hit) for excuse in excused)


def _digest(raw: Mapping[str, Any]) -> str:
    content = json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def _entry(table: Mapping[str, Any]) -> Entry:
    return Entry(
        **_common(table),
        auditable=table["auditable"],
        names=tuple(table.get("names", ())),
        exact=tuple(table.get("exact", ())),
        unless=tuple(table.get("unless", ())),
        words=tuple(table.get("words", ())),
    )


def _value_rule(table: Mapping[str, Any]) -> ValueRule:
    return ValueRule(**_common(table), share=table["share"])


def _common(table: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": table["id"],
        "kind": table["class"],
        "category": Wording(**table["category"]),
        "article": table["article"],
        "gist": Wording(**table["gist"]),
        "reason": Wording(**table["reason"]),
    }
