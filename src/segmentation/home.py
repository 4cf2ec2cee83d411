"""Where everything is kept that the program makes: one folder, to be moved, guarded and backed up as one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from html import escape
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from segmentation.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "SEGMENTATION_HOME"
ROOM = 32 * 2**20
"""Free bytes asked for before work starts; a version takes about 4 MiB, and a first database 1 MiB."""


@dataclass(frozen=True)
class Home:
    """The folder that holds the registry and its artefacts, the ledger, keys, and what was published.

    Attributes
    ----------
    root : Path
        Made when something is first written to it.
    """

    root: Path

    def __repr__(self) -> str:
        """Return the folder, as it was given."""
        return f"Home({str(self.root)!r})"

    def _repr_html_(self) -> str:
        state = "there" if self.root.expanduser().is_dir() else "not there yet: the first version makes it"
        return (
            f"<p><strong>Home</strong> <code>{escape(str(self.root))}</code>, {state}. It holds the registry "
            "and its artefacts, the ledger, keys, and what was published.</p>"
        )

    @property
    def _absolute(self) -> Path:
        return self.root.expanduser().absolute()

    @property
    def database(self) -> Path:
        """The SQLite database of MLflow, as an absolute path."""
        return self._absolute / "mlflow.db"

    @property
    def artifacts(self) -> Path:
        """The folder of everything that is too large for a database, as an absolute path."""
        return self._absolute / "artifacts"

    @property
    def ledger(self) -> Path:
        """The SQLite database of the ledger, as an absolute path."""
        return self._absolute / "ledger.db"

    @property
    def keys(self) -> Path:
        """The folder of the root key and of the keys of people, each under its passphrase."""
        return self._absolute / "keys"

    @property
    def witness(self) -> Path:
        """The file that holds the highest head of the ledger that was seen from here."""
        return self._absolute / "witness.json"

    @property
    def marking(self) -> Path:
        """The file of the secret under which a service with pages counts names."""
        return self._absolute / "marking.secret"

    @property
    def keyring(self) -> Path:
        """The file of the keyring, under its passphrase, as an absolute path."""
        return self._absolute / "keyring.json"

    @property
    def tombstones(self) -> Path:
        """The file that says who was erased, as marks that the keyring alone makes; never in a backup."""
        return self._absolute / "tombstones.jsonl"

    @property
    def spool(self) -> Path:
        """The folder in which access events wait for the ledger, as an absolute path."""
        return self._absolute / "spool"

    @property
    def storing(self) -> Path:
        """The folder that says how far runs of storing segments are; counts and times alone."""
        return self._absolute / "storing"

    def prepare(self) -> None:
        """Make the folder, and make sure that it can be written to and has room.

        Raises
        ------
        StorageError
            It cannot be made or written to, or fewer than `ROOM` bytes are free.
        """
        try:
            for folder in (self.database.parent, self.artifacts):
                folder.mkdir(parents=True, exist_ok=True)
                with NamedTemporaryFile(dir=folder, prefix=".probe-"):
                    pass
            if self.database.exists():
                self.database.open("r+b").close()
            free = shutil.disk_usage(self.database.parent).free
        except OSError as error:
            reason = (error.strerror or "the file system refuses").lower()
            message = (
                f"The home folder {self.root} cannot be used: {reason}. "
                f"Point {VARIABLE} at a folder that you may write to."
            )
            raise StorageError(message) from None
        if free < ROOM:
            message = (
                f"The home folder {self.root} has {free / 2**20:.0f} MiB of room, and {ROOM / 2**20:.0f} MiB "
                f"are needed. Make room, or point {VARIABLE} at another disk."
            )
            raise StorageError(message)
