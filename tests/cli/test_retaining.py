"""`segmentation retention run`: what is due goes, what the law keeps stays, and small counts are not told."""

from datetime import UTC, datetime, timedelta

import pytest

from segmentation.ledger.personal.segments import By, Placed, Segments
from tests.reviews.office import MODEL, START, handed

BY = By("service_planning", MODEL, 1, timedelta(days=365))
LATE = ("retention", "run", "--clock-is-right")
NOTHING = {"segments": 0, "overrides": 0, "consents": 0, "requests": 0}


@pytest.fixture
def placed(records):
    """Twelve residents whose segment is due in March 2027, and three for whom it is due a year later."""
    for at in range(15):
        subject = records.keyring.subject_of(f"R-{at}")
        by = BY if at < 12 else BY._replace(retention=timedelta(days=730))
        Segments(records).keep(subject, Placed("S1", 0.5, False, "sha256:d"), by, "Test", START)
    return records


def test_by_a_clock_that_is_far_ahead_nothing_is_taken_out_until_somebody_says_that_it_is_right(
    run, placed, office
):
    office.clock.now = START + timedelta(days=99)
    assert run("retention", "run").code == 0
    office.clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    ended = run("retention", "run")

    assert ended.code == 2
    assert "The clock says 2027-04-01, and the newest entry of the ledger is of 2026-" in ended.err
    assert "--clock-is-right" in ended.err
    assert "Segments: 12 due." in run("retention", "run", "--dry-run").out
    assert "Segments: 12 taken out." in run(*LATE).out


def test_what_is_due_is_taken_out_and_counted(run, placed, office):
    office.clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    dry = run("retention", "run", "--dry-run")
    assert (dry.code, "Segments: 12 due." in dry.out) == (0, True)
    ended = run(*LATE)

    assert ended.code == 0, ended.err
    assert "Segments: 12 taken out." in ended.out
    assert "Overrides: none taken out." in ended.out
    assert "whose key was destroyed: 12." in ended.out
    assert "All decisions are kept" in ended.out
    assert "Segments: none taken out." in run(*LATE).out
    assert run("ledger", "verify").code == 0


def test_few_are_not_counted(run, placed, office):
    office.clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    run(*LATE)
    office.clock.now = datetime(2028, 4, 1, tzinfo=UTC)
    dry = run("retention", "run", "--dry-run", "--json").content
    assert dry["rows"] == NOTHING | {"segments": None}
    assert "Segments: fewer than 10 taken out." in run(*LATE).out


def test_a_ledger_without_residents_needs_no_keyring(run, office):
    content = run("retention", "run", "--json").content

    assert content == {
        "dry_run": False,
        "rows": NOTHING,
        "keys": 0,
        "swept": True,
        "assessments": [],
        "kept_assessments": 0,
        "kept_until": None,
    }


def test_an_assessment_stays_for_three_years_and_goes_then(run, office, bare):
    office.submit(handed())
    assert (
        run("review", "reject", "--model", MODEL, "--version", "1", "--as", "Bob", "--reason", "No.").code
        == 0
    )
    kept = run("retention", "run", "--json").content
    assert (kept["assessments"], kept["kept_assessments"]) == ([], 1)
    assert f"The law keeps 1 more, the first until {kept['kept_until']}" in run(*LATE).out

    office.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    assert f"Assessments: {MODEL} version 1 due." in run("retention", "run", "--dry-run").out
    assert list(bare.glob("bundles/reviews/*/*"))
    assert f"Assessments: {MODEL} version 1 deleted." in run(*LATE).out
    assert not list(bare.glob("bundles/reviews/*/*"))
    assert "Assessments: none deleted." in run(*LATE).out
    assert run("ledger", "verify").code == 0


def test_where_files_could_not_be_swept_it_is_said(run, placed, office, monkeypatch):
    office.clock.now = datetime(2027, 4, 1, tzinfo=UTC)
    monkeypatch.setattr("segmentation.ledger.personal.retention.swept", lambda *_: False)

    assert "may still lie in the files of the database" in run(*LATE).out
