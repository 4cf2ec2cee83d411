"""A ledger is upgraded with all that it holds, and a newer one is left alone."""

import shutil
from pathlib import Path

import pytest

from segmentation.errors import LedgerError
from segmentation.ledger import store, upgrade
from segmentation.ledger.store import create_ledger, open_ledger

SECOND = '''
"""One column more."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.add_column("events", sa.Column("note", sa.Text))
    {then}
'''


@pytest.fixture
def newer(tmp_path, monkeypatch):
    """Let the program be a version that knows one migration more."""

    def made(then=""):
        folder = tmp_path / "of 100% newer"
        shutil.copytree(upgrade.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        Path(folder, "versions", "second.py").write_text(SECOND.format(then=then))
        monkeypatch.setattr(upgrade, "MIGRATIONS", folder)
        monkeypatch.setattr(store, "REVISION", "0002")

    return made


def test_an_older_ledger_is_upgraded_with_what_it_holds(url, written, cast, sql, newer):
    newer()
    with pytest.raises(
        LedgerError,
        match=r"has revision 0001 of its tables, and .* knows 0002\. Upgrade it with `segmentation ledger u",
    ):
        open_ledger(url)

    with create_ledger(url) as upgraded:
        assert upgraded.read() == cast.events

    assert open_ledger(url).read() == cast.events
    assert sql("SELECT count(*) FROM events WHERE note IS NULL") == [(10,)]


def test_an_upgrade_that_fails_changes_nothing(url, written, cast, sql, newer):
    newer("op.execute('DROP TABLE nowhere')")

    with pytest.raises(LedgerError, match=r"^The ledger cannot be made, because .* refuses: .*nowhere"):
        create_ledger(url)

    assert sql("SELECT version_num FROM ledger_version") == [("0001",)]
    assert written.read() == cast.events


def test_a_newer_ledger_is_refused_and_left_alone(url, written, sql):
    sql("UPDATE ledger_version SET version_num = '0009'")

    for opened in (open_ledger, create_ledger):
        with pytest.raises(
            LedgerError, match=r"revision 0009 .* Install the version that wrote it, or a newer"
        ):
            opened(url)

    assert sql("SELECT version_num FROM ledger_version") == [("0009",)]


def test_making_a_ledger_twice_changes_nothing(url, written, cast):
    with create_ledger(url) as again:
        assert again.read() == cast.events


def test_tables_of_others_in_the_same_database_are_let_be(url, sql):
    create_ledger(url).close()
    sql("CREATE TABLE alembic_version (version_num TEXT)")
    sql("INSERT INTO alembic_version VALUES ('of mlflow')")

    with create_ledger(url) as opened:
        assert opened.read() == []

    assert sql("SELECT * FROM alembic_version") == [("of mlflow",)]
