"""One block of a table, judged: each column in the fast lane if it is plainly sound, else with care."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from segmentation.policy.values import matching_rules
from segmentation.residents.cells import as_listed, plain_table
from segmentation.residents.files import as_frame
from segmentation.residents.lane import plain_column
from segmentation.residents.personal import distinct_values
from segmentation.residents.schema import broken_cells
from segmentation.residents.texts import may_be_numbers, plain_ids
from segmentation.residents.wanted import Wanted, count_missing, wanted_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from segmentation.policy import Policy
    from segmentation.residents.blocks import Block
    from segmentation.residents.wanted import Array

NO_CELLS = pd.DataFrame({"row": np.empty(0, np.int64), "column": [], "rule": []})


@dataclass(frozen=True)
class Reading:
    """What is read of a table, and what is known of the whole of it before its cells are judged.

    Attributes
    ----------
    policy : Policy
        The rules.
    wanted : mapping of str to Wanted
        The columns to judge but that of the ids.
    columns : tuple of str
        The columns to read: those, the ids, and those of the population.
    with_ids : bool
        Whether ids are judged.
    twice : ndarray of int64
        The rows whose id stands in another row as well, in order.
    """

    policy: Policy
    wanted: Mapping[str, Wanted]
    columns: tuple[str, ...]
    with_ids: bool
    twice: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, policy: Policy, usable: Collection[str], dropped: Collection[str] = ()) -> Reading:
        """Return what is read of a table whose columns are `usable`; those `dropped` are not judged."""
        judged = {
            name: wanted
            for name, wanted in wanted_columns(policy).items()
            if name in usable and name not in dropped
        }
        key = policy.residents.id
        with_ids = key in usable and key not in dropped
        columns = {
            **judged,
            **({key: None} if with_ids else {}),
            **dict.fromkeys(policy.residents.population),
        }
        return cls(policy, judged, tuple(columns), with_ids)

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that are judged, in the order in which faults are told."""
        return (*((self.policy.residents.id,) if self.with_ids else ()), *self.wanted)


@dataclass(frozen=True)
class Looked:
    """The rows of one block that belong to the population, in plain form.

    Attributes
    ----------
    read : int
        Rows of the block.
    rows : ndarray of int64
        Those of the population, by their number in the table (from 1).
    ids : pyarrow.LargeStringArray, or None
        Their ids, where ids are judged.
    columns : mapping of str to ndarray
        Their values (`Wanted`).
    broken : DataFrame
        Cells that break a rule: row, column and rule.
    filled : mapping of str to int
        How many rows have a value in each column.
    suspects : mapping of str to mapping of str to int
        How many of the distinct values of the block match which value rule, by column.
    """

    read: int
    rows: NDArray[np.int64]
    ids: pa.LargeStringArray | None
    columns: Mapping[str, Array]
    broken: pd.DataFrame
    filled: Mapping[str, int]
    suspects: Mapping[str, Mapping[str, int]]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Which rows have no broken cell."""
        if self.broken.empty:
            return np.ones(len(self.rows), dtype=bool)
        return ~np.isin(self.rows, self.broken["row"].to_numpy())


def look(block: Block, reading: Reading) -> Looked:
    """Judge one block.

    Parameters
    ----------
    block : Block
        With the columns that `reading` names.
    reading : Reading
        What to judge. Nothing of it changes, so that blocks may be judged side by side.
    """
    cells, rows = population(block, reading.policy)
    if not len(rows):
        return Looked(block.rows, rows, None, {}, NO_CELLS, {}, {})
    key = reading.policy.residents.id
    ids = plain_ids(cells[key]) if reading.with_ids else None
    found = {name: plain_column(cells[name], wanted) for name, wanted in reading.wanted.items()}
    columns = {name: column for name, column in found.items() if column is not None}
    filled = {name: len(rows) - count_missing(column) for name, column in columns.items()}
    suspects: dict[str, Mapping[str, int]] = {}
    if ids is not None:
        filled[key] = len(ids)
        suspects.update(_number_like(ids, key))
    odd = [name for name in reading.order if name not in filled]
    if not odd:
        return Looked(block.rows, rows, ids, columns, _twice(rows, reading), filled, suspects)
    given = frame_of(block, {name: cells[name] for name in odd})
    careful = _look_again(given.set_axis(rows, axis="index"), rows, reading)
    ids = careful.ids if ids is None else ids
    broken = pd.concat([careful.broken, _twice(rows, reading)])
    at = {name: place for place, name in enumerate(reading.order)}
    broken = broken.iloc[np.lexsort([broken["column"].map(at), broken["row"]])]
    return Looked(
        block.rows,
        rows,
        ids,
        {**columns, **careful.columns},
        broken,
        {**filled, **careful.filled},
        {**suspects, **careful.suspects},
    )


def _number_like(ids: pa.LargeStringArray, key: str) -> Mapping[str, Mapping[str, int]]:
    numbers = may_be_numbers(ids)
    counts = matching_rules(ids.filter(pa.array(numbers)).to_pylist()) if numbers.any() else {}
    return {key: counts} if counts else {}


def population(block: Block, policy: Policy) -> tuple[Mapping[str, pa.Array], NDArray[np.int64]]:
    """Return the cells of the rows that belong to the population, and their numbers in the table (from 1)."""
    rows = np.arange(block.start + 1, block.start + block.rows + 1)
    belongs = np.ones(block.rows, dtype=bool)
    for column, values in policy.residents.population.items():
        belongs &= _belongs(block.cells[column], values)
    if belongs.all():
        return block.cells, rows
    mask = pa.array(belongs)
    return {name: cells.filter(mask) for name, cells in block.cells.items()}, rows[belongs]


def _belongs(cells: pa.Array, values: tuple[str, ...]) -> NDArray[np.bool_]:
    taken = plain_column(cells, Wanted("listed", values=values, is_open=True))
    if taken is not None:
        return taken >= 0
    plain = cells.dictionary_decode() if pa.types.is_dictionary(cells.type) else cells
    texts = as_listed(as_frame(pa.RecordBatch.from_pydict({"": plain}))[""], values)
    return texts.isin(values).to_numpy()


def _look_again(given: pd.DataFrame, rows: NDArray[np.int64], reading: Reading) -> Looked:
    """Judge columns as a table in memory is judged; which ids stand twice is known of the whole table."""
    policy, key = reading.policy, reading.policy.residents.id
    plain = plain_table(given, policy)
    broken = broken_cells(plain, policy)
    suspects = {
        name: matching_rules(distinct_values(given[name], plain[name], policy.features.get(name))[0])
        for name in (key, *policy.features)
        if name in plain
    }
    return Looked(
        len(rows),
        rows,
        pa.array(plain[key], type=pa.large_string()) if key in plain else None,
        {name: wanted.array(plain[name]) for name, wanted in reading.wanted.items() if name in plain},
        broken[broken["rule"] != "unique"],
        {str(name): int(column.count()) for name, column in plain.items()},
        {name: counts for name, counts in suspects.items() if counts},
    )


def frame_of(block: Block, cells: Mapping[str, pa.Array]) -> pd.DataFrame:
    """Return cells of a block for pandas; a dictionary that reading made is texts again."""
    given = {name: of.dictionary_decode() if name in block.coded else of for name, of in cells.items()}
    return as_frame(pa.RecordBatch.from_pydict(given))


def ids_of(cells: pa.Array, policy: Policy) -> pa.LargeStringArray:
    """Return ids as texts, null where missing."""
    ids = plain_ids(cells)
    if ids is not None:
        return ids
    key = policy.residents.id
    plain = plain_table(as_frame(pa.RecordBatch.from_pydict({key: cells})), policy)
    return pa.array(plain[key], type=pa.large_string())


def _twice(rows: NDArray[np.int64], reading: Reading) -> pd.DataFrame:
    if not len(reading.twice) or not len(rows):
        return NO_CELLS
    first, last = np.searchsorted(reading.twice, [rows[0], rows[-1] + 1])
    own = np.intersect1d(reading.twice[first:last], rows, assume_unique=True)
    return pd.DataFrame({"row": own, "column": reading.policy.residents.id, "rule": "unique"})
