"""`segmentation build`: the main job."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli.before import version_before
from segmentation.cli.consented import consents_at, told_of_consent
from segmentation.cli.console import (
    BROKEN,
    end_by,
    print_findings,
    print_segments,
    say_json,
    steps,
)
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    Pages,
    PolicyFile,
    TrackingUri,
    apart,
    day,
    n_segments,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from segmentation.clustering.identity import Migration
    from segmentation.errors import NoStructureError
    from segmentation.pipeline import Candidate
    from segmentation.policy import Policy
    from segmentation.registry import Registered
    from segmentation.residents import Residents, StoredResidents

EXAMPLE = "segmentation build --policy policy.toml --residents residents.parquet"
WHO = "segmentation build"
LARGE = 64 * 2**20
"""Bytes from which a Parquet file is read batch by batch: it holds millions of residents."""

Source = Annotated[
    Path,
    typer.Option(
        "--residents", help="The residents table: Parquet, a folder of Parquet files, however large, or CSV."
    ),
]


def build(  # noqa: PLR0913, PLR0917 - every option of the command
    policy: PolicyFile,
    residents: Source,
    segments: Annotated[
        str, typer.Option(help="A number of segments to insist on, or auto: the most that repeat themselves.")
    ] = "auto",
    mitigation: Annotated[
        str | None, typer.Option(help="What to do against a disparity, as `segmentation mitigate` names it.")
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION|ALIAS|none",
            help="The version whose segments keep their ids and names where they are still the same; "
            "not given: the one that is active in the ledger, if there is one.",
        ),
    ] = None,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write here, as CSV, which rows were left out as faulty; no values.")
    ] = None,
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
    pages: Pages = None,
    as_json: Json = False,
) -> None:
    """Cluster residents by need, audit the segments, make the card and register a candidate.

    Exit code 1 says that the candidate is registered and that findings are broken, or that a number of
    segments was insisted on which the needs do not hold; 2, that the input is refused; 3, that the needs hold
    no segments: what each number of segments lacks is listed, and nothing is registered unless a number is
    insisted on.
    """
    from segmentation.policy import read_policy

    apart(quarantine, policy, residents)
    rules = read_policy(policy)
    number = n_segments(segments)
    with steps() as step:
        step("Starting")
        from segmentation import pipeline, registry
        from segmentation.errors import NoStructureError
        from segmentation.files import write_table
        from segmentation.home import Home
        from segmentation.mitigation import Mitigation
        from segmentation.progress import Named

        against = None if mitigation is None else Mitigation.parse(mitigation)
        place = Home(home)
        registry.check_home(place, tracking_uri, name=rules.name, pages=pages)
        before, hint = version_before(place, rules, previous, tracking_uri)
    with _read(residents, rules, day(as_of), home) as people:
        if quarantine is not None:
            write_table(quarantine, people.intake.quarantine_frame())
        with steps() as step:
            try:
                candidate = pipeline.build(
                    rules,
                    people,
                    n_segments=number,
                    mitigation=against,
                    previous=before,
                    progress=Named(step, pipeline.TITLES),
                )
            except NoStructureError as error:
                if as_json:
                    say_json(_lacking(error))
                raise
            registered = registry.register(candidate, place, tracking_uri, pages=pages, progress=step)
    if as_json:
        if hint:
            typer.echo(hint, err=True)
        say_json(_content(candidate, registered))
    else:
        _print(candidate, registered, hint)
    end_by(candidate.audit)
    if candidate.card.verdict.structure:
        raise typer.Exit(BROKEN)


def _lacking(error: NoStructureError) -> dict[str, object]:
    """Return why there are no segments, number by number."""
    return {
        "segments": [],
        "error": str(error).split("\n", maxsplit=1)[0],
        "lost": [{"tried": fault.where, "why": fault.rule} for fault in error.faults],
    }


@contextmanager
def _read(residents: Path, policy: Policy, as_of: date, home: Path) -> Iterator[Residents | StoredResidents]:
    """Read the residents, batch by batch where they may be more than memory holds."""
    from segmentation.residents import read_residents, store_residents

    is_large = (
        residents.suffix.lower() != ".csv" and residents.is_file() and residents.stat().st_size >= LARGE
    )
    if is_large or residents.is_dir():
        with consents_at(home, policy, WHO) as consents, steps() as step:
            step(f"Reading {residents}")
            people = store_residents(residents, policy, as_of=as_of, progress=step, consents=consents)
        with people:
            yield people
        return
    with consents_at(home, policy, WHO) as consents, steps() as step:
        step(f"Reading {residents}")
        read = read_residents(residents, policy, as_of=as_of, progress=step, consents=consents)
    yield read


def _content(candidate: Candidate, registered: Registered) -> dict[str, object]:
    card = candidate.card.to_dict()
    return {
        "model": registered.name,
        "version": registered.version,
        "run_id": registered.run_id,
        "card": registered.card,
        "tags": dict(registered.tags),
        "mitigation": None if candidate.mitigation is None else candidate.mitigation.key,
        "intake": candidate.intake.to_dict(),
        "choice": card["choice"],
        "stability": card["stability"],
        "segments": [
            {"id": profile.segment, "name": profile.name.model_dump(), "size": profile.size}
            for profile in candidate.profiles
        ],
        "migration": None if candidate.migration is None else _moved(candidate.migration),
        "audit": candidate.audit.to_dict(),
    }


def _moved(migration: Migration) -> dict[str, object]:
    from dataclasses import asdict

    gone = [{"segment": one.segment, "name": one.name and one.name.model_dump()} for one in migration.gone]
    return {**asdict(migration), "gone": gone}


def _print(candidate: Candidate, registered: Registered, hint: str) -> None:
    typer.echo(f"Residents: {candidate.intake.kept:,} of {candidate.intake.read:,} rows")
    for line in told_of_consent(candidate.intake):
        typer.echo(line)
    if candidate.mitigation is not None:
        told = candidate.mitigation.text(candidate.policy).en
        typer.echo(f"Mitigation: {told} ({candidate.mitigation.key})")
    print_segments(candidate.profiles)
    for line in (*_changes(candidate, hint), *_warnings(candidate)):
        typer.echo(line)
    print_findings(candidate.audit)
    typer.echo(f"Registered: {registered.name} version {registered.version} (candidate, not signed)")
    typer.echo(f"Card: {registered.card}")


def _changes(candidate: Candidate, hint: str) -> Iterator[str]:
    """Yield what became of the segments of the version before, or how to compare with one."""
    since = candidate.migration
    if since is None:
        yield from [hint] if hint else []
        return
    told = {
        "carried over": [one.segment for one in since.carried],
        "new": since.new,
        "gone": [f"{one.segment} “{one.name.en}”" if one.name else one.segment for one in since.gone],
    }
    parts = (f"{what} {', '.join(segments) or 'none'}" for what, segments in told.items())
    yield f"Since version {since.version}: {'; '.join(parts)}"
    yield f"At least {since.staying:.0%} of {since.residents:,} residents keep their segment."
    if since.unlike:
        yield f"Not comparable, and taken as missing in version {since.version}: {', '.join(since.unlike)}"


def _warnings(candidate: Candidate) -> Iterator[str]:
    """Yield what the segments lack on which the user insists, as the card says it."""
    from segmentation.card.standing import shortfall
    from segmentation.card.titles import titles_of
    from segmentation.wording import Reader

    reader = Reader("en", titles_of(candidate.card))
    for lacking in candidate.card.verdict.structure:
        yield f"Warning: {shortfall(reader, candidate.card, lacking)}"
