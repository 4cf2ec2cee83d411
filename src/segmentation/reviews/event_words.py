"""What events of the ledger are called, and what the decisions among them say, by their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "start": msg("Ledger begun"),
    "person": msg("Person entered"),
    "adoption": msg("Policy adopted"),
    "activated": msg("Brought into service"),
    "api_key": msg("API key issued"),
    "api_key_revoked": msg("API key revoked"),
    "anchored": msg("Access log anchored"),
    "comment": msg("Comment"),
}
"""By kind of event; a decision has those of its action, a person's later record one of its own."""
OTHER = msg("Another event")
DECIDED: Mapping[str, tuple[str, str]] = {
    "submit": (msg("Submitted"), msg("%(by)s (%(role)s) submitted version %(version)s of %(model)s.")),
    "approve": (msg("Approved"), msg("%(by)s (%(role)s) approved version %(version)s of %(model)s.")),
    "request_changes": (
        msg("Changes requested"),
        msg("%(by)s (%(role)s) requested changes of version %(version)s of %(model)s."),
    ),
    "reject": (msg("Rejected"), msg("%(by)s (%(role)s) rejected version %(version)s of %(model)s.")),
    "revoke": (msg("Revocation"), msg("%(by)s (%(role)s) revoked version %(version)s of %(model)s.")),
    "suspend": (msg("Suspended"), msg("%(by)s (%(role)s) suspended version %(version)s of %(model)s.")),
    "resume": (
        msg("Use resumed"),
        msg("%(by)s (%(role)s) signed that version %(version)s of %(model)s may be used again."),
    ),
}
"""Title and sentence by action."""
SCOPES: Mapping[str, str] = {
    "predict": msg("segments"),
    "explain": msg("reasons"),
    "read": msg("model, card and metrics"),
    "review": msg("where versions stand"),
    "store": msg("keeping segments of residents"),
    "resident": msg("kept segments of residents"),
    "rights": msg("consents and requests of residents"),
}
"""What an API key opens."""
