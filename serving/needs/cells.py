"""One value held to its need: taken as it is, or the rule that it breaks, never the value."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from segmentation.answers import Texts
from segmentation.policy.catalogue import load_catalogue
from serving.needs.gathering import Wording
from serving.needs.need import LEAST_NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.policy.catalogue import Entry, ValueRule
    from serving.needs.need import Need

MOST_LOOKS = 5_000
"""Values of one request that are held against the catalogue of law; after these a wrong one is only wrong."""
MOST_NUMBER = 1e19
"""From here on a number has more digits than a card or a document."""
LONGEST = 200
"""Letters of a text that is held against the catalogue; a longer one is free text whatever it says."""
LAW = "law:"
"""Opens the rule of a value that points at a person; the rule's id in the catalogue follows."""
FREE_TEXT = "free_text"


class Looks:
    """Holds values against the catalogue of law, within bounds."""

    def __init__(self) -> None:
        self._left = MOST_LOOKS

    def rule(self, value: object) -> str | None:
        """Return the rule of the catalogue that a value falls under, if any."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return self._text(repr(abs(value))) if LEAST_NUMBER <= abs(value) < MOST_NUMBER else None

    def _text(self, text: str) -> str | None:
        if len(text) > LONGEST:
            return LAW + FREE_TEXT
        if self._left <= 0:
            return None
        self._left -= 1
        matches = load_catalogue().match_values([text])
        return LAW + matches[0].rule.id if matches else None


def broken(need: Need, value: object, looks: Looks) -> str | None:
    """Return the rule that a value breaks; None where it may be used.

    Parameters
    ----------
    need : Need
    value : object
        Of decoded JSON.
    looks : Looks
        Of this request.
    """
    if value is None:
        return "present" if need.required else None
    if need.is_listed:
        return (
            None
            if isinstance(value, str) and value in need.places and value
            else looks.rule(value) or "value"
        )
    if need.feature.kind == "flag":
        return None if isinstance(value, int | float) and value in (0, 1) else looks.rule(value) or "flag"
    return _broken_number(need, value, looks)


def _broken_number(need: Need, value: object, looks: Looks) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return looks.rule(value) or ("text" if isinstance(value, str) else "number")
    if abs(value) >= LEAST_NUMBER and (rule := looks.rule(value)):
        return rule
    if not need.feature.low <= value <= need.feature.high:
        return "range"
    return "whole" if need.feature.kind == "count" and value % 1 else None


def wording(need: Need, rule: str) -> Wording:
    """Return a broken rule in words."""
    if rule.startswith(LAW):
        return _unlawful(_rules()[rule.removeprefix(LAW)])
    return Wording(*_WORDS[rule]) if rule in _WORDS else _of_policy(need, rule)


_WORDS = {
    "present": ("must be given for every resident", "fill it in, as the policy requires it"),
    "number": ("must be a number", "write digits with a point, and null where it is not known"),
    "text": ("must be a number and not a text", "write it without quotation marks"),
    "whole": ("must be a whole number", "correct it"),
    "flag": ("must be true or false", "write true or false, or 1 or 0, without quotation marks"),
}


def _of_policy(need: Need, rule: str) -> Wording:
    feature = need.feature
    if rule == "value":
        listed = ", ".join(need.values)
        return Wording("must be a value that the policy lists", f"write one of these as a text: {listed}")
    unit = f" ({feature.unit.en})" if feature.unit else ""
    percent = "; divide percentages by 100" if feature.kind == "share" else ""
    return Wording(f"must be within {feature.low:.15g} and {feature.high:.15g}{unit}", f"correct it{percent}")


def _unlawful(rule: Entry | ValueRule) -> Wording:
    says = f"must not hold {rule.category.en}, and this value looks like it"
    fix = "take it out, and look where it came from"
    return Wording(says, fix, rule.article, Texts(rule.gist.en, rule.gist.zh))


@cache
def _rules() -> Mapping[str, Entry | ValueRule]:
    catalogue = load_catalogue()
    rules: tuple[Entry | ValueRule, ...] = catalogue.entries + catalogue.value_rules
    return {rule.id: rule for rule in rules}
