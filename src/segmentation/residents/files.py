"""Opening a table of residents, Parquet or CSV: only the columns needed, one sentence if it is neither.

Every cell of a CSV file is read as text, so that ids keep their leading zeros and no column changes its type
with its first rows.
"""

from __future__ import annotations

import csv
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from segmentation.errors import ResidentsError
from segmentation.residents.rows import row_list

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

PARQUET_SUFFIXES = frozenset({".parquet", ".pq"})
_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_SAMPLE = 4096
_BLOCK = 1 << 20
_NO_UTF8 = "is neither Parquet nor CSV in UTF-8. Excel calls that 'CSV UTF-8 (comma delimited)'"
_EXACT = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}
"""Types that keep whole numbers whole and true true where cells are missing."""


@dataclass(frozen=True)
class Source:
    """A table as it was given.

    Attributes
    ----------
    table : DataFrame
        The columns asked for that are there, once each; its rows are those of the file.
    columns : tuple of str
        The names of all columns, in the order of the file.
    """

    table: pd.DataFrame
    columns: tuple[str, ...]


def open_table(path: Path, wanted: Collection[str]) -> Source:
    """Read the wanted columns of a Parquet or CSV file.

    Parameters
    ----------
    path : Path
        Told apart by content; a suffix that says otherwise is an error.
    wanted : collection of str
        Columns to read. Those that are missing, or stand in the file twice, are not read.

    Raises
    ------
    ResidentsError
        The file cannot be opened, or is neither Parquet nor CSV in UTF-8.
    """
    with readable(path):
        if is_parquet(path):
            return _parquet(path, wanted)
        rows, columns = csv_rows(path, wanted)
        return Source(rows.to_pandas(), columns)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Tell what the file system refuses in one sentence.

    Raises
    ------
    ResidentsError
        In place of an `OSError`.
    """
    reason = ""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the file system refuses"
    if reason:
        raise _refused(path, f"cannot be read: {reason}. Check the path and its permissions")


def is_parquet(path: Path) -> bool:
    """Return whether a file is Parquet by its content; else it is to be read as CSV.

    Raises
    ------
    ResidentsError
        Its suffix says otherwise, or it is empty or an archive.
    OSError
        The file system refuses.
    """
    with path.open("rb") as file:
        start = file.read(_SAMPLE)
    suffix = path.suffix.lower()
    if not start.strip():
        row = "it again, with" if suffix in PARQUET_SUFFIXES else "a header and"
        raise _refused(path, f"is empty. Write {row} a row for each resident")
    if start.startswith(_PARQUET):
        if suffix == ".csv":
            raise _refused(path, "is named .csv but is a Parquet file. Name it .parquet")
        return True
    if suffix in PARQUET_SUFFIXES:
        raise _refused(
            path,
            f"is named {suffix} but is no Parquet file. Write it as Parquet, or name it .csv if it is one",
        )
    if start.startswith(_ZIP):
        raise _refused(path, "is an archive or an Excel workbook. Save the sheet as CSV in UTF-8")
    return False


def _refused(path: Path, reason: str) -> ResidentsError:
    return ResidentsError(f"The table {path} {reason}.")


def _readable(columns: list[str], wanted: Collection[str]) -> list[str]:
    return [column for column in columns if column in wanted and columns.count(column) == 1]


def _parquet(path: Path, wanted: Collection[str]) -> Source:
    try:
        with pq.ParquetFile(path) as file:
            columns = list(file.schema_arrow.names)
            rows = file.read(columns=_readable(columns, wanted))
            return Source(as_frame(rows).reindex(range(file.metadata.num_rows)), tuple(columns))
    except (pa.ArrowException, OSError):
        pass
    raise _refused(path, "is a damaged Parquet file. Write it again")


def as_frame(rows: pa.Table | pa.RecordBatch) -> pd.DataFrame:
    """Return Arrow's rows for pandas: whole numbers stay whole and true true where cells are missing."""
    frame: pd.DataFrame = rows.to_pandas(ignore_metadata=True, types_mapper=_EXACT.get)
    return frame


def csv_rows(path: Path, wanted: Collection[str]) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the wanted columns of a CSV file as texts, and the names of all columns.

    Raises
    ------
    ResidentsError
        It is no CSV in UTF-8, or its rows are ragged.
    """
    columns = _header(path)
    ragged: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.number - 1)
        return "skip"

    table = _csv_rows(path, _readable(columns, wanted), skip)
    if ragged:
        rule = "more or fewer cells than the header: quote texts that hold commas"
        raise _refused(path, f"has {rule} ({row_list(ragged)})")
    return table, tuple(columns)


def _header(path: Path) -> list[str]:
    columns: list[str] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            columns = next(csv.reader(file), [])
    except (UnicodeDecodeError, csv.Error):
        pass
    if not columns or any("\0" in column for column in columns):
        raise _refused(path, _NO_UTF8)
    if len(columns) == 1 and any(mark in columns[0] for mark in ";\t"):
        raise _refused(path, "has columns parted by semicolons or tabs. Part them by commas")
    return columns


def _csv_rows(path: Path, columns: list[str], on_ragged: Callable[[arrow_csv.InvalidRow], str]) -> pa.Table:
    if _has_open_quote(path):
        raise _refused(path, "has a quotation mark that is not closed, or not doubled inside a quoted text")
    try:
        rows = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(use_threads=False),  # only so are rows numbered
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=on_ragged),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=columns,
                column_types=dict.fromkeys(columns, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        return rows.select(columns)
    except (pa.ArrowException, OSError):
        pass
    raise _refused(path, _NO_UTF8)


def _has_open_quote(path: Path) -> bool:
    with path.open("rb") as file:
        return sum(block.count(b'"') for block in iter(partial(file.read, _BLOCK), b"")) % 2 == 1
