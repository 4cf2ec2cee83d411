"""Where versions are kept, and how its troubles are told: in one sentence, without secrets or statements."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from alembic.util.exc import CommandError
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from segmentation.errors import RegistryError, SegmentationError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.home import Home

SQLITE = "sqlite:///"
POSTGRES = "postgresql://"
DRIVER = "postgresql+psycopg://"


@dataclass(frozen=True)
class Place:
    """A home folder, and the MLflow that is used: the one at home, or another.

    Attributes
    ----------
    home : Home
    tracking_uri : str or None
        As MLflow takes it, such as ``postgresql://…`` or ``https://…``; None for SQLite at home.
    """

    home: Home
    tracking_uri: str | None = None

    @property
    def uri(self) -> str:
        """The address of MLflow's store."""
        if self.tracking_uri is None:
            return f"{SQLITE}{self.home.database.as_posix()}"
        return re.sub(f"^{re.escape(POSTGRES)}", DRIVER, self.tracking_uri)

    @property
    def database(self) -> Path | None:
        """The SQLite file that is the store; None where it is something else."""
        if self.tracking_uri is None:
            return self.home.database
        if not self.tracking_uri.startswith(SQLITE):
            return None
        return Path(self.tracking_uri.removeprefix(SQLITE)).absolute()

    @property
    def is_postgres(self) -> bool:
        """Whether the store is a PostgreSQL database."""
        return urlsplit(self.uri).scheme.startswith("postgresql")

    @property
    def is_locked(self) -> bool:
        """Whether only one process at a time writes to the store."""
        return self.database is not None or self.is_postgres

    @property
    def is_served(self) -> bool:
        """Whether a server keeps the store, and the artefacts with it."""
        return urlsplit(self.uri).scheme in {"http", "https"}

    def __str__(self) -> str:
        """Return a name for messages: without user or password."""
        parts = urlsplit(self.uri)
        return str(self.database or f"MLflow at {parts.hostname or parts.path}")

    def redacted(self, text: str) -> str:
        """Return a message without the password of the address, which MLflow may quote."""
        password = urlsplit(self.uri).password
        return text.replace(password, "***") if password else text

    def artifacts_of(self, name: str) -> str | None:
        """Return the address of a model's artefacts; None where the server decides."""
        return None if self.is_served else (self.home.artifacts / name).as_uri()

    def is_astray(self, location: str, experiment: str) -> bool:
        """Return whether an experiment's files would go where nobody looks for them.

        MLflow puts what it was told no place for under ``mlruns`` in the folder where it was started, or
        leaves it to the server of its pages. A server that keeps the store knows better.
        """
        parts = urlsplit(location)
        is_default = parts.path.endswith(f"mlruns/{experiment}") and parts.scheme in {"", "file"}
        return not self.is_served and (is_default or parts.scheme == "mlflow-artifacts")


@contextmanager
def explained(failure: str, place: Place) -> Iterator[None]:
    """Turn what MLflow, a database or the file system raises into one clear sentence.

    Parameters
    ----------
    failure : str
        What could not be done, as a clause.
    place : Place

    Raises
    ------
    StorageError
        A disk is full, or a file or folder cannot be read or written.
    RegistryError
        Anything else that MLflow or its database refuses.
    """
    try:
        yield
    except SegmentationError:
        raise
    except (
        MlflowException,
        SQLAlchemyError,
        CommandError,
        sqlite3.Error,
        OSError,
        ModuleNotFoundError,
    ) as error:
        cause = _cause(error)
        if _is_storage(cause):
            message = (
                f"{failure}: {_reason(cause)}. Make room in {place.home.root}, or point SEGMENTATION_HOME at "
                "a folder that you may write to."
            )
            raise StorageError(message) from None
        message = f"{failure}, because {place} refuses: {place.redacted(_reason(cause))}. {_way_out(cause)}"
        raise RegistryError(message) from None


def _cause(error: BaseException) -> BaseException:
    """Return what a person can act on: what the file system or a database said, or else the error itself."""
    told = error
    for step in _chain(error):
        if isinstance(step, DBAPIError) and step.orig is not None:
            told = step.orig
        elif isinstance(step, OSError | sqlite3.Error):
            told = step
    return told


def _chain(error: BaseException) -> Iterator[BaseException]:
    yield error
    inner = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if inner is not None:
        yield from _chain(inner)


def _is_storage(cause: BaseException) -> bool:
    is_network = isinstance(cause, ConnectionError | TimeoutError | socket.gaierror)
    is_file = isinstance(cause, OSError) and (cause.errno is not None or isinstance(cause, shutil.Error))
    return isinstance(cause, sqlite3.Error) or (is_file and not is_network)


def _reason(cause: BaseException) -> str:
    """Return the cause as a clause; of a failed copy of many files, the cause that the first one had."""
    number = re.search(r"\[Errno (\d+)\]", str(cause))
    if isinstance(cause, OSError) and number:
        return os.strerror(int(number[1])).lower()
    first_line = str(cause).strip().split("\n")[0]
    sentences = re.split(r"(?<=\.) (?=[A-Z])", first_line)[:2]
    return " ".join(sentences).rstrip(".") or type(cause).__name__


def _way_out(cause: BaseException) -> str:
    if isinstance(cause, ModuleNotFoundError):
        return "Install its driver; the one for PostgreSQL comes with this program's extra `postgres`."
    return "Check the address and what stands behind it."
