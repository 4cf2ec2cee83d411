"""MLflow's database is copied while it is written to, and finds its artefacts in another home."""

import io
import sqlite3
from contextlib import closing

import pytest

from segmentation.backups.registry import ADDRESSES, read_database, write_database

BEFORE, AFTER = "file:///before/artifacts", "file:///after/arte%20facts"


@pytest.fixture
def database(tmp_path):
    """A database with the tables of MLflow that have addresses."""
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in dict.fromkeys(table for table, _ in ADDRESSES):
            columns = [column for name, column in ADDRESSES if name == table and column != "storage_location"]
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            for value in (f"{BEFORE}/m/1", "s3://bucket/m", f"/x{BEFORE}", None):
                connection.execute(f"INSERT INTO {table} ({columns[0]}) VALUES (?)", (value,))
    return path


def moved(database, path):
    file = io.BytesIO()
    write_database(database, file)
    file.seek(0)
    read_database(file, path, BEFORE, AFTER)
    return path


def test_addresses_at_home_are_those_of_the_new_home_and_others_stay(database, tmp_path):
    with closing(sqlite3.connect(moved(database, tmp_path / "new.db"))) as connection:
        for table, column in ADDRESSES[:4]:
            found = [value for (value,) in connection.execute(f"SELECT {column} FROM {table}")]
            assert found == [f"{AFTER}/m/1", "s3://bucket/m", f"/x{BEFORE}", None]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_what_is_not_committed_yet_is_not_in_it_and_nobody_waits(database, tmp_path, mode):
    with closing(sqlite3.connect(database)) as writer:
        writer.execute(f"PRAGMA journal_mode = {mode}")
        writer.execute("INSERT INTO runs (artifact_uri) VALUES ('committed')")
        writer.commit()
        writer.execute("INSERT INTO runs (artifact_uri) VALUES ('open')")
        path = moved(database, tmp_path / "new.db")
        writer.commit()
    with closing(sqlite3.connect(path)) as connection:
        found = {value for (value,) in connection.execute("SELECT artifact_uri FROM runs")}
    assert "committed" in found
    assert "open" not in found


def test_it_is_for_its_owner_alone_and_never_written_over_another(database, tmp_path):
    path = moved(database, tmp_path / "new.db")
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        moved(database, path)
