"""Taking consents out of the ledger as a table, for an authority, an audit or another system.

References are not kept, so a resident is named by a pseudonym, which the same ledger reads again; who brings
the references of residents gets the consents of these under them.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from msgspec import structs
from sqlalchemy import func, select

from segmentation.consents.fields import FIELDS, PSEUDONYM, PURPOSE, SCHEMA, TIME, WHO
from segmentation.errors import StorageError
from segmentation.files import CSV, PARQUET, reason_of
from segmentation.ledger.personal.entries import MASS, MOST_AN_HOUR, read_line
from segmentation.ledger.personal.events import decode
from segmentation.ledger.personal.records import AGAIN, UNWRITTEN, note
from segmentation.ledger.personal.rows import name_of
from segmentation.ledger.personal.tables import consents, data_keys
from segmentation.progress import watched
from segmentation.residents.model import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from segmentation.ledger.personal.look import Look
    from segmentation.ledger.personal.records import Records
    from segmentation.progress import Progress

STAGED = ".consents-being-written-"
"""How the name of a file begins that is not all there yet."""
_TIMES = pa.timestamp("us", "UTC")
FORM = pa.schema(
    [("schema_version", pa.string()), *((name, _TIMES if name == TIME else pa.string()) for name in FIELDS)]
)


@dataclass(frozen=True)
class Exported:
    """What was taken out.

    Attributes
    ----------
    path : Path
    events, residents : int
    """

    path: Path
    events: int
    residents: int


def export_consents(
    path: Path,
    records: Records,
    *,
    by: str,
    now: datetime,
    purposes: Iterable[str] | None = None,
    references: Iterable[str] | None = None,
    progress: Progress = False,
) -> Exported:
    """Write every event on record as a table, whole or not at all, for its owner alone to read.

    What an export into the same folder left that was killed is removed.

    Parameters
    ----------
    path : Path
        A Parquet or CSV file, by its suffix; one that is there is replaced.
    records : Records
    by : str
        Who takes them out; the access log keeps it.
    now : datetime
        Aware.
    purposes : iterable of str, optional
        Of some purposes alone.
    references : iterable of str, optional
        Of these residents alone, who then stand under their references.
    progress : bool or callable, default False
        True shows a bar; a callable is told each step, and a `Watch` how many residents are done as well.

    Raises
    ------
    StorageError
        The file cannot be written; what was there before is untouched.
    LedgerError, VaultError
        The database or the keyring refuses.
    """
    names = None if references is None else _names(records, references)
    events = residents = done = 0
    with _whole(path) as staged, watched(progress, first="Exporting") as watch:
        with _writing(staged, path.suffix.lower()) as write, records.looking() as look:
            asked = _on_record(look) if purposes is None else sorted(set(purposes))
            total = _known(look) if names is None else len(names)
            for subjects in _subjects(look, names):
                rows = _rows(look, asked, subjects, names)
                write(pa.RecordBatch.from_pylist([row for _, row in rows], FORM))
                events, residents = events + len(rows), residents + len({subject for subject, _ in rows})
                done += len(subjects)
                watch.part("residents", done, total)
        _tell(records, asked, residents, by, now)
    return Exported(path, events, residents)


def _names(records: Records, references: Iterable[str]) -> dict[bytes, str]:
    subject_of = records.keyring.subjects()
    return {subject_of(reference): reference for reference in references}


def _on_record(look: Look) -> list[str]:
    return sorted(look.connection.execute(select(consents.c.purpose).distinct()).scalars())


def _known(look: Look) -> int:
    return look.connection.execute(select(func.count()).select_from(data_keys)).scalar_one()


def _subjects(look: Look, names: Mapping[bytes, str] | None) -> Iterator[list[bytes]]:
    """Yield residents in the order of their pseudonyms: those who are named, or all who have a key."""
    if names is not None:
        asked = sorted(names)
        yield from (asked[at : at + ROWS] for at in range(0, len(asked), ROWS))
        return
    last = b""
    while True:
        question = select(data_keys.c.subject).where(data_keys.c.subject > last)
        found = look.connection.execute(question.order_by(data_keys.c.subject).limit(ROWS)).scalars()
        page = [bytes(one) for one in found]
        if not page:
            return
        yield page
        last = page[-1]


def _rows(
    look: Look, purposes: Iterable[str], subjects: list[bytes], names: Mapping[bytes, str] | None
) -> list[tuple[bytes, dict[str, object]]]:
    """Return the events of some residents, each with whose it is, resident by resident as they were."""
    found = [
        (subject, row.at, purpose, row.content)
        for purpose in purposes
        for subject, row in look.of_many(consents, purpose, subjects)
    ]
    return [
        (subject, _row(names[subject] if names else PSEUDONYM + subject.hex(), at, purpose, content))
        for subject, at, purpose, content in sorted(found)
    ]


def _row(who: str, at: int, purpose: str, content: bytes) -> dict[str, object]:
    return {"schema_version": SCHEMA, WHO: who, PURPOSE: purpose, TIME: at, **structs.asdict(decode(content))}


def _tell(records: Records, purposes: Iterable[str], residents: int, by: str, now: datetime) -> None:
    alert = MASS if residents > MOST_AN_HOUR else ""
    ledger = records.ledger
    with ledger.writer(UNWRITTEN, AGAIN) as connection:
        for purpose in purposes:
            note(connection, read_line(name_of(consents), purpose, residents, by, now, alert))


@contextmanager
def _writing(path: Path, suffix: str) -> Iterator[Callable[[pa.RecordBatch], None]]:
    """Give what writes rows to a file, which is closed however the block ends."""
    if suffix == CSV:
        with arrow_csv.CSVWriter(path, FORM) as file:
            yield file.write_batch
    else:
        with pq.ParquetWriter(path, FORM) as file:
            yield file.write_batch


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a place to write to that its owner alone may read, and move it once the block has ended well."""
    if path.suffix.lower() not in {CSV, *PARQUET}:
        raise StorageError(f"{path} is neither .parquet nor .csv. Give the file one of these endings.")
    try:
        _sweep(path.parent)
        with _staged(path.parent) as staged:
            yield staged
            staged.replace(path)
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {reason_of(error)}. Choose another place, or make room."
        ) from None


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a new file for its owner alone, locked while it is written, and remove it where it still is."""
    while True:
        with NamedTemporaryFile(dir=folder, prefix=STAGED, delete=False) as file:
            flock(file, LOCK_EX)  # for the moment in which another export looks whether it was left
            if not os.fstat(file.fileno()).st_nlink:
                continue  # and swept it
            staged = Path(file.name)
            try:
                yield staged
            finally:
                staged.unlink(missing_ok=True)
            return


def _sweep(folder: Path) -> None:
    """Remove what exports into a folder left that were killed: everybody's consents, and nobody's file."""
    for left in folder.glob(f"{STAGED}*"):
        with suppress(OSError), left.open("rb") as file:  # locked: it is being written
            flock(file, LOCK_EX | LOCK_NB)
            left.unlink(missing_ok=True)
