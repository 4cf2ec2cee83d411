"""Restoring a backup into an empty home: whole and verified, with every erasure and withdrawal since.

Everything is checked before anything is written, and built under hidden names. The ledger takes its place
last: until then, there is none for any program to open. Whoever was erased since the backup was made is
erased from it first, and what residents took back since is put on record again; the file of tombstones says
both, and without it nobody could know.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import inspect

from segmentation.backups.archive import KEYS, unpack
from segmentation.backups.frames import Opening, key_of
from segmentation.backups.making import FILES, LEDGER, MLFLOW, check_files
from segmentation.backups.manifest import read_manifest
from segmentation.backups.registry import read_database
from segmentation.backups.rows import digest_of_table, is_empty, read_rows
from segmentation.errors import BackupError, StorageError
from segmentation.files import reason_of
from segmentation.ledger.access import AccessLog
from segmentation.ledger.history import History
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.sighted import beside
from segmentation.ledger.personal.tables import NUMBERED
from segmentation.ledger.personal.verify import Verified, verify_personal
from segmentation.ledger.place import Place
from segmentation.ledger.store import Ledger, create_ledger
from segmentation.ledger.tables import REVISION, versions
from segmentation.ledger.trust import ROOT_FILE
from segmentation.signing import PublicKey

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.backups.manifest import Manifest
    from segmentation.home import Home
    from segmentation.ledger.personal.erasing import Erased
    from segmentation.ledger.personal.tombstones import Tombstones
    from segmentation.vault import DataKey, Keyring

STAGING = ".restoring"
UNRESTORED = "Nothing was restored"
RESTORE = "restore"
"""Who erases, in the access log."""


@dataclass(frozen=True)
class Target:
    """Where a backup is restored to, and what is trusted there.

    Attributes
    ----------
    home : Home
        Empty but for the keyring and the tombstones.
    ledger : str
        Address of a SQLite file that is not there yet, or of an empty PostgreSQL database.
    keyring : Keyring
    tombstones : Tombstones
        The file that lay outside of all backups.
    root : PublicKey or None
        The pinned root key; None believes the one that is in the backup, which the keyring sealed.
    is_none_erased : bool
        Whether somebody says that nobody was ever erased, nor took anything back, so that there is no file
        of tombstones.
    """

    home: Home
    ledger: str
    keyring: Keyring
    tombstones: Tombstones
    root: PublicKey | None = None
    is_none_erased: bool = False


@dataclass(frozen=True)
class Restored:
    """What was restored, all of it verified.

    Attributes
    ----------
    manifest : Manifest
    history : History
    personal : Verified
    erased : Erased
        What was taken out of it again, and how much of what residents took back was put on record again.
    files : int
        Files of the home.
    """

    manifest: Manifest
    history: History
    personal: Verified
    erased: Erased
    files: int


def restore(folder: Path, target: Target, now: datetime) -> Restored:
    """Restore a backup.

    Parameters
    ----------
    folder : Path
        Of the backup.
    target : Target
    now : datetime
        UTC.

    Raises
    ------
    BackupError
        It is half-written, altered or under another keyring; the tombstones are missing or shorter than the
        backup knows; or the place is not empty.
    LedgerError
        The ledger in it does not verify, or the database refuses.
    StorageError
        The disk is full.
    """
    manifest = read_manifest(folder, target.keyring)
    _check_keys(manifest, target.keyring)
    _check_tombstones(manifest, target)
    staging, place = target.home.ledger.parent / STAGING, Place.of(target.ledger)
    _check_room(target, place)
    check_files(folder, manifest, target.keyring)
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(parents=True, mode=0o700)
        try:
            return _built(folder, manifest, target, staging, place, now)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise StorageError(
            f"{UNRESTORED} in {target.home.root}: {reason_of(error)}. Make room, or name another folder."
        ) from None
    except sqlite3.Error as error:
        raise StorageError(
            f"{UNRESTORED} in {target.home.root}: {error}. Make room, and try again."
        ) from None


def _built(
    folder: Path, manifest: Manifest, target: Target, staging: Path, place: Place, now: datetime
) -> Restored:
    key = key_of(target.keyring, manifest.id, manifest.sealed)
    with Opening(folder / FILES, key, manifest.id) as file:
        files = unpack(file, staging)
        file.drain()
    if manifest.mlflow:
        with Opening(folder / MLFLOW, key, manifest.id) as file:
            database, artifacts = staging / target.home.database.name, target.home.artifacts.as_uri()
            read_database(file, database, manifest.artifacts, artifacts)
    if (staging / KEYS).exists():
        (staging / KEYS).chmod(0o700)
    root = target.root or _root_in(staging)
    hidden = _hidden(place)
    address = target.ledger if hidden is None else f"sqlite:///{quote(hidden.as_posix())}"
    with closing(create_ledger(address)) as ledger:
        _fill(ledger, folder, manifest, key)
        erased = Erasures(Records(ledger, lambda: target.keyring), target.tombstones).carry_out(RESTORE, now)
        history, personal = _verified(ledger, manifest, root, target)
    for path in staging.iterdir():
        path.replace(target.home.ledger.parent / path.name)
    if hidden is not None and place.path is not None:
        hidden.replace(place.path)
    return Restored(manifest, history, personal, erased, files)


def _fill(ledger: Ledger, folder: Path, manifest: Manifest, key: DataKey) -> None:
    with (
        ledger.writer(UNRESTORED) as connection,
        Opening(folder / LEDGER, key, manifest.id) as file,
    ):
        read_rows(connection, file)


def _verified(
    ledger: Ledger, manifest: Manifest, root: PublicKey, target: Target
) -> tuple[History, Verified]:
    """Return what the restored ledger tells, once it is what the manifest says, to the last row.

    Raises
    ------
    BackupError
        It is not.
    LedgerError
        A chain, a signature, a trigger or a row does not verify.
    """
    history = History.replayed(ledger.read(), root)
    AccessLog(ledger).verify(history.anchors)
    ledger.check_guards()
    personal = verify_personal(ledger, target.tombstones, target.keyring)
    with ledger.reading() as connection:
        rows = {
            name_of(table): digest_of_table(connection, table, manifest.rows[name_of(table)].count)
            for table in NUMBERED
        }
    head = history.head
    if (head.seq, head.digest) != (manifest.events.number, manifest.events.digest) or rows != manifest.rows:
        raise BackupError("What was restored is not what the backup says of itself. Take another backup.")
    return history, personal


def _check_keys(manifest: Manifest, keyring: Keyring) -> None:
    if manifest.revision != REVISION:
        raise BackupError(
            f"The backup has revision {manifest.revision} of the ledger's tables, and this version knows "
            f"{REVISION}. Restore it with version {manifest.program} of the program, and upgrade the ledger "
            "then."
        )
    if lacking := manifest.lacking(keyring):
        raise BackupError(
            f"The keyring lacks the key {lacking[0]}, under which this backup or residents in it are: it was "
            "made since, or retired. Take the copy of the keyring that has it, or another backup."
        )


def _check_tombstones(manifest: Manifest, target: Target) -> None:
    path, known = target.tombstones.path, manifest.tombstones
    if not path.exists():
        if target.is_none_erased and not known.number:
            return
        way_out = (
            "Restore it from its copy, or name it with SEGMENTATION_TOMBSTONES."
            if known.number
            else "Restore it from its copy; if nobody was ever erased or withdrew, say --nobody-erased."
        )
        raise BackupError(
            f"There is no file of tombstones {path}: without it, whoever was erased or withdrew since the "
            f"backup would stand there again. {way_out}"
        )
    lines = target.tombstones.read()
    if len(lines) < known.number:
        raise BackupError(
            f"The tombstones {path} have {len(lines):,} lines, and the backup knows of {known.number:,}: "
            "their end was cut off, or it is an old copy. Restore the newest copy of the file."
        )
    if known.number and lines[known.number - 1].digest != known.digest:
        raise BackupError(
            f"The tombstones {path} are not those of this ledger. Name the file of this ledger with "
            "SEGMENTATION_TOMBSTONES."
        )


def _check_room(target: Target, place: Place) -> None:
    """Refuse a place in which anything is, but the keyring, the tombstones, and what a restore left."""
    root = target.home.ledger.parent
    known = {
        target.home.keyring,
        target.home.tombstones,
        target.tombstones.path,
        beside(target.home.witness),
        root / STAGING,
    }
    hidden = _hidden(place)
    left = [f"{hidden}{ending}" for ending in ("-wal", "-shm", "-journal", "")]
    try:
        there = [path for path in root.iterdir() if path not in known and str(path) not in left]
    except FileNotFoundError:
        there = []
    except OSError as error:
        raise StorageError(f"{UNRESTORED} in {target.home.root}: {reason_of(error)}.") from None
    if there:
        raise BackupError(
            f"The home {target.home.root} is not empty: {there[0].name} is there. Name an empty folder, with "
            "the keyring and the tombstones alone."
        )
    if place.path is None:
        _check_database(place)
        return
    for name in left:
        Path(name).unlink(missing_ok=True)
    if place.path.exists():
        raise BackupError(
            f"There is a ledger at {place} already. Set SEGMENTATION_LEDGER to a place that is empty, or not "
            "at all."
        )


def _check_database(place: Place) -> None:
    with closing(Ledger(place)) as ledger, ledger.reading() as connection:
        if inspect(connection).has_table(versions.name) and not is_empty(connection):
            raise BackupError(
                f"There is a ledger in the {place} already. Set SEGMENTATION_LEDGER to an empty database, "
                "or not at all."
            )


def _hidden(place: Place) -> Path | None:
    """Return the file that the ledger is built in, in the folder of its place; None in PostgreSQL."""
    return None if place.path is None else place.path.with_name(f"{STAGING}-{place.path.name}")


def _root_in(staging: Path) -> PublicKey:
    with suppress(OSError):
        return PublicKey((staging / KEYS / ROOT_FILE).read_text(encoding="utf-8").strip())
    raise BackupError(
        "No root key is pinned in the backup. Set SEGMENTATION_ROOT_KEY to the public root key of the ledger."
    )
