"""`segmentation retention run`: what is due is taken out, and what the law keeps stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office
from segmentation.cli.console import say_json, steps
from segmentation.cli.options import HOME, HomeFolder, Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from segmentation.cli.office import Office
    from segmentation.ledger.personal.records import Records

EXAMPLE = "segmentation retention run --dry-run"
WHO = "segmentation retention"
TITLES = {
    "segments": "Segments",
    "overrides": "Overrides",
    "consents": "Consents, refusals and withdrawals",
    "requests": "Requests of residents",
}
AHEAD = timedelta(days=100)
"""How long nothing may have been written before somebody says that the clock is right."""
DECISIONS = "All decisions are kept: they are signed, and each is chained to the one before."


@dataclass(frozen=True)
class Done:
    """What a run did, or would do.

    Attributes
    ----------
    is_dry : bool
        Whether nothing was taken out.
    rows : mapping of str to int
        By table.
    keys : int
        Residents whose key was destroyed; not known of a dry run.
    is_swept : bool
    assessments : tuple of (str, int)
        Versions whose assessments were deleted.
    kept : int
        Assessments that the law keeps.
    until : date or None
        When the first of them may be deleted.
    """

    is_dry: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    keys: int = 0
    is_swept: bool = True
    assessments: tuple[tuple[str, int], ...] = ()
    kept: int = 0
    until: date | None = None


def run(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what is due, and take nothing out.")
    ] = False,
    clock_is_right: Annotated[
        bool, typer.Option("--clock-is-right", help="Nothing was written for long, and it is this late.")
    ] = False,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """Take out what need no longer be kept: segments when their time is over, the rest after three years.

    Consents that ended, overrides that were replaced and requests that were answered go three years after
    that (PIPL Art. 56). Who is left without any row loses their key as well. Decisions are never deleted, nor
    assessments under three years. A run that was interrupted is continued by the next one. Fewer than 10
    residents are not counted (null with --json).
    """
    from segmentation.ledger.personal.rotation import counts

    place = office.office_at(home)
    with office.personal_at(home) as personal:
        records = personal.records
        if counts(records.ledger):
            records.keyring  # noqa: B018 - asks for the passphrase now, and not behind a bar
        if not (dry_run or clock_is_right):
            _check_clock(place, records)
        with steps() as step:
            step("Looking for what is due" if dry_run else "Taking out what is due")
            done = _run(place, records, dry_run=dry_run)
    if as_json:
        say_json(_content(done))
    else:
        typer.echo("\n".join(_lines(done)))


def _run(place: Office, records: Records, *, dry_run: bool) -> Done:
    from segmentation.ledger.personal.retention import Retention
    from segmentation.reviews.keeping import delete_assessments, due_versions, kept

    history, now = place.book.history(), place.book.now()
    found = kept(history, place.trust, now)
    versions, retention = due_versions(found), Retention(records)
    stay = [one for one in found if (one.model, one.version) not in versions and one.impact is not None]
    first = min((one.until for one in stay if one.until is not None), default=None)
    if dry_run:
        return Done(True, retention.due(now), assessments=versions, kept=len(stay), until=first)
    taken = retention.run(WHO, now)
    for model, version in versions:
        delete_assessments(history, place.trust, now, model, version)
    return Done(False, taken.rows, taken.keys, taken.is_swept, versions, len(stay), first)


def _check_clock(place: Office, records: Records) -> None:
    """Refuse to take out for good by a clock that is far ahead of everything that was ever written.

    Raises
    ------
    ReviewError
        It is; says how to go on where the clock is right.
    """
    from segmentation.errors import ReviewError
    from segmentation.ledger.access import AccessLog

    log, now = AccessLog(records.ledger), place.book.now()
    newest = max([place.book.history().head.at, *(one.at for one in log.batches(log.head().number - 1))])
    if now - newest > AHEAD:
        raise ReviewError(
            f"The clock says {now:%Y-%m-%d}, and the newest entry of the ledger is of {newest:%Y-%m-%d}. "
            "What is taken out is gone for good, so look at the clock first; where it is right, say "
            "--clock-is-right."
        )


def _lines(done: Done) -> Iterator[str]:
    from segmentation.ledger.personal.counts import told

    end = "due" if done.is_dry else "taken out"
    for table, title in TITLES.items():
        yield f"{title}: {told(done.rows[table])} {end}."
    if not done.is_dry:
        yield f"Residents of whom nothing is left, whose key was destroyed: {told(done.keys)}."
    named = ", ".join(f"{model} version {version}" for model, version in done.assessments) or "none"
    yield f"Assessments: {named} {'due' if done.is_dry else 'deleted'}."
    if done.kept:
        day = f", the first until {done.until}" if done.until else ""
        yield f"The law keeps {done.kept:,} more{day} (PIPL Art. 56)."
    yield DECISIONS
    if not done.is_swept:
        yield (
            "What was taken out may still lie in the files of the database: others were reading, or the disk "
            "has no room. Run it again when it is quiet."
        )


def _content(done: Done) -> dict[str, object]:
    from segmentation.ledger.personal.counts import shown

    return {
        "dry_run": done.is_dry,
        "rows": {table: shown(count) for table, count in done.rows.items()},
        "keys": None if done.is_dry else shown(done.keys),
        "swept": done.is_swept,
        "assessments": [{"model": model, "version": version} for model, version in done.assessments],
        "kept_assessments": done.kept,
        "kept_until": done.until and done.until.isoformat(),
    }
