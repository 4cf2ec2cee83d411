"""What changed since the version that residents know, in short; all of it is on the page that compares."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from segmentation.errors import SegmentationError
from segmentation.reviews.diff import Diff, last_in_service
from serving.pages.compare.differing import differing
from serving.pages.page import msg

if TYPE_CHECKING:
    from segmentation.ledger.history import History
    from segmentation.ledger.standing import State
    from segmentation.reviews.differences.model import FindingChange
    from segmentation.reviews.submission import Version
    from segmentation.wording.findings import Status
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

MOST = 6
"""Findings that turned which are told here."""
LISTED = ("limits", "days", "policy", "features", "findings", "gaps", "segments", "stability")
"""Parts of a comparison that are counted."""
UNREADABLE = msg("Version %(version)s cannot be compared with: its files are missing or were altered.")


@dataclass(frozen=True)
class Counted:
    """How much of one kind differs: its title, its line of help, and the number."""

    title: str
    help: str
    number: int


@dataclass(frozen=True)
class Turned:
    """A finding that blocks now and did not before: its status, and what it says."""

    status: Status
    sentence: str


@dataclass(frozen=True)
class Since:
    """What changed since the version last in service.

    Attributes
    ----------
    version : int or None
        That version; None where no other was ever in service.
    state : State or None
        Where it stands now.
    counted : tuple of Counted
        What differs; what does not is left out.
    turned : tuple of Turned
        The first findings that block now and did not.
    more : int
        How many more there are.
    problem : str
        Why nothing can be said; empty where it can.
    """

    version: int | None
    state: State | None = None
    counted: tuple[Counted, ...] = ()
    turned: tuple[Turned, ...] = ()
    more: int = 0
    problem: str = ""


def since(r: Speaker, visit: Visit, history: History, number: int, version: Version) -> Since:
    """Return what changed since the version that was last in service.

    Parameters
    ----------
    r : Speaker
    visit : Visit
    history : History
    number : int
        Of the version.
    version : Version
    """
    office = visit.office
    other = last_in_service(history, office.model, number)
    if other is None:
        return Since(None)
    state = history.standing(office.model, other, visit.now, office.catalogue).state
    try:
        found = differing(office, office.version(history, other, visit.now), version)
    except SegmentationError:
        return Since(other, state, problem=r.t(UNREADABLE, version=r.integer(other)))
    blocking = [one for one in found.findings if one.blocks]
    turned = tuple(_turned(r, one) for one in blocking[:MOST])
    return Since(other, state, _counted(r, found), turned, len(blocking) - len(turned))


def _counted(r: Speaker, found: Diff) -> tuple[Counted, ...]:
    told = {one.name: one.metadata for one in fields(Diff)}
    numbers = {name: len(getattr(found, name)) for name in LISTED}
    return tuple(
        Counted(r.t(told[name]["title"]), r.t(told[name]["help"]), number)
        for name, number in numbers.items()
        if number
    )


def _turned(r: Speaker, one: FindingChange) -> Turned:
    return Turned(one.after or "undetermined", r.text(one.sentence))
