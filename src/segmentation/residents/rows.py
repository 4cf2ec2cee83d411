"""Faulty rows in words: which rows, which rule, which way out; never what a cell holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.residents.schema import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from segmentation.policy import Policy

Place = Callable[[int], tuple[str, int]]
"""Of a row of a table, its file (empty where that goes without saying) and its number in it."""

SHOWN = 5
"""Row numbers that a message shows before it counts the rest."""


@dataclass(frozen=True)
class Broken:
    """The rows that break one rule of one column.

    Attributes
    ----------
    rows : tuple of int
        The first of them, from 1: as many as a message shows.
    count : int
        How many they are.
    """

    rows: tuple[int, ...]
    count: int

    def __add__(self, later: Broken) -> Broken:
        """Return these and those of later rows."""
        return Broken((*self.rows, *later.rows)[:SHOWN], self.count + later.count)


def row_list(rows: Sequence[int], count: int | None = None) -> str:
    """Return row numbers as a message shows them; where `rows` are but the first, of how many.

    Examples
    --------
    >>> row_list([4]), row_list([4, 9]), row_list(range(1, 9))
    ('row 4', 'rows 4 and 9', 'rows 1, 2, 3, 4, 5 and 3 more')
    """
    shown = [str(row) for row in rows[:SHOWN]]
    total = len(rows) if count is None else count
    if total == 1:
        return f"row {shown[0]}"
    head, last = (shown, f"{total - len(shown)} more") if total > len(shown) else (shown[:-1], shown[-1])
    return f"rows {', '.join(head)} and {last}"


def placed_list(rows: Sequence[int], count: int, place: Place) -> str:
    """Return rows as `row_list` does, each under the name of its file.

    Examples
    --------
    >>> placed_list([4, 9, 11], 3, lambda row: ("a", row) if row < 10 else ("b", row - 10))
    'a rows 4 and 9, b row 1'
    """
    by_file: dict[str, list[int]] = {}
    for file, row in map(place, rows[:SHOWN]):
        by_file.setdefault(file, []).append(row)
    if set(by_file) == {""}:
        return row_list(rows, count)
    more = count - min(count, SHOWN)
    told = [f"{file} {row_list(own)}" for file, own in by_file.items()]
    return ", ".join([*told, *([f"and {more} more"] if more else [])])


def at_once(row: int) -> tuple[str, int]:
    """Return the place of a row of a table that is no folder of files."""
    return "", row


def counted(broken: pd.DataFrame) -> dict[tuple[str, str], Broken]:
    """Return the rows of every column and rule in what `broken_cells` found."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, column, rule in broken.itertuples(index=False, name=None):
        rows.setdefault((column, rule), []).append(int(row))
    return {key: Broken(tuple(of_key[:SHOWN]), len(of_key)) for key, of_key in rows.items()}


def row_faults(
    broken: Mapping[tuple[str, str], Broken],
    filled: Mapping[str, int],
    rows: int,
    policy: Policy,
    place: Place = at_once,
) -> list[Fault]:
    """Return a fault for every column and rule that rows break, in the order of the columns.

    Parameters
    ----------
    broken : mapping of (str, str) to Broken
        By column and rule.
    filled : mapping of str to int
        How many rows have a value in each column of the table.
    rows : int
        How many rows there are.
    policy : Policy
        Gives ranges and the places to change.
    place : callable
        Gives the file of a row, and its number there.
    """
    faults = []
    for column in filled:
        for rule in [rule for rule in RULES if (column, rule) in broken]:
            cells = rows - filled[column] if rule == "present" else filled[column]
            where = _where(broken[column, rule], cells, place)
            faults.append(Fault(f"column '{column}', {where}", *_sentences(rule, column, policy)))
    return faults


def _where(broken: Broken, cells: int, place: Place) -> str:
    """Return the rows, or that it is the whole column: the wrong column, then, and not wrong rows."""
    whole = broken.count == cells > 1
    return "every filled row" if whole else placed_list(broken.rows, broken.count, place)


def _sentences(rule: str, column: str, policy: Policy) -> tuple[str, str]:
    feature = policy.features.get(column)
    low, high = (feature.low, feature.high) if feature is not None else (0.0, 1.0)
    sentences = RULES[rule]
    return sentences.rule.format(low=low, high=high), sentences.fix.format(column=column)
