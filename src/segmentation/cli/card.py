"""`segmentation card`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.options import HOME, HomeFolder, Model, TrackingUri, Version

EXAMPLE = "segmentation card --model resident_needs --language zh --out card.html"


class Language(StrEnum):
    """Languages of the card."""

    zh = "zh"
    en = "en"


class Form(StrEnum):
    """Forms of the card."""

    html = "html"
    md = "md"
    json = "json"


def card(
    model: Model,
    version: Version = "candidate",
    language: Annotated[Language, typer.Option(help="Language of the card.")] = Language.en,
    form: Annotated[Form, typer.Option("--format", help="Form of the card.")] = Form.html,
    out: Annotated[Path | None, typer.Option(help="Where to write it; printed when not given.")] = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Write or print the card of a registered version."""
    from segmentation.card import render
    from segmentation.files import write_text
    from segmentation.home import Home
    from segmentation.registry import load_version

    found = load_version(Home(home), model, version, tracking_uri)
    text = render(found.card, language.value, form.value)
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text)
        typer.echo(f"Wrote {out}: {found.name} version {found.version}.")
