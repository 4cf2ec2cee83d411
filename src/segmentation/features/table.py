"""Which table of needs an encoder takes: checked by name and rule, without quoting a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.features.encoder import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

NUMBERS = frozenset({"boolean", "integer", "floating", "mixed-integer-float", "empty"})
"""What pandas calls the content of a column that holds numbers or nothing."""


def needs_table(encoder: ColumnTransformer, X: object) -> pd.DataFrame:
    """Return the needs that a `needs_encoder` reads, by name and in plain form.

    Parameters
    ----------
    encoder : ColumnTransformer
        Fitted or not.
    X : DataFrame of shape (n_residents, n_features)
        The policy's features in any order, and nothing else. Those that the encoder leaves out may be absent.

    Returns
    -------
    DataFrame
        In the policy's order: numbers and flags as float64, listed values as ``str``, NaN where missing; only
        what the encoder reads.

    Raises
    ------
    TypeError
        This is no DataFrame.
    ValueError
        This is no such table. Columns and rules are named, never a value: scikit-learn would quote one.
    """
    parts = {column: fitted for _, fitted, columns in encoder.transformers for column in columns}
    ignored = {key.removeprefix(PREFIX) for key, _, columns in encoder.transformers if not columns}
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"The needs must be a pandas DataFrame with the columns {', '.join(parts)}.")
    faults = list(_column_faults(list(parts), ignored, X))
    faults = faults or [fault for column, part in parts.items() for fault in _value_faults(part, X[column])]
    if faults:
        raise ValueError(f"The table does not hold the needs of the policy: {'; '.join(faults)}.")
    return pd.DataFrame({column: _plain(part, X[column]) for column, part in parts.items()})


def _column_faults(columns: list[str], ignored: set[str], table: pd.DataFrame) -> Iterator[str]:
    missing = [column for column in columns if column not in table.columns]
    others = [str(column) for column in table.columns if column not in {*columns, *ignored}]
    twice = [column for column in columns if list(table.columns).count(column) > 1]
    if missing:
        yield f"columns are missing: {', '.join(missing)}"
    if others:
        yield f"it holds other columns, which the policy does not allow: {', '.join(others)}"
    if twice:
        yield f"columns stand in it twice: {', '.join(twice)}"


def _value_faults(part: Pipeline, cells: pd.Series) -> Iterator[str]:
    values = _listed(part)
    if values is not None:
        if not (cells.isin(values) | cells.isna()).all():
            yield f"column '{cells.name}' holds a value that is none of {', '.join(values)}"
    elif pd.api.types.infer_dtype(cells, skipna=True) not in NUMBERS:
        yield f"column '{cells.name}' holds something that is no number"
    else:
        numbers = _floats(cells)
        if np.isinf(numbers).any():
            yield f"column '{cells.name}' holds a number that is not finite"
        if _is_count(part) and (numbers < 0).any():
            yield f"column '{cells.name}' holds a count below 0"


def _listed(part: Pipeline) -> list[str] | None:
    """Return the values that an ordinal or a category may have."""
    step = part.named_steps.get("rank") or part.named_steps.get("one_hot")
    return None if step is None else [str(value) for value in step.categories[0][:-1]]


def _is_count(part: Pipeline) -> bool:
    return "log1p" in dict(part["both"].transformer_list)["value"].named_steps


def _plain(part: Pipeline, cells: pd.Series) -> pd.Series:
    if _listed(part) is not None:
        return cells.astype("str")
    return pd.Series(_floats(cells), index=cells.index)


def _floats(cells: pd.Series) -> np.ndarray:
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)
