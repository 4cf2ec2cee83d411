"""Where a version stands: the states, and which action leads from which state to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date, datetime

    from segmentation.ledger.records import Decision, Role

State = Literal[
    "draft",
    "submitted",
    "approved",
    "changes_requested",
    "rejected",
    "active",
    "suspended",
    "superseded",
    "expired",
    "revoked",
]
Step = Literal[
    "submit",
    "approve",
    "complete",
    "request_changes",
    "reject",
    "activate",
    "suspend",
    "resume",
    "revoke",
    "supersede",
    "expire",
    "reopen",
]
"""`approve` is one of two signatures and `complete` what the second makes of it; `activate`, `supersede`,
`expire` and `reopen` nobody signs: they follow from other records, or from the day."""
FOLLOWING: frozenset[Step] = frozenset({"complete", "supersede", "expire", "reopen"})
"""Steps that nobody takes: they follow from the steps of others, or from the day."""

TRANSITIONS: dict[State, dict[Step, State]] = {
    "draft": {"submit": "submitted"},
    "submitted": {
        "approve": "submitted",
        "complete": "approved",
        "request_changes": "changes_requested",
        "reject": "rejected",
        "revoke": "revoked",
        "reopen": "submitted",
    },
    "changes_requested": {"submit": "submitted", "revoke": "revoked"},
    "rejected": {},
    "approved": {
        "approve": "approved",
        "activate": "active",
        "request_changes": "changes_requested",
        "suspend": "suspended",
        "revoke": "revoked",
        "expire": "expired",
        "reopen": "submitted",
        "supersede": "superseded",
    },
    "active": {
        "approve": "active",
        "suspend": "suspended",
        "revoke": "revoked",
        "supersede": "superseded",
        "expire": "expired",
        "reopen": "submitted",
    },
    "suspended": {
        "resume": "active",
        "revoke": "revoked",
        "supersede": "superseded",
        "expire": "expired",
        "reopen": "submitted",
    },
    "superseded": {"submit": "submitted", "revoke": "revoked"},
    "expired": {"submit": "submitted", "revoke": "revoked"},
    "revoked": {},
}
"""From state by step to state. What is not here is refused, with the list of what is.

`resume` needs two people (until the second signs, the version stays suspended), and leads back to approved
where the version was suspended before it was active. A superseded or expired version may be submitted anew (a
way back to an older version), a rejected or revoked one never.
"""


@dataclass(frozen=True)
class Standing:
    """Where one version stands on a day.

    Attributes
    ----------
    model, version : str, int
    state : State
    since : datetime or None
        When it came to stand there; None for a draft.
    why : str
        One sentence for a person: by whom or by what it came to stand there.
    submission : Decision or None
        The submission that counts; None for a draft.
    approvals : tuple of Decision
        Those of this submission that still count, oldest first.
    missing : tuple of Role
        Which of the two reviewers' signatures are missing, to approve or to resume.
    valid_until : date or None
        Last day (UTC) on which the pair of approvals holds: the earliest of their own days and of the expiry
        of every waiver; None where there is no pair that counts or counted.
    """

    model: str
    version: int
    state: State
    since: datetime | None
    why: str
    submission: Decision | None
    approvals: tuple[Decision, ...]
    missing: tuple[Role, ...]
    valid_until: date | None

    def __repr__(self) -> str:
        """Return which version it is, its state, since when and until when."""
        since = "" if self.since is None else f" since {self.since:%Y-%m-%d}"
        until = "" if self.valid_until is None else f", until {self.valid_until}"
        return f"Standing({self.model!r} version {self.version}, {self.state}{since}{until})"

    def _repr_html_(self) -> str:
        from segmentation.ledger import show  # noqa: PLC0415 - a notebook alone asks for it

        return show.html(self)
