"""`segmentation dossier make | verify`: the evidence of a version as one file, and whether it holds."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import ALTERED, complain, say_json
from segmentation.cli.options import HOME, HomeFolder, Json, Model, Number
from segmentation.cli.plain import say
from segmentation.cli.verify import read_checkpoint

if TYPE_CHECKING:
    from datetime import date

    from segmentation.cli.review.passed import Passed
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
        bool,
        typer.Option("--pdf/--no-pdf", help="Card and assessment as PDF too; needs the extra `pdf`."),
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
    if pdf:
        say("Drawing the PDFs; a card of 50 pages takes half a minute …", err=True)
    written = write_dossier(out, bundle, history, model, version, root=office.trust.root, pdf=pdf)
    size = written.stat().st_size / 2**20
    say(f"Wrote {written}, {size:.1f} MiB. Anybody can check it: segmentation dossier verify {written}")


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
    other_program: Annotated[
        bool,
        typer.Option("--other-program", help="Let pages differ that another version of the program wrote."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a dossier with nothing but the file: every signature, rule and digest. No ledger is needed.

    Exit code 1 says that it was altered, and names what was; 2, that it cannot be read. A page
    that differs from what this program writes is altered; with --other-program, where the list
    names another version as its writer, it is told as a warning and the exit code is 0, because
    the signed files hold. Nobody signs that list.
    """
    from segmentation.errors import BundleError, LedgerError
    from segmentation.reviews.dossier import verify_dossier

    root, slip = _root(root_key), read_checkpoint(checkpoint)
    try:
        report = verify_dossier(file, root, checkpoint=slip, other_program=other_program)
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
    from segmentation.cli.review.passed import passed
    from segmentation.cli.review.told import words

    made = f"{report.checkpoint.at:%Y-%m-%d %H:%M} UTC"
    say(f"The dossier holds: {report.model} version {report.version}.")
    say(f"When it was written, at or after {made}, the version was {words(report.state)}. {report.why}")
    say(f"Audit verdict: {report.verdict}. {_approved(report)}")
    for one in report.signatures:
        say(f"  {one.at:%Y-%m-%d %H:%M} UTC  {words(one.action)} by {one.by} ({one.role}): {one.reason}")
    for line in passed(_passed(report)):
        say(line)
    for condition in report.conditions:
        say(f"  on condition: {condition}")
    for told in report.comments:
        say(f"  {told.at:%Y-%m-%d %H:%M} UTC  {told.by} ({told.role}) on {told.section}: {told.text}")
    if report.uncovered:
        say(f"Rest on no signature: {', '.join(report.uncovered)}. Believe the JSON beside them.")
    if report.differing:
        say(
            f"Warning: not as this program writes them: {', '.join(report.differing)}. Another version wrote "
            "them, or somebody altered them; do not rely on them, believe the signed JSON.",
            err=True,
        )
    say(f"Root key: {report.root_key}, fingerprint {report.root}")
    if not report.pinned:
        say(
            "Warning: that root key came with the dossier, and whoever made the one may have made the other. "
            "Compare it with the one you know, or name it: --root-key.",
            err=True,
        )


def _approved(report: DossierReport) -> str:
    """Return whose approvals count; who approved once is in the list of decisions."""
    if not report.signers:
        return "No approval counts."
    if report.valid_until is None:
        return f"Approved by {' and '.join(report.signers)} alone, which is not enough."
    return f"Approved by {' and '.join(report.signers)}, until {report.valid_until}."


def _passed(report: DossierReport) -> list[Passed]:
    """Return each waiver once, with all who signed it alike."""
    from segmentation.cli.review.passed import Passed

    by: dict[tuple[str, date, str], list[str]] = {}
    for one in report.waivers:
        by.setdefault((one.finding, one.expires, one.reason), []).append(one.by)
    return [Passed(*waived, tuple(names)) for waived, names in by.items()]
