"""`segmentation dossier make | verify`: the evidence of a version as one file, and whether it holds."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import ALTERED, complain, say_json
from segmentation.cli.ledger import read_checkpoint
from segmentation.cli.options import HOME, HomeFolder, Json, Model, Number

if TYPE_CHECKING:
    from segmentation.reviews.dossier import DossierReport
    from segmentation.signing import PublicKey

app = typer.Typer(help="The evidence of a version as one file, for auditors to keep.", no_args_is_help=True)


@app.command(
    epilog="Example: `segmentation dossier make --model resident_needs --version 1 --out dossier.zip`"
)
def make(
    model: Model,
    version: Number,
    out: Annotated[Path, typer.Option(help="The ZIP to write.")],
    pdf: Annotated[
        bool, typer.Option("--pdf/--no-pdf", help="The card as PDF too; needs segmentation[pdf].")
    ] = True,
    home: HomeFolder = HOME,
) -> None:
    """Write card, audit, policy, assessment, decisions and signatures as one ZIP.

    A sheet in it says how to check it by hand.
    """
    from segmentation.cli.office import office_at
    from segmentation.reviews.dossier import write_dossier

    office = office_at(home)
    bundle = office.desk.review(model, version).bundle
    history = office.book.history()
    written = write_dossier(out, bundle, history, model, version, root=office.trust.root, pdf=pdf)
    size = written.stat().st_size / 2**20
    typer.echo(
        f"Wrote {written}, {size:.1f} MiB. Anybody can check it: segmentation dossier verify {written}"
    )


@app.command(epilog="Example: `segmentation dossier verify dossier.zip --root-key ed25519:…`")
def verify(
    file: Annotated[Path, typer.Argument(help="The dossier, a ZIP.")],
    root_key: Annotated[
        str | None,
        typer.Option(help="The public root key that you trust; else SEGMENTATION_ROOT_KEY is."),
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A checkpoint of the ledger that you kept; the dossier must agree.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a dossier with nothing but the file: every signature, rule and digest. No ledger is needed.

    Exit code 1 says that it was altered, and names what was; 2, that it cannot be read.
    """
    from segmentation.errors import BundleError, LedgerError
    from segmentation.reviews.dossier import verify_dossier

    root, slip = _root(root_key), read_checkpoint(checkpoint)
    try:
        report = verify_dossier(file, root, checkpoint=slip)
    except (BundleError, LedgerError) as error:
        complain(str(error))
        raise typer.Exit(ALTERED) from None
    if as_json:
        say_json(_content(report))
    else:
        _print(report)


def _root(given: str | None) -> PublicKey | None:
    from segmentation.ledger.trust import ROOT_KEY
    from segmentation.signing import PublicKey

    text = given or os.environ.get(ROOT_KEY)
    return None if not text else PublicKey(text.strip())


def _content(report: DossierReport) -> dict[str, object]:
    from pydantic_core import to_jsonable_python

    return dict(to_jsonable_python(asdict(report)))


def _print(report: DossierReport) -> None:
    from segmentation.cli.review.told import words

    made = f"{report.checkpoint.at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"The dossier holds: {report.model} version {report.version}.")
    typer.echo(
        f"When it was written, at or after {made}, the version was {words(report.state)}. {report.why}"
    )
    until = "" if report.valid_until is None else f", until {report.valid_until}"
    typer.echo(
        f"Audit verdict: {report.verdict}. Approved by {' and '.join(report.signers) or 'nobody'}{until}."
    )
    for one in report.signatures:
        typer.echo(
            f"  {one.at:%Y-%m-%d %H:%M} UTC  {words(one.action)} by {one.by} ({one.role}): {one.reason}"
        )
    for waiver in report.waivers:
        typer.echo(f"  waived by {waiver.by}: {waiver.finding} until {waiver.expires}: {waiver.reason}")
    for condition in report.conditions:
        typer.echo(f"  on condition: {condition}")
    if report.uncovered:
        typer.echo(f"Rest on no signature: {', '.join(report.uncovered)}. Believe the JSON beside them.")
    typer.echo(f"Root key: {report.root_key}, fingerprint {report.root}")
    if not report.pinned:
        typer.echo(
            "Warning: that root key came with the dossier, and whoever made the one may have made the other. "
            "Compare it with the one you know, or name it: --root-key.",
            err=True,
        )
