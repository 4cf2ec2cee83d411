"""`segmentation score`: a table or a folder of tables in, a table of segments out, however large."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.consented import consents_at, told_of_consent
from segmentation.cli.console import complain, say_json, steps
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    Model,
    TrackingUri,
    Version,
    apart,
    day,
)
from segmentation.cli.scored_by import approved as approved_one
from segmentation.cli.scored_by import refuse_beside_approved, refuse_other, registered
from segmentation.cli.storing import (
    INTERRUPTED,
    content_of,
    counted,
    refuse_without_approval,
    stored,
    told_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from segmentation.cli.scored_by import ScoredBy
    from segmentation.residents import Intake
    from segmentation.scoring import Scored

EXAMPLE = "segmentation score --model resident_needs --residents residents.parquet --out segments.parquet"

Source = Annotated[
    Path,
    typer.Option("--residents", help="The residents: Parquet, a folder of Parquet files, or CSV."),
]
Out = Annotated[Path | None, typer.Option(help="The table to write, Parquet or CSV.")]


def score(  # noqa: PLR0913, PLR0917 - every option of the command
    context: typer.Context,
    model: Model,
    residents: Source,
    out: Out = None,
    version: Version = "candidate",
    approved: Annotated[
        bool, typer.Option("--approved", help="Score by the version that two people approved and is active.")
    ] = False,
    store: Annotated[
        bool,
        typer.Option(
            "--store",
            help="Keep the segments in the ledger's classification table, sealed, and write no table.",
        ),
    ] = False,
    as_of: AsOf = None,
    discard: Annotated[
        bool, typer.Option("--discard", help="Throw away what an interrupted run has done, and start anew.")
    ] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write here, as CSV, which rows were left out as faulty; no values.")
    ] = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Assign residents to the segments of a registered version: table in, table out.

    With --approved it is the active version of the ledger, its signatures and files checked, or none at all;
    no alias is looked at. Without, it is any registered version, and what is printed says so.

    Only needs are read. Rows without consent for the purpose get no segment and are counted by reason. A
    Parquet table says in its metadata which version scored it, on which day; CSV has no place for it, and
    --json says it of either.

    Parquet may be larger than memory. The table appears under its name when it is complete; until then the
    work lies in a hidden folder beside it, ids included, and the same command continues a run that was
    interrupted (exit code 130). Work of another day or version is not thrown away without --discard.

    Where the ledger has consents to the purpose, they count, and the table's own columns are not needed.

    With --store the segments of the approved version go into the classification table, with margin, version,
    decision and the day until which the policy lets them be kept. Where the ledger has consents to the
    purpose, they count and those of the table do not. The same command, run again, stores nobody twice.
    """
    refuse_without_approval(out, store=store, approved=approved)
    if approved:
        refuse_beside_approved(context)
    apart(out, residents)
    apart(quarantine, residents, out)
    _refuse_form(quarantine)
    _refuse_inside(out, residents)
    with steps() as step:
        step("Starting")
        from segmentation.scoring import unfinished

        found = approved_one(home, model) if approved else registered(home, model, version, tracking_uri)
    identity = found.identity(day(as_of).isoformat())
    if out is None:
        kept = stored(found, residents, home, identity, discard=discard)
        _finish(kept.intake, quarantine, as_json, content_of(kept, identity), told_of(found, kept))
        return
    left = unfinished(out)
    if left is not None and not discard:
        refuse_other(left, identity)
    with _told_where(out):
        done = _scored(found, residents, out, home, identity=identity, discard=discard)
    _finish(done.intake, quarantine, as_json, _content(done, identity), _told(found, done))


def _finish(
    intake: Intake, quarantine: Path | None, as_json: bool, content: dict[str, object], told: str
) -> None:
    """Write which rows were faulty, where it is asked for, and say what was done."""
    from segmentation.files import write_table

    if quarantine is not None:
        write_table(quarantine, intake.quarantine_frame())
    if as_json:
        say_json(content)
    else:
        typer.echo(told)


@contextmanager
def _told_where(out: Path) -> Iterator[None]:
    """Say on Ctrl-C what is left behind, and end with the exit code of that.

    Raises
    ------
    typer.Exit
        The run was interrupted.
    """
    try:
        yield
    except KeyboardInterrupt:
        from segmentation.scoring import unfinished

        left = unfinished(out)
        rest = (
            "Nothing is kept."
            if left is None
            else f"What is done lies in {left.folder}, which holds ids. The same command goes on with it, "
            "--discard starts anew; remove the folder if you do neither."
        )
        complain(f"Interrupted. {rest}")
        raise typer.Exit(INTERRUPTED) from None


def _scored(
    found: ScoredBy,
    residents: Path,
    out: Path,
    home: Path,
    *,
    identity: Mapping[str, str],
    discard: bool,
) -> Scored:
    from segmentation.scoring import score_file

    as_of = date.fromisoformat(identity["as_of"])
    told = {key: value for key, value in identity.items() if key != "as_of"}
    with consents_at(home, found.policy, "segmentation score") as consents, steps() as step:
        step(f"Scoring {residents}")
        return score_file(
            found.scorer,
            found.policy,
            residents,
            out,
            as_of=as_of,
            identity=told,
            progress=step,
            discard=discard,
            consents=consents,
        )


def _content(done: Scored, identity: Mapping[str, str]) -> dict[str, object]:
    return {
        **identity,
        "version": int(identity["version"]),
        "out": str(done.out),
        "segments": dict(done.segments),
        "intake": done.intake.to_dict(),
        "resumed": done.resumed,
        "discarded": done.discarded,
    }


def _told(found: ScoredBy, done: Scored) -> str:
    from segmentation.residents.counts import gone

    left = done.intake.read - done.intake.kept
    lines = [f"Wrote {done.out}: {done.intake.kept:,} residents scored, {left:,} rows left out ({found})."]
    if left:
        lines.append(f"Left out: {counted(gone(done.intake))}.")
    lines += told_of_consent(done.intake)
    if done.resumed:
        lines.append(
            f"An interrupted run had done the first {done.resumed:,} rows; they were not scored again."
        )
    if done.discarded:
        lines.append("What an interrupted run had done was thrown away.")
    return "\n".join(lines)


def _refuse_form(quarantine: Path | None) -> None:
    """Refuse, before a long run, what the report of faulty rows cannot be written to afterwards.

    Raises
    ------
    typer.BadParameter
        The file is neither Parquet nor CSV.
    """
    from segmentation.files import CSV, PARQUET

    if quarantine is not None and quarantine.suffix.lower() not in {CSV, *PARQUET}:
        message = f"{quarantine} is neither .parquet nor .csv"
        raise typer.BadParameter(message, param_hint="--quarantine")


def _refuse_inside(out: Path | None, residents: Path) -> None:
    """Refuse to write into the folder that is read.

    Raises
    ------
    typer.BadParameter
        The output would be read as residents next time.
    """
    if out is not None and residents.is_dir() and out.resolve().is_relative_to(residents.resolve()):
        message = f"{out} is in the folder that is read, and would be read as residents; write elsewhere"
        raise typer.BadParameter(message, param_hint="--out")
