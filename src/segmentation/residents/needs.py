"""Residents to be scored, batch by batch: a year of a city's files in the memory of one batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from segmentation.residents.columns import needed_columns
from segmentation.residents.counts import Counts
from segmentation.residents.intake import Quarantined
from segmentation.residents.judge import no_population
from segmentation.residents.look import look
from segmentation.residents.model import ROWS
from segmentation.residents.scan import Scan, quarantined
from segmentation.residents.split import split
from segmentation.residents.stream import Terms, without_audit
from segmentation.residents.tables import open_rows
from segmentation.scorer import Coded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from segmentation.errors import Fault
    from segmentation.policy import Policy
    from segmentation.residents.intake import Intake
    from segmentation.residents.look import Looked
    from segmentation.residents.tables import Block, Rows
    from segmentation.residents.wanted import Array


@dataclass(frozen=True, eq=False)
class NeedsBatch:
    """The rows of one stretch of a table: those that may be scored, and how many may not, and why.

    ``read == len(ids) + outside_population + sum(left_out.values())`` and the rows of `quarantined`;
    ``read == last_row - first_row + 1``. The batches of a table follow each other without a gap.

    Attributes
    ----------
    ids : pyarrow.Array of shape (n,)
        The opaque ids, as text, of the rows that may be scored.
    columns : dict of str to ndarray or Coded, each of shape (n,)
        Their needs, by feature: float64 with NaN where missing, or listed values as places in a short list.
    first_row, last_row : int
        The rows of the table (from 1, through all files) that this batch is made of. To go on after a batch,
        ask for ``start=batch.last_row``.
    file : str
        Name of the file that they are from.
    read : int
        How many rows that is.
    outside_population : int
        Rows that do not belong to the policy's population.
    left_out : mapping of str to int
        Rows without a valid consent or outside retention, by reason (`consent.REASONS`).
    quarantined : tuple of Quarantined
        The faulty cells of rows left out as faulty.
    missing : mapping of str to int
        Missing values among the rows that may be scored, by feature.
    """

    ids: pa.Array
    columns: Mapping[str, NDArray[np.float64] | Coded]
    first_row: int
    last_row: int
    file: str
    read: int
    outside_population: int
    left_out: Mapping[str, int]
    quarantined: tuple[Quarantined, ...]
    missing: Mapping[str, int]

    def __len__(self) -> int:
        """Return how many rows may be scored."""
        return len(self.ids)


class NeedsTable:
    """A table whose residents are scored stretch by stretch; made by `open_needs`.

    Its ids are read once when it is opened, because the rows of an id that stands twice are all faulty.

    Parameters
    ----------
    tables : Rows
        The table.
    terms : Terms
        The policy without its audit, and the day of reference.
    """

    def __init__(self, tables: Rows, terms: Terms) -> None:
        self._tables, self._terms = tables, terms
        self._scan = Scan(tables, terms.policy, ROWS)
        if self._scan.of_columns or not self._scan.is_judgeable:
            terms.refuse(self._scan.faults()[1])
        self._reading = self._scan.reading()
        self._lock = Lock()

    @property
    def rows(self) -> int:
        """Rows of the table, through all files."""
        return self._tables.rows

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is read from, in their order."""
        return self._tables.files

    def blocks(self, start: int = 0, rows: int = ROWS) -> Iterator[Block]:
        """Yield the rows after the first `start`, as they are read, in blocks of at most `rows`.

        Raises
        ------
        ResidentsError
            A file is damaged.
        """
        key = self._terms.policy.residents.id
        return self._tables.blocks(self._reading.columns, plain=[key], start=start, rows=rows)

    def judge(self, block: Block) -> NeedsBatch:
        """Return who of a block may be scored; blocks may be judged side by side.

        Raises
        ------
        ResidentsError
            Something in the block refuses the whole table; every fault of the table is named.
        """
        looked = look(block, self._reading)
        faulty = len(looked.rows) - int(np.count_nonzero(looked.sound))
        if looked.suspects or faulty > self._share * self.rows:
            self._refuse_all()
        return self._batch(block, looked)

    def intake(
        self,
        *,
        read: int,
        outside_population: int,
        kept: int,
        left_out: Mapping[str, int],
        missing: Mapping[str, int],
        quarantined: tuple[Quarantined, ...],
    ) -> Intake:
        """Return what became of every row, from the sums of all batches; whichever run judged them.

        Raises
        ------
        ResidentsError
            There are more faulty rows than may be left out, or nobody is left to be scored.
        """
        policy = self._terms.policy
        if len({cell.row for cell in quarantined}) > self._share * (read - outside_population):
            self._refuse_all()
        if read == outside_population:
            self._terms.refuse([no_population()])
        counts = Counts(kept, 0, Counter(left_out), Counter(missing))
        intake = counts.intake(read, outside_population, quarantined, self._tables.columns, policy)
        self._terms.check(intake)
        return intake

    @property
    def _share(self) -> float:
        return self._terms.policy.residents.quarantine_share

    def _refuse_all(self) -> None:
        """Raise every fault of the table, if it has one; of many threads the first looks."""
        with self._lock:
            faults = self._all_faults
        self._terms.refuse(faults)

    @cached_property
    def _all_faults(self) -> list[Fault]:
        return self._scan.faults()[1]

    @cached_property
    def _nobody(self) -> Mapping[str, Array]:
        return {name: wanted.empty for name, wanted in self._reading.wanted.items()}

    def _batch(self, block: Block, looked: Looked) -> NeedsBatch:
        policy = self._terms.policy
        if looked.ids is None:
            looked = replace(looked, columns=self._nobody)
        ids = pa.array([], type=pa.large_string()) if looked.ids is None else looked.ids
        cut = split(looked.columns, looked.sound, policy, self._terms.as_of)
        return NeedsBatch(
            ids=ids.filter(pa.array(cut.kept)),
            columns={name: _of_policy(cut.needs[name], of.values) for name, of in policy.features.items()},
            first_row=block.start + 1,
            last_row=block.start + block.rows,
            file=block.file.name,
            read=block.rows,
            outside_population=block.rows - len(looked.rows),
            left_out=cut.left_out,
            quarantined=tuple(quarantined([looked.broken])),
            missing=cut.missing,
        )


def _of_policy(column: Array, values: tuple[str, ...] | None) -> NDArray[np.float64] | Coded:
    return column if values is None else Coded(values, column)


def open_needs(
    path: str | Path, policy: Policy, *, as_of: date, features: Collection[str] | None = None
) -> NeedsTable:
    """Open residents to be scored: no protected column is read, and memory does not grow with the table.

    Parameters
    ----------
    path : str or Path
        A Parquet file, a folder of Parquet files that are one table, or a CSV file, which is held in memory.
    policy : Policy
        The policy of the version that scores.
    as_of : date
        The day of reference for consent and retention.
    features : collection of str, optional
        Those that the version reads; the others are not asked for.

    Raises
    ------
    ResidentsError
        The table cannot be read, or its columns do not fit.
    """
    file, blind = Path(path), without_audit(policy, features)
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    terms = Terms(blind, day, f"The residents table {file} is refused", least=1, is_full=False)
    return NeedsTable(open_rows(file, needed_columns(blind).keys()), terms)


def needs_batches(
    path: str | Path,
    policy: Policy,
    *,
    as_of: date,
    features: Collection[str] | None = None,
    start: int = 0,
    rows: int = ROWS,
) -> Iterator[NeedsBatch]:
    """Yield the residents of a table that may be scored, batch by batch.

    Parameters
    ----------
    path, policy, as_of, features
        As for `open_needs`.
    start : int
        Rows of the table that are done already, such as the `last_row` of a batch.
    rows : int
        Largest batch.

    Raises
    ------
    ResidentsError
        Something refuses the table. That there are too many faulty rows may show only after many batches, and
        what was made of them must then be thrown away. After a `start`, whoever has the counts of the
        earlier batches asks `NeedsTable.intake` for the last word.
    """
    table = open_needs(path, policy, as_of=as_of, features=features)
    total, cells = Counts(), list[Quarantined]()
    read = outside = 0
    for block in table.blocks(start, rows):
        batch = table.judge(block)
        total.add(len(batch), batch.left_out, batch.missing)
        cells.extend(batch.quarantined)
        read, outside = read + batch.read, outside + batch.outside_population
        yield batch
    if not start:
        table.intake(
            read=read,
            outside_population=outside,
            kept=total.kept,
            left_out=total.left_out,
            missing=total.missing,
            quarantined=tuple(cells),
        )
