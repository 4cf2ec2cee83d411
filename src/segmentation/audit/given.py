"""Segments and groups of residents as they were given, read into codes: any labels, any order.

fairlearn and numpy fail on labels of mixed types and on missing ones. Here labels are told apart by how they
read, the same from a notebook, a file or a database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from segmentation.errors import AuditError, Fault
from segmentation.policy.parts import JOINED, MISSING, MOST_GROUPS, MOST_SEGMENTS
from segmentation.residents.cells import as_listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from segmentation.policy import Policy


@dataclass(frozen=True, eq=False)
class Column:
    """One value per row, as its place among the levels.

    Attributes
    ----------
    name : str
    levels : tuple of str
    codes : ndarray of int64, shape (n_rows,)
        The number of levels stands for a missing value.
    """

    name: str
    levels: tuple[str, ...]
    codes: NDArray[np.int64]

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where the value is missing."""
        return np.asarray(self.codes == len(self.levels))


def audited_columns(policy: Policy, protected: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that a policy audits, categorical, in its order.

    Parameters
    ----------
    policy : Policy
    protected : DataFrame of shape (n_residents, n_columns)
        `Residents.protected`, or a table with these columns as texts.

    Raises
    ------
    AuditError
        A column is missing, or a text is none of its groups.
    """
    faults = [
        Fault(f"column '{name}'", "is missing from the protected attributes", "give `Residents.protected`")
        for name in policy.audited
        if name not in protected
    ]
    columns = {
        name: _grouped(protected[name], of.groups) for name, of in policy.audited.items() if name in protected
    }
    for name, column in columns.items():
        unknown = int((column.isna() & protected[name].notna()).sum())
        if unknown:
            rule = f"holds something else than the policy's groups for {unknown:,} residents"
            faults.append(Fault(f"column '{name}'", rule, "leave it empty where the group is not known"))
    if faults:
        raise AuditError.from_faults("The protected attributes cannot be audited", faults)
    return pd.DataFrame(columns, index=protected.index)


def _grouped(column: pd.Series, groups: Iterable[str]) -> pd.Series:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    listed = list(groups)
    texts = as_listed(column, listed)
    return texts.where(texts.isin(listed)).astype(pd.CategoricalDtype(listed))


def read_rows(
    segments: pd.Series,
    people: pd.DataFrame,
    strata: pd.DataFrame,
    squared: NDArray[np.float64] | None,
) -> tuple[Column, list[Column]]:
    """Return segments, and attributes and strata, of residents one by one.

    Raises
    ------
    AuditError
        As `Crosstab.of`.
    """
    for what, others in (("segments", segments), ("strata", strata), ("squared distances", squared)):
        if others is not None and len(others) != len(people):
            message = f"There are {len(others)} {what} for {len(people)} residents. Give each resident one."
            raise AuditError(message)
    labels = read_segments(segments)
    if labels.missing.any():
        without = f"{int(labels.missing.sum())} of {len(people)} residents have no segment."
        raise AuditError(f"{without} Leave them out, or name a segment.")
    if squared is not None and not (np.isfinite(squared).all() and (squared >= 0).all()):
        raise AuditError("Squared distances are finite, 0 or more. Take them from the fitted segmenter.")
    return labels, [read_column(table[name]) for table in (people, strata) for name in table]


def read_segments(labels: pd.Series) -> Column:
    """Return segments in natural order; blank and missing labels are missing."""
    read = _read("segment", labels)
    if len(read.levels) > MOST_SEGMENTS:
        message = (
            f"There are {len(read.levels):,} different segments, and at most {MOST_SEGMENTS} can be audited: "
            "name the column that holds the segment, or merge segments."
        )
        raise AuditError(message)
    order = sorted(range(len(read.levels)), key=lambda at: natural(read.levels[at]))
    place = np.append(np.argsort(order), len(order)).astype(np.int64)
    return Column(read.name, tuple(read.levels[at] for at in order), place[read.codes])


def read_column(values: pd.Series) -> Column:
    """Return the groups of an attribute, or the levels of a stratum, in their own order."""
    read = _read(str(values.name), values)
    if len(read.levels) > MOST_GROUPS:
        message = (
            f"Column '{read.name}' has {len(read.levels):,} groups, and at most {MOST_GROUPS} can be "
            "audited: it is an identifier by mistake, or its groups need to be merged."
        )
        raise AuditError(message)
    if any(JOINED.strip() in level for level in read.levels):
        message = (
            f"Column '{read.name}' has a group with '{JOINED.strip()}' in its name, which joins names in an "
            "audit's tables; rename it."
        )
        raise AuditError(message)
    return read


def _read(name: str, values: pd.Series) -> Column:
    """Return values by how they read: alike ones are one, blank ones and `MISSING` are missing."""
    try:
        listed = pd.Categorical(values)
    except TypeError:
        listed = None
    if listed is None:
        raise AuditError(f"Column '{name}' holds lists or tables; give texts or numbers.")
    texts = [str(value) for value in listed.categories]
    levels = tuple(dict.fromkeys(text for text in texts if text.strip() and text != MISSING))
    places = {text: at for at, text in enumerate(levels)}
    place = np.array([*(places.get(text, len(levels)) for text in texts), len(levels)], np.int64)
    return Column(name, levels, place[listed.codes])


def natural(name: str) -> list[tuple[bool, int, str]]:
    """Return a key that sorts S10 after S2."""
    parts = re.split(r"(\d+)", name)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
