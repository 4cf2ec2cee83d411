"""`segmentation score`: table in, table out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.console import say_json, steps
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    Model,
    ResidentsFile,
    TrackingUri,
    Version,
    apart,
    day,
)

EXAMPLE = "segmentation score --model resident_needs --residents residents.parquet --out segments.csv"


def score(
    model: Model,
    residents: ResidentsFile,
    out: Annotated[Path, typer.Option(help="The table to write, Parquet or CSV.")],
    version: Version = "candidate",
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Assign residents to the segments of a registered version: table in, table out.

    Only needs are read. Rows without consent for the purpose get no segment and are counted.
    """
    apart(out, residents)
    with steps() as step:
        step("Starting")
        from segmentation.files import write_table
        from segmentation.home import Home
        from segmentation.registry import load_version
        from segmentation.residents import read_needs

        found = load_version(Home(home), model, version, tracking_uri)
        step(f"Reading {residents}")
        people = read_needs(residents, found.policy, as_of=day(as_of), features=found.scorer.features)
        step(f"Scoring {len(people):,} residents")
        labels = found.segments_of(people.needs)
        write_table(out, people.ids.to_frame().assign(segment=labels))
    if as_json:
        counts = {str(segment): int(count) for segment, count in labels.value_counts().sort_index().items()}
        told = {"out": str(out), "model": found.name, "version": found.version, "segments": counts}
        say_json({**told, "intake": people.intake.to_dict()})
    else:
        left = people.intake.read - people.intake.kept
        told_model = f"{found.name} version {found.version}, candidate, not signed"
        typer.echo(f"Wrote {out}: {len(people):,} residents scored, {left:,} rows left out ({told_model}).")
