"""`segmentation review approve | resume | activate | request-changes | reject | adopt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.cli.office import Office, office_at
from segmentation.cli.options import (
    HOME,
    By,
    HomeFolder,
    Model,
    Number,
    PassphraseFile,
    PolicyFile,
    Reason,
    TrackingUri,
)
from segmentation.cli.plain import say
from segmentation.cli.review.options import (
    APPROVED,
    Checkout,
    Conditions,
    Full,
    Hold,
    Role,
    Until,
    Waivers,
    Yes,
)
from segmentation.cli.review.signing import check_model, recorded, settled, shown, witnessed

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.ledger.records import Waiver


def approve(  # noqa: PLR0913, PLR0917 - every option of the command
    model: Model,
    version: Number,
    by: By,
    role: Role = None,
    waivers: Waivers = None,
    condition: Conditions = None,
    valid_until: Until = None,
    reason: Reason = APPROVED,
    hold: Hold = False,
    checkout: Checkout = None,
    yes: Yes = False,
    full: Full = False,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Approve a version: tells in words what is signed, asks, signs and records it.

    Two people do, one for compliance and one for the business, neither of whom trained or submitted it.
    The second approval publishes the version and makes it the active one.
    """
    office = office_at(home)
    payload = office.desk.payload(
        "approve",
        model,
        version,
        name=by,
        reason=reason,
        role=None if role is None else role.value,
        waivers=read(office, model, version, waivers),
        conditions=tuple(condition or ()),
        valid_until=None if valid_until is None else valid_until.date(),
    )
    check_model(office, shown(office, payload, yes=yes, full=full), tracking_uri)
    standings = recorded(office, payload, by, passphrase_file, hold=hold)
    settled(office, standings, tracking_uri)
    witnessed(office, standings, checkout)


def resume(  # noqa: PLR0913, PLR0917 - every option of the command
    model: Model,
    version: Number,
    by: By,
    reason: Reason,
    role: Role = None,
    yes: Yes = False,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign that a suspended version may be used again; two people do, as for an approval."""
    office = office_at(home)
    payload = office.desk.payload(
        "resume", model, version, name=by, reason=reason, role=None if role is None else role.value
    )
    check_model(office, shown(office, payload, yes=yes), tracking_uri)
    settled(office, recorded(office, payload, by, passphrase_file), tracking_uri)


def activate(
    model: Model,
    version: Number,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Bring a version into service that was approved with --hold; nobody needs to sign."""
    office = office_at(home)
    settled(office, (office.desk.activate(model, version),), tracking_uri)


def adopt(
    policy: PolicyFile,
    by: By,
    reason: Reason,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Bring a policy into force: approvals that rest on another one are reopened, and say why."""
    from segmentation.policy import read_policy

    office, read_ = office_at(home), read_policy(policy)
    payload = office.desk.adoption_payload(read_.name, read_, name=by, reason=reason)
    standings = recorded(office, payload, by, passphrase_file)
    say(f"Adopted: the policy {policy} of {read_.name}.")
    settled(office, standings, tracking_uri)


def read(office: Office, model: str, version: int, waivers: Path | None) -> tuple[Waiver, ...]:
    """Return what a reviewer lets pass.

    Raises
    ------
    ReviewError
        An entry is not what it should be; every fault is named.
    """
    from segmentation.reviews.waivers import read_waivers

    if waivers is None:
        return ()
    return read_waivers(waivers, office.desk.review(model, version).card, today=office.book.now().date())


COMMANDS = {"approve": approve, "resume": resume, "activate": activate, "adopt": adopt}
EXAMPLES = {
    "approve": (
        "segmentation review approve --model resident_needs --version 1 --as Carol --waivers waivers.toml"
    ),
    "resume": (
        "segmentation review resume --model resident_needs --version 1 --as Carol --reason 'It is mended.'"
    ),
    "activate": "segmentation review activate --model resident_needs --version 1",
    "adopt": "segmentation review adopt --policy policy.toml --as Carol --reason 'Stricter limits.'",
}
