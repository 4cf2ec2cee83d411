"""Who may act now, and what their signature would bring about, told before they type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.errors import SegmentationError
from segmentation.ledger.records import REVIEWERS
from segmentation.ledger.signatures import WHO
from segmentation.reviews.foreseeing import asked_of, refusal_of

if TYPE_CHECKING:
    from segmentation.errors import ReviewError
    from segmentation.ledger.records import Role
    from serving.pages.deciding.matter import Matter
    from serving.pages.table import Action

TWO: frozenset[Action] = frozenset({"approve", "resume"})
"""What two people sign."""
READ: frozenset[Action] = frozenset({"approve", "resume"})
"""What nobody signs of a version whose parts cannot be read: who stops one need not wait for that."""


@dataclass(frozen=True)
class Outlook:
    """Whether somebody may act, and as what.

    Attributes
    ----------
    roles : tuple of Role
        In which they may, the one that is missing first.
    refusal : SegmentationError or None
        Why they may not; None where they may.
    """

    roles: tuple[Role, ...]
    refusal: SegmentationError | None


def outlook_of(matter: Matter) -> Outlook:
    """Return whether the person may take the act now; what is still to be written is not looked at."""
    if matter.act.key == "comment":
        return Outlook((), None)
    if matter.act.key in READ:
        try:
            matter.findings  # noqa: B018 - reading it is what is tried
        except SegmentationError as error:
            return Outlook((), error)
    person = matter.history.people.get(matter.visit.signed_in.name)
    held = () if person is None else person.roles
    fits = [role for role in held if role in WHO[matter.act.key]]
    fits.sort(key=lambda role: role not in matter.standing.missing)
    tried = {role: _refusal(matter, role) for role in fits}
    allowed = tuple(role for role, refusal in tried.items() if refusal is None)
    if allowed:
        return Outlook(allowed, None)
    return Outlook((), next(iter(tried.values()), None) or _refusal(matter, None))


def _refusal(matter: Matter, role: Role | None) -> ReviewError | None:
    key, visit = matter.act.key, matter.visit
    assert key != "comment"  # noqa: S101 - `outlook_of` answers of comments before
    ask = asked_of(matter.standing, visit.signed_in.name, key, role)
    return refusal_of(ask, matter.history, visit.now, visit.office.catalogue)


def effect(matter: Matter, role: Role | None) -> str:
    """Return what the next signature brings about: the first of two, the second, or a renewal."""
    if matter.act.key not in TWO:
        return ""
    voice, standing = matter.voice, matter.standing
    if matter.act.key == "approve" and standing.state != "submitted":
        return voice.t(
            "It is approved already, until %(day)s. Your signature renews the approval for your role; the "
            "other one stays as it is.",
            day="" if standing.valid_until is None else voice.day(standing.valid_until),
        )
    if role is not None and role not in standing.missing:
        return voice.t(
            "The signature for your role is there already: yours takes its place. The one for the other role "
            "is still missing."
        )
    if len(standing.missing) < len(REVIEWERS):
        return _completing(matter)
    if matter.act.key == "approve":
        return voice.t(
            "Yours is the first of the two signatures. Nothing comes into service until somebody else signs "
            "in the other role."
        )
    return voice.t(
        "Yours is the first of the two signatures. It stays suspended until somebody else signs in the other "
        "role."
    )


def _completing(matter: Matter) -> str:
    voice = matter.voice
    if matter.act.key == "resume":
        return voice.t("Yours is the second signature: with it, the version may be used again at once.")
    now, office = matter.visit.now, matter.visit.office
    active = matter.history.active(matter.model, now, office.catalogue)
    if active is None:
        return voice.t("Yours is the second signature: with it, this version comes into service at once.")
    return voice.t(
        "Yours is the second signature: with it, this version comes into service at once, in the place of "
        "version %(active)s.",
        active=voice.integer(active.version),
    )
