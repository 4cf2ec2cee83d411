"""The store is opened complete or not at all, by one writer at a time, without a word and a call home."""

import logging
import os
import signal
import sqlite3

import pytest

from segmentation.errors import RegistryError, StorageError
from segmentation.home import Home
from segmentation.registry import check_home, load_version, register, store
from segmentation.registry.place import Place
from tests.registry.processes import REGISTER, at_once, process, wait_for


@pytest.mark.slow
def test_builds_at_once_on_one_fresh_home_all_succeed(pickled, tmp_path, client_of):
    home = Home(tmp_path / "home")

    versions = at_once(pickled, tmp_path, *[(home.root,)] * 3)

    assert versions == ["1", "2", "3"]
    alias = client_of(home).get_registered_model("resident_needs").aliases["candidate"]
    assert int(alias) == 3
    assert load_version(home, "resident_needs", 1).tags == load_version(home, "resident_needs", 3).tags


@pytest.mark.slow
def test_a_killed_build_leaves_no_version_and_the_next_one_succeeds(pickled, tmp_path, candidate, client_of):
    home = Home(tmp_path / "home")
    hang = """
import sys, time
from mlflow import MlflowClient

def hang(*of, **_):
    Path(sys.argv[2]).with_name("hanging").touch()
    time.sleep(600)

MlflowClient.create_model_version = hang
"""
    (tmp_path / "go").touch()
    hung = process(
        hang + REGISTER, pickled, tmp_path / "ready", tmp_path / "go", home.root, TMPDIR=str(tmp_path)
    )
    wait_for(tmp_path / "hanging", hung)
    hung.send_signal(signal.SIGKILL)
    hung.communicate()

    assert list(client_of(home).search_model_versions()) == []
    assert register(candidate, home).version == 1


@pytest.mark.slow
def test_a_build_killed_while_the_first_database_is_made_leaves_none(tmp_path):
    home = Home(tmp_path / "home")
    hung = process(
        """
        import sys, time
        from pathlib import Path
        import mlflow.store.tracking.sqlalchemy_store as tracking
        from segmentation.home import Home
        from segmentation.registry import check_home

        def hang(engine):
            Path(sys.argv[1]).touch()
            time.sleep(600)

        tracking.mlflow.store.db.utils._upgrade_db = hang
        check_home(Home(Path(sys.argv[2])))
        """,
        tmp_path / "hanging",
        home.root,
    )
    wait_for(tmp_path / "hanging", hung)
    hung.send_signal(signal.SIGKILL)
    hung.communicate()
    left = {path.name for path in home.root.iterdir()}
    assert "mlflow.db.new" in left
    assert "mlflow.db" not in left

    check_home(home)

    assert {path.name for path in home.root.iterdir()} == {"artifacts", "mlflow.db", "mlflow.db.lock"}


@pytest.mark.slow
def test_nothing_is_sent_to_anybody(pickled, tmp_path):
    watched = """
import socket

def told(*of, **_):
    print("asks the network for", of)
    raise OSError("no network here")

socket.socket.connect = socket.getaddrinfo = told
"""
    reported = """
from mlflow.telemetry import get_telemetry_client
print("telemetry:", get_telemetry_client() is not None)
"""
    inviting = {
        "MLFLOW_DISABLE_TELEMETRY": "false", "DO_NOT_TRACK": "false", "HOME": str(tmp_path),
        "PYTEST_CURRENT_TEST": None, "CI": None, "GITHUB_ACTIONS": None, "RUNBOT_HOST_URL": None,
    }  # fmt: skip
    (tmp_path / "go").touch()
    place = (pickled, tmp_path / "ready", tmp_path / "go", tmp_path / "home")

    ours = process(watched + REGISTER + reported, *place, **inviting).communicate(timeout=120)
    mlflows = process("import mlflow" + reported, **inviting).communicate(timeout=120)

    assert ours == ("1\ntelemetry: False\n", "")
    assert mlflows[0] == "telemetry: True\n"  # what would be sent without us


def test_a_writer_waits_for_another_and_then_says_so(home, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.1)
    other = sqlite3.connect(home.root / "mlflow.db.lock", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(
        StorageError, match=r"Another process has been registering in .* Wait for it or stop it"
    ):
        check_home(home)

    other.close()
    check_home(home)


def test_a_reader_does_not_wait_for_a_writer(kept_home):
    with store.writing(Place(kept_home)):
        assert load_version(kept_home, "resident_needs").version == 2


def test_a_first_database_that_cannot_be_finished_is_not_there(tmp_path, monkeypatch):
    def full(path, artifacts):
        (tmp_path / "mlflow.db.new").touch()
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store, "SqlAlchemyStore", full)
        with pytest.raises(StorageError, match="no space left on device"):
            check_home(Home(tmp_path))

    assert not Home(tmp_path).database.exists()
    with pytest.raises(RegistryError, match="Nothing is registered"):
        load_version(Home(tmp_path), "resident_needs")


def test_loggers_speak_again_afterwards():
    logger = logging.getLogger("mlflow")
    level = logger.level

    with store.quiet():
        assert not logger.isEnabledFor(logging.CRITICAL)

    assert logger.level == level


@pytest.mark.parametrize("before", [None, "9"])
def test_mlflow_is_patient_again_afterwards(monkeypatch, before):
    name = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
    monkeypatch.setenv(name, before) if before else monkeypatch.delenv(name, raising=False)

    with store.impatient():
        assert os.environ[name] == "1"

    assert os.environ.get(name) == before


@pytest.mark.parametrize("uri", ["http://127.0.0.1:9", "postgresql://somebody:hush@127.0.0.1:9/registry"])
def test_a_server_that_is_away_is_told_soon(tmp_path, uri):
    with pytest.raises(
        RegistryError, match=r"(?i)MLflow at 127\.0\.0\.1 refuses: .*connection refused"
    ) as told:
        check_home(Home(tmp_path), uri)

    assert "hush" not in str(told.value)
