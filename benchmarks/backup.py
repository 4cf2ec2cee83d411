"""How long a backup, its drill and a restore take, of a home that keeps so many residents.

Each resident has a consent to two purposes and a kept segment; one in a hundred was erased after the backup.
The ledger is a SQLite file; with an address, it is in that PostgreSQL database, which must be empty, and the
drill restores it into SQLite, as it always does.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from timing import numbers, parser, table

from segmentation.backups.drilling import drill
from segmentation.backups.making import Source, back_up
from segmentation.backups.restoring import Target, restore
from segmentation.backups.shelf import Shelf
from segmentation.home import Home
from segmentation.ledger.book import begin
from segmentation.ledger.personal.bulk import ROWS, Bulk
from segmentation.ledger.personal.entries import micros
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.sealing import Batch
from segmentation.ledger.personal.tables import consents, segments
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.store import Ledger, open_ledger
from segmentation.ledger.trust import Trust, ledger_url
from segmentation.signing import PrivateKey
from segmentation.vault import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

Found = TypeVar("Found")
RESIDENTS, QUICK, FULL = 100_000, 2_000, 1_000_000
ERASED = 100
"""One of so many was erased since the backup."""
ARTIFACT = os.urandom(4 << 20)
"""What a version takes."""
VERSIONS = 5


@dataclass(frozen=True)
class Ground:
    """A home that is full."""

    source: Source
    trust: Trust
    subjects: list[bytes]


def filled(folder: Path, address: str | None, residents: int) -> Ground:
    """Return a home with a ledger that keeps so many residents."""
    now, home, root = datetime.now(UTC), Home(folder / "home"), PrivateKey.generate()
    url = address or ledger_url(home, {})
    begin(url, root, now)
    for version in range(VERSIONS):
        path = home.artifacts / "needs" / str(version) / "model.skops"
        path.parent.mkdir(parents=True)
        path.write_bytes(ARTIFACT)
    keyring, ledger = Keyring.generate(now), open_ledger(url)
    subjects = sorted(map(keyring.subjects(), (f"R-{at}" for at in range(residents))))
    keep(ledger, keyring, subjects, now)
    source = Source(home, ledger, str(home.root), None, keyring, Tombstones(folder / "tombstones.jsonl"))
    return Ground(source, Trust(url, root.public, folder / "witness.json", str(home.root)), subjects)


def keep(ledger: Ledger, keyring: Keyring, subjects: list[bytes], now: datetime) -> None:
    """Write a consent to two purposes and a segment of each resident."""
    records, at = Records(ledger, lambda: keyring), micros(now)

    def written(of: Table, purpose: str, more: tuple[object, ...]) -> None:
        parts = (subjects[start : start + ROWS] for start in range(0, len(subjects), ROWS))
        content = b'{"event_state":"given","privacy_notice":"2026-01","language":"zh"}'
        batches = (
            Batch(part, [at] * len(part), [content] * len(part), [more] * len(part) if more else ())
            for part in parts
        )
        for _ in Bulk(records, of, purpose, "benchmark").write(batches, now):
            pass

    written(consents, "service_planning", ())
    written(consents, "fairness_audit", ())
    written(segments, "service_planning", ("needs", 1, at + 1))


def timed(act: Callable[[], Found]) -> tuple[float, Found]:
    """Return how many seconds an act takes, and what it returns."""
    start = time.perf_counter()
    found = act()
    return time.perf_counter() - start, found


def measured(ground: Ground, folder: Path) -> dict[str, float]:
    """Back up, drill, erase some, and restore."""
    source, shelf = ground.source, Shelf(folder / "backups")
    with shelf.alone():
        backup, made = timed(lambda: back_up(source, shelf, datetime.now(UTC)))
    drilled, checks = timed(lambda: list(drill(made.path, source, ground.trust, datetime.now(UTC))))
    gone = ground.subjects[::ERASED]
    records = Records(source.ledger, lambda: source.keyring)
    Erasures(records, source.tombstones).erase(gone, "benchmark", datetime.now(UTC))
    home = Home(folder / "new")
    target = Target(home, ledger_url(home, {}), source.keyring, source.tombstones, ground.trust.root)
    restored, found = timed(lambda: restore(made.path, target, datetime.now(UTC)))
    return {
        "backup_seconds": backup,
        "drill_seconds": drilled,
        "restore_seconds": restored,
        "backup_mib": sum(part.bytes for part in made.manifest.files) / 2**20,
        "checks_failed": sum(not check.holds for check in checks) + (found.erased.residents != len(gone)),
    }


def main() -> None:
    """Print a table, and one line of numbers."""
    reader = parser(__doc__)
    reader.add_argument("address", nargs="?", help="an empty PostgreSQL database")
    asked = reader.parse_args()
    residents = QUICK if asked.quick else FULL if asked.full else RESIDENTS
    with TemporaryDirectory(prefix="benchmark-backup-") as folder:
        ground = filled(Path(folder), asked.address, residents)
        with ground.source.ledger:
            found = measured(ground, Path(folder))
    table(
        ("residents", "backup", "MiB", "drill", "restore"),
        [
            (
                f"{residents:,}",
                f"{found['backup_seconds']:.1f} s",
                f"{found['backup_mib']:.0f}",
                f"{found['drill_seconds']:.1f} s",
                f"{found['restore_seconds']:.1f} s",
            )
        ],
    )
    numbers(residents=residents, **found)
    if found["checks_failed"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
