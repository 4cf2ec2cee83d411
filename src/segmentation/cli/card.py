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
    form: Annotated[
        Form | None,
        typer.Option("--format", help="Form of the card; by the suffix of --out, else html, unless given."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write it; printed when not given.")] = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Write or print the card of a registered version."""
    from segmentation.card import render
    from segmentation.files import write_text
    from segmentation.home import Home
    from segmentation.registry import load_version

    told = _form(form, out)
    found = load_version(Home(home), model, version, tracking_uri)
    text = render(found.card, language.value, told.value)
    if out is None:
        typer.echo(text)
    else:
        write_text(out, text)
        typer.echo(f"Wrote {out}: {found.name} version {found.version}.")


SUFFIXES = {".html": Form.html, ".htm": Form.html, ".md": Form.md, ".markdown": Form.md, ".json": Form.json}


def _form(form: Form | None, out: Path | None) -> Form:
    """Return the form that was asked for, by name or by the suffix of the file.

    Raises
    ------
    typer.BadParameter
        Name and suffix say different things, or the suffix says nothing that is known.
    """
    named = None if out is None else SUFFIXES.get(out.suffix.lower())
    if form is not None and named not in {None, form}:
        raise typer.BadParameter(f"--format {form.value} and {out} say different forms; give one of them")
    if out is not None and out.suffix and form is None and named is None:
        raise typer.BadParameter(f"no card ends with {out.suffix}; give --format, or end with .html")
    return form or named or Form.html
