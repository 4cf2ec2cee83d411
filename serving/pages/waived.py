"""What is let pass, told as its reviewer signs it: each finding as a sentence, alike ones together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from segmentation.ledger.records import Waiver
    from segmentation.reviews.waivers import Blocking
    from serving.pages.matter import Matter

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
class Waived:
    """Findings about one attribute that pass for one reason until one day.

    Attributes
    ----------
    about : str
        Title of the attribute, in the reader's language; of the segments themselves, that.
    reason : str
    expires : date
    findings : tuple of Found
        The worst first.
    """

    about: str
    reason: str
    expires: date
    findings: tuple[Found, ...]


def grouped(matter: Matter, waivers: Sequence[Waiver]) -> tuple[Waived, ...]:
    """Return waivers by attribute, reason and day: those with most broken findings first."""
    if not waivers:
        return ()
    groups: dict[tuple[str, str, date], list[Found]] = {}
    for waiver in waivers:
        one = matter.findings.get(waiver.finding)
        key = (_about(matter, one), waiver.reason, waiver.expires)
        groups.setdefault(key, []).append(_found(matter, waiver, one))
    told = [
        Waived(*key, tuple(sorted(found, key=lambda one: WORST.index(one.status))))
        for key, found in groups.items()
    ]
    return tuple(sorted(told, key=_weight))


def _weight(group: Waived) -> tuple[int, int]:
    return -sum(one.status == "broken" for one in group.findings), -len(group.findings)


def _about(matter: Matter, one: Blocking | None) -> str:
    if one is None or one.attribute is None:
        return matter.voice.t("The segments themselves")
    return matter.voice.attribute(one.attribute)


def _found(matter: Matter, waiver: Waiver, one: Blocking | None) -> Found:
    if one is None:
        return Found("unknown", waiver.finding)
    return Found(one.status, matter.voice.text(one.sentence))
