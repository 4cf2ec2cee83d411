"""`segmentation review submit`: ask for a decision about a registered version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentation.cli import secrets
from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, By, HomeFolder, Model, PassphraseFile, Reason, TrackingUri, Version
from segmentation.cli.review.signing import settled

if TYPE_CHECKING:
    from segmentation.home import Home

ASKED = "Submitted for review."

Impact = Annotated[
    Path, typer.Option("--impact", help="The answers to the impact assessment; see `impact draft`.")
]
Trainers = Annotated[
    list[str] | None,
    typer.Option("--trained-by", metavar="NAME", help="Who trained it, if not who submits; may stand twice."),
]


def submit(  # noqa: PLR0913, PLR0917 - every option of the command
    model: Model,
    version: Version,
    by: By,
    impact: Impact,
    trained_by: Trainers = None,
    reason: Reason = ASKED,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Submit a registered version with its impact assessment, and publish what reviewers will judge.

    Whoever trained or submitted a version cannot approve it.
    """
    from segmentation.reviews.desk import Signer
    from segmentation.reviews.people import open_key

    office = office_at(home)
    parts = handed(office.home, model, version, impact, tracking_uri)
    key = open_key(office.home, by, secrets.passphrase(by, passphrase_file))
    standing = office.desk.submit(
        **parts, signer=Signer(by, key), trained_by=tuple(trained_by or [by]), reason=reason
    )
    settled(office, (standing,), tracking_uri)


def handed(home: Home, model: str, version: str, answers: Path, tracking_uri: str | None) -> dict[str, Any]:
    """Return what a submission is made of: a registered version, verified, and the assessment of it.

    Raises
    ------
    RegistryError
        There is no such version, or it is not what was registered.
    ImpactError
        The answers lack something.
    """
    from segmentation.cli.office import now
    from segmentation.impact import assess, day_in_china, read_answers
    from segmentation.registry import handed_over

    answered = read_answers(answers)
    found = handed_over(home, model, version, tracking_uri)
    return {
        "policy": found.policy,
        "card": found.card,
        "files": found.files,
        "model_files": found.model_files,
        "impact": assess(
            found.policy, found.card, answered, version=found.version, today=day_in_china(now())
        ),
        "version": found.version,
    }


COMMANDS = {"submit": submit}
EXAMPLES = {
    "submit": (
        "segmentation review submit --model resident_needs --version 1 --as Tina --impact answers.toml"
    )
}
