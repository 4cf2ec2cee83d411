"""Counts that were made elsewhere: a long table of a database's GROUP BY or of Spark, checked once.

All its faults are found together. They name columns and rows, and never what a cell holds: a table of
residents that is given by mistake would be quoted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.audit.given import Column, read_column, read_segments
from segmentation.errors import AuditError, Fault
from segmentation.policy.parts import MISSING
from segmentation.residents.cells import MISSING_WORDS, as_listed, as_number, distinct_texts
from segmentation.residents.files import open_table
from segmentation.residents.rows import row_list

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from segmentation.policy import Policy

SEGMENT, COUNT, TOTAL, SQUARED = "segment", "count", "segment_total", "squared_distance"
TITLE = "The table of counts is refused"
LARGEST = float(1 << 53)
"""Numbers above are not exact in every database and file."""
ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counted:
    """A table of counts in plain form, a value per row.

    Attributes
    ----------
    segments : Column
    columns : tuple of Column
        The audited attributes, then the strata.
    counts : ndarray of int64, shape (n_rows,)
    squared : ndarray of float64, shape (n_rows,), or None
    """

    segments: Column
    columns: tuple[Column, ...]
    counts: NDArray[np.int64]
    squared: Floats | None


def count_columns(policy: Policy) -> tuple[str, ...]:
    """Return every column that a table of counts under a policy may have."""
    return (SEGMENT, *policy.audited, *policy.audit.explained_by, COUNT, TOTAL, SQUARED)


def open_counts(path: Path, policy: Policy) -> pd.DataFrame:
    """Open a file of counts, Parquet or CSV, for `Crosstab.from_frame`.

    Raises
    ------
    ResidentsError
        The file cannot be opened, or is neither Parquet nor CSV in UTF-8.
    """
    source = open_table(path, count_columns(policy))
    # Columns that were not read come back empty, so that they are refused like those of a table in memory.
    return source.table.reindex(columns=list(source.columns))


def read_counts(frame: pd.DataFrame, policy: Policy) -> Counted:
    """Check a table of counts and read it.

    Raises
    ------
    AuditError
        As `Crosstab.from_frame`.
    """
    _refuse(_column_faults([str(name) for name in frame.columns], policy))
    _refuse([] if len(frame) else [Fault("the table", "has no row", "write a row per combination")])
    table = frame.set_axis([str(name) for name in frame.columns], axis="columns").reset_index(drop=True)
    numbers = {name: _numbers(table[name]) for name in (COUNT, TOTAL, SQUARED) if name in table}
    faults = [fault for name, values in numbers.items() for fault in _number_faults(name, values)]
    groups = {name: _groups(table[name], of.groups) for name, of in policy.audited.items()}
    for name, of in policy.audited.items():
        faults += _group_faults(groups[name], of.groups)
    segments = read_segments(table[SEGMENT])
    if segments.missing.any():
        faults.append(Fault(f"column '{SEGMENT}', {_rows(segments.missing)}", "names no segment", "name it"))
    _refuse(faults)
    _refuse(_contradictions(segments, numbers))
    attributes = [
        groups[name].astype(pd.CategoricalDtype(list(of.groups))) for name, of in policy.audited.items()
    ]
    strata = [table[name] for name in policy.audit.explained_by if name in table]
    columns = tuple(read_column(values) for values in (*attributes, *strata))
    _refuse(_repeated(segments, columns))
    return Counted(segments, columns, numbers[COUNT].astype(np.int64), numbers.get(SQUARED))


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise AuditError.from_faults(TITLE, faults)


def _column_faults(columns: list[str], policy: Policy) -> list[Fault]:
    reserved = {SEGMENT, COUNT, TOTAL, SQUARED} & {*policy.audited, *policy.audit.explained_by}
    strata = [name for name in policy.audit.explained_by if name in columns]
    needed = [SEGMENT, *policy.audited, COUNT, *(policy.audit.explained_by if strata else ())]
    times = Counter(columns)
    faults = [Fault(f"column '{name}'", "has this name in the policy too", "") for name in sorted(reserved)]
    faults += [
        Fault(f"column '{name}'", "is missing", "count by it as well")
        for name in dict.fromkeys(needed)
        if name not in times
    ]
    known = count_columns(policy)
    faults += [Fault(f"column '{name}'", "stands twice", "keep one") for name in known if times[name] > 1]
    others = sum(name not in known for name in columns)
    if others:
        # Not named: without a header, the first resident's values would be.
        rule = f"has {others} column{'s' if others > 1 else ''} that counts under this policy do not have"
        faults.append(Fault("the table", rule, f"keep {', '.join(known)}"))
    return faults


def _numbers(cells: pd.Series) -> Floats:
    """Return numbers, NaN where missing and infinity for what is no number; true is none."""
    if cells.dtype.kind in "iuf":
        return cells.to_numpy(np.float64, na_value=np.nan)
    if cells.dtype.kind == "b":
        return np.full(len(cells), np.inf)
    codes, texts = distinct_texts(cells.map(_no_truth) if cells.dtype == object else cells)
    read = [np.nan if text is None or text in MISSING_WORDS else as_number(text) for text in texts]
    return np.array([*read, np.nan])[codes]


def _no_truth(cell: object) -> object:
    return "true" if isinstance(cell, bool | np.bool_) else cell


def _number_faults(name: str, values: Floats) -> Iterator[Fault]:
    missing, sound = np.isnan(values), np.isfinite(values) & (values >= 0)
    if name != SQUARED:
        sound &= (np.mod(np.where(sound, values, 0), 1) == 0) & (values <= LARGEST)
    wrong = ~(missing | sound)
    if missing.any():
        yield Fault(f"column '{name}', {_rows(missing)}", "holds no number", "fill it")
    if wrong.any():
        rule = "must be a number from 0" if name == SQUARED else "must be a whole number of residents, from 0"
        yield Fault(f"column '{name}', {_rows(wrong)}", rule, "count again")
    if name == COUNT and not wrong.any() and not missing.any() and values.sum() > LARGEST:
        yield Fault(f"column '{name}'", "counts more residents than can be added up", "count again")


def _groups(cells: pd.Series, listed: Iterable[str]) -> pd.Series:
    groups = as_listed(cells, listed)
    return pd.Series(groups.mask(groups == MISSING), name=str(cells.name))


def _group_faults(groups: pd.Series, listed: Collection[str]) -> list[Fault]:
    unknown = (groups.notna() & ~groups.isin(list(listed))).to_numpy()
    if not unknown.any():
        return []
    rule = "holds groups that the policy does not list"
    fix = f"write them as in the policy ({len(listed)} groups), and leave unknown ones empty"
    return [Fault(f"column '{groups.name}', {_rows(unknown)}", rule, fix)]


def _contradictions(segments: Column, numbers: dict[str, Floats]) -> list[Fault]:
    counts, found = numbers[COUNT], []
    if TOTAL in numbers:
        sums = np.bincount(segments.codes, counts)
        wrong = sums[segments.codes] != numbers[TOTAL]
        if wrong.any():
            rule = "contradicts the counts of the segment, which add up to something else"
            found.append(Fault(f"column '{TOTAL}', {_rows(wrong)}", rule, "count both at one time"))
    if SQUARED in numbers:
        wrong = (counts == 0) & (numbers[SQUARED] > ROUNDING)
        if wrong.any():
            rule = "has a distance where nobody is counted"
            found.append(Fault(f"column '{SQUARED}', {_rows(wrong)}", rule, "sum it over the residents"))
    return found


def _repeated(segments: Column, columns: tuple[Column, ...]) -> list[Fault]:
    """Return a fault where a combination has more than one row: parts of a count, or the same one twice."""
    codes = np.column_stack([segments.codes, *(column.codes for column in columns)])
    _, place, times = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    again = times[place.ravel()] > 1
    rule = "have the same segment, groups and strata as another row"
    return (
        [Fault(_rows(again), rule, "add up parts of one count, and keep one row of the same")]
        if again.any()
        else []
    )


def _rows(where: NDArray[np.bool_]) -> str:
    return row_list([int(row) + 1 for row in np.flatnonzero(where)])
