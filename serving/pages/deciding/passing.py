"""What an approval says beside its reason: until when it holds, and which findings it lets pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.records import Waiver
from segmentation.ledger.track import day_of
from serving.pages.deciding.typed import latest_day
from serving.pages.deciding.waived import Waived, grouped

if TYPE_CHECKING:
    from datetime import date

    from serving.pages.deciding.matter import Matter
    from serving.pages.deciding.typed import DecisionForm


@dataclass(frozen=True)
class Lacking:
    """A finding that has no waiver yet.

    Attributes
    ----------
    status : {"broken", "undetermined"}
    sentence : str
        In the reader's language.
    """

    status: str
    sentence: str


@dataclass(frozen=True)
class Terms:
    """What an approval says beside its reason.

    Attributes
    ----------
    today, latest : date
        Between which its last day lies.
    ends : date
        Until when it really holds.
    early : int
        Waivers that end on `ends`, before the approval itself; 0 where none does.
    blocking : int
        Findings that block.
    waived : tuple of Waived
        The pending waivers that are signed with it.
    idle : int
        Pending waivers of what does not block, which are not signed.
    lacking : tuple of Lacking
    """

    today: date
    latest: date
    ends: date
    early: int
    blocking: int
    waived: tuple[Waived, ...]
    idle: int
    lacking: tuple[Lacking, ...]


def waivers_of(matter: Matter) -> tuple[Waiver, ...]:
    """Return the pending waivers of what blocks, as they are signed: sorted by finding."""
    notes = sorted(matter.pending.waivers, key=lambda note: note.key)
    return tuple(
        Waiver(finding=note.key, reason=note.text, expires=note.expires)
        for note in notes
        if note.key in matter.findings and note.expires is not None
    )


def terms_of(matter: Matter, typed: DecisionForm) -> Terms:
    """Return what the approval says, with the day that was typed or the latest one."""
    today = day_of(matter.visit.now)
    submission = matter.standing.submission
    latest = latest_day(today, 0 if submission is None else submission.review_days)
    waivers = waivers_of(matter)
    until = typed.day or latest
    ends = min([until, *(waiver.expires for waiver in waivers)])
    named = {waiver.finding for waiver in waivers}
    lacking = [one for key, one in matter.findings.items() if key not in named]
    lacking.sort(key=lambda one: (one.status != "broken", one.key))
    return Terms(
        today,
        latest,
        ends,
        sum(waiver.expires == ends for waiver in waivers) if ends < until else 0,
        len(matter.findings),
        grouped(matter, waivers),
        len(matter.pending.waivers) - len(waivers),
        tuple(Lacking(one.status, matter.voice.text(one.sentence)) for one in lacking),
    )
