"""What is told of a decision before it is signed: whether the rules would take it, and until when it holds.

A terminal and a page tell it in their own words; what it is stands here once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.records import Waiver
from segmentation.ledger.track import last_day

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from segmentation.ledger.records import Decision


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


def all_waived(decision: Decision) -> Decision:
    """Return a decision as it would be with a waiver of every finding that lacks one; nobody signs it.

    So what the rules say of the person and the version is heard before what is only still to be written.
    """
    named = {waiver.finding for waiver in decision.waivers}
    if decision.action != "approve" or decision.valid_until is None:
        return decision
    until = decision.valid_until
    added = [Waiver(finding=key, reason="-", expires=until) for key in decision.blocking if key not in named]
    return decision.model_copy(update={"waivers": (*decision.waivers, *added)})
