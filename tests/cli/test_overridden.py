"""How many residents people put into another segment is told beside an audit, small counts hidden."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segmentation import read_policy
from segmentation.cli.overridden import overridden
from segmentation.home import Home
from segmentation.ledger.access import AccessLog
from segmentation.ledger.personal.overrides import Overrides, Told
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.segments import By, Placed, Segments
from segmentation.ledger.store import create_ledger
from segmentation.ledger.trust import ledger_url
from segmentation.vault import Keyring

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
POLICY = read_policy(Path(__file__).parents[2] / "models" / "resident_needs" / "policy.toml")


@pytest.fixture
def records(tmp_path, monkeypatch):
    monkeypatch.delenv("SEGMENTATION_LEDGER", raising=False)
    monkeypatch.setattr("segmentation.cli.office.now", lambda: NOW)
    keyring = Keyring.generate(NOW)
    monkeypatch.setenv("SEGMENTATION_KEYRING", keyring.to_text())
    with create_ledger(ledger_url(Home(tmp_path))) as ledger:
        yield Records(ledger, lambda: keyring)


def place(records, residents, segment):
    by = By(POLICY.purpose.key, POLICY.name, 1, timedelta(days=730))
    subjects = [records.keyring.subject_of(f"{segment}-{at}") for at in range(residents)]
    for subject in subjects:
        Segments(records).keep(subject, Placed(segment, 0.5, False, "sha256:d"), by, "Test", NOW)
    return subjects


def override(records, subjects):
    for subject in subjects:
        told = Told("S3", "Because.", "Carol")
        Overrides(records).set(subject, POLICY.purpose.key, POLICY.name, told, NOW)


def test_where_no_ledger_has_segments_nothing_is_told(tmp_path, records):
    assert list(overridden(POLICY, tmp_path)) == []
    assert list(overridden(POLICY, tmp_path / "elsewhere")) == []


def test_overrides_are_counted_by_the_computed_segment(tmp_path, records):
    override(records, place(records, 10, "S1"))
    override(records, place(records, 2, "S2"))
    override(records, [records.keyring.subject_of("R-1")])

    (line,) = overridden(POLICY, tmp_path)
    assert line.startswith(
        "Overridden by a person, by the segment that was computed: S1 10, S2 fewer than 10, "
    )
    assert line.endswith("no segment kept fewer than 10")
    *_, read = AccessLog(records.ledger).lines()
    assert '"by":"segmentation audit","what":"read","table":"overrides","first":0,"count":13' in read


def test_where_nobody_was_overridden_it_is_said(tmp_path, records):
    place(records, 1, "S1")

    assert list(overridden(POLICY, tmp_path)) == [
        "Overridden by a person, by the segment that was computed: nobody"
    ]


def test_without_the_keyring_it_is_said_that_nobody_counted(tmp_path, records, monkeypatch):
    override(records, place(records, 1, "S1"))
    monkeypatch.delenv("SEGMENTATION_KEYRING")

    (line,) = overridden(POLICY, tmp_path)
    assert line.startswith("Overrides by people were not counted. There is no keyring")


@pytest.mark.slow
def test_an_audit_of_a_version_tells_of_overrides(run, followed, monkeypatch):
    home = Home(followed / "var")
    keyring = Keyring.generate(NOW)
    monkeypatch.setenv("SEGMENTATION_KEYRING", keyring.to_text())
    with create_ledger(ledger_url(home)) as ledger:
        place(Records(ledger, lambda: keyring), 1, "S1")
    words = ("--policy", "policy.toml", "--residents", "residents.parquet", "--as-of", "2026-07-01")

    assert "that was computed: nobody" in run("audit", *words).out
    assert "that was computed: nobody" in run("audit", *words, "--json").err
