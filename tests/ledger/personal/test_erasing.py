"""Who is erased is gone from every table and file, stays so after a restore, and may come back as new."""

import shutil
from datetime import timedelta

import pytest
from sqlalchemy import select

from segmentation.errors import LedgerError, ReviewError, StorageError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erased, Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tables import PERSONAL, data_keys
from segmentation.ledger.personal.tombstones import Tombstones
from tests.ledger.personal.planted import NOW, keep, keep_all, kept_of, restore, told

LATER = NOW + timedelta(hours=1)


def taken(sql):
    """Return every value of the tables of residents."""
    tables = ("data_keys", *(table.name for table in PERSONAL))
    return [value for table in tables for row in sql(f"SELECT * FROM {table}") for value in row]


class Crash(BaseException):
    """A process that ends in the middle."""


@pytest.fixture
def crashed(records, erasures, monkeypatch):
    """Two residents, of whom the first was to be erased by a process that died after the tombstone."""

    def die(*_):
        raise Crash

    first, second = keep_all(records, "R-1", "R-2")
    with monkeypatch.context() as patched:
        patched.setattr("segmentation.ledger.personal.carrying.Work.destroy", die)
        with pytest.raises(Crash):
            erasures.erase([first], "Carol", LATER)
    return first, second


def test_nothing_of_who_was_erased_is_left(records, erasures, sql):
    first, second = keep_all(records, "R-1", "R-2")
    marks = {records.keyring.marker(one)(first) for one in ("service_planning", "fairness_audit", "rights")}

    assert erasures.erase([first], "Carol", LATER) == Erased(1, 4, is_swept=True)

    assert told(records, first) == []
    assert told(records, second) == 4 * [b"told of R-2"]
    values = {bytes(value) for value in taken(sql) if isinstance(value, bytes | memoryview)}
    assert not values & {first, *marks}
    assert sql("SELECT count(*) FROM consents WHERE subject IS NULL AND sealed IS NULL") == [(2,)]


def test_numbers_and_digests_of_erased_rows_stay(records, erasures, sql):
    (first,) = keep_all(records, "R-1")
    before = sql("SELECT number, digest FROM consents ORDER BY 1")

    erasures.erase([first], "Carol", LATER)

    assert sql("SELECT number, digest FROM consents ORDER BY 1") == before


def test_an_erasure_is_told_in_the_access_log_and_names_nobody(records, erasures):
    keep(records, "R-0")
    (first,) = keep_all(records, "R-1")
    keep(records, "R-2")
    keep(records, "R-1", "R-1")

    erasures.erase([first], "Carol", LATER)

    lines = [line for line in AccessLog(records.ledger).lines() if '"what":"erase"' in line]
    assert [line.split('"table":')[1].split(',"rows"')[0] for line in lines] == [
        '"tombstones","first":1,"count":1',
        '"consents","first":2,"count":2',
        '"consents","first":5,"count":2',
        '"segments","first":1,"count":1',
        '"overrides","first":1,"count":1',
    ]
    assert all('"by":"Carol"' in line and first.hex() not in line for line in lines)
    AccessLog(records.ledger).verify()


def test_who_has_no_key_gets_a_tombstone_so_that_no_old_file_brings_them(records, erasures, tombstones):
    subject = records.keyring.subject_of("R-9")
    assert erasures.erase([subject], "Carol", LATER) == Erased(0, 0)
    assert [line.at for line in tombstones.read()] == [LATER]
    with pytest.raises(ReviewError, match="nothing of that comes back"):
        Consents(records).record(subject, "planning", Told("given"), "Test", LATER, NOW)


def test_an_end_is_never_before_what_was_kept(records, erasures, tombstones):
    subject, ahead = records.keyring.subject_of("R-9"), NOW + timedelta(minutes=4)
    Consents(records).record(subject, "planning", Told("given"), "Test", NOW, ahead)
    erasures.erase([subject], "Carol", NOW)

    assert [line.at for line in tombstones.read()] == [ahead]


def test_who_was_erased_may_consent_anew_and_nothing_comes_back(records, erasures, sql):
    (first,) = keep_all(records, "R-1")
    (before,) = sql("SELECT wrapped FROM data_keys")
    erasures.erase([first], "Carol", LATER)

    keep(records, "R-1", now=LATER + timedelta(days=1))

    assert told(records, first) == [b"told of R-1"]
    assert sql("SELECT wrapped FROM data_keys") != [before]
    assert erasures.carry_out("opening", LATER + timedelta(days=2)) == Erased(0, 0)
    assert told(records, first) == [b"told of R-1"]


def test_who_comes_back_on_the_day_of_their_end_stays_and_who_was_there_before_does_not(
    records, erasures, tombstones, sql
):
    first, second = keep_all(records, "R-1", "R-2")
    erasures.erase([first], "Carol", NOW)
    keep(records, "R-1", now=NOW)  # within the same moment, for all that a clock tells
    assert sql("SELECT DISTINCT made, erasures FROM data_keys ORDER BY 2") == [(20777, 0), (20777, 1)]
    # Another process wrote a tombstone and died: it is carried out, and hits whom it names alone.
    with tombstones.writing() as pen:
        pen.append([(records.keyring.marker(PURPOSE)(second).hex(), "sha256:0")], NOW)

    assert erasures.carry_out("opening", LATER).residents == 1
    assert told(records, first) == [b"told of R-1"]
    assert told(records, second) == []


def test_who_came_back_is_erased_again(records, erasures, tombstones):
    (first,) = keep(records, "R-1")
    erasures.erase([first], "Carol", LATER)
    keep(records, "R-1", now=LATER)

    assert erasures.erase([first], "Carol", LATER) == Erased(1, 1)
    first_line, second_line = tombstones.read()
    assert first_line.mark == second_line.mark
    assert first_line.key != second_line.key


def test_a_crash_after_the_tombstone_is_mended_at_the_next_opening(records, erasures, crashed):
    first, second = crashed
    assert len(told(records, first)) == 4

    assert erasures.carry_out("opening", LATER) == Erased(1, 4)

    assert told(records, first) == []
    assert len(told(records, second)) == 4
    assert erasures.carry_out("opening", LATER) == Erased(0, 0)


def test_a_crash_after_the_tombstone_is_mended_by_the_next_erasure(records, erasures, crashed, tombstones):
    first, second = crashed

    assert erasures.erase([second], "Carol", LATER) == Erased(2, 8)

    assert told(records, first) == told(records, second) == []
    assert len(tombstones.read()) == 2


def test_a_restored_database_has_who_was_erased_erased_again(records, erasures):
    first, second = keep_all(records, "R-1", "R-2")
    backup = kept_of(records.ledger)
    erasures.erase([first], "Carol", LATER)
    restore(records.ledger, backup)
    assert len(told(records, first)) == 4

    assert erasures.carry_out("restore", LATER) == Erased(1, 4)

    assert told(records, first) == []
    assert len(told(records, second)) == 4


def test_a_backup_from_before_a_rotation_has_who_was_erased_erased_again(ledger, tombstones, keyring):
    rings = [keyring]
    records = Records(ledger, lambda: rings[-1])
    erasures = Erasures(records, tombstones)
    (first,) = keep_all(records, "R-1")
    backup = kept_of(records.ledger)
    rings.append(keyring.rotated(NOW))
    keep(records, "R-2")
    erasures.erase([first], "Carol", LATER)
    restore(ledger, backup)

    assert erasures.carry_out("restore", LATER) == Erased(1, 4)
    assert told(records, first) == []


def test_a_clock_that_was_set_back_brings_nobody_back(records, erasures, tombstones):
    (first,) = keep_all(records, "R-1")
    backup = kept_of(records.ledger)
    erasures.erase([first], "Carol", NOW - timedelta(days=400))
    assert tombstones.read()[0].at == NOW
    restore(records.ledger, backup)

    assert erasures.carry_out("restore", NOW - timedelta(days=400)) == Erased(1, 4)


@pytest.mark.parametrize("change", [Tombstones.read, lambda file: file.path.unlink()], ids=["intact", "gone"])
def test_a_file_that_knows_less_than_the_ledger_is_refused(records, erasures, tombstones, tmp_path, change):
    first, second = keep(records, "R-1", "R-2")
    erasures.erase([first], "Carol", LATER)
    change(tombstones)
    other = tombstones if not tombstones.path.exists() else Tombstones(tmp_path / "another")

    for act in (lambda it: it.carry_out("opening", LATER), lambda it: it.erase([second], "Carol", LATER)):
        with pytest.raises(LedgerError, match=r"knows 1 tombstones, and the file .* has 0\. Restore"):
            act(Erasures(records, other))
    assert told(records, second) == [b"told of R-2"]
    assert other.read() == ()


def test_the_file_of_another_ledger_is_refused(records, erasures, tombstones, tmp_path):
    (first,) = keep(records, "R-1")
    erasures.erase([first], "Carol", LATER)
    other = Tombstones(tmp_path / "another")
    with other.writing() as pen:
        pen.append([("ab", "sha256:0")], LATER)

    with pytest.raises(
        LedgerError, match=r"^Tombstone 1 of the ledger is not the one in .*another: the file"
    ):
        Erasures(records, other).carry_out("opening", LATER)


def test_a_tombstone_that_cannot_be_written_erases_nobody(records, erasures, tombstones, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    (first,) = keep_all(records, "R-1")
    with monkeypatch.context() as patched:
        patched.setattr("segmentation.ledger.personal.tombstones.os.fsync", full)
        with pytest.raises(StorageError, match=r"tombstones .* cannot be written: no space left on device"):
            erasures.erase([first], "Carol", LATER)

    assert len(told(records, first)) == 4
    assert tombstones.read() == ()
    AccessLog(records.ledger).verify()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_no_file_of_sqlite_holds_what_was_erased(records, erasures, ledger):
    subjects = keep_all(records, *(f"R-{at}" for at in range(60)))
    with ledger.reading() as connection:
        values = {
            bytes(value)
            for table in (data_keys, *PERSONAL)
            for row in connection.execute(select(table))
            for name, value in row._mapping.items()
            if isinstance(value, bytes) and name != "digest"
        }

    for subject in subjects[::2]:
        erasures.erase([subject], "Carol", LATER)
    erasures.erase(subjects[1::2], "Carol", LATER)

    folder = ledger.place.path.parent
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert len(values) == 60 * (2 + 4 + 3)
    assert [value for value in values if value in content] == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_files_that_are_read_meanwhile_are_swept_the_next_time(records, erasures, ledger, tmp_path):
    first, second = keep_all(records, "R-1", "R-2")
    with ledger.reading() as connection:
        connection.execute(select(data_keys)).all()
        assert erasures.erase([first], "Carol", LATER) == Erased(1, 4, is_swept=False)

    assert erasures.erase([second], "Carol", LATER) == Erased(1, 4, is_swept=True)
    copy = shutil.copytree(ledger.place.path.parent, tmp_path / "copy")
    assert first not in b"".join(path.read_bytes() for path in copy.iterdir())


def test_a_file_that_was_lost_is_written_from_the_ledger_as_it_was(records, erasures, tombstones):
    first, second = keep(records, "R-1", "R-2")
    erasures.erase([first], "Carol", LATER)
    half = tombstones.path.read_bytes()
    erasures.erase([second], "Carol", LATER)
    whole = tombstones.path.read_bytes()

    tombstones.path.unlink()
    assert erasures.rewrite_file() == 2
    assert tombstones.path.read_bytes() == whole
    tombstones.path.write_bytes(half)
    assert erasures.rewrite_file() == 1
    assert tombstones.path.read_bytes() == whole
    assert erasures.rewrite_file() == 0
    erasures.carry_out("opening", LATER)


def test_a_file_that_says_otherwise_is_not_written_over(records, erasures, tombstones, tmp_path):
    (first,) = keep(records, "R-1")
    erasures.erase([first], "Carol", LATER)
    another = Tombstones(tmp_path / "another")
    with another.writing() as pen:
        pen.append([("ab", "sha256:0")], LATER)
    before = another.path.read_bytes()

    with pytest.raises(
        LedgerError, match=r"^The tombstones .*another are not the beginning of what the ledger"
    ):
        Erasures(records, another).rewrite_file()
    assert another.path.read_bytes() == before
