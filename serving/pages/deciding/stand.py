"""Where a version stands, as the form of an act tells it: its state, who signed, and who is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.track import last_day, latest_of
from segmentation.reviews.named import ROLES, word

if TYPE_CHECKING:
    from datetime import date

    from segmentation.ledger.records import Role
    from segmentation.ledger.standing import State
    from serving.pages.deciding.matter import Matter


@dataclass(frozen=True)
class Signature:
    """Who signed already.

    Attributes
    ----------
    name : str
    role : str
        In the reader's language.
    ends : date or None
        Last day of an approval.
    """

    name: str
    role: str
    ends: date | None


@dataclass(frozen=True)
class Stand:
    """Where the version stands.

    Attributes
    ----------
    state : State
    signed : tuple of Signature
        To approve it or to resume it, those that count.
    missing : tuple of Role
    """

    state: State
    signed: tuple[Signature, ...]
    missing: tuple[Role, ...]


def stand_of(matter: Matter) -> Stand:
    """Return where the version stands, and who signed what is still open."""
    standing = matter.standing
    resumes = latest_of(matter.history.track(matter.model, matter.version).resumes)
    signed = tuple(resumes.values()) if standing.state == "suspended" else standing.approvals
    told_of = tuple(
        Signature(
            one.by,
            word(ROLES, one.role, matter.voice),
            None if one.valid_until is None else last_day(one),
        )
        for one in signed
    )
    return Stand(standing.state, told_of, standing.missing)
