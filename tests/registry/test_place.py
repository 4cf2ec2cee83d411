"""Where versions are kept, and how its troubles are told."""

import errno
import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy.exc
from mlflow.exceptions import MlflowException

from segmentation.errors import PolicyError, RegistryError, StorageError
from segmentation.home import Home
from segmentation.registry.place import Place, explained

HOME = Home(Path("/srv/segments"))
SECRET = "postgresql://writer:hush@db.example.org/registry"


def told_of(error, tracking_uri=None):
    """Return what a user is told of an error."""
    with (
        pytest.raises((RegistryError, StorageError)) as told,
        explained("It could not be done", Place(HOME, tracking_uri)),
    ):
        raise error
    return told.value


def caused(error, cause):
    """Return an error as it is after `raise error from cause`."""
    error.__cause__ = cause
    return error


def test_the_store_is_at_home_unless_another_is_named():
    place = Place(HOME)

    assert place.uri == "sqlite:////srv/segments/mlflow.db"
    assert place.database == Path("/srv/segments/mlflow.db")
    assert place.is_locked
    assert place.artifacts_of("needs") == "file:///srv/segments/artifacts/needs"


@pytest.mark.parametrize(
    ("location", "is_astray"),
    [
        ("/srv/checkout/mlruns/7", True),
        ("file:///srv/checkout/mlruns/7", True),
        ("mlflow-artifacts:/7", True),
        ("/srv/checkout/mlruns/8", False),
        ("file:///srv/segments/artifacts/needs", False),
        ("s3://bucket/mlruns/7", False),
    ],
)
def test_files_that_would_go_astray_are_noticed_unless_a_server_keeps_them(location, is_astray):
    assert Place(HOME).is_astray(location, "7") is is_astray
    assert not Place(HOME, "https://mlflow.example.org").is_astray(location, "7")


@pytest.mark.parametrize(
    ("uri", "resolved", "locked", "artifacts"),
    [
        (
            "sqlite:////data/other.db",
            "sqlite:////data/other.db",
            True,
            "file:///srv/segments/artifacts/needs",
        ),
        (
            SECRET,
            SECRET.replace("postgresql:", "postgresql+psycopg:"),
            True,
            "file:///srv/segments/artifacts/needs",
        ),
        (
            "postgresql+psycopg2://db/x",
            "postgresql+psycopg2://db/x",
            True,
            "file:///srv/segments/artifacts/needs",
        ),
        ("https://mlflow.example.org", "https://mlflow.example.org", False, None),
    ],
)
def test_another_store_keeps_its_own_ways(uri, resolved, locked, artifacts):
    place = Place(HOME, uri)

    assert place.uri == resolved
    assert place.is_locked is locked
    assert place.artifacts_of("needs") == artifacts


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device", "/srv/segments/x"),
        shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]),
        caused(MlflowException("Something"), OSError(errno.ENOSPC, "No space left on device")),
    ],
)
def test_a_full_disk_is_told_as_one_however_it_is_raised(error):
    told = told_of(error)

    assert isinstance(told, StorageError)
    assert str(told) == (
        "It could not be done: no space left on device. Make room in /srv/segments, or point "
        "SEGMENTATION_HOME at a folder that you may write to."
    )


def test_what_sqlite_says_is_told_without_its_statement():
    driver = sqlite3.OperationalError("database or disk is full")
    error = caused(
        MlflowException("(sqlite3.OperationalError) database or disk is full [SQL: INSERT INTO runs …]"),
        caused(sqlalchemy.exc.OperationalError("INSERT INTO runs", {}, driver), driver),
    )

    assert "It could not be done: database or disk is full. Make room" in str(told_of(error))


def test_a_server_that_is_away_is_no_trouble_with_a_disk():
    error = caused(
        MlflowException("API request failed"),
        ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    )
    told = told_of(error, "https://user:hush@mlflow.example.org/")

    assert isinstance(told, RegistryError)
    assert "because MLflow at mlflow.example.org refuses: " in str(told)


def test_a_password_is_never_told():
    told = told_of(MlflowException(f"unsupported: {SECRET}"), SECRET)

    assert "hush" not in str(told)
    assert "db.example.org refuses" in str(told)


def test_a_missing_driver_is_told_with_the_way_to_it():
    assert "extra `postgres`" in str(told_of(ModuleNotFoundError("No module named 'psycopg'"), SECRET))


def test_a_long_message_is_cut_after_two_sentences():
    told = told_of(
        MlflowException("Found version a. Run mlflow db upgrade.  NOTE: more. And more. And still more.")
    )

    assert "refuses: Found version a. Run mlflow db upgrade.  NOTE: more. Check" in str(told)
    assert "still" not in str(told)


def test_an_error_of_our_own_is_left_alone():
    with pytest.raises(PolicyError, match="ours"), explained("It could not be done", Place(HOME)):
        raise PolicyError("ours")


def test_an_error_of_the_program_is_not_told_as_the_users():
    with pytest.raises(ZeroDivisionError), explained("It could not be done", Place(HOME)):
        raise ZeroDivisionError
