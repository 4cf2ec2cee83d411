"""What is told of a decision before it is signed: whether the rules would take it, and until when it holds.

A terminal and a page tell it in their own words; what it is stands here once. Who may sign what is worked out
nowhere: the rules of the ledger are asked, as they will be asked when the person signs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.records import Waiver
from segmentation.ledger.track import last_day
from segmentation.reviews.drafting import Ask, decision_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision, Role
    from segmentation.ledger.standing import Standing
    from segmentation.reviews.drafting import Deciding

STAND_IN = "-"
"""A reason that is still to be written."""


@dataclass(frozen=True)
class Lasting:
    """Until when an approval really holds, and by what it ends before its own last day.

    Attributes
    ----------
    until : date
        What the approval says itself.
    end : date
        That, or the day of the waiver that ends first.
    early : tuple of str
        Findings whose waivers end on `end`; empty where the approval holds as long as it says.
    sooner : tuple of Decision
        Approvals of the other role that end before `end`: the pair ends with them.
    """

    until: date
    end: date
    early: tuple[str, ...]
    sooner: tuple[Decision, ...]


def lasting(decision: Decision, approvals: Iterable[Decision] = ()) -> Lasting | None:
    """Return how long an approval holds; None of anything else.

    Parameters
    ----------
    decision : Decision
    approvals : iterable of Decision
        Those of this round that count already.
    """
    if decision.valid_until is None:
        return None
    end = last_day(decision)
    waived = (waiver.finding for waiver in decision.waivers if waiver.expires == end)
    early = () if end == decision.valid_until else tuple(waived)
    sooner = tuple(one for one in approvals if one.role != decision.role and last_day(one) < end)
    return Lasting(decision.valid_until, end, early, sooner)


def asked_of(standing: Standing, name: str, action: Deciding, role: Role | None = None) -> Ask:
    """Return what a person asks who wants to act on a version, before they wrote anything.

    Parameters
    ----------
    standing : Standing
    name : str
        Of the person.
    action : {"approve", "request_changes", "reject", "revoke", "suspend", "resume"}
    role : str, optional
        In which of their roles; without one, the one that fits.
    """
    return Ask(action, standing.model, standing.version, name, STAND_IN, role)


def refusal_of(ask: Ask, history: History, now: datetime, catalogue: str) -> ReviewError | None:
    """Return why the ledger would refuse a decision once it is signed; None where it would take it.

    Findings that lack a waiver refuse nothing: see `all_waived`.

    Parameters
    ----------
    ask : Ask
    history : History
    now : datetime
    catalogue : str
        Digest of the catalogue of law of this program.
    """
    try:
        history.foresee(all_waived(decision_of(ask, history, now, catalogue)), now)
    except ReviewError as error:
        return error
    return None


def all_waived(decision: Decision) -> Decision:
    """Return a decision as it would be with a waiver of every finding that lacks one; nobody signs it.

    So what the rules say of the person and the version is heard before what is only still to be written.
    """
    named = {waiver.finding for waiver in decision.waivers}
    if decision.action != "approve" or decision.valid_until is None:
        return decision
    until = decision.valid_until
    added = [
        Waiver(finding=key, reason=STAND_IN, expires=until) for key in decision.blocking if key not in named
    ]
    return decision.model_copy(update={"waivers": (*decision.waivers, *added)})
