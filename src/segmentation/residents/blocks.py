"""Stretches of a Parquet file: read one after the other, the next while one is looked at.

`pre_buffer` stays off, because with it pyarrow holds what it has read of a file until the end of the file.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.errors import ResidentsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Block:
    """Consecutive rows of a table.

    Attributes
    ----------
    file : Path
        That they are from.
    start : int
        Rows of the table before them, through all files.
    rows : int
        How many they are.
    cells : mapping of str to pyarrow.Array
        The columns that were asked for.
    coded : frozenset of str
        Columns of texts that reading made dictionaries of.
    """

    file: Path
    start: int
    rows: int
    cells: Mapping[str, pa.Array]
    coded: frozenset[str] = frozenset()

    def slice(self, start: int, rows: int) -> Block:
        """Return some of the rows."""
        cells = {name: column.slice(start, rows) for name, column in self.cells.items()}
        return Block(self.file, self.start + start, rows, cells, self.coded)


def blocks_of(
    path: Path, first: int, wanted: Collection[str], plain: Collection[str], start: int, rows: int
) -> Iterator[Block]:
    """Yield the blocks of one file, whose first row is the table's `first`, from the table's `start` on.

    Raises
    ------
    ResidentsError
        The file is damaged.
    """
    blocks = _blocks(path, first, wanted, plain, start, rows)
    while True:
        try:
            block = next(blocks, None)
        except (pa.ArrowException, OSError):
            break
        if block is None:
            return
        yield block
    raise ResidentsError(f"The table {path} is a damaged Parquet file. Write it again.")


def ahead(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield blocks, the next of which is read while one is looked at."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = reader.submit(next, blocks, None)
            yield block


def _blocks(
    path: Path, first: int, wanted: Collection[str], plain: Collection[str], start: int, rows: int
) -> Iterator[Block]:
    with pq.ParquetFile(path) as file:
        fields = [field for field in file.schema_arrow if field.name in wanted]
        texts = [field.name for field in fields if _is_text(field.type) and field.name not in plain]
        groups, at = _groups(file.metadata, start - first)
    if not fields:
        yield from _bare(path, start, first + file.metadata.num_rows, rows)
        return
    with pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False) as file:
        names, coded = [field.name for field in fields], frozenset(texts)
        # Group by group: where a block ends shall not depend on where reading started.
        batches = (file.iter_batches(rows, row_groups=[group], columns=names) for group in groups)
        for batch in chain.from_iterable(batches):
            cut = batch.slice(max(0, start - first - at))
            at += batch.num_rows
            if cut.num_rows:
                cells = dict(zip(cut.schema.names, cut.columns, strict=True))
                yield Block(path, first + at - cut.num_rows, cut.num_rows, cells, coded)


def _bare(path: Path, start: int, end: int, rows: int) -> Iterator[Block]:
    for at in range(start, end, rows):
        yield Block(path, at, min(rows, end - at), {})


def _groups(metadata: pq.FileMetaData, skipped: int) -> tuple[list[int], int]:
    """Return the row groups from the one on that holds the row `skipped`, and the rows before it."""
    before = 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if before + rows > skipped:
            return list(range(group, metadata.num_row_groups)), before
        before += rows
    return [], before


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_large_string(of))
