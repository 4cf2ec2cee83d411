"""What readers call the states, steps, roles and verdicts that the ledger holds by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.wording import Voice

STATES: Mapping[str, str] = {
    "draft": msg("draft"),
    "submitted": msg("submitted"),
    "approved": msg("approved"),
    "changes_requested": msg("changes requested"),
    "rejected": msg("rejected"),
    "active": msg("active"),
    "suspended": msg("suspended"),
    "superseded": msg("superseded"),
    "expired": msg("expired"),
    "revoked": msg("revoked"),
}
"""Short enough for a chip; `dossier.words` has those of a sheet, which stands alone."""
ACTIONS: Mapping[str, str] = {
    "submit": msg("submit"),
    "approve": msg("approve"),
    "complete": msg("complete"),
    "request_changes": msg("request changes"),
    "reject": msg("reject"),
    "activate": msg("activate"),
    "suspend": msg("suspend"),
    "resume": msg("resume"),
    "revoke": msg("revoke"),
    "supersede": msg("supersede"),
    "expire": msg("expire"),
    "reopen": msg("reopen"),
    "adopt": msg("adopt a policy"),
    "comment": msg("comment"),
    "waive": msg("waive a finding"),
    "issue_an_API_key": msg("issue an API key"),
    "revoke_an_API_key": msg("revoke an API key"),
}
"""What people do, and the steps that follow from it or from the day."""
ROLES: Mapping[str, str] = {
    "trainer": msg("trainer"),
    "compliance": msg("compliance"),
    "business": msg("business owner"),
    "administrator": msg("administrator"),
    "monitor": msg("monitor"),
}
VERDICTS: Mapping[str, str] = {
    "kept": msg("kept"),
    "broken": msg("broken"),
    "undetermined": msg("undetermined"),
}


def word(words: Mapping[str, str], key: str, voice: Voice) -> str:
    """Return the word for a key of a table, as it stands within a sentence; one without is told as it is."""
    return voice.t(words[key]) if key in words else key.replace("_", " ")


def state_title(state: str, voice: Voice) -> str:
    """Return what a state is called where it stands alone: ``Changes requested``, or ``已要求修改``."""
    return _alone(word(STATES, state, voice))


def action_title(action: str, voice: Voice) -> str:
    """Return what a step, or what a person does, is called on a button or as a head: ``Request changes``."""
    return _alone(word(ACTIONS, action, voice))


def role_title(role: str, voice: Voice) -> str:
    """Return what a role is called where it stands alone: ``Business owner``."""
    return _alone(word(ROLES, role, voice))


def verdict_title(verdict: str, voice: Voice) -> str:
    """Return what a verdict, or the status of a finding, is called: ``Undetermined``."""
    return _alone(word(VERDICTS, verdict, voice))


def _alone(text: str) -> str:
    return text[:1].upper() + text[1:]
