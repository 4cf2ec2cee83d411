"""A whole table, judged block by block: every fault of it at once, in a memory that does not grow with it.

A table is read as often as its judgement needs: once for ids that stand in it twice, once for all cells, and
only where some value gives a person away again, to count how many do.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from segmentation.policy.values import matching_rules
from segmentation.residents.blocks import ahead
from segmentation.residents.cells import plain_table
from segmentation.residents.columns import column_faults, needed_columns
from segmentation.residents.intake import Quarantined
from segmentation.residents.judge import faults_of_cells, no_population, no_rows
from segmentation.residents.look import Looked, Reading, frame_of, ids_of, look, population
from segmentation.residents.personal import counted_faults, distinct_values
from segmentation.residents.rows import Broken, Place, counted
from segmentation.residents.twice import rows_twice

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from segmentation.errors import Fault
    from segmentation.policy import Policy
    from segmentation.residents.blocks import Block
    from segmentation.residents.tables import Rows

_HELD = 500_000
"""Distinct values of a column that are counted at once."""


@dataclass
class Gathered:
    """What the blocks of a table come to.

    Attributes
    ----------
    limit : float
        Faulty rows from which the table is refused whatever its population: no cell is noted beyond.
    place : callable
        Gives the file of a row, and its number there.
    read, rows, faulty : int
        Rows of the table, of the population, and those with a broken cell.
    filled : Counter of str
        Rows with a value, by column.
    broken : dict of (str, str) to Broken
        By column and rule.
    suspects : dict of str to Counter
        Values that match a value rule, by column.
    """

    limit: float
    place: Place
    read: int = 0
    rows: int = 0
    faulty: int = 0
    filled: Counter[str] = field(default_factory=Counter)
    broken: dict[tuple[str, str], Broken] = field(default_factory=dict)
    suspects: dict[str, Counter[str]] = field(default_factory=dict)
    _cells: list[pd.DataFrame] = field(default_factory=list)

    def add(self, looked: Looked) -> None:
        """Add the next block."""
        self.read += looked.read
        self.rows += len(looked.rows)
        self.filled.update(looked.filled)
        for column, counts in looked.suspects.items():
            self.suspects.setdefault(column, Counter()).update(counts)
        if looked.broken.empty:
            return
        self.faulty += looked.broken["row"].nunique()
        for key, rows in counted(looked.broken).items():
            self.broken[key] = self.broken.get(key, Broken((), 0)) + rows
        if self.faulty <= self.limit:
            self._cells.append(looked.broken)
        else:
            self._cells.clear()

    @property
    def quarantined(self) -> tuple[Quarantined, ...]:
        """The broken cells, in the order of the rows; none where the table is refused."""
        return tuple(quarantined(self._cells, self.place))


def quarantined(broken: Sequence[pd.DataFrame], place: Place) -> Iterator[Quarantined]:
    """Yield broken cells as evidence, each under its row in its file."""
    for cells in broken:
        for row, column, rule in cells.itertuples(index=False, name=None):
            file, own = place(int(row))
            yield Quarantined(own, column, rule, file)


class Scan:
    """The judgement of one table.

    Parameters
    ----------
    tables : Rows
        The table.
    policy : Policy
        The rules.
    rows : int
        Largest block.
    """

    def __init__(self, tables: Rows, policy: Policy, rows: int) -> None:
        self._tables, self._policy, self._rows = tables, policy, rows
        self.of_columns = column_faults(tables.columns, policy)
        self._usable = [name for name in needed_columns(policy) if name not in self.of_columns]

    @property
    def is_judgeable(self) -> bool:
        """Whether there are rows, and it can be told which of them belong to the population."""
        of_population = self._policy.residents.population
        return bool(self._tables.rows) and self.of_columns.keys().isdisjoint(of_population)

    def reading(self) -> Reading:
        """Return what is read of the table, after a first look at its ids."""
        reading = Reading.of(self._policy, self._usable)
        return replace(reading, twice=self._twice()) if reading.with_ids else reading

    def blocks(self, reading: Reading) -> Iterator[Looked]:
        """Yield the blocks of the table, judged."""
        for block in self._read(reading.columns):
            yield look(block, reading)

    def faults(self, keep: Callable[[Looked], None] | None = None) -> tuple[Gathered, list[Fault]]:
        """Judge the table.

        Parameters
        ----------
        keep : callable, optional
            Gets every judged block, unless what is wrong with the columns refuses the table already.
        """
        found = Gathered(self._policy.residents.quarantine_share * self._tables.rows, self._tables.place)
        faults = [*self.of_columns.values(), *([] if self._tables.rows else [no_rows()])]
        if not self.is_judgeable:
            return found, faults
        reading = self.reading()
        for looked in self.blocks(reading):
            found.add(looked)
            if keep is not None and not faults:
                keep(looked)
        if not found.rows:
            return found, [*faults, no_population()]
        personal = self._personal(found, reading)
        if personal:
            found = self._without(reading, personal)
        of_cells = faults_of_cells(
            found.broken,
            self._in_order(found, reading),
            found.faulty,
            found.rows,
            self._policy,
            self._tables.place,
        )
        return found, [*faults, *(fault for told in personal.values() for fault in told), *of_cells]

    def _read(self, columns: Collection[str]) -> Iterator[Block]:
        plain = [self._policy.residents.id]
        return ahead(self._tables.blocks(columns, plain=plain, rows=self._rows))

    def _in_order(self, found: Gathered, reading: Reading) -> dict[str, int]:
        return {name: found.filled[name] for name in reading.order if name in found.filled}

    def _without(self, reading: Reading, personal: dict[str, list[Fault]]) -> Gathered:
        """Judge the table again without the columns of personal data, which are named as such."""
        found = Gathered(0, self._tables.place)
        less = Reading.of(self._policy, self._usable, personal)
        if self._policy.residents.id not in personal:
            less = replace(less, twice=reading.twice)
        for looked in self.blocks(less):
            found.add(looked)
        return found

    def _twice(self) -> NDArray[np.int64]:
        return rows_twice(self._ids)

    def _ids(self) -> Iterator[tuple[NDArray[np.int64], pa.LargeStringArray]]:
        """Yield the ids of the population with their rows, without the missing ones."""
        key = self._policy.residents.id
        columns = {key: None, **dict.fromkeys(self._policy.residents.population)}
        for block in self._read(columns):
            cells, rows = population(block, self._policy)
            ids = ids_of(cells[key], self._policy)
            if ids.null_count:
                known = ids.is_valid()
                ids, rows = ids.filter(known), rows[known.to_numpy(zero_copy_only=False)]
            yield rows, ids

    def _personal(self, found: Gathered, reading: Reading) -> dict[str, list[Fault]]:
        """Return the columns that hold personal data, with a fault for each kind of it."""
        faults = {}
        for column in (self._policy.residents.id, *self._policy.features):
            counts = found.suspects.get(column)
            if counts:
                faults[column] = list(self._counted(column, counts, found, reading))
        return {column: of_column for column, of_column in faults.items() if of_column}

    def _counted(
        self, column: str, counts: Counter[str], found: Gathered, reading: Reading
    ) -> Iterator[Fault]:
        is_id = column == self._policy.residents.id
        if is_id and not len(reading.twice) and found.filled[column] == found.rows:
            distinct = found.rows
        else:
            counts, distinct = self._distinct(column)
        return counted_faults(column, counts, distinct, self._policy)

    def _distinct(self, column: str) -> tuple[Counter[str], int]:
        """Return how many distinct values of a column match which rule, and how many there are."""
        counts: Counter[str] = Counter()
        distinct = 0
        parts = 1 + self._tables.rows // _HELD
        for part in range(parts):
            harmless, suspects = set[object](), set[str]()
            for told, others in self._values(column):
                suspects.update(text for text in told if hash(text) % parts == part)
                harmless.update(value for value in others if hash(value) % parts == part)
            counts.update(matching_rules(suspects))
            distinct += len(suspects) + len(harmless)
        return counts, distinct

    def _values(self, column: str) -> Iterator[tuple[list[str], list[str | float]]]:
        columns = {column: None, **dict.fromkeys(self._policy.residents.population)}
        for block in self._read(columns):
            cells, rows = population(block, self._policy)
            if len(rows):
                given = frame_of(block, {column: cells[column]})
                plain = plain_table(given, self._policy)[column]
                yield distinct_values(given[column], plain, self._policy.features.get(column))
