"""What each act does, to whom, and whether it can be undone: the sentences above every signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.pages.page import msg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serving.pages.table import Action


@dataclass(frozen=True)
class Act:
    """How an act is told, in English as the catalogue has it.

    Attributes
    ----------
    key : str
        Of `serving.pages.table.ACTIONS`.
    does : str
        What it does, and to whom.
    undone : str
        Whether it can be undone.
    button : str
        What signs it.
    why : str
        What the reason should say.
    """

    key: Action
    does: str
    undone: str
    button: str
    why: str


_EVERY = (
    Act(
        "approve",
        msg(
            "You sign that this version may decide which services residents are planned. Two people sign, "
            "one for compliance and one for the business."
        ),
        msg(
            "A signature cannot be taken back. What it allows can: one person can suspend or revoke the "
            "version at any time, at once."
        ),
        msg("Sign the approval"),
        msg("What you looked at, and why the version may be used."),
    ),
    Act(
        "request_changes",
        msg(
            "You send this version back to those who made it, with what must change. It cannot be approved "
            "until it was submitted anew."
        ),
        msg("It may be submitted anew; approvals that were given before count no more then."),
        msg("Sign the request for changes"),
        msg("What must change, and why."),
    ),
    Act(
        "reject",
        msg("You refuse this version for good. It can never be submitted or approved again."),
        msg("It cannot be undone; what is better must be registered as a new version."),
        msg("Sign the rejection"),
        msg("Why nobody may use this version."),
    ),
    Act(
        "revoke",
        msg(
            "You take this version out of use for good. One signature is enough, and it works at once: if "
            "the version is in service, the service then answers no request until another one is approved."
        ),
        msg("It cannot be undone: a revoked version never comes back. Suspend it if you are not sure."),
        msg("Sign the revocation"),
        msg("What is wrong, and whom it may harm."),
    ),
    Act(
        "suspend",
        msg(
            "You take this version out of use for the time being. One signature is enough, and it works at "
            "once: the service then answers no request until two people resume it, or another is approved."
        ),
        msg("Two people, one for compliance and one for the business, can resume it."),
        msg("Sign the suspension"),
        msg("What is to be looked into, and whom it may harm."),
    ),
    Act(
        "resume",
        msg(
            "You sign that this suspended version may be used again, as it was approved. Two people sign, "
            "one for compliance and one for the business."
        ),
        msg("One person can suspend it again at any time, at once."),
        msg("Sign the resumption"),
        msg("What was looked into, and why the version may be used again."),
    ),
    Act(
        "comment",
        msg(
            "You sign what you wrote about this version. Everybody who may read it sees your comments with "
            "your name. Where the version stands does not change."
        ),
        msg("A comment that was signed stays in the ledger for good."),
        msg("Sign the comments"),
        "",
    ),
)
ACTS: Mapping[str, Act] = {act.key: act for act in _EVERY}
