"""`segmentation review comment`: say something about a section of a version, signed, and deciding nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, By, HomeFolder, Model, Number, PassphraseFile
from segmentation.cli.plain import say
from segmentation.cli.review.options import Section
from segmentation.cli.review.signing import recorded


def comment(
    model: Model,
    version: Number,
    by: By,
    section: Section,
    text: Annotated[str, typer.Option(help="What you say; it is signed and kept for ever.")],
    home: HomeFolder = HOME,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Comment on a section of a version: signed, for everybody who reads it; decides nothing."""
    from segmentation.reviews.commenting import remark

    office = office_at(home)
    payload = office.desk.comment_payload(model, version, name=by, remarks=[remark(section, text)])
    recorded(office, payload, by, passphrase_file)
    say(f"Recorded: a comment on {section} of {model} version {version}; see `segmentation review show`.")


COMMANDS = {"comment": comment}
EXAMPLES = {
    "comment": (
        "segmentation review comment --model resident_needs --version 1 --section gaps "
        "--text 'Why do tenants need another plan?' --as Carol"
    ),
}
