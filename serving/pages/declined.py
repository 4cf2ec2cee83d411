"""The pages that say no, each with a status, a title, and a sentence about the way out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from serving.pages.page import Page, msg, told

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(NamedTuple):
    """The status of a refusal, and its title."""

    status: int
    title: str


KINDS: Mapping[str, Kind] = {
    "malformed": Kind(400, msg("What was sent cannot be read")),
    "not_signed_in": Kind(403, msg("You are not signed in any more")),
    "not_allowed": Kind(403, msg("This is not for your role")),
    "forged": Kind(403, msg("The form was not sent from this session")),
    "not_found": Kind(404, msg("There is nothing here")),
    "wrong_method": Kind(405, msg("This address is not asked in this way")),
    "too_slow": Kind(408, msg("The form took too long to arrive")),
    "refused": Kind(409, msg("The rules do not allow this")),
    "too_large": Kind(413, msg("The form is too large")),
    "wrong_media": Kind(415, msg("This is not sent as a form")),
    "invalid": Kind(422, msg("Something in the form is not right")),
    "too_often": Kind(429, msg("This was tried too often")),
    "failed": Kind(500, msg("The service failed")),
    "closed": Kind(503, msg("What is kept of residents cannot be read")),
    "busy": Kind(503, msg("Too many people are asking at this moment")),
    "unreachable": Kind(503, msg("The ledger cannot be reached")),
    "not_trusted": Kind(503, msg("The ledger cannot be trusted")),
    "not_recorded": Kind(503, msg("The request could not be recorded")),
}
"""By the kind that `serving.pages.visit.Declined` names."""
TO_MEND, REFUSED = KINDS["invalid"].status, KINDS["refused"].status
"""Of a form that is shown again: something in it is to be mended | the rules say no."""
NOT_ALLOWED, TOO_OFTEN = KINDS["not_allowed"].status, KINDS["too_often"].status
"""Of a passphrase that does not fit, or opens nothing here | one that is not tried any more."""
NOT_FOUND, UNREACHABLE = KINDS["not_found"].status, KINDS["unreachable"].status
UNSAID = msg("The form does not say what it is for. Load its page anew.")
"""Why a form is declined of which a step or a choice is none of those that its page has."""
WHY: Mapping[str, str] = {
    "malformed": msg("Go back, and try again from the page."),
    "forged": msg(
        "Nothing was done. Go back, load the page anew, and send the form again; the browser must keep the "
        "cookies of this address."
    ),
    "not_signed_in": msg("Nothing was done. Sign in, go to the page again, and send the form from there."),
    "not_found": msg("The address is of no page. Go on from the start page."),
    "wrong_method": msg("Go on from the start page."),
    "too_slow": msg("Nothing was done. Go back, and send it again."),
    "too_large": msg("Nothing was done. Go back, and write less."),
    "wrong_media": msg("Nothing was done. Send the form from its page."),
    "failed": msg("The log of the service says where it failed. Try again later."),
    "busy": msg("Nothing was done. Wait a moment, and load the page again."),
    "unreachable": msg("The pages show nothing without it. Try again in a minute."),
    "not_trusted": msg(
        "What the database holds does not follow the rules, or is not what was seen before; nothing is shown "
        "and nothing is signed until that is cleared up. Whoever runs the service: `segmentation ledger "
        "verify` says where."
    ),
    "not_recorded": msg(
        "The access could not be written down, so the answer is kept back. A decision that was sent may have "
        "been recorded: look at the version before it is sent again."
    ),
}
"""What is said where nothing is known beyond the kind."""
ADVICE = msg("What you wrote is below. Copy it, then sign in and send it from its page.")


@dataclass(frozen=True)
class DeclinedPage(Page):
    """A refusal.

    Attributes
    ----------
    title : str
        Of the kind, in English as the catalogue has it.
    """

    TEMPLATE: ClassVar[str] = "declined.html.j2"
    TITLE: ClassVar[str] = msg("Refused")

    title: str = field(metadata=told(msg("Refused"), msg("What was not done.")))
    why: str = field(metadata=told(msg("Why"), msg("The reason, and the way out.")))
    english: str = field(
        default="",
        metadata=told(msg("In English"), msg("A reason for which the program has English words alone.")),
    )
    written: tuple[str, ...] = field(
        default=(),
        metadata=told(
            msg("What you wrote"),
            msg("The texts of the form, to be copied: they were not recorded, and are kept nowhere."),
        ),
    )
