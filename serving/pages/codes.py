"""What the codes of the ledger and of an audit stand for in words; the same words as in a dossier and a card.

Every chip, list and sentence of the pages takes them from here, so that one thing has one name everywhere.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from segmentation.card.words import STATUSES as FOUND
from segmentation.ledger.personal.counts import SMALL
from segmentation.ledger.records import LONGEST_TEXT
from segmentation.reviews.named import DONE, ROLES
from segmentation.reviews.named import STATES_ALONE as STATES
from segmentation.rights.deciding import ANSWERED
from segmentation.wording import msg
from serving.pages.terms import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.ledger.records import Role
    from segmentation.ledger.standing import State
    from segmentation.wording import Voice
    from serving.pages.table import Action

__all__ = ["ACTIONS", "CODES", "KINDS", "ROLES", "STATES", "STATUSES", "VERBS", "roles_in"]

STATUSES: Mapping[str, str] = FOUND | {"unknown": msg("Not known")}
"""Of a finding, and of a version as a whole."""
ACTIONS: Mapping[str, str] = {**DONE, "comment": msg("commented on it")}
"""What somebody did."""
VERBS: Mapping[Action, str] = {
    "comment": msg("Write a comment"),
    "approve": msg("Approve"),
    "request_changes": msg("Request changes"),
    "reject": msg("Reject"),
    "revoke": msg("Revoke"),
    "suspend": msg("Suspend"),
    "resume": msg("Resume"),
}
"""What a button or a link lets somebody do."""
KINDS: Mapping[State, str] = {
    "draft": "undetermined",
    "submitted": "waiting",
    "approved": "kept",
    "changes_requested": "waiting",
    "rejected": "broken",
    "active": "kept",
    "suspended": "held",
    "superseded": "undetermined",
    "expired": "held",
    "revoked": "broken",
}
"""The colours of a state, each also of a status; its icon is its own."""


def roles_in(voice: Voice, roles: Iterable[Role]) -> tuple[str, ...]:
    """Return roles as words of a language."""
    return tuple(voice.t(ROLES[role]) for role in roles)


CODES = SimpleNamespace(
    STATES=STATES,
    STATUSES=STATUSES,
    ACTIONS=ACTIONS,
    VERBS=VERBS,
    ROLES=ROLES,
    KINDS=KINDS,
    MEANINGS=MEANINGS,
    roles=roles_in,
    LONGEST=LONGEST_TEXT,
    SMALL=SMALL,
    ANSWERED=ANSWERED,
)
"""All of them, as templates use them, ``t(codes.STATES[state])``; how long a text may be, from which number
on residents are counted, and which of their requests an override may answer."""
