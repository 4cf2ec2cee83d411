"""Where admitted residents wait when they are more than fit into memory: a temporary file without a name.

Residents on disk are a copy of people's data that nobody asked for. So the file is unlinked before the first
row is written, belongs to this user alone, and is gone when the process is, however it ends.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Self

import pyarrow as pa

from segmentation.errors import ResidentsError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM = (
    "Residents cannot be kept in the temporary folder {folder}: {reason}; free space there, or set TMPDIR."
)


class Spill:
    """Record batches of one schema in an unnamed temporary file, in Arrow's IPC form.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of all batches.
    folder : Path, optional
        Where to put the file; the system's temporary folder by default.

    Raises
    ------
    StorageError
        The folder cannot be written to, or is full.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        self.schema = schema
        self._folder = folder
        self._places: list[tuple[int, int, int]] = []  # offset, bytes and rows of every batch
        self._end = 0
        reason = ""
        try:
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by `close`
        except OSError as error:
            reason = error.strerror or "it cannot be written to"
        if reason:
            raise self._refused(reason)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch."""
        content = batch.serialize()
        reason = ""
        try:
            left = memoryview(content)
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            reason = error.strerror or "it cannot be written to"
        if reason:
            raise self._refused(reason)
        self._places.append((self._end, len(content), batch.num_rows))
        self._end += len(content)

    @property
    def rows(self) -> list[int]:
        """How many rows each batch has."""
        return [rows for _, _, rows in self._places]

    def read(self, at: int) -> pa.RecordBatch:
        """Return one batch by its number.

        Raises
        ------
        ResidentsError
            The file is closed.
        """
        if self._file.closed:
            raise ResidentsError(
                "These residents are closed, and what was kept of them is gone. Use them inside their `with` "
                "block, or close them later."
            )
        offset, length, _ = self._places[at]
        content = os.pread(self._file.fileno(), length, offset)
        while len(content) < length:  # a read stops short of 2 GB
            content += os.pread(self._file.fileno(), length - len(content), offset + len(content))
        return pa.ipc.read_record_batch(pa.py_buffer(content), self.schema)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Yield every batch in order; may be asked again and again."""
        for at in range(len(self._places)):
            yield self.read(at)

    def close(self) -> None:
        """Give the file's space back."""
        self._file.close()

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def _refused(self, reason: str) -> StorageError:
        return StorageError(_NO_ROOM.format(folder=self._folder or tempfile.gettempdir(), reason=reason))
