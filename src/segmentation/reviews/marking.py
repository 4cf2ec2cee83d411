"""The secret of a service with pages, under which it counts names that somebody typed at sign-in.

Names go into the database as marks that nobody computes without the secret: in the field of a name people
type anything, even a passphrase, and a bare digest of one can be guessed. It lies in a file at home, never in
the database, and opens nothing: who loses it begins to count anew.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from segmentation.errors import StorageError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from segmentation.home import Home

LENGTH = 32
"""Random bytes; the file holds their hexadecimal digits."""


def marking_key(home: Home) -> bytes:
    """Return the secret that lies at home; made where there is none, once, however many ask at once.

    Raises
    ------
    StorageError
        It cannot be read or made, or the file holds something else.
    """
    path = home.marking
    try:
        return _read(path)
    except FileNotFoundError:
        _make(path)
        return _read(path)


def _read(path: Path) -> bytes:
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        raise
    except ValueError:
        found = b""
    except OSError as error:
        raise StorageError(
            f"The file {path}, which a service with pages needs, cannot be read: {reason_of(error)}. Let it "
            "be read, or serve with --no-pages."
        ) from None
    if len(found) != LENGTH:
        raise StorageError(
            f"The file {path} does not hold what a service with pages keeps there. Take it away, and it is "
            "made anew."
        )
    return found


def _make(path: Path) -> None:
    """Make the file whole or not at all, readable by its owner alone; one that is there meanwhile stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as staged:
            staged.write(secrets.token_bytes(LENGTH).hex().encode())
            staged.flush()
            os.fsync(staged.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(staged.name)
    except OSError as error:
        raise StorageError(
            f"The file {path}, which a service with pages needs, cannot be written: {reason_of(error)}. Let "
            "the service write to its home, or serve with --no-pages."
        ) from None
