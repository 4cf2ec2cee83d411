"""`segmentation retention`: an assessment is kept for three years, and not a day less."""

from datetime import UTC, datetime

import pytest

from tests.reviews.office import MODEL, handed

ABOUT = ("--model", MODEL, "--version", "1")


@pytest.fixture
def rejected(office, run):
    """Version 1, which was never in use."""
    office.submit(handed())
    assert run("review", "reject", *ABOUT, "--as", "Bob", "--reason", "No.").code == 0
    return office


def kept(run):
    (one,) = run("retention", "list", "--json").content["assessments"]
    return one


def test_where_nothing_was_submitted_there_is_nothing_to_keep(run, office):
    assert "no assessment to keep" in run("retention", "list").out
    assert run("retention", "delete", *ABOUT).code == 2


def test_it_is_told_until_when_an_assessment_must_be_kept(run, rejected):
    one = kept(run)

    assert one["state"] == "rejected"
    assert int(one["keep_until"][:4]) == int(one["assessed_on"][:4]) + 3
    assert f"{MODEL} version 1 (rejected): keep it until {one['keep_until']}" in run("retention", "list").out


def test_an_assessment_is_not_deleted_before_three_years(run, rejected):
    ended = run("retention", "delete", *ABOUT)

    assert ended.code == 2
    assert "must be kept until" in ended.err
    assert not kept(run)["may_be_deleted"]
    assert kept(run)["keep_until"] is not None


def test_after_three_years_it_may_be_deleted_and_the_ledger_still_holds(run, rejected, bare):
    rejected.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    assert "it may be deleted" in run("retention", "list").out
    ended = run("retention", "delete", *ABOUT)

    assert ended.code == 0
    assert ended.out.startswith("Deleted: ")
    assert not list(bare.glob("bundles/reviews/*/*"))
    assert run("ledger", "verify").code == 0
    assert "There is no bundle of" in run("retention", "list").out
    assert "was left to delete" in run("retention", "delete", *ABOUT).out


def test_a_version_in_use_is_kept_however_old_its_assessment_is(run, office):
    office.submit(handed())
    office.approve("Carol")
    office.approve("Bob")
    told = kept(run)

    assert told["last_used"] == "2026-03-02"
    assert told["keep_until"] >= "2029-03-02"


def test_what_cannot_be_read_is_not_deleted(run, rejected, bare):
    (impact,) = bare.glob("bundles/reviews/*/*/impact.json")
    impact.write_bytes(impact.read_bytes() + b" ")
    rejected.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    ended = run("retention", "delete", *ABOUT)

    assert ended.code == 2
    assert "is not what was signed" in ended.err
