"""Writing files whole or not at all: under another name first, then moved into place."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import TYPE_CHECKING

from segmentation.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

CSV = ".csv"
PARQUET = frozenset({".parquet", ".pq"})


@contextmanager
def together(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Give a folder to write several files to, and move them to `folder` once the block has ended well.

    Parameters
    ----------
    folder : Path
        Made where it does not exist; files of the same names are replaced.
    names : sequence of str
        The files to move, in this order: who finds the last one finds them all.

    Raises
    ------
    StorageError
        The folder or a file cannot be made, or the disk is full; nothing half-written is left.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder, prefix=".writing-") as staging:
            yield Path(staging)
            for name in names:
                Path(staging, name).replace(folder / name)
    except OSError as error:
        raise _refused(folder, error) from None


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Give a place to write to, and move it to `path` once the block has ended well.

    Parameters
    ----------
    path : Path
        Its folder is made where it does not exist; a file of that name is replaced.
    private : bool
        Whether it is for its owner alone, whatever the umask says.

    Raises
    ------
    StorageError
        The folder or file cannot be made, or the disk is full; `path` is then as it was before.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            staged = Path(file.name)
        try:
            yield staged
            staged.chmod(0o600 if private else 0o666 & ~umask())
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
    except OSError as error:
        raise _refused(path, error) from None


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text file in UTF-8, whole or not at all; takes and raises what `whole` does."""
    with whole(path, private=private) as staged:
        staged.write_text(text, encoding="utf-8")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet or CSV, by the suffix, whole or not at all.

    Raises
    ------
    StorageError
        What `whole` raises, or the suffix is neither .parquet nor .csv.
    """
    suffix = path.suffix.lower()
    if suffix != CSV and suffix not in PARQUET:
        message = f"{path} is neither .parquet nor .csv. Give the file one of these endings."
        raise StorageError(message)
    with whole(path) as staged:
        if suffix == CSV:
            table.to_csv(staged, index=False)
        else:
            table.to_parquet(staged, index=False)


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be written: {reason_of(error)}. Choose another place, or make room.")


def write_secret(path: Path, text: str) -> None:
    """Write a new file for its owner alone, through to the disk; nothing half-written is left.

    Raises
    ------
    FileExistsError
        There is one, which is untouched.
    OSError
        It cannot be written.
    """
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk, where a power cut leaves them.

    Raises
    ------
    OSError
        It is not there, or the disk does not take it.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def reason_of(error: OSError) -> str:
    """Return why the system refuses, as a clause within a sentence; no path and no name is in it."""
    return (os.strerror(error.errno) if error.errno else "the file system refuses").lower()


def umask() -> int:
    """Return the umask, which can only be read by setting it: a temporary file ignores it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
