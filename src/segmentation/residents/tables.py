"""Parquet tables that are read a stretch at a time: one file, or a folder whose files are one table."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.errors import ResidentsError
from segmentation.residents.blocks import Block, blocks_of
from segmentation.residents.files import csv_rows, is_parquet, readable
from segmentation.residents.model import ROWS
from segmentation.residents.rows import at_once

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

SUFFIXES = frozenset({".parquet", ".pq"})
_HIDDEN = (".", "_")  # what engines leave beside their tables, such as _SUCCESS


class Rows(Protocol):
    """A table that is read a stretch at a time."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that it is read from."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns."""

    @property
    def rows(self) -> int:
        """Rows of the table."""

    def blocks(
        self, wanted: Collection[str], *, plain: Collection[str] = (), start: int = 0, rows: int = ROWS
    ) -> Iterator[Block]:
        """Yield the table from a row on, in blocks of at most `rows`; `plain` columns get no dictionary."""

    def place(self, row: int) -> tuple[str, int]:
        """Return the file that a row (from 1) is in, empty where there is one, and its number there."""


@dataclass(frozen=True)
class Held:
    """A table in memory.

    Attributes
    ----------
    files : tuple of Path
        The file that it is from.
    table : pyarrow.Table
        Its columns, as far as they are wanted.
    columns : tuple of str
        The names of all columns of the file.
    """

    files: tuple[Path, ...]
    table: pa.Table
    columns: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return int(self.table.num_rows)

    def blocks(
        self,
        wanted: Collection[str],
        *,
        plain: Collection[str] = (),  # noqa: ARG002 - nothing of it gets a dictionary
        start: int = 0,
        rows: int = ROWS,
    ) -> Iterator[Block]:
        """Yield the table from a row on, in blocks of at most `rows`."""
        for at in range(start, self.rows, rows):
            stretch = self.table.slice(at, rows)
            cells = {name: stretch[name].combine_chunks() for name in wanted if name in stretch.schema.names}
            yield Block(self.files[0], at, stretch.num_rows, cells)

    def place(self, row: int) -> tuple[str, int]:
        """Return no name of a file, and the row."""
        return at_once(row)


@dataclass(frozen=True)
class Tables:
    """Parquet files that make one table, in the order of their names.

    Attributes
    ----------
    files : tuple of Path
        The files.
    ends : tuple of int
        Rows of the table up to the end of each.
    columns : tuple of str
        The names of all columns, in the order of the first file.
    """

    files: tuple[Path, ...]
    ends: tuple[int, ...]
    columns: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.ends[-1]

    def place(self, row: int) -> tuple[str, int]:
        """Return the file that a row (from 1) is in, empty where there is one, and its number there."""
        if len(self.files) == 1:
            return at_once(row)
        at = bisect_left(self.ends, row)
        return self.files[at].name, row - (self.ends[at - 1] if at else 0)

    def blocks(
        self, wanted: Collection[str], *, plain: Collection[str] = (), start: int = 0, rows: int = ROWS
    ) -> Iterator[Block]:
        """Yield the table from a row on, in blocks of at most `rows`.

        Parameters
        ----------
        wanted : collection of str
            The columns to read, each of which stands in the table once.
        plain : collection of str
            Those whose texts are all different, and not worth a dictionary.
        start : int
            Rows to pass over.
        rows : int
            Largest block; none goes beyond a file.

        Raises
        ------
        ResidentsError
            A file is damaged.
        """
        first = 0
        for file, end in zip(self.files, self.ends, strict=True):
            if end > start:
                yield from blocks_of(file, first, wanted, plain, max(start, first), rows)
            first = end


def open_rows(path: Path, wanted: Collection[str]) -> Rows:
    """Open a Parquet file or a folder of them, or read the wanted columns of a CSV file.

    Raises
    ------
    ResidentsError
        The file cannot be opened, or is neither.
    """
    with readable(path):
        if path.is_dir() or is_parquet(path):
            return open_tables(path)
        return Held((path,), *csv_rows(path, wanted))


def open_tables(path: Path) -> Tables:
    """Open a Parquet file, or a folder of Parquet files.

    Raises
    ------
    ResidentsError
        Something in the folder is no Parquet file, a file is damaged, or its columns are not those of the
        first.
    OSError
        The file system refuses.
    """
    files = _files(path) if path.is_dir() else (path,)
    columns: tuple[str, ...] = ()
    ends: list[int] = []
    for file in files:
        names, rows = _opened(file)
        if ends and Counter(names) != Counter(columns):
            raise _refused(
                file, f"{_unlike(names, columns, files[0])}. Write all files with the same columns"
            )
        columns = columns if ends else names
        ends.append(rows + (ends[-1] if ends else 0))
    return Tables(files, tuple(ends), columns)


def _files(folder: Path) -> tuple[Path, ...]:
    files = sorted((file for file in folder.iterdir() if not file.name.startswith(_HIDDEN)), key=_name)
    for file in files:
        if file.is_dir() or file.suffix.lower() not in SUFFIXES:
            raise _refused(folder, f"holds {file.name}, which is no Parquet file. Leave only those in it")
    if not files:
        raise _refused(folder, "is a folder without a Parquet file. Name one that holds some")
    return tuple(files)


def _unlike(names: Collection[str], columns: Collection[str], first: Path) -> str:
    """Return which columns a file has more or fewer than the first one."""
    lacks, adds = (Counter(columns) - Counter(names), Counter(names) - Counter(columns))
    told = {"lacks": lacks.elements(), "adds": adds.elements()}
    parts = [f"{verb} {', '.join(map(repr, found))}" for verb, of in told.items() if (found := list(of))]
    return f"has other columns than {first.name}: it {' and '.join(parts)}"


def _name(file: Path) -> str:
    return file.name


def _opened(path: Path) -> tuple[tuple[str, ...], int]:
    with path.open("rb") as opened:  # an error of the file system is another than a damaged file
        is_empty = not opened.read(1)
    if is_empty:
        raise _refused(path, "is empty. Write it again, or remove it")
    try:
        with pq.ParquetFile(path) as file:
            return tuple(file.schema_arrow.names), file.metadata.num_rows
    except (pa.ArrowException, OSError):
        pass
    raise _refused(path, "is a damaged Parquet file. Write it again")


def _refused(path: Path, reason: str) -> ResidentsError:
    return ResidentsError(f"The table {path} {reason}.")
