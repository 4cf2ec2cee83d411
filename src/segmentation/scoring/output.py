"""The table of segments, written a stretch at a time: Parquet or CSV, always with the same bytes."""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from segmentation.scoring.work import create

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SEGMENT, MARGIN, COLLECTED = "segment", "margin", "collected"
KEY = b"segmentation"
"""Under which a Parquet file tells which version scored it, and on which day."""


def scored_schema(id_column: str, *, to_keep: bool = False) -> pa.Schema:
    """Return the schema of a table of segments, or of what is kept of residents.

    That has margins, and when needs were collected: microseconds since 1970, null where nobody said.
    """
    segment = pa.dictionary(pa.int16(), pa.string())
    fields = [pa.field(id_column, pa.string()), pa.field(SEGMENT, segment)]
    kept = [pa.field(MARGIN, pa.float64()), pa.field(COLLECTED, pa.int64())]
    return pa.schema([*fields, *kept] if to_keep else fields)


class Output(Protocol):
    """A table that is being written."""

    def write(self, stretch: pa.Table) -> None:
        """Append the residents of a stretch."""


@contextmanager
def parquet(staged: Path, schema: pa.Schema, told: Mapping[str, str]) -> Iterator[Output]:
    """Write a Parquet file: a row group for each stretch, the segment as a dictionary, ids as they are.

    Ids all differ, so a dictionary of them, or their least and greatest, would only cost time and say who is
    in the file.
    """
    content = json.dumps(dict(told), ensure_ascii=False, sort_keys=True)
    with create(staged) as file:
        writer = pq.ParquetWriter(
            file,
            schema.with_metadata({KEY: content.encode()}),
            compression="snappy",
            use_dictionary=[SEGMENT],
            write_statistics=[SEGMENT],
        )
        try:
            yield _Parquet(writer)
        except BaseException:
            with suppress(Exception):  # of a file that is thrown away
                writer.close()
            raise
        writer.close()


@contextmanager
def csv(staged: Path, schema: pa.Schema, told: Mapping[str, str]) -> Iterator[Output]:  # noqa: ARG001 - one form
    """Write a CSV file in UTF-8, which has no place for metadata."""
    with create(staged) as file:
        file.write(schema.empty_table().to_pandas().to_csv(index=False).encode())
        yield _Csv(file)


class _Parquet:
    def __init__(self, writer: pq.ParquetWriter) -> None:
        self._writer = writer

    def write(self, stretch: pa.Table) -> None:
        if stretch.num_rows:
            self._writer.write_table(stretch, row_group_size=stretch.num_rows)


class _Csv:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, stretch: pa.Table) -> None:
        self._file.write(stretch.to_pandas().to_csv(index=False, header=False).encode())
