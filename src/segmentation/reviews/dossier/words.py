"""The words of decisions: states, actions and roles, as a reader of a sheet knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.wording import msg

if TYPE_CHECKING:
    from segmentation.ledger.records import Action, Role, Verdict
    from segmentation.ledger.standing import State

STATES: dict[State, str] = {
    "draft": msg("not submitted"),
    "submitted": msg("submitted, not approved"),
    "approved": msg("approved, not in use yet"),
    "changes_requested": msg("changes requested"),
    "rejected": msg("rejected"),
    "active": msg("approved and in use"),
    "suspended": msg("suspended"),
    "superseded": msg("replaced by another version"),
    "expired": msg("approval expired"),
    "revoked": msg("revoked"),
}
ACTIONS: dict[Action, str] = {
    "submit": msg("submitted it"),
    "approve": msg("approved it"),
    "request_changes": msg("requested changes"),
    "reject": msg("rejected it"),
    "revoke": msg("revoked it"),
    "suspend": msg("suspended it"),
    "resume": msg("allowed it again"),
}
ROLES: dict[Role, str] = {
    "trainer": msg("trainer"),
    "compliance": msg("compliance"),
    "business": msg("business owner"),
    "administrator": msg("administrator"),
    "monitor": msg("monitor"),
}
VERDICTS: dict[Verdict, str] = {
    "kept": msg("kept"),
    "broken": msg("broken"),
    "undetermined": msg("undetermined"),
}
