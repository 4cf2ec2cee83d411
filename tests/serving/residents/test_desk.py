"""The ledger is opened at the first request, and who was erased past it is erased before the first answer."""

from datetime import timedelta
from io import StringIO

import pytest

from segmentation.errors import LedgerError, VaultError
from segmentation.home import Home
from segmentation.ledger.personal.consents import Consents
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.events import Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.stones import PURPOSE
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_file
from segmentation.ledger.store import open_ledger
from segmentation.vault import Keyring
from serving.logs import Log
from serving.residents.desk import desk_of
from tests.serving.made import Office


@pytest.fixture
def keyring(office):
    return Keyring.generate(office.clock())


def desk(office, keyring, **settings):
    log = Log(office.clock, StringIO())
    return desk_of(office.settings(**settings), None if keyring is None else lambda: keyring, log)


def test_nothing_is_opened_before_it_is_asked_for(tmp_path, office, keyring):
    away = Office(office.folder, office.trust, office.clock, office.root)
    (office.folder / "ledger.db").rename(tmp_path / "away.db")
    found = desk(away, keyring)

    (tmp_path / "away.db").rename(office.folder / "ledger.db")
    assert found.records.keyring == keyring
    found.close()
    found.close()


def test_a_keyring_that_does_not_open_is_told_at_once(office):
    with pytest.raises(VaultError, match="There is no keyring"):
        desk(office, None, vault=office.folder)


def test_who_was_erased_past_the_ledger_is_erased_before_the_first_answer(office, keyring):
    subject, now = keyring.subject_of("R-1"), office.clock()
    file = Tombstones(office.folder / "tombstones.jsonl")
    with open_ledger(office.trust.ledger) as ledger:
        records = Records(ledger, lambda: keyring)
        Consents(records).record(subject, "planning", Told("given"), "key", now)
        with ledger.reading() as connection:
            kept = connection.exec_driver_sql("SELECT * FROM data_keys").fetchall()
        Erasures(records, file).erase([subject], "Carol", now + timedelta(seconds=1))
        with ledger.writer("") as connection:  # as a database that was restored from before
            connection.exec_driver_sql("DELETE FROM tombstones")
            for row in kept:
                connection.exec_driver_sql("INSERT INTO data_keys VALUES (?, ?, ?, ?, ?)", tuple(row))
    found = desk(office, keyring, vault=office.folder)

    assert found.records.keys([subject]) == {}
    found.close()


def test_an_erasure_that_crashed_is_carried_out_by_a_service_that_runs(office, keyring):
    subject, now = keyring.subject_of("R-1"), office.clock()
    file = Tombstones(office.folder / "tombstones.jsonl")
    found = desk(office, keyring, vault=office.folder)
    Consents(found.records).record(subject, "planning", Told("given"), "key", now)
    assert found.records.keys([subject])

    with file.writing() as pen:  # and killed before it was committed
        pen.append([(keyring.marker(PURPOSE)(subject).hex(), "sha256:0")], now + timedelta(seconds=1))

    assert found.records.keys([subject]) == {}
    found.close()


def test_what_is_taken_back_is_in_the_file_first_and_holds_in_a_ledger_from_before(office, keyring):
    subject, now = keyring.subject_of("R-1"), office.clock()
    found = desk(office, keyring, vault=office.folder)
    Consents(found.records).record(subject, "planning", Told("withdrawn"), "key", now)
    found.close()
    with open_ledger(office.trust.ledger) as ledger, ledger.writer("") as connection:
        for table in ("tombstones", "consents", "data_keys"):
            connection.exec_driver_sql(f"DELETE FROM {table}")

    restored = desk(office, keyring, vault=office.folder)
    assert Consents(restored.records).standing(subject, "planning").state == "withdrawn"
    restored.close()


def test_tombstones_that_were_seen_and_are_cut_stop_the_desk(office, keyring):
    file = tombstones_file(Home(office.folder))
    with Tombstones(file).writing() as pen:
        pen.append([("ab", "sha256:0")], office.clock())
    found = desk(office, keyring, vault=office.folder)
    assert found.records

    file.write_bytes(b"")
    with pytest.raises(LedgerError, match="and 1 were seen from here before"):
        assert found.records
    found.close()


def test_the_register_has_the_days_of_the_settings(office, keyring):
    from segmentation.ledger.personal.requests import Told as Said

    found = desk(office, keyring, answer_days=7)
    made = found.requests.receive(keyring.subject_of("R-1"), "copy", Said("key"), office.clock())
    assert made.due - made.received == timedelta(days=7)
    found.close()
