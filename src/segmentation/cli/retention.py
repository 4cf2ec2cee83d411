"""`segmentation retention`: until when assessments must be kept, and taking out what need not be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import retaining
from segmentation.cli.console import say_json
from segmentation.cli.office import office_at
from segmentation.cli.options import HOME, HomeFolder, Json, Model, Number

if TYPE_CHECKING:
    from segmentation.reviews.keeping import Kept

app = typer.Typer(
    help="Until when assessments must be kept (PIPL Art. 56), and taking out what need no longer be kept.",
    no_args_is_help=True,
)
app.command("run", epilog=f"Example: `{retaining.EXAMPLE}`")(retaining.run)


@app.command("list", epilog="Example: `segmentation retention list`")
def list_(
    model: Annotated[str | None, typer.Option(help="Of one model; of all when not given.")] = None,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """List the assessment of every submission, and until when it must be kept."""
    from segmentation.reviews.keeping import kept

    office = office_at(home)
    found = kept(office.book.history(), office.trust, office.book.now(), model)
    if as_json:
        say_json({"assessments": [_content(one) for one in found]})
        return
    for one in found:
        typer.echo(_line(one))
    if not found:
        typer.echo("Nothing was submitted yet, so there is no assessment to keep.")


@app.command(epilog="Example: `segmentation retention delete --model resident_needs --version 1`")
def delete(model: Model, version: Number, home: HomeFolder = HOME) -> None:
    """Delete what was published of a version, with its assessment; refused before three years have passed.

    The three years count from the latest of the assessment's date, its last submission, and the last day on
    which the version was in use or in review. The ledger keeps every decision.
    """
    from segmentation.reviews.keeping import delete_assessments

    office = office_at(home)
    gone = delete_assessments(office.book.history(), office.trust, office.book.now(), model, version)
    for folder in gone:
        typer.echo(f"Deleted: {folder}")
    if not gone:
        typer.echo(f"Nothing of {model} version {version} was left to delete.")


def _line(one: Kept) -> str:
    named = f"{one.model} version {one.version} ({one.state.replace('_', ' ')})"
    if one.until is None:
        return f"{named}: {one.why}"
    rest = "it may be deleted" if one.is_due else f"keep it until {one.until}"
    return f"{named}: {rest}"


def _content(one: Kept) -> dict[str, object]:
    return {
        "model": one.model,
        "version": one.version,
        "bundle": one.bundle,
        "state": one.state,
        "assessed_on": one.impact and one.impact.answers.assessed_on.isoformat(),
        "submitted_on": one.submitted_on.isoformat(),
        "last_used": one.last_used and one.last_used.isoformat(),
        "keep_until": one.until and one.until.isoformat(),
        "may_be_deleted": one.is_due,
        "why_unread": one.why or None,
    }
