"""What readers call the states, steps, roles and verdicts that the ledger holds by their keys.

One home for them: the sentences of refusals, the sheet of a dossier and the pages take their words from here,
so that one thing has one name everywhere.
"""

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
"""As they stand within a sentence, where the rest of it tells what they mean."""
STATES_ALONE: Mapping[str, str] = {
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
"""The same where nothing beside it tells what a state means: on a chip, in a list, on a sheet."""
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
DONE: Mapping[str, str] = {
    "submit": msg("submitted it"),
    "approve": msg("approved it"),
    "request_changes": msg("requested changes"),
    "reject": msg("rejected it"),
    "revoke": msg("revoked it"),
    "suspend": msg("suspended it"),
    "resume": msg("allowed it again"),
}
"""What somebody did, after their name."""
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


def role_title(role: str, voice: Voice) -> str:
    """Return what a role is called where it stands alone: ``Business owner``."""
    text = word(ROLES, role, voice)
    return text[:1].upper() + text[1:]
