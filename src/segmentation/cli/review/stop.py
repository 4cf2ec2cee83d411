"""`segmentation review request-changes | reject | revoke | suspend`: one signature, and at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, By, HomeFolder, Model, Number, PassphraseFile, Reason, TrackingUri
from segmentation.cli.review.signing import recorded, settled

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.reviews.drafting import Deciding


def request_changes(
    model: Model,
    version: Number,
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Send a version back: it may be submitted anew."""
    _stop("request_changes", model, version, by, reason, (home, tracking_uri, passphrase_file))


def reject(
    model: Model,
    version: Number,
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Reject a version for good."""
    _stop("reject", model, version, by, reason, (home, tracking_uri, passphrase_file))


def revoke(
    model: Model,
    version: Number,
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a version out of use for good; one person is enough, and it works at once."""
    _stop("revoke", model, version, by, reason, (home, tracking_uri, passphrase_file))


def suspend(
    model: Model,
    version: Number,
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Take a version out of use until two people resume it."""
    _stop("suspend", model, version, by, reason, (home, tracking_uri, passphrase_file))


def _stop(
    action: Deciding,
    model: str,
    version: int,
    by: str,
    reason: str,
    where: tuple[Path, str | None, Path | None],
) -> None:
    home, tracking_uri, passphrase_file = where
    office = office_at(home)
    payload = office.desk.payload(action, model, version, name=by, reason=reason)
    settled(office, recorded(office, payload, by, passphrase_file), tracking_uri)


COMMANDS = {
    "request-changes": request_changes,
    "reject": reject,
    "revoke": revoke,
    "suspend": suspend,
}
ABOUT = "--model resident_needs --version 1"
EXAMPLES = {
    "request-changes": f"segmentation review request-changes {ABOUT} --as Bob --reason 'Say why.'",
    "reject": f"segmentation review reject {ABOUT} --as Bob --reason 'It sorts by age.'",
    "revoke": f"segmentation review revoke {ABOUT} --as Carol --reason 'The survey was wrong.'",
    "suspend": f"segmentation review suspend {ABOUT} --as Mona --reason 'Residents changed.'",
}
