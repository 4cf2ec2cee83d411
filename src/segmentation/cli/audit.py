"""`segmentation audit`: of a registered version, of a table that somebody else made, or of counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import end_by, print_findings, say_json, steps
from segmentation.cli.coverage import known, strangers, who_was_read
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    PolicyFile,
    TrackingUri,
    apart,
    day,
)
from segmentation.cli.overridden import overridden

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from segmentation.audit import AuditReport
    from segmentation.policy import Policy
    from segmentation.progress import Watch
    from segmentation.residents import Residents

EXAMPLE = "segmentation audit --policy policy.toml --residents residents.parquet --segments table.csv"


def audit(  # noqa: PLR0913, PLR0917 - every option of the command
    policy: PolicyFile,
    residents: Annotated[Path | None, typer.Option(help="The residents table, Parquet or CSV.")] = None,
    segments: Annotated[
        Path | None, typer.Option(help="A table of ids and segments that somebody else made, Parquet or CSV.")
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(help="The column of that table that holds the segment; 'segment' unless given."),
    ] = None,
    outcomes: Annotated[
        Path | None,
        typer.Option(help="A table of ids and services: who needed each in the period after, 1 or 0."),
    ] = None,
    cells: Annotated[
        Path | None,
        typer.Option(
            help="Instead of residents: a table of counts by segment and groups, made elsewhere. Consent "
            "cannot be checked there: count those alone who consented, to the audit too."
        ),
    ] = None,
    version: Annotated[
        str | None,
        typer.Option("--version", help="A registered version, by number or alias; 'candidate' unless given."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the whole report here, as JSON.")] = None,
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Audit who the segments are: those of a registered version, of any table, or of counts made elsewhere.

    Exit code 1 says that findings are broken.
    """
    from segmentation.policy import read_policy

    _refuse_contradictions(
        {"--residents": residents, "--segments": segments, "--cells": cells},
        {"--column": column, "--outcomes": outcomes, "--version": version, "--as-of": as_of},
    )
    apart(out, policy, residents, segments, outcomes, cells)
    rules = read_policy(policy)
    with steps() as step:
        step("Starting")
        notes: list[str] = []
        if cells is not None:
            report = _of_counts(rules, cells, step)
        else:
            people = _people(rules, residents, Path(home), as_of, step)
            given = (
                _of_version(rules, people, Path(home), version or "candidate", tracking_uri)
                if segments is None
                else _of_table(rules, people, segments, column or "segment")
            )
            needed = _outcomes(rules, people, outcomes, step)
            report = _of_residents(rules, people, needed, given, step)
            ids = {file: rules.residents.id for file in (segments, outcomes) if file is not None}
            notes = [*who_was_read(people, report), *strangers(ids, people), *known(needed)]
            if segments is None:
                notes += overridden(rules, Path(home))
        if out is not None:
            from segmentation.files import write_text

            write_text(out, json.dumps(report.to_dict(), ensure_ascii=False, allow_nan=False, indent=2))
    for note in notes:
        typer.echo(note, err=as_json)
    if as_json:
        say_json(report.to_dict())
    else:
        print_findings(report, "With --json or --out")
    end_by(report)


def _refuse_contradictions(tables: dict[str, Path | None], details: dict[str, object]) -> None:
    """Refuse options that speak of different audits, in one sentence."""
    given = {name for name, value in (tables | details).items() if value is not None}
    if ("--residents" in given) == ("--cells" in given):
        raise typer.BadParameter("give either --residents or --cells, a table of counts made elsewhere")
    idle = given & {"--segments", *details} if "--cells" in given else set()
    if idle:
        told = f"{', '.join(sorted(idle))} cannot be used with --cells, which holds counts and no residents"
        raise typer.BadParameter(told)
    if "--column" in given and "--segments" not in given:
        raise typer.BadParameter("--column names a column of --segments; give that table as well")
    if {"--version", "--segments"} <= given:
        raise typer.BadParameter("--version and --segments name two segmentations; give one of them")


def _people(
    rules: Policy, residents: Path | None, home: Path, as_of: datetime | None, step: Watch
) -> Residents:
    from segmentation.cli.consented import consents_at
    from segmentation.residents import read_residents

    if residents is None:
        raise typer.BadParameter("give --residents")
    with consents_at(home, rules, "segmentation audit") as consents:
        step(f"Reading {residents}")
        return read_residents(residents, rules, as_of=day(as_of), progress=step, consents=consents)


def _of_counts(rules: Policy, cells: Path, step: Watch) -> AuditReport:
    from segmentation.audit import Crosstab, audit_cells
    from segmentation.audit.elsewhere import open_counts

    step(f"Reading {cells}")
    crosstab = Crosstab.from_frame(open_counts(cells, rules), rules)
    step("Auditing")
    return audit_cells(rules, crosstab)


@dataclass(frozen=True, eq=False)
class _Segmented:
    """The segment of each resident, whom a service is planned for, and what assigns segments; where known."""

    segments: pd.Series
    served: Mapping[str, frozenset[str]] | None = None
    assign: Callable[[pd.DataFrame], pd.Series] | None = None


def _of_table(rules: Policy, people: Residents, segments: Path, column: str) -> _Segmented:
    from segmentation.residents import read_labels

    return _Segmented(read_labels(segments, rules.residents.id, column, people.ids))


def _of_version(
    rules: Policy, people: Residents, home: Path, version: str, tracking_uri: str | None
) -> _Segmented:
    from segmentation.home import Home
    from segmentation.registry import load_version

    model = load_version(Home(home), rules.name, version, tracking_uri)
    if model.policy.digest != rules.digest:
        note = (
            f"Note: {model.name} version {model.version} was registered under another edition of its policy"
        )
        typer.echo(f"{note}; it is held to the groups and limits of the one given.", err=True)
    return _Segmented(model.segments_of(people.needs), model.served, model.segments_of)


def _outcomes(rules: Policy, people: Residents, outcomes: Path | None, step: Watch) -> pd.DataFrame | None:
    from segmentation.residents import read_outcomes

    if outcomes is None:
        return None
    step(f"Reading {outcomes}")
    return read_outcomes(outcomes, rules.residents.id, rules.services, people.ids)


def _of_residents(
    rules: Policy,
    people: Residents,
    needed: pd.DataFrame | None,
    given: _Segmented,
    step: Watch,
) -> AuditReport:
    from segmentation.audit import audit as audited

    step("Auditing")
    return audited(
        rules,
        given.segments,
        people.protected,
        given.served,
        needs=people.needs,
        assign=given.assign,
        outcomes=needed,
        progress=step,
    )
