"""New files for secrets that are shown once: an API key's token, a keyring."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def new_file(path: Path | None, what: str) -> Iterator[Path | None]:
    """Make an empty file that its owner alone may read, and take it away where nothing comes into it.

    It is made before anything is recorded: a secret that nobody could keep is of no use.

    Parameters
    ----------
    path : Path or None
        None gives None.
    what : str
        What is to stand in it, as a message begins: ``The token``.

    Raises
    ------
    StorageError
        There is one already, or it cannot be made.
    """
    from segmentation.errors import StorageError
    from segmentation.files import reason_of

    if path is None:
        yield None
        return
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StorageError(
            f"{what} cannot be written to {path}: {reason_of(error)}. Name a new file."
        ) from None
    try:
        yield path
    except BaseException:
        path.unlink(missing_ok=True)
        raise
