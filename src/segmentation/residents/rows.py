"""Faulty rows in words: which rows, which rule, which way out; never what a cell holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import Fault
from segmentation.residents.schema import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from segmentation.policy import Policy

SHOWN = 5
"""Row numbers that a message shows before it counts the rest."""


def row_list(rows: Sequence[int]) -> str:
    """Return row numbers as a message shows them.

    Examples
    --------
    >>> row_list([4]), row_list([4, 9]), row_list(range(1, 9))
    ('row 4', 'rows 4 and 9', 'rows 1, 2, 3, 4, 5 and 3 more')
    """
    shown = [str(row) for row in rows[:SHOWN]]
    rest = len(rows) - len(shown)
    if len(rows) == 1:
        return f"row {shown[0]}"
    head, last = (shown, f"{rest} more") if rest else (shown[:-1], shown[-1])
    return f"rows {', '.join(head)} and {last}"


def row_faults(broken: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> list[Fault]:
    """Return a fault for every column and rule that rows break, in the order of the columns.

    Parameters
    ----------
    broken : DataFrame
        What `broken_cells` found in `table`.
    table : DataFrame
        The plain table.
    policy : Policy
        Gives ranges and the places to change.
    """
    faults = []
    for column in table.columns:
        of_column = broken[broken["column"] == column]
        for rule in [rule for rule in RULES if of_column["rule"].eq(rule).any()]:
            rows = of_column.loc[of_column["rule"].eq(rule), "row"].tolist()
            where = _where(rows, rule, table[column])
            faults.append(Fault(f"column '{column}', {where}", *_sentences(rule, column, policy)))
    return faults


def _where(rows: list[int], rule: str, cells: pd.Series) -> str:
    """Return the rows, or that it is the whole column: the wrong column, then, and not wrong rows."""
    filled = int(cells.isna().sum() if rule == "present" else cells.notna().sum())
    return "every filled row" if len(rows) == filled > 1 else row_list(rows)


def _sentences(rule: str, column: str, policy: Policy) -> tuple[str, str]:
    feature = policy.features.get(column)
    low, high = (feature.low, feature.high) if feature is not None else (0.0, 1.0)
    sentences = RULES[rule]
    return sentences.rule.format(low=low, high=high), sentences.fix.format(column=column)
