"""Making a backup while everything goes on: in an order in which nothing that is named is missing.

A bundle is published before the ledger says so, and a version's artefacts are there before MLflow does. So
the ledger is read first, then MLflow, then files: all that both name is among them. Proofs beside approved
bundles are replaced by newer ones, which an earlier ledger would not know: what was published is taken before
the ledger, and once more after it for what came in between.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from segmentation.backups.archive import packing
from segmentation.backups.frames import Opening, Sealing, key_of, told, write_all
from segmentation.backups.manifest import NAME, TYPE, Manifest, Part, Reached
from segmentation.backups.registry import write_database
from segmentation.backups.rows import write_rows
from segmentation.backups.shelf import name_of
from segmentation.errors import BackupError, StorageError
from segmentation.files import reason_of
from segmentation.ledger.personal.entries import Line
from segmentation.ledger.personal.records import note
from segmentation.ledger.personal.rows import name_of as name_of_table
from segmentation.ledger.personal.tables import data_keys
from segmentation.ledger.tables import REVISION
from segmentation.version import __version__

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from segmentation.backups.rows import Taken
    from segmentation.backups.shelf import Shelf
    from segmentation.home import Home
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.ledger.store import Ledger
    from segmentation.vault import DataKey, Keyring

UNMADE = "No backup was made"
LEDGER, MLFLOW, FILES = "ledger.sealed", "mlflow.sealed", "files.sealed"


@dataclass(frozen=True)
class Source:
    """What is backed up.

    Attributes
    ----------
    home : Home
    ledger : Ledger
        Open, with every erasure carried out.
    bundles : str
        Where bundles are published (`Trust.bundles`).
    mlflow : Path or None
        MLflow's SQLite file; None where another program keeps it.
    keyring : Keyring
    tombstones : Tombstones
    """

    home: Home
    ledger: Ledger
    bundles: str
    mlflow: Path | None
    keyring: Keyring
    tombstones: Tombstones


@dataclass(frozen=True)
class Made:
    """A backup that was made.

    Attributes
    ----------
    path : Path
        Its folder.
    manifest : Manifest
    files : int
        Files of the home that are in it, besides databases.
    """

    path: Path
    manifest: Manifest
    files: int


def back_up(source: Source, shelf: Shelf, now: datetime) -> Made:
    """Make a backup, checked once it is written, within `Shelf.alone`.

    Parameters
    ----------
    source : Source
    shelf : Shelf
        Whose folder must not lie within the home.
    now : datetime
        UTC.

    Raises
    ------
    BackupError
        What was written does not read back as it was, or the folder lies within the home.
    LedgerError, StorageError
        Something cannot be read, or the disk is full; nothing half-written is left.
    """
    root = source.home.ledger.parent.resolve()
    if shelf.path.resolve().is_relative_to(root):
        raise BackupError(
            f"The folder {shelf.path} lies within the home, and would be lost with it. Name one on another "
            "disk or machine with --to."
        )
    backup = secrets.token_hex(16)
    name = name_of(now, backup)
    _note(source.ledger, backup, now)
    with shelf.staged(name) as folder:
        manifest, files = _written(source, folder, backup, now)
        check_files(folder, manifest, source.keyring)
    return Made(shelf.path / name, manifest, files)


def check_files(folder: Path, manifest: Manifest, keyring: Keyring) -> None:
    """Make sure that every file of a backup is what the manifest says, to its last piece.

    Raises
    ------
    BackupError
        One was altered or cut off; names it.
    StorageError
        One cannot be read.
    """
    key = key_of(keyring, manifest.id, manifest.sealed)
    for part in manifest.files:
        try:
            with Opening(folder / part.name, key, manifest.id) as file:
                file.drain()
        except OSError as error:
            raise StorageError(
                f"{part.name} of the backup cannot be read: {reason_of(error)}. Check its disk, and who "
                "may read there."
            ) from None
        if file.digest != part.sha256:
            raise BackupError(f"{part.name} is of another backup. Take another copy of this one.")


def _note(ledger: Ledger, backup: str, now: datetime) -> None:
    """Say in the access log that everybody's rows are copied, sealed as they are; the copy has that line."""
    with ledger.writer(UNMADE) as connection:
        count = connection.execute(select(func.count()).select_from(data_keys)).scalar_one()
        note(connection, Line(now, backup[:16], "backup", "backup", name_of_table(data_keys), 0, count, ""))


def _written(source: Source, folder: Path, backup: str, now: datetime) -> tuple[Manifest, int]:
    key = key_of(source.keyring, backup, source.keyring.active.id)
    with ExitStack() as stack:
        outer = stack.enter_context(Sealing(folder / FILES, key, backup))
        archive = stack.enter_context(packing(outer))
        archive.published(source.bundles)
        rows, taken = _rows(source.ledger, folder, key, backup)
        # After the rows, so that it is never behind them: who is erased is in the file first.
        graves = source.tombstones.read()
        database = _mlflow(source, folder, key, backup)
        archive.published(source.bundles)
        archive.home(source.home)
    manifest = Manifest(
        type=TYPE,
        id=backup,
        at=now,
        program=__version__,
        revision=REVISION,
        keyring=source.keyring.fingerprint,
        sealed=source.keyring.active.id,
        wrapping=taken.wrapping,
        ledger=taken.ledger,
        events=taken.events,
        access=taken.access,
        tombstones=Reached(graves[-1].number, graves[-1].digest) if graves else Reached(),
        rows=taken.rows,
        mlflow=database is not None,
        artifacts=source.home.artifacts.as_uri(),
        files=tuple(part for part in (rows, database, _part(FILES, outer)) if part is not None),
    ).signed(source.keyring)
    _keep(folder / NAME, manifest.to_json())
    return manifest, archive.count


def _rows(ledger: Ledger, folder: Path, key: DataKey, backup: str) -> tuple[Part, Taken]:
    with Sealing(folder / LEDGER, key, backup) as file:
        taken = write_rows(ledger, file)
    return _part(LEDGER, file), taken


def _mlflow(source: Source, folder: Path, key: DataKey, backup: str) -> Part | None:
    """Copy MLflow's database; None where there is none yet, or another program keeps it."""
    if source.mlflow is None or not source.mlflow.exists():
        return None
    try:
        with Sealing(folder / MLFLOW, key, backup) as file:
            write_database(source.mlflow, file)
    except sqlite3.Error as error:
        raise StorageError(
            f"MLflow's database {source.mlflow} cannot be read: {error}. Mend it, or restore it."
        ) from None
    return _part(MLFLOW, file)


def _part(name: str, file: Sealing) -> Part:
    return Part(name, file.size, file.digest)


def _keep(path: Path, content: bytes) -> None:
    with told(path.parents[1]), path.open("xb") as file:
        write_all(file.fileno(), content)
        os.fsync(file.fileno())
