"""`segmentation impact`: draft the questions of an impact assessment, and see what it will say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.options import HOME, HomeFolder, Model, TrackingUri, Version

app = typer.Typer(
    help="The personal information protection impact assessment of a version (PIPL Art. 55, 56).",
    no_args_is_help=True,
)


@app.command(epilog="Example: `segmentation impact draft --model resident_needs --out answers.toml`")
def draft(
    model: Model,
    out: Annotated[Path, typer.Option(help="Where to write the questions, a TOML file.")],
    version: Version = "candidate",
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Write the questions that only a person can answer, in both languages; the rest is known already."""
    from segmentation.errors import StorageError
    from segmentation.files import write_text
    from segmentation.home import Home
    from segmentation.impact import draft_answers
    from segmentation.registry import load_version

    if out.exists():
        raise StorageError(
            f"{out} is there already, and what people wrote in it would be lost. Name another file."
        )
    found = load_version(Home(home), model, version, tracking_uri)
    write_text(out, draft_answers(found.policy, found.card))
    typer.echo(f"Wrote {out}. Write what is marked, then submit version {found.version} with --impact {out}")


@app.command(
    epilog="Example: `segmentation impact render --model resident_needs --answers answers.toml --out impact`"
)
def render(
    model: Model,
    answers: Annotated[Path, typer.Option(help="The answers, a TOML file.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    version: Version = "candidate",
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Write the assessment of a version as reviewers will see it: HTML and Markdown in both languages."""
    from segmentation.cli.office import now
    from segmentation.home import Home
    from segmentation.impact import assess, day_in_china, read_answers, write_impact
    from segmentation.registry import load_version

    answered, today = read_answers(answers), day_in_china(now())
    found = load_version(Home(home), model, version, tracking_uri)
    write_impact(assess(found.policy, found.card, answered, version=found.version, today=today), out)
    typer.echo(f"Wrote the assessment of {found.name} version {found.version} to {out}.")
