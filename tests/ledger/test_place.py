"""An address names a place, and no message shows its password."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from segmentation.errors import LedgerError, StorageError, UnreachableError
from segmentation.ledger.place import Place, told

SECRET = "p@ss/w:rd é"
QUOTED = "p%40ss%2Fw%3Ard%20%C3%A9"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("sqlite:////srv/ledger.db", "/srv/ledger.db"),
        ("sqlite+pysqlite:////srv/ledger.db", "/srv/ledger.db"),
        ("postgresql://ann:secret@db.example/books", "PostgreSQL database books at db.example"),
        ("postgresql+psycopg://db.example:5433/books", "PostgreSQL database books at db.example"),
        ("postgresql:///books?host=/run/pg", "PostgreSQL database books at /run/pg"),
        ("postgresql:///books", "PostgreSQL database books at this machine"),
    ],
)
def test_a_place_has_a_name_without_user_or_password(address, name):
    assert str(Place.of(address)) == name


def test_a_relative_path_is_under_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert Place.of("sqlite:///var/ledger.db").path == tmp_path / "var" / "ledger.db"


def test_a_tilde_is_the_users_own_folder():
    assert Place.of("sqlite:///~/ledger.db").path == Path.home() / "ledger.db"


def test_postgres_is_no_file():
    assert Place.of("postgresql:///books").path is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ledger.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://ann:secret@db/books",
        "postgresql+psycopg2://ann:secret@db/books",
        "postgresql://ann:secret@db:port/books",
    ],
)
def test_any_other_address_is_refused_and_not_repeated(address):
    with pytest.raises(
        LedgerError, match=r"neither of a SQLite file nor of a PostgreSQL database"
    ) as refused:
        Place.of(address)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address", [f"postgresql://ann:{QUOTED}@db/books", f"postgresql://db/books?user=ann&password={QUOTED}"]
)
def test_a_password_is_shown_nowhere(address):
    place = Place.of(address)

    assert SECRET not in repr(place)
    assert place.redacted(f"no {SECRET} and no {QUOTED}.") == "no *** and no ***."


def sqlite_error(code, message="as it says"):
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, error)


class PostgresError(Exception):
    """What psycopg raises, as far as it is looked at."""

    def __init__(self, message, sqlstate=None):
        super().__init__(message)
        self.sqlstate = sqlstate


def postgres_error(message, sqlstate=None):
    return OperationalError("SELECT 1", {}, PostgresError(message, sqlstate))


BUSY = "another program has been writing to .* longer than 2 seconds"
CAUSES = {
    "locked": (sqlite_error(sqlite3.SQLITE_BUSY), UnreachableError, BUSY),
    "a locked snapshot": (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), UnreachableError, BUSY),
    "locked in postgres": (postgres_error("canceling", "55P03"), UnreachableError, BUSY),
    "full": (sqlite_error(sqlite3.SQLITE_FULL), StorageError, "as it says. Make room"),
    "full in postgres": (postgres_error("no space\nHINT", "53100"), StorageError, "no space. Make room"),
    "read-only": (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), StorageError, "check who may read and"),
    "no folder": (PermissionError(13, "Permission denied"), StorageError, "permission denied. Make room"),
    "damaged": (sqlite_error(sqlite3.SQLITE_CORRUPT), LedgerError, "is damaged. Restore it from a copy"),
    "no database": (sqlite_error(sqlite3.SQLITE_NOTADB), LedgerError, "no SQLite database"),
    "away": (postgres_error("not there\n\tIs it on?"), LedgerError, "refuses: not there. Check"),
    "wordless": (postgres_error(""), LedgerError, "refuses: PostgresError. Check"),
    "no driver": (ModuleNotFoundError("No module"), LedgerError, "its extra `postgres`"),
}


@pytest.mark.parametrize(("error", "kind", "sentence"), CAUSES.values(), ids=CAUSES)
def test_each_trouble_is_told_in_its_own_sentence(error, kind, sentence):
    with pytest.raises(kind, match=rf"^Nothing was recorded.*{sentence}"), told(
        "Nothing was recorded", Place.of("sqlite:////srv/ledger.db"), 2
    ):  # fmt: skip
        raise error


@pytest.mark.parametrize(
    "state", ["08006", "08P01", "28P01", "53300", "57014", "57P01", "57P02", "57P03", "40001", "40P01", None]
)
def test_a_server_that_is_away_for_now_is_unreachable(state):
    with pytest.raises(UnreachableError, match=r"refuses: closing\. Check"):
        tell(postgres_error("closing", state))


def test_a_connection_that_broke_is_unreachable():
    error = postgres_error("closing", "XX000")
    error.connection_invalidated = True

    with pytest.raises(UnreachableError):
        tell(error)


@pytest.mark.parametrize(
    "error",
    [
        postgres_error('relation "events" does not exist', "42P01"),
        postgres_error("permission denied for table events", "42501"),
        postgres_error("the ledger is one chain", "P0001"),
        postgres_error('FATAL:  database "books" does not exist'),
        ProgrammingError("SELECT 1", {}, PostgresError("the connection is lost")),
        ModuleNotFoundError("No module"),
    ],
    ids=["no table", "no right", "a guard", "no database", "a fault of the program", "no driver"],
)
def test_what_waiting_does_not_mend_is_not_unreachable(error):
    with pytest.raises(LedgerError) as caught:
        tell(error)

    assert not isinstance(caught.value, UnreachableError)


def tell(error, address="postgresql://db/books"):
    with told("Not read", Place.of(address), 2):
        raise error


def test_a_file_that_was_taken_away_is_not_a_matter_of_the_disk(tmp_path):
    gone = sqlite_error(sqlite3.SQLITE_CANTOPEN, "unable to open database file")

    with pytest.raises(LedgerError, match=r"there is no file .*ledger\.db any more\. Restore it") as caught:
        tell(gone, f"sqlite:///{tmp_path}/ledger.db")
    assert not isinstance(caught.value, UnreachableError)

    (tmp_path / "ledger.db").touch()
    with pytest.raises(StorageError, match="unable to open"):
        tell(gone, f"sqlite:///{tmp_path}/ledger.db")


def test_what_a_server_says_of_a_password_is_not_repeated():
    place = Place.of("postgresql://ann:secret@db/books")

    with pytest.raises(LedgerError, match=r"refuses: bad \*\*\*\.") as refused, told("Not read", place, 2):
        raise postgres_error("bad secret")

    assert refused.value.__suppress_context__


def test_what_is_no_trouble_of_the_database_passes():
    with pytest.raises(KeyError), told("Not read", Place.of("sqlite:////srv/ledger.db"), 2):
        raise KeyError
