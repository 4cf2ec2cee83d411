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
    from collections.abc import Collection, Iterable

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
        A column is missing or stands twice, or somebody's group is none of the policy's.
    """
    faults = _absent(protected, policy.audited, "protected attributes", "`Residents.protected`")
    columns = {
        name: _grouped(protected[name], of.groups)
        for name, of in policy.audited.items()
        if (protected.columns == name).sum() == 1
    }
    for name, column in columns.items():
        unknown = int((column.isna() & protected[name].notna()).sum())
        if unknown:
            rule = f"holds something else than the policy's groups for {unknown:,} residents"
            faults.append(Fault(f"column '{name}'", rule, "leave it empty where the group is not known"))
    if faults:
        raise AuditError.from_faults("The protected attributes cannot be audited", faults)
    return pd.DataFrame(columns, index=protected.index)


def _absent(table: pd.DataFrame, names: Iterable[str], what: str, fix: str) -> list[Fault]:
    """Return a fault for each column that a table lacks, or has twice."""
    times = {name: int((table.columns == name).sum()) for name in names}
    missing = [Fault(f"column '{name}'", f"is missing from the {what}", f"give {fix}")
               for name, found in times.items() if not found]  # fmt: skip
    return missing + [
        Fault(f"column '{name}'", f"stands twice in the {what}", "keep one")
        for name, found in times.items()
        if found > 1
    ]


def _grouped(column: pd.Series, groups: Iterable[str]) -> pd.Series:
    """Return the groups of the policy, missing where a value is none of them."""
    listed = list(groups)
    if isinstance(column.dtype, pd.CategoricalDtype):
        strange = [of for of in column.cat.categories if not _is_group(str(of), listed)]
        if not column.isin(strange).any():
            return column.cat.remove_categories(strange)
        column = column.astype(object)
    texts = as_listed(column, listed)
    return texts.where(texts.isin(listed)).astype(pd.CategoricalDtype(listed))


def _is_group(text: str, listed: Collection[str]) -> bool:
    return text in listed or text == MISSING or not text.strip()


def refuse_unfit(
    policy: Policy,
    people: pd.DataFrame,
    segments: pd.Series,
    needs: pd.DataFrame | None,
    outcomes: pd.DataFrame | None,
) -> None:
    """Refuse tables that cannot be audited together, before anything is counted.

    Parameters
    ----------
    policy : Policy
    people : DataFrame of shape (n_residents, n_attributes)
    segments : Series of shape (n_residents,)
    needs : DataFrame of shape (n_residents, n_features), optional
    outcomes : DataFrame of shape (n_residents, n_services), optional

    Raises
    ------
    AuditError
        Lengths or indexes differ, somebody has no segment, segments are no labels, or needs lack a feature or
        hold what it cannot be.
    """
    _refuse_apart("segments", segments, people)
    _labels(segments)
    if needs is not None:
        _refuse_apart("rows of needs", needs, people)
        faults = _absent(needs, policy.features, "needs", "`Residents.needs`")
        faults += [
            Fault(f"column '{name}'", "holds something that its feature cannot be", "give `Residents.needs`")
            for name, feature in policy.features.items()
            if (needs.columns == name).sum() == 1 and not _fits(needs[name], feature.values)
        ]
        if faults:
            raise AuditError.from_faults("The needs cannot be audited", faults)
    if outcomes is not None:
        _refuse_apart("rows of outcomes", outcomes, people)


def _fits(column: pd.Series, values: Iterable[str] | None) -> bool:
    """Return whether a column of needs holds the values of a feature, or finite numbers, or nothing."""
    known = column[column.notna()]
    try:
        if values is None:
            return bool(np.isfinite(known.to_numpy(np.float64)).all())
        return bool(known.isin(list(values)).all())
    except (TypeError, ValueError):
        return False


def _refuse_apart(what: str, others: pd.Series | pd.DataFrame, people: pd.DataFrame) -> None:
    """Refuse what does not stand beside the residents row by row; rows are joined by their position."""
    if len(others) != len(people):
        message = f"There are {len(others)} {what} for {len(people)} residents. Give each resident one."
        raise AuditError(message)
    if not others.index.equals(people.index):
        message = (
            f"The {what} have another index than the protected attributes, and rows are joined by position: "
            "align them with .loc, or call .reset_index(drop=True) on both if their order is the same."
        )
        raise AuditError(message)


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
    _refuse_apart("segments", segments, people)
    _refuse_apart("strata", strata, people)
    if squared is not None and len(squared) != len(people):
        message = f"There are {len(squared)} squared distances for {len(people)} residents. Give each one."
        raise AuditError(message)
    labels = _labels(segments)
    if squared is not None and not (np.isfinite(squared).all() and (squared >= 0).all()):
        raise AuditError("Squared distances are finite, 0 or more. Take them from the fitted segmenter.")
    return labels, [read_column(table[name]) for table in (people, strata) for name in table]


def _labels(segments: pd.Series) -> Column:
    """Return the segments of residents, each of whom has one."""
    labels = read_segments(segments)
    if labels.missing.any():
        without = f"{int(labels.missing.sum())} of {len(segments)} residents have no segment."
        raise AuditError(f"{without} Leave them out, or name a segment.")
    return labels


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
