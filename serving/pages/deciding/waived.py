"""What is let pass, told as its reviewer signs it: each finding as a sentence, alike ones together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.reviews.waivers import alike

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from segmentation.ledger.records import Waiver
    from segmentation.reviews.waivers import Blocking
    from serving.pages.deciding.matter import Matter

WORST = ("broken", "undetermined", "unknown")


@dataclass(frozen=True)
class Found:
    """A finding that is let pass.

    Attributes
    ----------
    status : {"broken", "undetermined", "unknown"}
    sentence : str
        In the reader's language; its key where the card does not tell it.
    """

    status: str
    sentence: str


@dataclass(frozen=True)
class About:
    """The findings about one attribute.

    Attributes
    ----------
    title : str
        Of the attribute, in the reader's language; of the segments themselves, that.
    findings : tuple of Found
        The worst first.
    """

    title: str
    findings: tuple[Found, ...]


@dataclass(frozen=True)
class Waived:
    """Findings that pass for one reason until one day.

    Attributes
    ----------
    reason : str
    expires : date
    n : int
        How many they are.
    about : tuple of About
        Attributes with most broken findings first.
    """

    reason: str
    expires: date
    n: int
    about: tuple[About, ...]


def grouped(matter: Matter, waivers: Sequence[Waiver]) -> tuple[Waived, ...]:
    """Return waivers by reason and day, those of most findings first, and in each by attribute."""
    told = [Waived(*key, len(same), _by_attribute(matter, same)) for key, same in alike(waivers).items()]
    return tuple(sorted(told, key=lambda group: (-group.n, group.expires)))


def _by_attribute(matter: Matter, waivers: Sequence[Waiver]) -> tuple[About, ...]:
    found: dict[str, list[Found]] = {}
    for waiver in waivers:
        one = matter.findings.get(waiver.finding)
        found.setdefault(_title(matter, one), []).append(_found(matter, waiver, one))
    told = [
        About(title, tuple(sorted(same, key=lambda one: WORST.index(one.status))))
        for title, same in found.items()
    ]
    return tuple(sorted(told, key=_weight))


def _weight(about: About) -> tuple[int, int]:
    return -sum(one.status == WORST[0] for one in about.findings), -len(about.findings)


def _title(matter: Matter, one: Blocking | None) -> str:
    if one is None or one.attribute is None:
        return matter.voice.t("The segments themselves")
    return matter.voice.attribute(one.attribute)


def _found(matter: Matter, waiver: Waiver, one: Blocking | None) -> Found:
    if one is None:
        return Found("unknown", waiver.finding)
    return Found(one.status, matter.voice.text(one.sentence))
