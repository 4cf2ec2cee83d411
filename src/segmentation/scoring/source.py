"""What is scored, as batches of needs: files that stay where they are, or a table in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pyarrow as pa

from segmentation.residents.admit import read_dated_needs
from segmentation.residents.columns import needed_columns
from segmentation.residents.counts import Counts
from segmentation.residents.files import is_parquet, readable
from segmentation.residents.intake import rows_of
from segmentation.residents.look import Reading, look
from segmentation.residents.scan import Scan, quarantined
from segmentation.residents.split import split
from segmentation.residents.stream import Terms, without_audit
from segmentation.residents.tables import open_tables
from segmentation.scorer import Coded
from segmentation.scoring.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents import Intake, Residents
    from segmentation.residents.blocks import Block
    from segmentation.residents.consent import ConsentSource
    from segmentation.residents.tables import Tables
    from segmentation.residents.wanted import Array

ROWS = 32_768
"""Rows of a batch."""
NOBODY = pa.array([], pa.string())


@dataclass(frozen=True, eq=False)
class Batch:
    """Residents to be scored.

    Attributes
    ----------
    last : int
        Rows of the source up to the end of this batch.
    ids : pyarrow.Array of shape (n,)
    columns : mapping of str to ndarray or Coded, each of shape (n,)
        Their needs.
    differing : pyarrow.Array
        Ids of all rows of the batch that must differ from all others, scored or not; null where missing.
    tally : Tally
        What became of the rows of this batch.
    collected : ndarray of datetime64 of shape (n,), or None
        When their needs were collected; None where the table does not say.
    """

    last: int
    ids: pa.Array
    columns: Mapping[str, NDArray[Any] | Coded]
    differing: pa.Array
    tally: Tally
    collected: NDArray[np.datetime64] | None = None


class Source(Protocol):
    """Rows to be scored."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are read."""

    @property
    def rows(self) -> int:
        """How many rows there are."""

    def batches(self, start: int, stretch: int) -> Iterator[Callable[[], Batch]]:
        """Yield what makes each batch of the rows after `start`, none across the end of a stretch.

        The rows are read here, in order; what makes a batch of them may be called in any thread.
        """

    def rows_twice(self) -> list[int]:
        """Return the rows whose id stands in another row as well, after comparing ids as texts.

        Raises
        ------
        ResidentsError
            They are too many.
        """

    def knowing(self, twice: list[int]) -> Source:
        """Return the same rows, of which those whose ids stand twice are faulty."""

    def intake(self, total: Tally) -> Intake:
        """Return who was read, left out and why, or refuse the whole.

        Raises
        ------
        ResidentsError
            The source does not fit the policy.
        """


def open_source(
    path: Path,
    policy: Policy,
    as_of: date,
    features: Collection[str],
    consents: ConsentSource | None = None,
) -> Source:
    """Open a file or a folder of files to be scored; `consents` says where consent stands, if not there.

    Raises
    ------
    ResidentsError
        It cannot be read, or its columns are not those of the policy.
    """
    with readable(path):
        tables = open_tables(path) if path.is_dir() or is_parquet(path) else None
    if tables is None:
        found, collected = read_dated_needs(path, policy, as_of=as_of, features=features, consents=consents)
        return InMemory((path,), found, collected)
    title, blind = f"The residents table {path} is refused", without_audit(policy, features)
    return Streamed.of(tables, Terms(blind, as_of, title, least=1, is_full=False, consents=consents))


@dataclass(frozen=True)
class Streamed:
    """Parquet files, read a batch at a time.

    Attributes
    ----------
    tables : Tables
        The files.
    terms : Terms
        Who may be scored.
    reading : Reading
        What is read of them.
    """

    tables: Tables
    terms: Terms
    reading: Reading

    @classmethod
    def of(cls, tables: Tables, terms: Terms) -> Streamed:
        """Look at the columns of files.

        Raises
        ------
        ResidentsError
            The columns are not those of the policy, or there is no row.
        """
        scan = Scan(tables, terms.asked, ROWS)
        if scan.of_columns or not tables.rows:
            terms.refuse(scan.faults()[1])
        return cls(tables, terms, Reading.of(terms.asked, needed_columns(terms.asked)))

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are read."""
        return self.tables.files

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.tables.rows

    def batches(self, start: int, stretch: int) -> Iterator[Callable[[], Batch]]:
        """Yield what makes each batch."""
        plain = [self.terms.policy.residents.id]
        for block in self.tables.blocks(self.reading.columns, plain=plain, start=start, rows=ROWS):
            for low, high in cuts(block.start, block.start + block.rows, stretch):
                yield partial(self._batch, block.slice(low - block.start, high - low))

    def rows_twice(self) -> list[int]:
        """Return the rows whose id stands in another row as well."""
        scan = Scan(self.tables, self.terms.asked, ROWS)
        rows: list[int] = scan.reading().twice.tolist()
        if len(rows) > self.terms.policy.residents.quarantine_share * self.rows:
            self.terms.refuse(scan.faults()[1])
        return rows

    def knowing(self, twice: list[int]) -> Streamed:
        """Return the same rows, of which some are faulty."""
        return replace(self, reading=replace(self.reading, twice=np.array(twice, np.int64)))

    def intake(self, total: Tally) -> Intake:
        """Return the sum of the batches, or refuse the whole.

        What a batch cannot know (whether the faulty rows of all are too many, whether the values of a column
        give people away) is found by judging the whole once more, where there is anything to be found.
        """
        policy = self.terms.asked
        faulty = rows_of(total.quarantined)
        if (
            total.suspects
            or not total.population
            or faulty > policy.residents.quarantine_share * total.population
        ):
            self.terms.refuse(Scan(self.tables, policy, ROWS).faults()[1])
        counts = Counts(total.kept, 0, Counter(total.left_out), Counter(total.missing))
        outside = total.read - total.population
        elsewhere = self.terms.told_elsewhere
        columns = self.tables.columns
        intake = counts.intake(total.read, outside, total.quarantined, columns, policy, elsewhere)
        self.terms.check(intake)
        return intake

    def _batch(self, block: Block) -> Batch:
        looked = look(block, self.reading)
        last = block.start + block.rows
        told = Tally(
            read=looked.read,
            population=len(looked.rows),
            suspects=sum(sum(counts.values()) for counts in looked.suspects.values()),
            quarantined=tuple(quarantined([looked.broken], self.tables.place)),
        )
        if looked.ids is None:
            return Batch(last, NOBODY, {}, NOBODY, told)
        told_of = self.terms.with_consents(looked.columns, looked.ids)
        cut = split(told_of, looked.sound, self.terms.policy, self.terms.as_of)
        kept = looked.ids if cut.kept.all() else looked.ids.filter(pa.array(cut.kept))
        told = replace(told, kept=len(kept), left_out=cut.left_out, missing=cut.missing)
        columns = {name: self._column(name, of) for name, of in cut.needs.items()}
        collected = looked.columns.get(self.terms.policy.residents.collected_on or "")
        dated = None if collected is None else collected[cut.kept]
        return Batch(last, kept, columns, looked.ids, told, dated)

    def _column(self, name: str, column: Array) -> NDArray[Any] | Coded:
        wanted = self.reading.wanted[name]
        return Coded(wanted.values, column) if wanted.kind == "listed" else column


@dataclass(frozen=True)
class InMemory:
    """A table that was read and judged as a whole: CSV, whose rows cannot be found without reading all.

    Attributes
    ----------
    files : tuple of Path
    residents : Residents
        Those who are scored; they are the rows of this source.
    collected : ndarray of datetime64 of shape (n,), or None
        When their needs were collected, where the table says.
    """

    files: tuple[Path, ...]
    residents: Residents
    collected: NDArray[np.datetime64] | None = None

    @property
    def rows(self) -> int:
        """How many residents there are."""
        return len(self.residents)

    def batches(self, start: int, stretch: int) -> Iterator[Callable[[], Batch]]:
        """Yield what makes each batch."""
        for low, high in cuts(start, self.rows, stretch):
            yield partial(self._batch, low, high)

    def rows_twice(self) -> list[int]:
        """Return none: the table is judged already."""
        return []

    def knowing(self, twice: list[int]) -> InMemory:  # noqa: ARG002 - the table is judged already
        """Return the same rows."""
        return self

    def intake(self, total: Tally) -> Intake:  # noqa: ARG002 - the table is judged already
        """Return that of the table."""
        return self.residents.intake

    def _batch(self, low: int, high: int) -> Batch:
        needs = self.residents.needs.iloc[low:high]
        ids = pa.array(self.residents.ids.iloc[low:high], pa.string())
        columns = {str(name): needs[name].to_numpy() for name in needs}
        dated = None if self.collected is None else self.collected[low:high]
        return Batch(high, ids, columns, NOBODY, Tally(kept=high - low), dated)


def cuts(start: int, end: int, stretch: int) -> Iterator[tuple[int, int]]:
    """Yield from which row to which each batch is, so that none is across the end of a stretch."""
    while start < end:
        high = min(start + ROWS, end, (start // stretch + 1) * stretch)
        yield start, high
        start = high
