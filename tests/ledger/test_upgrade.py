"""A ledger is upgraded with all that it holds, and a newer one is left alone."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert

from segmentation.errors import LedgerError
from segmentation.ledger import store, upgrade
from segmentation.ledger.access import AccessLog
from segmentation.ledger.engines import make_file
from segmentation.ledger.history import History
from segmentation.ledger.notes import Notes
from segmentation.ledger.personal.erasing import Erased, Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tombstones import Tombstones
from segmentation.ledger.personal.verify import verify_personal
from segmentation.ledger.place import Place
from segmentation.ledger.rows import rows_of
from segmentation.ledger.store import Ledger, create_ledger, open_ledger
from segmentation.ledger.tables import attempts, notes, sessions
from segmentation.vault import Keyring
from tests.ledger.personal.planted import NOW, keep_all, told
from tests.signed import KEY, MODEL, START

FIFTH = '''
"""One column more."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


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
        Path(folder, "versions", "fifth.py").write_text(FIFTH.format(then=then))
        monkeypatch.setattr(upgrade, "MIGRATIONS", folder)
        monkeypatch.setattr(store, "REVISION", "0005")

    return made


def made_by_an_earlier_version(url, events, revision="0001"):
    """Make a ledger as an earlier version of the program left it."""
    place = Place.of(url)
    if place.path is not None:
        make_file(place.path, 0.2)
    with Ledger(place, 0.2) as ledger, ledger.writer("Not made") as connection:
        command.upgrade(upgrade._config(connection), revision)
        for event in events:
            for table, row in rows_of(event):
                connection.execute(insert(table), row)


@pytest.fixture
def first(url, cast):
    """Such a ledger, with ten events."""
    made_by_an_earlier_version(url, cast.events)
    return url


def test_a_ledger_of_the_first_version_is_refused_until_it_is_upgraded(first):
    with pytest.raises(
        LedgerError,
        match=r"has revision 0001 of its tables, and .* knows 0004\. Upgrade it with `segmentation ledger u",
    ):
        open_ledger(first)


def test_a_ledger_of_the_first_version_is_upgraded_with_all_that_it_holds(first, cast, sql):
    before = {table: sql(f"SELECT * FROM {table} ORDER BY 1") for table in ("events", "people", "decisions")}

    create_ledger(first).close()

    assert {table: sql(f"SELECT * FROM {table} ORDER BY 1") for table in before} == before
    with open_ledger(first) as upgraded:
        assert upgraded.read() == cast.events
        upgraded.check_guards()


def test_an_upgraded_ledger_takes_what_is_new(first, cast):
    cast.issue()
    cast.end_key()
    cast.anchor()

    with create_ledger(first) as upgraded, upgraded.writing() as pen:
        for event in cast.events[10:]:
            pen.append(event)

    with open_ledger(first) as upgraded:
        history = History.replayed(upgraded.read(), cast.root.public)
    assert history.api_keys[KEY].revoked == cast.events[-2].at
    assert [anchor.number for anchor in history.anchors] == [1]


def test_a_ledger_of_the_second_version_is_upgraded_with_all_that_it_holds(url, cast, sql):
    cast.issue()
    cast.anchor()
    made_by_an_earlier_version(url, cast.events, "0002")
    tables = ("events", "people", "decisions", "api_keys", "access")
    before = {table: sql(f"SELECT * FROM {table} ORDER BY 1") for table in tables}
    with pytest.raises(LedgerError, match=r"has revision 0002 of its tables, and .* knows 0004\."):
        open_ledger(url)

    create_ledger(url).close()

    assert {table: sql(f"SELECT * FROM {table} ORDER BY 1") for table in tables} == before
    cast.say("Carol")
    with open_ledger(url) as upgraded:
        with upgraded.writing() as pen:
            pen.append(cast.events[-1])
        assert upgraded.read() == cast.events
        assert Notes(upgraded).of("Carol", MODEL, 1) == ()
        upgraded.check_guards()


def full_of_the_third_version(url, cast):
    """Make a ledger of the third version in which every table has many rows."""
    cast.issue()
    cast.anchor()
    for _ in range(50):
        cast.say("Carol")
    made_by_an_earlier_version(url, cast.events, "0003")
    with Ledger(Place.of(url), 0.2) as ledger:
        log = AccessLog(ledger)
        for at in range(40):
            log.append(f"spool {at % 3}", log.ended(f"spool {at % 3}"), 40 * b'{"route": "predict"}\n', START)
        with ledger.writer("Not made") as connection:
            for at in range(50):
                day = f"2026-07-01T08:00:00.{at:06}+00:00"
                connection.execute(
                    insert(sessions).values((f"{at}", "Carol", day, day, day, "{}", "signature"))
                )
                connection.execute(insert(attempts).values((f"{at}", day, day, day)))
                connection.execute(
                    insert(notes).values(("Carol", MODEL, at, "note", "", "bundle", "读到这里", None, day))
                )


OF_THE_THIRD = (
    "events", "people", "decisions", "api_keys", "comments", "access", "sessions", "attempts", "notes",
)  # fmt: skip
OF_RESIDENTS = (
    "data_keys", "tombstones", "consents", "segments", "overrides", "requests", "notices", "breaches",
)  # fmt: skip


def test_a_ledger_of_the_third_version_full_of_data_is_upgraded_with_all_that_it_holds(url, cast, sql):
    full_of_the_third_version(url, cast)
    before = {table: sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in OF_THE_THIRD}
    assert min(map(len, before.values())) >= 1
    assert len(before["comments"]) == 50
    with pytest.raises(LedgerError, match=r"has revision 0003 of its tables, and .* knows 0004\."):
        open_ledger(url)

    create_ledger(url).close()

    assert {table: sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in OF_THE_THIRD} == before
    assert [sql(f"SELECT count(*) FROM {table}") for table in OF_RESIDENTS] == 8 * [[(0,)]]
    with open_ledger(url) as upgraded:
        assert upgraded.read() == cast.events
        assert AccessLog(upgraded).verify().number == 40
        upgraded.check_guards()


def test_an_upgraded_ledger_keeps_residents_as_a_new_one_does(url, cast, tmp_path):
    full_of_the_third_version(url, cast)
    ring = Keyring.generate(START)

    with create_ledger(url) as upgraded:
        records = Records(upgraded, lambda: ring)
        first, second = keep_all(records, "R-1", "R-2")
        graves = Tombstones(tmp_path / "tombstones.jsonl")
        assert Erasures(records, graves).erase([first], "Carol", NOW) == Erased(1, 4)

        assert (told(records, first), len(told(records, second))) == ([], 4)
        assert AccessLog(upgraded).verify().number > 40
        assert verify_personal(upgraded, graves).empty["consents"] == 2


def test_a_guard_that_was_gone_before_an_upgrade_is_still_missed(first, url, sql):
    sql("DROP TRIGGER people_follow" + ("" if url.startswith("sqlite") else " ON people"))

    with create_ledger(first) as upgraded, pytest.raises(LedgerError, match="people_follow is missing"):
        upgraded.check_guards()


def test_an_older_ledger_is_upgraded_with_what_it_holds(url, written, cast, sql, newer):
    newer()
    with pytest.raises(
        LedgerError,
        match=r"has revision 0004 of its tables, and .* knows 0005\. Upgrade it with `segmentation ledger u",
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

    assert sql("SELECT version_num FROM ledger_version") == [("0004",)]
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
