"""What was appended stays, whole or not at all, and whatever the database says is told in one sentence."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from segmentation.errors import LedgerError, StorageError, UnreachableError
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.history import History
from segmentation.ledger.store import create_ledger, open_ledger
from tests.ledger.processes import APPEND, HOLD, process, wait_for

SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
POSTGRES = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def following(before, model="m", body=None):
    """An unsigned event after another; no rule would allow it, and the store does not judge."""
    return linked(Draft("activated", None, model, 1, body), before.at, before)


def append(ledger, *events):
    """Append events in one transaction."""
    with ledger.writing() as pen:
        for event in events:
            pen.append(event)


def test_a_ledger_is_given_back_as_it_was_written(written, cast):
    assert written.read() == cast.events
    assert written.read(since=7) == cast.events[7:]
    assert written.read(since=10) == []


def test_a_page_says_how_many_events_there_are_before_it(written, cast):
    page = written.page(since=4)

    assert (page.before, page.events) == (4, cast.events[4:])


def test_a_pen_reads_what_it_appended_and_others_do_not_yet(written, cast):
    with written.writing() as pen:
        pen.append(following(cast.events[-1]))

        assert len(pen.read()) == 11
        assert pen.page(since=11).before == 11
        assert written.read() == cast.events

    assert len(written.read()) == 11


def test_nothing_is_kept_of_a_block_that_raises(written, cast):
    def half():
        with written.writing() as pen:
            pen.append(following(cast.events[-1]))
            raise KeyError

    with pytest.raises(KeyError):
        half()

    assert written.read() == cast.events
    with written.writing() as pen:
        assert pen.read() == cast.events


def test_an_error_of_the_block_itself_is_not_told_as_one_of_the_database(written):
    with pytest.raises(ConnectionError, match=r"^the object store$"), written.writing():
        raise ConnectionError("the object store")


@pytest.mark.parametrize("at", [0, 8])
def test_an_event_that_does_not_follow_is_refused_in_a_sentence(written, cast, at):
    with pytest.raises(LedgerError, match=r"Nothing was recorded.*must follow the last one") as refused:
        append(written, following(cast.events[-1]), following(cast.events[at]))

    assert "\n" not in str(refused.value)
    assert written.read() == cast.events


def test_two_threads_write_one_after_the_other(url, written, cast):
    def write():
        with open_ledger(url) as ledger, ledger.writing() as pen:
            pen.append(following(pen.read()[-1]))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [event.seq for event in written.read()] == list(range(1, 15))


def test_who_waited_too_long_for_another_writer_is_told_and_wrote_nothing(url, written, cast):
    with written.writing() as pen:
        with open_ledger(url, patience=0.05) as other:
            with pytest.raises(
                UnreachableError, match=r"^Nothing was recorded: another program.* than 0\.05 seconds"
            ):
                append(other)
            assert other.read() == cast.events
        pen.append(following(cast.events[-1]))

    assert len(written.read()) == 11


def test_who_waits_long_enough_writes(url, written, cast):
    has_it = threading.Event()

    def hold():
        with open_ledger(url) as holder, holder.writing():
            has_it.set()
            time.sleep(0.2)

    holding = threading.Thread(target=hold)
    holding.start()
    has_it.wait()
    with open_ledger(url, patience=30) as other:
        append(other, following(cast.events[-1]))
    holding.join()

    assert len(written.read()) == 11


def test_a_ledger_that_was_never_begun_is_told(tmp_path):
    with pytest.raises(
        LedgerError, match=r"There is no ledger at .*none\.db\. Begin one with `segmentation p"
    ):
        open_ledger(f"sqlite:///{tmp_path}/none.db")

    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_ledger_is_told(url):
    if url.startswith("sqlite"):
        create_ledger(url).close()
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("DROP TABLE ledger_version")

    with pytest.raises(LedgerError, match="There is no ledger at"):
        open_ledger(url)


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "ledger.db").write_text("hello, I am a text of some length. " * 40)

    with pytest.raises(LedgerError, match="is no SQLite database, or is damaged"):
        open_ledger(f"sqlite:///{tmp_path}/ledger.db")


def test_a_file_where_the_folder_should_be_is_told(tmp_path):
    (tmp_path / "folder").write_text("")

    with pytest.raises(StorageError, match=r"The ledger cannot be made: .*file exists"):
        create_ledger(f"sqlite:///{tmp_path}/folder/ledger.db")


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    (tmp_path / "ledger.db").mkdir()

    with pytest.raises(StorageError, match=r"The ledger cannot be made: .*is a directory"):
        create_ledger(f"sqlite:///{tmp_path}/ledger.db")
    with pytest.raises(StorageError, match="unable to open"):
        open_ledger(f"sqlite:///{tmp_path}/ledger.db")


def test_a_path_may_hold_signs_that_mean_something_in_an_address(tmp_path):
    path = tmp_path / "a b%20c#d?e=f" / "ledger.db"
    url = URL.create("sqlite", database=str(path)).render_as_string()

    create_ledger(url).close()

    assert open_ledger(url).read() == []
    assert path.exists()


def test_a_new_file_is_its_owners_alone(written, tmp_path):
    files = sorted(tmp_path.rglob("ledger.db*"))

    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


@SQLITE
def test_a_full_disk_leaves_nothing_half_written(written, cast):
    def fill():
        with written.writing() as pen:
            pages = pen._connection.exec_driver_sql("PRAGMA page_count").scalar()
            pen._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            before = cast.events[-1]
            for _ in range(100):
                before = following(before, body={"words": "x" * 4000})
                pen.append(before)

    with pytest.raises(StorageError, match=r"Nothing was recorded: .*full\. Make room"):
        fill()

    assert written.read() == cast.events
    append(written, following(cast.events[-1]))


@SQLITE
def test_a_file_that_was_replaced_is_seen(url, written, tmp_path):
    other = f"sqlite:///{tmp_path}/other.db"
    create_ledger(other).close()
    assert len(written.read()) == 10

    for left in (tmp_path / "ledger").iterdir():
        left.unlink()
    (tmp_path / "other.db").replace(tmp_path / "ledger" / "ledger.db")

    assert written.read() == []


READ_ONLY = """
    import os

    from segmentation.errors import SegmentationError
    from segmentation.ledger.event import Draft, linked
    from segmentation.ledger.store import open_ledger

    ledger = open_ledger(sys.argv[1])
    ledger.read(), ledger.upgrade()  # what both need is imported before the rights are given up
    os.setuid(65534)
    before = ledger.read()[-1]
    print(before.seq)
    try:
        with ledger.writing() as pen:
            pen.append(linked(Draft("activated"), before.at, before))
    except SegmentationError as error:
        print(type(error).__name__, error)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_may_read_the_file_alone_cannot_write(cast):
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.db")
        with create_ledger(f"sqlite:///{path}") as ledger:
            append(ledger, *cast.events)
            Path(folder).chmod(0o755)
            # Readers need what lies beside the file while somebody has it open.
            with ledger._engine.connect() as kept:
                kept.exec_driver_sql("SELECT count(*) FROM events")
                for file in Path(folder).iterdir():
                    file.chmod(0o644)
                out, error = process(READ_ONLY, f"sqlite:///{path}").communicate(timeout=60)

    assert error == ""
    assert out.startswith("10\nStorageError Nothing was recorded: ")
    assert "readonly database. Make room, or check who may read and write there." in out


@POSTGRES
def test_postgres_readers_cannot_write(written, cast):
    from segmentation.ledger.engines import as_reader

    with (
        written._engine.connect() as reader,
        as_reader(reader).begin(),
        pytest.raises(DBAPIError, match="read-only transaction"),
    ):
        reader.exec_driver_sql("DELETE FROM decisions")


@POSTGRES
def test_a_reader_whose_connection_was_cut_reads_again(url, written, cast):
    assert written.read() == cast.events
    cut_all(url)

    assert written.read() == cast.events


@POSTGRES
def test_a_reader_who_is_cut_off_while_reading_asks_once_more(url, written, cast, monkeypatch):
    looks = []
    look = written._look

    def cut_first(since):
        looks.append(since)
        if len(looks) == 1:
            with written._engine.connect() as connection:
                cut_all(url)
                connection.exec_driver_sql("SELECT 1")
        return look(since)

    monkeypatch.setattr(written, "_look", cut_first)

    assert written.read(3) == cast.events[3:]
    assert looks == [3, 3]


@POSTGRES
def test_a_writer_who_is_cut_off_before_the_end_recorded_nothing(url, written, cast):
    def cut():
        with written.writing() as pen:
            cut_all(url)
            pen.append(following(cast.events[-1]))

    with pytest.raises(UnreachableError, match=r"^Nothing was recorded, because PostgreSQL database"):
        cut()

    assert written.read() == cast.events


@POSTGRES
def test_a_writer_who_is_cut_off_at_the_end_is_told_that_nobody_knows(url, written, cast):
    def cut():
        with written.writing() as pen:
            pen.append(following(cast.events[-1]))
            cut_all(url)

    with pytest.raises(
        UnreachableError, match=r"may or may not have been recorded.*`segmentation review show`"
    ):
        cut()

    assert written.read() == cast.events


def cut_all(url):
    """Cut every connection to a database, as a server that restarts does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path):
    pytest.importorskip("psycopg")

    with pytest.raises(
        UnreachableError, match=f"because PostgreSQL database books at {tmp_path} refuses"
    ) as told:
        open_ledger(f"postgresql://ann:secret@/books?host={tmp_path}")

    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


@POSTGRES
def test_a_database_that_is_not_there_is_told(url):
    name = url.split("/")[3].split("?")[0]

    with pytest.raises(LedgerError, match=r'database "nowhere" does not exist\. Check') as told:
        create_ledger(url.replace(f"/{name}?", "/nowhere?"))
    assert not isinstance(told.value, UnreachableError)


@POSTGRES
def test_a_database_that_lets_nobody_in_is_unreachable(url, written, sql):
    sql(f"ALTER DATABASE {url.split('/')[3].split('?')[0]} CONNECTION LIMIT 0")
    sql("CREATE ROLE visitor LOGIN")
    try:
        visited = url.replace("postgres:", "visitor:", 1)
        with pytest.raises(UnreachableError, match="too many connections for database"):
            open_ledger(visited)
    finally:
        sql("DROP ROLE visitor")
        sql(f"ALTER DATABASE {url.split('/')[3].split('?')[0]} CONNECTION LIMIT -1")


@SQLITE
def test_a_file_that_is_taken_away_under_an_open_ledger_is_told(url, written):
    Path(url.removeprefix("sqlite:///")).unlink()

    with pytest.raises(LedgerError, match=r"there is no file .*ledger\.db any more") as told:
        written.read()
    assert not isinstance(told.value, UnreachableError)


def test_a_ledger_shows_its_place_and_no_password():
    pytest.importorskip("psycopg")
    from segmentation.ledger.place import Place
    from segmentation.ledger.store import Ledger

    ledger = Ledger(Place.of("postgresql://ann:secret@db.example/books"))

    assert repr(ledger) == "Ledger(PostgreSQL database books at db.example)"


LIGHT = """
import sys
from segmentation.ledger.book import Book
from segmentation.ledger.store import open_ledger

open_ledger(sys.argv[1]).read()
heavy = {"alembic", "pandas", "sklearn", "mlflow", "fairlearn", "pyarrow", "matplotlib"}
print(sorted(heavy & set(sys.modules)))
"""


@SQLITE
def test_reading_needs_nothing_heavy(url, written):
    done = subprocess.run([sys.executable, "-c", LIGHT, url], capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.slow
def test_two_processes_append_without_a_gap(url, written, tmp_path):
    go, ready = tmp_path / "go", [tmp_path / "one", tmp_path / "two"]
    started = [process(APPEND, url, file.name, 50, file, go) for file in ready]
    for file, one in zip(ready, started, strict=True):
        wait_for(file, one)

    go.touch()

    assert [one.communicate(timeout=120)[1] for one in started] == ["", ""]
    found = written.read()
    assert [event.seq for event in found] == list(range(1, 111))
    assert all(event.digest == event.computed for event in found)
    assert [event.previous for event in found[1:]] == [event.digest for event in found[:-1]]
    for file in ready:
        own = [event.draft.version for event in found if event.draft.model == file.name]
        assert own == list(range(1, 51))


@pytest.mark.slow
def test_a_killed_writer_leaves_whole_events_alone(url, written, tmp_path):
    total = 10
    for at in range(10):
        ready, go = tmp_path / f"ready{at}", tmp_path / f"go{at}"
        started = process(APPEND, url, "killed", 10_000, ready, go)
        wait_for(ready, started)
        go.touch()
        for _ in range(1 + at % 4):
            last = int(started.stdout.readline())
        started.kill()
        printed = [int(line) for line in started.communicate()[0].splitlines()]
        last = printed[-1] if printed else last

        found = written.read()
        added = len(found) - total
        # What was printed before the last had been committed; the last may be either.
        assert added in (last - 1, last)
        assert all(event.digest == event.computed for event in found)
        total = len(found)
        with open_ledger(url) as ledger, ledger.writing() as pen:
            pen.append(following(pen.read()[-1]))
        total += 1


@pytest.mark.slow
def test_a_writer_waits_for_a_process_that_holds_on(url, written, cast, tmp_path):
    holder = process(HOLD, url, 1.5, tmp_path / "ready")
    wait_for(tmp_path / "ready", holder)

    with open_ledger(url, patience=0.1) as hasty, pytest.raises(LedgerError, match="another program"):
        append(hasty)
    with open_ledger(url, patience=60) as patient, patient.writing() as pen:
        pen.append(following(cast.events[-1]))

    assert holder.communicate(timeout=60) == ("", "")
    assert len(written.read()) == 11


@pytest.mark.slow
@POSTGRES
def test_a_restarted_server_is_read_again_and_keeps_what_was_written(postgres, written, cast):
    assert written.read() == cast.events
    postgres.stop()
    with pytest.raises(UnreachableError, match="The ledger cannot be read, because PostgreSQL"):
        written.read()
    with pytest.raises(UnreachableError, match="Nothing was recorded, because PostgreSQL"):
        append(written)

    postgres.start()

    assert written.read() == cast.events
    with written.writing() as pen:
        pen.append(following(cast.events[-1]))
    assert History.replayed(written.read()[:10], cast.root.public).head == cast.events[-1]
