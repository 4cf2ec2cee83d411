"""What is kept of residents in the ledger: consents in, segments in, one resident's access, at a million.

On SQLite, as the program opens it: every commit waits for the disk. Consents are imported from Parquet into
an empty ledger, so each resident's data key is made, wrapped and kept on the way; every row is sealed, given
its digest and told in the access log. Segments are scored from Parquet and kept as `segmentation score
--store` keeps them, with the consents looked up that were imported. An access is everything that is kept of
one resident, put together as a resident is told it, with 300,000 lines about residents in the access log, six
or more of them about that one. Beside it, what the table of consents costs a build. Run it with no
argument (1,000,000 residents), --quick (50,000) or --full (2,000,000).

The limit is the disk and what encryption costs: beside ours stand the same rows without pseudonym, seal and
digest, written by sqlite3 alone in one transaction.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from msgspec.structs import replace
from timing import arguments, numbers, table

from segmentation import Segmenter, read_policy, residents_from
from segmentation.consents import ConsentLedger, import_consents
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.records import Records
from segmentation.ledger.store import create_ledger
from segmentation.rights.beheld import Purposes, beheld
from segmentation.rights.gathering import account_of
from segmentation.rights.readings import mark_of
from segmentation.scoring.storing import store_file
from segmentation.simulate import simulate
from segmentation.vault import Keyring
from serving.accesses import Access, encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.scorer import FoldedScorer

POLICY = Path(__file__).parents[1] / "models" / "resident_needs" / "policy.toml"
AS_OF = date(2026, 7, 1)
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
ID = "resident_ref"
ASKED = 200
"""Residents whose access is measured."""
READINGS, BATCH, OFTEN = 300_000, 1_000, 4
"""Lines about residents in the access log, how many are moved at once, and how many of these are of them."""
READING = Access(
    NOW, "0" * 16, "0a1b2c3d4e5f", "resident_segment", 200, 1, "resident_needs", 1, f"sha256:{'0' * 64}",
    purpose="service_planning",
)  # fmt: skip
"""A line of the access log, but for the resident."""


@dataclass
class Bench:
    """A ledger, and the tables that are brought into it."""

    policy: Policy
    records: Records
    folder: Path
    rows: int
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Keep how long a step takes."""
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start

    def consents(self) -> int:
        """Import a consent of everybody; return how many are on record."""
        with self.timed("consents"):
            found = import_consents(self.folder / "consents.parquet", self.records, by="Carol", now=NOW)
        return found.added

    def again(self) -> int:
        """Import the same once more; return how many were known."""
        with self.timed("again"):
            found = import_consents(self.folder / "consents.parquet", self.records, by="Carol", now=NOW)
        return found.known

    def columns(self) -> int:
        """Look up the consent of everybody, as a build does; return how many may be used."""
        ledger = ConsentLedger.of(self.records, self.policy)
        ids = pq.read_table(self.folder / "residents.parquet", columns=[ID])[ID].to_pylist()
        with self.timed("columns"):
            found = ledger.columns(ids) if ledger is not None else {}
        return int(np.count_nonzero(found["consent_service_planning"] == 0))

    def stored(self, scorer: FoldedScorer) -> int:
        """Score everybody into the classification table; return how many are kept."""
        identity = {"model": self.policy.name, "version": "1", "decision": f"sha256:{'0' * 64}"}
        with self.timed("stored"):
            found = store_file(
                scorer,
                self.policy,
                self.folder / "residents.parquet",
                self.records,
                self.folder / "track.json",
                as_of=AS_OF,
                identity=identity,
                clock=lambda: NOW,
            )
        return found.kept

    def access(self) -> list[float]:
        """Put together what is kept of some residents, and return milliseconds."""
        self.asked_before()
        purposes = (self.policy.purpose.key, self.policy.audit_purpose.key)
        taken, known = [], Purposes()
        with beheld(self.records) as seen:
            known.of(seen)  # as a service that was asked before knows them
        for at in self.asked().tolist():
            start = time.perf_counter()
            subject = self.records.keyring.subject_of(reference(at))
            account_of(self.records, subject, purposes, NOW, known)
            taken.append(1000 * (time.perf_counter() - start))
        return taken

    def asked_before(self) -> None:
        """Fill the access log as a service does: those whose access is measured were asked about often."""
        log, keyring, rng = AccessLog(self.records.ledger), self.records.keyring, np.random.default_rng(1)
        for batch in range(READINGS // BATCH):
            at = rng.integers(0, self.rows, BATCH)
            at[:OFTEN] = np.roll(self.asked(), batch * OFTEN)[:OFTEN]
            marks = [mark_of(keyring, keyring.subject_of(reference(one))) for one in at.tolist()]
            lines = b"".join(encoded(replace(READING, subject=mark)) + b"\n" for mark in marks)
            log.append("bench", log.ended("bench"), lines, NOW)

    def asked(self) -> NDArray[np.int64]:
        """Return the residents whose access is measured."""
        return np.random.default_rng(0).integers(0, self.rows, ASKED)

    def bare(self) -> None:
        """Write as many rows of as many bytes by sqlite3 alone."""
        with closing(sqlite3.connect(self.folder / "bare.db", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA cache_size = -262144")
            database.execute("CREATE TABLE data_keys (subject BLOB PRIMARY KEY, wrapped BLOB) WITHOUT ROWID")
            database.execute("CREATE TABLE consents (number INTEGER PRIMARY KEY, subject BLOB, sealed BLOB)")
            database.execute("CREATE INDEX consents_subject ON consents (subject)")
            marks = sorted(np.frombuffer(np.random.default_rng(0).bytes(16 * self.rows), "V16").tolist())
            wrapped, sealed = bytes(84), bytes(200)
            with self.timed("bare"):
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO data_keys VALUES (?, ?)", ((one, wrapped) for one in marks))
                database.executemany(
                    "INSERT INTO consents VALUES (NULL, ?, ?)", ((one, sealed) for one in marks)
                )
                database.execute("COMMIT")


def main() -> None:
    """Measure and print."""
    asked = arguments(__doc__)
    rows = 50_000 if asked.quick else 2_000_000 if asked.full else 1_000_000
    with tempfile.TemporaryDirectory() as place, opened(Path(place), rows) as bench:
        scorer = prepared(bench)
        found = {"consents": bench.consents(), "again": bench.again(), "columns": bench.columns()}
        found["stored"] = bench.stored(scorer)
        taken = bench.access()
        bench.bare()
        size = sum(path.stat().st_size for path in Path(place).glob("ledger.db*"))
    told(bench, taken)
    print(f"\nThe ledger takes {size / rows:,.0f} bytes of disk for a resident.")
    rates = {name: rows / seconds for name, seconds in bench.seconds.items()}
    numbers(
        consents_per_second=rates["consents"],
        stored_per_second=rates["stored"],
        access_ms=statistics.median(taken),
        access_worst_ms=max(taken),
        consents_again_per_second=rates["again"],
        consent_columns_seconds=bench.seconds["columns"],
        consents_vs_bare_sqlite=rates["consents"] / rates["bare"],
        rows_lost=sum(abs(rows - count) for count in found.values()),
    )


def told(bench: Bench, taken: list[float]) -> None:
    """Print what was measured."""
    names = {
        "consents": "consents imported, data keys made",
        "again": "the same once more: all known",
        "columns": "consent of all looked up for a build",
        "stored": "segments scored and kept",
        "bare": "the limit: as many bytes by sqlite3 alone",
    }
    lines = [
        (name, f"{bench.seconds[key]:.1f}", f"{bench.rows / bench.seconds[key]:,.0f}")
        for key, name in names.items()
    ]
    table((f"{bench.rows:,} residents", "seconds", "rows/s"), lines)
    print(
        f"\nOne resident's access: {statistics.median(taken):.1f} ms in the middle, {max(taken):.1f} ms at "
        f"most of {len(taken)}."
    )


@contextmanager
def opened(folder: Path, rows: int) -> Iterator[Bench]:
    """Give an empty ledger."""
    keyring = Keyring.generate(NOW)
    with create_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
        yield Bench(read_policy(POLICY), Records(ledger, lambda: keyring), folder, rows)


def prepared(bench: Bench) -> FoldedScorer:
    """Write the tables, and return a scorer."""
    some = simulate(20_000).residents
    residents = residents_from(some, bench.policy, as_of=AS_OF)
    many = some.iloc[np.arange(bench.rows) % len(some)].reset_index(drop=True)
    many[ID] = [reference(at) for at in range(bench.rows)]
    many["collected_on"] = pd.Timestamp(2026, 6, 1)
    many.to_parquet(bench.folder / "residents.parquet", index=False)
    consents = pd.DataFrame({"pii_principal_id": many[ID]}).assign(
        purpose=bench.policy.purpose.key,
        event_state="given",
        event_time=pd.Timestamp("2026-01-05T09:30:00+08:00"),
        privacy_notice="2026-01",
        language="zh",
        collection_method=np.where(np.arange(bench.rows) % 3, "app", "front_desk"),
    )
    consents.to_parquet(bench.folder / "consents.parquet", index=False)
    return Segmenter.from_policy(bench.policy, n_segments=6).fit(residents.needs).fold()


def reference(at: int) -> str:
    """Return the id of a resident."""
    return f"R-{at:08d}"


if __name__ == "__main__":
    main()
