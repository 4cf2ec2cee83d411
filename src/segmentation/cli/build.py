"""`segmentation build`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.console import end_by, print_findings, print_segments, say_json, steps
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    PolicyFile,
    ResidentsFile,
    TrackingUri,
    apart,
    day,
    n_segments,
)

if TYPE_CHECKING:
    from segmentation.pipeline import Candidate, Step
    from segmentation.registry import Registered

EXAMPLE = "segmentation build --policy policy.toml --residents residents.parquet"
STEPS: dict[Step, str] = {
    "segments": "Finding segments",
    "profiles": "Describing segments",
    "audit": "Auditing",
    "card": "Making the card",
}


def build(  # noqa: PLR0913, PLR0917 - every option of the command
    policy: PolicyFile,
    residents: ResidentsFile,
    segments: Annotated[
        str, typer.Option(help="A number of segments to insist on, or auto: the most that repeat themselves.")
    ] = "auto",
    mitigation: Annotated[
        str | None, typer.Option(help="What to do against a disparity, as `segmentation mitigate` names it.")
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write here, as CSV, which rows were left out as faulty; no values.")
    ] = None,
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    as_json: Json = False,
) -> None:
    """Cluster residents by need, audit the segments, make the card and register a candidate.

    Exit code 1 says that the candidate is registered and that findings are broken.
    """
    from segmentation.policy import read_policy

    apart(quarantine, policy, residents)
    rules = read_policy(policy)
    number = n_segments(segments)
    with steps() as step:
        step("Starting")
        from segmentation import pipeline, registry
        from segmentation.files import write_table
        from segmentation.home import Home
        from segmentation.mitigation import Mitigation
        from segmentation.residents import read_residents

        against = None if mitigation is None else Mitigation.parse(mitigation)
        place = Home(home)
        registry.check_home(place, tracking_uri)
        step(f"Reading {residents}")
        people = read_residents(residents, rules, as_of=day(as_of))
        if quarantine is not None:
            write_table(quarantine, people.intake.quarantine_frame())
        candidate = pipeline.build(
            rules,
            people,
            n_segments=number,
            mitigation=against,
            progress=lambda at: step(STEPS[at]),
        )
        step("Registering")
        registered = registry.register(candidate, place, tracking_uri)
    if as_json:
        say_json(_content(candidate, registered))
    else:
        _print(candidate, registered)
    end_by(candidate.audit)


def _content(candidate: Candidate, registered: Registered) -> dict[str, object]:
    return {
        "model": registered.name,
        "version": registered.version,
        "run_id": registered.run_id,
        "card": registered.card,
        "tags": dict(registered.tags),
        "mitigation": None if candidate.mitigation is None else candidate.mitigation.key,
        "intake": candidate.intake.to_dict(),
        "segments": [
            {"id": profile.segment, "name": profile.name.model_dump(), "size": profile.size}
            for profile in candidate.profiles
        ],
        "audit": candidate.audit.to_dict(),
    }


def _print(candidate: Candidate, registered: Registered) -> None:
    typer.echo(f"Residents: {candidate.intake.kept:,} of {candidate.intake.read:,} rows")
    if candidate.mitigation is not None:
        told = candidate.mitigation.text(candidate.policy).en
        typer.echo(f"Mitigation: {told} ({candidate.mitigation.key})")
    print_segments(candidate.profiles)
    print_findings(candidate.audit)
    typer.echo(f"Registered: {registered.name} version {registered.version} (candidate, not signed)")
    typer.echo(f"Card: {registered.card}")
