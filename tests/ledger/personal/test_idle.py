"""Keys of residents of whom nothing is left are destroyed, and no other."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.entries import Entry, micros
from segmentation.ledger.personal.idle import GRACE, Idle
from segmentation.ledger.personal.tables import consents, requests

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
LATER = NOW + GRACE + timedelta(days=1)


@pytest.fixture
def residents(records):
    """Three: with a consent, with a request, and with nothing but a key."""
    subjects = [records.keyring.subject_of(f"R-{at}") for at in range(3)]
    keys = records.ensured(subjects, NOW)
    records.append(consents, "service_planning", [Entry(subjects[0], micros(NOW), b"")], keys, "Test", NOW)
    entry = Entry(subjects[1], micros(NOW), b"", ("R0", "access", "done", 0))
    records.append(requests, "rights", [entry], keys, "Test", NOW)
    return subjects


def test_the_key_of_a_resident_without_any_row_is_destroyed(records, residents, monkeypatch):
    monkeypatch.setattr("segmentation.ledger.personal.idle.AT_ONCE", 2)
    gone = Idle(records).destroy("Test", LATER)

    assert len(gone) == 1
    assert set(records.keys(residents)) == set(residents[:2])
    *_, line = AccessLog(records.ledger).lines()
    assert '"what":"retention","table":"data_keys","first":0,"count":1' in line
    assert Idle(records).destroy("Test", LATER) == []


def test_a_key_that_was_just_made_waits_for_its_first_row(records, residents):
    assert Idle(records).destroy("Test", NOW + GRACE - timedelta(seconds=1)) == []
    assert set(records.keys(residents)) == set(residents)


def test_a_key_under_which_somebody_wrote_meanwhile_stays(records, residents, monkeypatch):
    found, ended = Idle._found, []

    def written_meanwhile(self, before):
        for subjects in found(self, before):
            entry = Entry(residents[2], micros(NOW), b"")
            records.append(consents, "new_purpose", [entry], records.keys(residents), "Test", NOW)
            ended.append(subjects)
            yield subjects

    monkeypatch.setattr(Idle, "_found", written_meanwhile)
    assert Idle(records).destroy("Test", LATER) == []
    assert ended == [[residents[2]]]
    assert set(records.keys(residents)) == set(residents)
