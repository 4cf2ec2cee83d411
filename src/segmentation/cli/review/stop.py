"""`segmentation review request-changes | reject | revoke | suspend`: one signature, and at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, By, HomeFolder, Model, Number, PassphraseFile, Reason, TrackingUri
from segmentation.cli.review.signing import recorded, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.reviews.drafting import Deciding


def _command(action: Deciding, told: str) -> Callable[..., None]:
    """Return the command of an action: all of them take the same options, and differ in the word."""

    def command(
        model: Model,
        version: Number,
        by: By,
        reason: Reason,
        home: HomeFolder = HOME,
        tracking_uri: TrackingUri = None,
        passphrase_file: PassphraseFile = None,
    ) -> None:
        office = office_at(home)
        payload = office.desk.payload(action, model, version, name=by, reason=reason)
        settled(office, recorded(office, payload, by, passphrase_file), tracking_uri)

    command.__name__, command.__doc__ = action, told
    return command


COMMANDS = {
    "request-changes": _command("request_changes", "Send a version back: it may be submitted anew."),
    "reject": _command("reject", "Reject a version for good."),
    "revoke": _command(
        "revoke", "Take a version out of use for good; one person is enough, and it works at once."
    ),
    "suspend": _command("suspend", "Take a version out of use until two people resume it."),
}
ABOUT = "--model resident_needs --version 1"
EXAMPLES = {
    "request-changes": f"segmentation review request-changes {ABOUT} --as Bob --reason 'Say why.'",
    "reject": f"segmentation review reject {ABOUT} --as Bob --reason 'It sorts by age.'",
    "revoke": f"segmentation review revoke {ABOUT} --as Carol --reason 'The survey was wrong.'",
    "suspend": f"segmentation review suspend {ABOUT} --as Mona --reason 'Residents changed.'",
}
