"""Files that a command is given to read, and one sentence where one of them cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def read_given(file: Path, what: str) -> bytes:
    """Return what stands in a file that was named.

    Parameters
    ----------
    file : Path
    what : str
        What is to stand in it: ``checkpoint``.

    Raises
    ------
    StorageError
        It is not there, or cannot be read.
    """
    from segmentation.errors import StorageError

    try:
        return file.read_bytes()
    except OSError:
        raise StorageError(f"The {what} {file} cannot be read. Check the path and its permissions.") from None
