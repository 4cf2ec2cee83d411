"""Why a resident is in a segment, in both languages, with the names and traits that a card tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from segmentation.answers import Texts
from segmentation.policy import Policy, Text
from segmentation.wording import Reader, titles_of
from segmentation.wording.reasons import Because, reasons

if TYPE_CHECKING:
    from collections.abc import Mapping


class Trait(msgspec.Struct, frozen=True):
    """What is usual of a need in a segment, as its card tells it; `segmentation.wording.usual.Usual`."""

    feature: str
    level: str | None
    inside: float
    outside: float


@dataclass(frozen=True, eq=False)
class Words:
    """Tells why residents are in their segments.

    Attributes
    ----------
    policy : Policy
    english, chinese : Reader
        Know what the segments of this version are called.
    usual : mapping of str to tuple of Trait
        By id of the segment.
    """

    policy: Policy
    english: Reader
    chinese: Reader
    usual: Mapping[str, tuple[Trait, ...]]

    def why(self, because: Because, values: Mapping[str, object]) -> Texts:
        """Return why a resident is in a segment and not in the runner-up.

        Parameters
        ----------
        because : Because
        values : mapping of str to number, str, bool or None
            The resident's own needs.
        """
        return Texts(
            reasons(self.english, self.policy, because, values, self.usual).text,
            reasons(self.chinese, self.policy, because, values, self.usual).text,
        )


def words_of(policy: Policy, card: Mapping[str, Any]) -> Words:
    """Return the words of a version.

    Parameters
    ----------
    policy : Policy
    card : mapping
        The card's JSON, parsed; its segments have names and traits.
    """
    told = card["segments"]
    titles = replace(titles_of(policy), segments={one["id"]: Text(**one["name"]) for one in told})
    usual = {one["id"]: msgspec.convert(one["traits"], tuple[Trait, ...]) for one in told}
    return Words(policy, Reader("en", titles), Reader("zh", titles), usual)
