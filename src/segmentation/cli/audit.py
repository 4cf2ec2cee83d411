"""`segmentation audit`: of a registered version, or of a table that somebody else made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from segmentation.cli.console import end_by, print_findings, say_json, steps
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    PolicyFile,
    ResidentsFile,
    TrackingUri,
    Version,
    apart,
    day,
)

EXAMPLE = "segmentation audit --policy policy.toml --residents residents.parquet --segments table.csv"


def audit(  # noqa: PLR0913, PLR0917 - every option of the command
    policy: PolicyFile,
    residents: ResidentsFile,
    segments: Annotated[
        Path | None, typer.Option(help="A table of ids and segments that somebody else made, Parquet or CSV.")
    ] = None,
    column: Annotated[str, typer.Option(help="The column of that table that holds the segment.")] = "segment",
    version: Version = "candidate",
    out: Annotated[Path | None, typer.Option(help="Write the whole report here, as JSON.")] = None,
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Audit who the segments are: those of a registered version, or of any table.

    Exit code 1 says that findings are broken.
    """
    from segmentation.policy import read_policy

    apart(out, policy, residents, segments)
    rules = read_policy(policy)
    with steps() as step:
        step("Starting")
        from segmentation.audit import audit as audited
        from segmentation.files import write_text
        from segmentation.residents import read_labels, read_residents

        step(f"Reading {residents}")
        people = read_residents(residents, rules, as_of=day(as_of))
        if segments is not None:
            labels, planned = read_labels(segments, rules.residents.id, column, people.ids), None
        else:
            from segmentation.home import Home
            from segmentation.registry import load_version

            model = load_version(Home(home), rules.name, version, tracking_uri)
            labels, planned = model.segments_of(people.needs), model.served
        step("Auditing")
        report = audited(rules, labels, people.protected, planned)
        if out is not None:
            write_text(out, json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False, indent=2))
    if as_json:
        say_json(report.to_dict())
    else:
        print_findings(report)
    end_by(report)
