"""`segmentation score`: a table or a folder of tables in, a table of segments out, however large."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import say_json, steps
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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from segmentation.registry import RegisteredModel
    from segmentation.scoring import Progress, Scored

EXAMPLE = "segmentation score --model resident_needs --residents residents.parquet --out segments.parquet"

Source = Annotated[
    Path,
    typer.Option("--residents", help="The residents: Parquet, a folder of Parquet files, or CSV."),
]
Out = Annotated[Path, typer.Option(help="The table to write, Parquet or CSV.")]


def score(
    model: Model,
    residents: Source,
    out: Out,
    version: Version = "candidate",
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Assign residents to the segments of a registered version: table in, table out.

    Only needs are read. Rows without consent for the purpose get no segment and are counted.

    Parquet may be larger than memory. The table appears under its name when it is complete; until then the
    work lies in a hidden folder beside it, and the same command continues a run that was interrupted.
    """
    apart(out, residents)
    _refuse_inside(out, residents)
    with steps() as step:
        step("Starting")
        from segmentation.home import Home
        from segmentation.registry import load_version

        found = load_version(Home(home), model, version, tracking_uri)
    done = _scored(found, residents, out, as_of=day(as_of))
    if as_json:
        say_json(
            {
                "out": str(out),
                "model": found.name,
                "version": found.version,
                "segments": dict(done.segments),
                "intake": done.intake.to_dict(),
                "resumed": done.resumed,
            }
        )
    else:
        typer.echo(_told(found, done))


def _scored(found: RegisteredModel, residents: Path, out: Path, *, as_of: date) -> Scored:
    from segmentation import __version__
    from segmentation.scoring import score_file

    identity = {
        "model": found.name,
        "version": str(found.version),
        "scorer": found.scorer.digest,
        "policy": found.policy.digest,
        "program": __version__,
    }
    with _bar(residents) as progress:
        return score_file(
            found.scorer, found.policy, residents, out, as_of=as_of, identity=identity, progress=progress
        )


def _told(found: RegisteredModel, done: Scored) -> str:
    left = done.intake.read - done.intake.kept
    told_model = f"{found.name} version {found.version}, candidate, not signed"
    lines = [
        f"Wrote {done.out}: {done.intake.kept:,} residents scored, {left:,} rows left out ({told_model})."
    ]
    if done.resumed:
        lines.append(
            f"An interrupted run had done the first {done.resumed:,} rows; they were not scored again."
        )
    if done.discarded:
        lines.append("An interrupted run over another input, version or day was found and not continued.")
    return "\n".join(lines)


def _refuse_inside(out: Path, residents: Path) -> None:
    """Refuse to write into the folder that is read.

    Raises
    ------
    typer.BadParameter
        The output would be read as residents next time.
    """
    if residents.is_dir() and out.resolve().is_relative_to(residents.resolve()):
        message = f"{out} is in the folder that is read, and would be read as residents; write elsewhere"
        raise typer.BadParameter(message, param_hint="--out")


@contextmanager
def _bar(residents: Path) -> Iterator[Callable[[Progress], None]]:
    """Show how many rows are done, and how fast: a bar on a terminal, else a line at the start."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    if not console.is_terminal:
        console.print(f"Scoring {residents} …", highlight=False)
        yield lambda _: None
        return
    columns = (
        TextColumn("Scoring {task.fields[rows]}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("Scoring", total=None, rows=str(residents), rate="")

        def show(progress: Progress) -> None:
            speed = bar.tasks[task].speed
            bar.update(
                task,
                total=progress.rows,
                completed=progress.done,
                rows=f"{progress.done:,} of {progress.rows:,} rows",
                rate=f"{speed:,.0f} rows/s" if speed else "",
            )

        yield show
