"""Segments that somebody else made: a table of ids and labels, put in the order of the residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import Fault, ResidentsError
from segmentation.residents.files import open_table
from segmentation.residents.rows import row_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd


def read_labels(path: Path, id_column: str, column: str, ids: pd.Series) -> pd.Series:
    """Read the segment of each resident from a table of ids and segments.

    Parameters
    ----------
    path : Path
        A Parquet or CSV file. Ids that are not among `ids` are ignored.
    id_column, column : str
        Its columns of ids and of segments.
    ids : Series of shape (n_residents,)
        `Residents.ids`.

    Returns
    -------
    Series of shape (n_residents,)
        Segments as text, in the order of `ids`.

    Raises
    ------
    ResidentsError
        A column is missing, an id stands twice, or a resident has no segment.
    """
    source = open_table(path, (id_column, column))
    absent = [name for name in (id_column, column) if name not in source.table]
    faults = [Fault(f"column '{name}'", "is missing from the table of segments") for name in absent]
    if not faults:
        faults = list(_row_faults(source.table, id_column, column, ids))
    if faults:
        raise ResidentsError.from_faults(f"The segments in {path} are refused", faults)
    table = source.table.dropna()
    return ids.map(table[column].astype(str).set_axis(_plain(table[id_column])))


def _row_faults(table: pd.DataFrame, id_column: str, column: str, ids: pd.Series) -> Iterator[Fault]:
    known = table.dropna()
    twice = known.index[_plain(known[id_column]).duplicated(keep=False)]
    if len(twice):
        rows = row_list([int(row) + 1 for row in twice])
        yield Fault(
            f"column '{id_column}', {rows}", "holds an id more than once", "keep one row per resident"
        )
    without = int((~ids.isin(_plain(known[id_column]))).sum())
    if without:
        rule = f"has no segment for {without:,} of {len(ids):,} residents"
        yield Fault(f"column '{column}'", rule, "add them, or leave them out of the residents")


def _plain(ids: pd.Series) -> pd.Series:
    """Return ids as the residents' own are written: texts without blanks around them."""
    return ids.astype(str).str.strip()
