"""`segmentation review payload | attach`: for a key that lives on another machine, or in a device."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from segmentation.cli.office import Office, office_at
from segmentation.cli.options import HOME, By, HomeFolder, Reason, TrackingUri
from segmentation.cli.plain import say
from segmentation.cli.review.decide import read
from segmentation.cli.review.options import APPROVED, Checkout, Conditions, Hold, Role, Until, Waivers
from segmentation.cli.review.signing import settled, witnessed
from segmentation.cli.review.submit import Trainers, handed

if TYPE_CHECKING:
    from segmentation.reviews.drafting import Deciding

MOST = 2**20
"""Bytes of a file that is attached; no payload and no signature has more."""


class Action(StrEnum):
    """What may be signed elsewhere."""

    submit = "submit"
    approve = "approve"
    request_changes = "request-changes"
    reject = "reject"
    revoke = "revoke"
    suspend = "suspend"
    resume = "resume"
    adopt = "adopt"
    comment = "comment"


def payload(  # noqa: PLR0913, PLR0917 - every option of the command
    action: Annotated[Action, typer.Option(help="What is to be signed.")],
    by: By,
    out: Annotated[Path, typer.Option(help="Where to write what is to be signed.")],
    model: Annotated[str | None, typer.Option(help="Name of the model; of all but adopt.")] = None,
    version: Annotated[str | None, typer.Option(help="Number of the version; of all but adopt.")] = None,
    reason: Reason = APPROVED,
    role: Role = None,
    waivers: Waivers = None,
    condition: Conditions = None,
    valid_until: Until = None,
    policy: Annotated[Path | None, typer.Option(help="The policy, of adopt.")] = None,
    impact: Annotated[Path | None, typer.Option(help="The answers to the assessment, of submit.")] = None,
    trained_by: Trainers = None,
    section: Annotated[str | None, typer.Option(help="What a comment is about.")] = None,
    text: Annotated[str | None, typer.Option(help="What a comment says.")] = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Write what somebody shall sign whose key lives elsewhere, to the byte; it holds for a day.

    Sign the file with `openssl pkeyutl -sign -rawin -inkey KEY.pem -in PAYLOAD -out SIGNATURE`, and bring it
    back with `segmentation review attach`.
    """
    from segmentation.files import whole

    office = office_at(home)
    if action is Action.adopt:
        content = _adoption(office, policy, by, reason)
    elif model is None or version is None:
        raise typer.BadParameter("name the version: --model and --version")
    elif action is Action.submit:
        content = _submission(office, (model, version, by, reason), impact, trained_by, tracking_uri)
    elif action is Action.comment:
        content = _comment(office, (model, _number(version), by), section, text)
    else:
        number = _number(version)
        content = office.desk.payload(
            cast("Deciding", action.value.replace("-", "_")),
            model,
            number,
            name=by,
            reason=reason,
            role=None if role is None else role.value,
            waivers=read(office, model, number, waivers),
            conditions=tuple(condition or ()),
            valid_until=None if valid_until is None else valid_until.date(),
        )
    with whole(out) as staged:
        staged.write_bytes(content)
    say(
        f"Wrote {out}. Sign it as it is, within a day: "
        f"openssl pkeyutl -sign -rawin -inkey KEY.pem -in {out} -out {out}.sig"
    )


def attach(
    payload: Annotated[Path, typer.Argument(help="What `review payload` wrote, unchanged.")],
    signature: Annotated[Path, typer.Argument(help="The signature over it: 64 bytes, or base64 of them.")],
    hold: Hold = False,
    checkout: Checkout = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Record what was signed elsewhere; every rule is checked as if it were signed here."""
    office = office_at(home)
    standings = office.desk.attach(_bytes(payload), _bytes(signature), hold=hold)
    settled(office, standings, tracking_uri)
    witnessed(office, standings, checkout)


def _adoption(office: Office, policy: Path | None, by: str, reason: str) -> bytes:
    from segmentation.policy import read_policy

    if policy is None:
        raise typer.BadParameter("name the policy that is adopted: --policy")
    found = read_policy(policy)
    return office.desk.adoption_payload(found.name, found, name=by, reason=reason)


def _comment(office: Office, about: tuple[str, int, str], section: str | None, text: str | None) -> bytes:
    from segmentation.reviews.commenting import remark

    if section is None or text is None:
        raise typer.BadParameter("name what the comment is about, and what it says: --section and --text")
    model, version, by = about
    return office.desk.comment_payload(model, version, name=by, remarks=[remark(section, text)])


def _submission(
    office: Office,
    about: tuple[str, str, str, str],
    impact: Path | None,
    trained_by: list[str] | None,
    tracking_uri: str | None,
) -> bytes:
    if impact is None:
        raise typer.BadParameter("name the answers to the assessment: --impact")
    model, version, by, reason = about
    parts = handed(office.home, model, version, impact, tracking_uri)
    return office.desk.submission_payload(
        **parts, name=by, trained_by=tuple(trained_by or [by]), reason=reason
    )


def _number(version: str) -> int:
    if not version.isdecimal() or int(version) < 1:
        raise typer.BadParameter("give the number of a version that was submitted", param_hint="--version")
    return int(version)


def _bytes(file: Path) -> bytes:
    """Read a small file.

    Raises
    ------
    StorageError
        It cannot be read.
    """
    from segmentation.errors import StorageError

    try:
        with file.open("rb") as opened:
            return opened.read(MOST + 1)
    except OSError as error:
        reason = (error.strerror or "the file system refuses").lower()
    raise StorageError(f"{file} cannot be read: {reason}. Check the path and its permissions.")


COMMANDS = {"payload": payload, "attach": attach}
EXAMPLES = {
    "payload": (
        "segmentation review payload --action approve --model resident_needs --version 1 --as Carol "
        "--out approve.json"
    ),
    "attach": "segmentation review attach approve.json approve.sig",
}
