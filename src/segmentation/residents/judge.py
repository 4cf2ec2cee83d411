"""What is wrong with a table, all of it at once: its columns, its population, personal data, its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.errors import Fault
from segmentation.residents.cells import as_listed, plain_table
from segmentation.residents.columns import column_faults, needed_columns
from segmentation.residents.intake import Quarantined
from segmentation.residents.personal import personal_faults
from segmentation.residents.rows import Broken, Place, at_once, counted, row_faults
from segmentation.residents.schema import broken_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segmentation.policy import Policy


@dataclass(frozen=True)
class Judged:
    """A table's population in plain form, and what is wrong with it.

    Attributes
    ----------
    read : int
        Rows of the table.
    outside : int
        Rows outside the population.
    sound : DataFrame
        The rows without a fault in plain form, with their row numbers (from 1) as index.
    quarantined : tuple of Quarantined
        The faulty cells of the other rows.
    faults : tuple of Fault
        What refuses the table; empty if it can be used.
    """

    read: int
    outside: int
    sound: pd.DataFrame
    quarantined: tuple[Quarantined, ...]
    faults: tuple[Fault, ...]


def judge(table: pd.DataFrame, columns: Sequence[str], policy: Policy) -> Judged:
    """Find everything that is wrong with a table.

    Parameters
    ----------
    table : DataFrame
        At least those columns of the policy that stand in the file once.
    columns : sequence of str
        All columns of the file.
    policy : Policy
        The rules.
    """
    of_columns = column_faults(columns, policy)
    usable = [column for column in needed_columns(policy) if column not in of_columns]
    faults = [*of_columns.values(), *([] if len(table) else [no_rows()])]
    if not len(table) or not of_columns.keys().isdisjoint(policy.residents.population):
        return Judged(len(table), 0, pd.DataFrame(), (), tuple(faults))
    population = _population(table[usable], policy)
    if not len(population):
        faults.append(no_population())
        return Judged(len(table), len(table), pd.DataFrame(), (), tuple(faults))
    return _judge_cells(population, len(table), faults, policy)


def _judge_cells(population: pd.DataFrame, read: int, faults: list[Fault], policy: Policy) -> Judged:
    """Judge the cells; a column of personal data is named as such and not judged further."""
    plain = plain_table(population, policy)
    personal = personal_faults(population, plain, policy)
    plain = plain.drop(columns=list(personal))
    broken = broken_cells(plain, policy)
    filled = {str(column): int(cells.count()) for column, cells in plain.items()}
    of_cells = faults_of_cells(counted(broken), filled, broken["row"].nunique(), len(plain), policy)
    return Judged(
        read=read,
        outside=read - len(population),
        sound=plain[~plain.index.isin(broken["row"])],
        quarantined=tuple(Quarantined(*cell) for cell in broken.itertuples(index=False, name=None)),
        faults=(*faults, *(fault for of_column in personal.values() for fault in of_column), *of_cells),
    )


def _population(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the rows of the policy's population, by row number."""
    belongs = np.ones(len(table), dtype=bool)
    for column, values in policy.residents.population.items():
        belongs &= as_listed(table[column], values).isin(values).to_numpy()
    return table.set_axis(np.arange(1, len(table) + 1), axis="index")[belongs]


def faults_of_cells(
    broken: Mapping[tuple[str, str], Broken],
    filled: Mapping[str, int],
    faulty: int,
    rows: int,
    policy: Policy,
    place: Place = at_once,
) -> list[Fault]:
    """Return the faults of the cells, unless the faulty rows are few enough to be left out.

    Parameters
    ----------
    broken : mapping of (str, str) to Broken
        By column and rule.
    filled : mapping of str to int
        How many rows have a value in each column.
    faulty, rows : int
        Rows with a broken cell, and rows of the population.
    policy : Policy
        Says how many may be left out.
    place : callable
        Gives the file of a row, and its number there.
    """
    share = policy.residents.quarantine_share
    if faulty <= share * rows:
        return []
    faults = row_faults(broken, filled, rows, policy, place)
    if share > 0:
        rule = f"has {faulty:,} faulty rows of {rows:,}, more than may be left out"
        faults.append(
            Fault("the table", rule, f"correct them, or raise `residents.quarantine_share` ({share:g})")
        )
    return faults


def no_rows() -> Fault:
    """Return the fault of an empty table."""
    return Fault("the table", "has no row", "write a row for each resident")


def no_population() -> Fault:
    """Return the fault of a table of other people."""
    return Fault(
        "the table", "has no row of the population", "check `residents.population` against the table"
    )
