"""What a run is known again by: everything that its output depends on, as plain data."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, BinaryIO

from segmentation.errors import ResidentsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MARK = b"PAR1"
_END = 8
"""Bytes at the end of a Parquet file: the length of its footer, and the mark."""


def files_identity(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return name, size, time of change and a digest of each file: of its footer if it is Parquet.

    A footer says where each column lies and within which limits, so that of another table is another one.

    Raises
    ------
    ResidentsError
        A file cannot be read.
    """
    return [_identity(file) for file in files]


def _identity(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(max(0, size - _footer(opened, size)))
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
            changed = file.stat().st_mtime_ns
    except OSError as error:
        reason = error.strerror or "the file system refuses"
    else:
        return {"name": file.name, "size": size, "changed": changed, "digest": digest}
    raise ResidentsError(f"The table {file} cannot be read: {reason}. Check the path and its permissions.")


def _footer(opened: BinaryIO, size: int) -> int:
    """Return how many bytes at the end tell a file from others."""
    opened.seek(max(0, size - _END))
    end = opened.read(_END)
    return int.from_bytes(end[:4], "little") + _END if end[4:] == _MARK else size
