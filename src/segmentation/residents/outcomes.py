"""What residents needed in the period after: a table of ids and services, in the order of the residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.errors import Fault, ResidentsError
from segmentation.residents.cells import MISSING_WORDS, as_flags, as_listed
from segmentation.residents.files import open_table
from segmentation.residents.rows import row_list

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


def read_outcomes(path: Path, id_column: str, services: Collection[str], ids: pd.Series) -> pd.DataFrame:
    """Read who needed each service in the period that followed.

    Parameters
    ----------
    path : Path
        A Parquet or CSV file with a row per resident. Ids that are not among `ids` are ignored.
    id_column : str
        Its column of ids.
    services : collection of str
        The services of the policy: the file has a column for one or more of them, and no other. It says
        true or false, 1 or 0, yes or no; empty where not known.
    ids : Series of shape (n_residents,)
        `Residents.ids`.

    Returns
    -------
    DataFrame of shape (n_residents, n_services)
        The services of the file as ``boolean``, in the order of `ids` and with their index; missing where not
        known, and for residents that the file leaves out.

    Raises
    ------
    ResidentsError
        Every fault of the file, by column and row, without a value.
    """
    source = open_table(path, (id_column, *services))
    faults = list(_column_faults(source.columns, id_column, services))
    if not faults:
        faults = list(_row_faults(source.table, id_column, ids))
    if faults:
        raise ResidentsError.from_faults(f"The outcomes in {path} are refused", faults)
    own = as_listed(source.table[id_column], ())
    rows = pd.Index(own).get_indexer(pd.Index(ids))
    return pd.DataFrame(
        {name: _in_order(source.table[name], rows, ids.index) for name in services if name in source.table},
        index=ids.index,
    )


def _in_order(cells: pd.Series, rows: NDArray[np.intp], index: pd.Index) -> pd.Series:
    # A resident without a row has the place -1, which is the last: missing.
    flags = np.append(as_flags(cells).to_numpy(), np.nan)
    return pd.Series(flags[rows], index=index).astype("boolean")


def _column_faults(columns: Sequence[str], id_column: str, services: Collection[str]) -> Iterator[Fault]:
    listed = ", ".join(services) or "none"
    if id_column not in columns:
        yield Fault(f"column '{id_column}'", "is missing from the table of outcomes", "add the ids")
    for name in (id_column, *services):
        if columns.count(name) > 1:
            yield Fault(f"column '{name}'", "stands twice", "keep one of them")
    others = sum(name != id_column and name not in services for name in columns)
    if others:
        # Not named: without a header, the first resident's values would be.
        rule = f"has {others} column{'s that are' if others > 1 else ' that is'} no service of the policy"
        yield Fault("the table", rule, f"its services are: {listed}")
    elif not any(name in services for name in columns):
        yield Fault("the table", "has no column of a service", f"the services of the policy are: {listed}")


def _row_faults(table: pd.DataFrame, id_column: str, ids: pd.Series) -> Iterator[Fault]:
    own = as_listed(table[id_column], ())
    own = own.mask(own.isin(MISSING_WORDS))
    where = f"column '{id_column}'"
    if own.isna().any():
        yield Fault(f"{where}, {_rows(own.isna())}", "holds no id", "say whose outcome it is")
    if own.dropna().duplicated().any():
        rule = "holds an id more than once"
        yield Fault(f"{where}, {_rows(own.notna() & own.duplicated(keep=False))}", rule, "keep one row each")
    if not own.isin(ids).any():
        yield Fault(where, "holds no id of a resident", "check which column holds the ids")
    for name in table.columns.drop(id_column):
        wrong = np.isinf(as_flags(table[name]))
        if wrong.any():
            rule = "holds something that is neither true nor false"
            yield Fault(f"column '{name}', {_rows(wrong)}", rule, "write 1 or 0, or leave it empty")


def _rows(where: pd.Series) -> str:
    return row_list([int(row) + 1 for row in np.flatnonzero(where)])
