"""Opening MLflow's store: complete or not at all, for one writer at a time, and without a word on the screen.

MLflow makes its tables in some fifty steps. A process that is killed in between leaves a database that no
MLflow can open, and two processes that start at once disturb each other. So a first database is made under
another name and moved into place, and whoever writes holds a lock that the system takes back when they die.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import sqlalchemy
from mlflow import MlflowClient
from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT
from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

from segmentation.errors import RegistryError, StorageError
from segmentation.registry.place import SQLITE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segmentation.registry.place import Place

PATIENCE = 300
"""Seconds to wait for another registration, which takes a few."""
ANSWER = "20"
"""Seconds that a server may take for its first answer."""
POSTGRES_LOCK = 0x5E61_7E61
"""Key of the advisory lock; any number that no other program is likely to use."""
CHATTY = ("alembic", "mlflow", "urllib3")


@contextmanager
def quiet() -> Iterator[None]:
    """Keep MLflow's loggers silent: what matters is raised, and told in our own words."""
    levels = {name: logging.getLogger(name).level for name in CHATTY}
    try:
        for name in CHATTY:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@contextmanager
def impatient() -> Iterator[None]:
    """Let MLflow ask a server twice for some seconds, not for the four minutes that it takes to give up."""
    limits = {MLFLOW_HTTP_REQUEST_MAX_RETRIES.name: "1", MLFLOW_HTTP_REQUEST_TIMEOUT.name: ANSWER}
    before = {name: os.environ.get(name) for name in limits}
    os.environ.update(limits)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def reading(place: Place) -> MlflowClient:
    """Return a client of a store that exists and answers.

    Raises
    ------
    RegistryError
        Nothing was ever registered there.
    """
    if place.database is not None and not _is_made(place.database):
        message = f"Nothing is registered in {place.database.parent}. Run `segmentation build` first."
        raise RegistryError(message)
    if place.is_postgres:
        _engine(place).connect().close()
    client = MlflowClient(tracking_uri=place.uri, registry_uri=place.uri)
    with impatient():
        client.search_registered_models(max_results=1)
    return client


@contextmanager
def writing(place: Place) -> Iterator[MlflowClient]:
    """Give a client of a store that is made where it does not exist, with no other writer beside it.

    A store behind a server takes care of that itself.

    Raises
    ------
    StorageError
        Another process has been writing for longer than `PATIENCE` seconds.
    """
    with _alone(place):
        yield reading(place)


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    if place.database is not None:
        with closing(_locked(place.database)):
            _make_database(place.database, place.home.artifacts)
            yield
    elif place.is_postgres:
        with _alone_in_postgres(place):
            yield
    else:
        yield


def _locked(database: Path) -> sqlite3.Connection:
    """Hold an exclusive lock by a means that works the same on every system: an empty SQLite database."""
    lock = database.with_name(f"{database.name}.lock")
    connection = sqlite3.connect(lock, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        message = (
            f"Another process has been registering in {database.parent} for {PATIENCE} seconds. "
            "Wait for it or stop it, then try again."
        )
        raise StorageError(message) from None
    return connection


def _make_database(database: Path, artifacts: Path) -> None:
    if _is_made(database):
        return
    new = database.with_name(f"{database.name}.new")
    for left in (new, new.with_name(f"{new.name}-journal")):
        left.unlink(missing_ok=True)
    store = SqlAlchemyStore(f"{SQLITE}{new.as_posix()}", artifacts.as_uri())
    store.engine.dispose()
    new.replace(database)


def _is_made(database: Path) -> bool:
    return database.exists() and database.stat().st_size > 0


def _engine(place: Place) -> sqlalchemy.Engine:
    """Return a way to a PostgreSQL that says at once that a server is away, not after MLflow's ten tries."""
    return sqlalchemy.create_engine(
        place.uri,
        poolclass=sqlalchemy.NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 10},
    )


@contextmanager
def _alone_in_postgres(place: Place) -> Iterator[None]:
    """Hold an advisory lock while a process writes."""
    with _engine(place).connect() as connection:
        connection.execute(sqlalchemy.text(f"SET lock_timeout = '{PATIENCE}s'"))
        connection.execute(sqlalchemy.text(f"SELECT pg_advisory_lock({POSTGRES_LOCK})"))
        yield
