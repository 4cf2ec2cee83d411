"""`segmentation backup` and `restore`: all that a home holds, sealed; and back, without who was erased."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets
from segmentation.cli.console import ALTERED
from segmentation.cli.options import HOME, HomeFolder, TrackingUri
from segmentation.cli.plain import say, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.backups.making import Made, Source
    from segmentation.backups.restoring import Restored
    from segmentation.backups.shelf import Shelf
    from segmentation.home import Home
    from segmentation.ledger.trust import Trust

EXAMPLE = "segmentation backup --to /mnt/backups --keep 14 --drill"
RESTORE = "segmentation restore /mnt/backups/segmentation-20260701T020000Z-0a1b2c3d --home /srv/segmentation"
SQLITE = "sqlite:///"


def backup(
    to: Annotated[
        Path | None,
        typer.Option(
            envvar="SEGMENTATION_BACKUPS",
            help="The folder of backups, on another disk than the home; `backups` beside it when not given.",
        ),
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Take older backups of this ledger away, but for so many.")
    ] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Restore it into a scratch home, and check what comes out.")
    ] = False,
    home: HomeFolder = HOME,
    tracking_uri: TrackingUri = None,
) -> None:
    """Back up ledger, registry, artefacts, bundles and key files, sealed, while everything goes on.

    In it is neither the keyring, under which it is sealed, nor the file of tombstones, which says who
    was erased or withdrew: keep copies of both elsewhere. Exit code 1 says that a check of the drill failed.
    """
    from segmentation.backups.making import back_up
    from segmentation.backups.shelf import Shelf

    shelf = Shelf(to or home.absolute().parent / "backups")
    with _source(home, tracking_uri) as (source, trust), shelf.alone():
        if swept := shelf.swept():
            warn(f"Swept what {swept:,} runs before left half-written in {shelf.path}.")
        made = back_up(source, shelf, office.now())
        _tell(made, source, tracking_uri)
        if keep is not None:
            gone = shelf.rotated(keep, made.manifest.ledger)
            say(f"Backups of this ledger: {len(_of(shelf.kept(), made)):,}; taken away: {gone:,}.")
        for path in shelf.broken():
            warn(f"{path} is called like a backup and is none; find out why, and take it away.")
        if drill and _failed(shelf, made, source, trust):
            raise typer.Exit(ALTERED)


def restore(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="BACKUP", help="A backup, or the folder of backups: the newest whole one then."
        ),
    ],
    home: HomeFolder = HOME,
    nobody_erased: Annotated[
        bool,
        typer.Option(
            "--nobody-erased",
            help="There is no file of tombstones: nobody was ever erased, or took anything back.",
        ),
    ] = False,
) -> None:
    """Restore a backup into an empty home, which has the keyring and the file of tombstones alone.

    Whoever was erased since is erased from it again, what residents took back since is on record again,
    and every event, signature and row is verified, before any of it takes its place.
    """
    from segmentation.backups.restoring import Target
    from segmentation.backups.restoring import restore as restored
    from segmentation.home import Home
    from segmentation.ledger.personal.tombstones import tombstones_of
    from segmentation.ledger.trust import ROOT_KEY, ledger_url
    from segmentation.signing import PublicKey
    from segmentation.vault import keyring_source

    place = Home(home)
    root = os.environ.get(ROOT_KEY)
    target = Target(
        place,
        ledger_url(place),
        keyring_source(place, ask=secrets.keyring_passphrase())(),
        tombstones_of(place),
        PublicKey(root.strip()) if root else None,
        nobody_erased,
    )
    found = restored(_newest(folder), target, office.now())
    _tell_restored(found, place)


def _failed(shelf: Shelf, made: Made, source: Source, trust: Trust) -> int:
    """Drill the backup, and an older one in which somebody is who was erased since; return what failed."""
    from segmentation.backups.drilling import drill, drill_erasures, older

    checks = [drill(made.path, source, trust, office.now())]
    if (before := older(shelf.kept(), source, made.manifest)) is not None:
        checks.append(drill_erasures(before, source, trust, office.now()))
    failed = 0
    for check in chain.from_iterable(checks):
        say(f"{'ok    ' if check.holds else 'FAILED'}  {check.what}")
        failed += not check.holds
    return failed


def _tell(made: Made, source: Source, tracking_uri: str | None) -> None:
    manifest = made.manifest
    size = sum(part.bytes for part in manifest.files) / 2**20
    say(f"Backed up to {made.path}: {size:,.1f} MiB, read back and checked.")
    say(
        f"In it: {manifest.events.number:,} events, {manifest.access.number:,} batches of the access log, "
        f"{sum(one.count for one in manifest.rows.values()):,} rows of personal data, {made.files:,} files"
        f"{' and the database of MLflow' if manifest.mlflow else ''}."
    )
    if source.mlflow is None and tracking_uri is not None:
        warn("MLflow keeps its versions elsewhere, and they are not in it: back them up there, with pg_dump.")
    say(f"Not in it: the keyring {manifest.keyring} and the tombstones {source.tombstones.path}. Copy them.")


def _tell_restored(found: Restored, home: Home) -> None:
    from segmentation.ledger.trust import BUNDLES

    manifest = found.manifest
    say(f"Restored to {home.root}: the backup of {manifest.at:%Y-%m-%d %H:%M} UTC, and every row verified.")
    say(
        f"In it: {manifest.events.number:,} events, {sum(found.personal.rows.values()):,} rows of personal "
        f"data, {found.files:,} files{' and the database of MLflow' if manifest.mlflow else ''}."
    )
    if found.erased.residents:
        say(f"Erased again, as the tombstones say: {found.erased.residents:,} residents.")
    if found.erased.taken_back:
        say(
            f"Put on record again, as the tombstones say: {found.erased.taken_back:,} withdrawals, refusals "
            "and objections."
        )
    if not manifest.mlflow:
        say("The database of MLflow is not in it: restore it where it is kept.")
    if os.environ.get(BUNDLES):
        say(f"Bundles are in {home.root}, in approved and reviews: copy them to where {BUNDLES} says.")
    say("Next: `segmentation ledger verify --checkpoint …` with the newest checkpoint that you kept.")
    say("What was decided or consented to after the backup is lost: enter it again before you serve.")


def _newest(folder: Path) -> Path:
    """Return a backup, or the newest whole one of a folder of them."""
    from segmentation.backups.manifest import NAME
    from segmentation.backups.shelf import Shelf

    kept = () if (folder / NAME).exists() else Shelf(folder).kept()
    return kept[0].path if kept else folder


def _of(kept: tuple[tuple[Path, object], ...], made: Made) -> list[Path]:
    return [path for path, manifest in kept if getattr(manifest, "ledger", None) == made.manifest.ledger]


@contextmanager
def _source(folder: Path, tracking_uri: str | None) -> Iterator[tuple[Source, Trust]]:
    """Open what is backed up, with every erasure carried out."""
    from segmentation.backups.making import Source
    from segmentation.home import Home
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.personal.tombstones import tombstones_of
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    home = Home(folder)
    trust = trust_of(home)
    with open_ledger(trust.ledger) as ledger:
        personal = open_personal(ledger, home, office.now(), ask=secrets.keyring_passphrase())
        yield (
            Source(
                home,
                ledger,
                trust.bundles,
                _database(home, tracking_uri),
                personal.records.keyring,
                tombstones_of(home),
            ),
            trust,
        )


def _database(home: Home, tracking_uri: str | None) -> Path | None:
    """Return MLflow's SQLite file; None where a server or a PostgreSQL keeps what is registered."""
    if tracking_uri is None:
        return home.database
    return Path(tracking_uri.removeprefix(SQLITE)).absolute() if tracking_uri.startswith(SQLITE) else None
