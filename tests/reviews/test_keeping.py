"""How long assessments are kept follows from when they were made, and when the version was last in use."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from segmentation.bundle import IMPACT, Bundle, publish
from segmentation.errors import ImpactError
from segmentation.ledger.event import Draft
from segmentation.policy.catalogue import load_catalogue
from segmentation.reviews.drafting import Ask, submission_of
from segmentation.reviews.keeping import delete_assessments, due_versions, kept
from segmentation.reviews.submission import Version
from tests.reviews.office import MODEL, Office, handed


@pytest.fixture
def fresh(tmp_path):
    return Office.opened(tmp_path)


def found(office):
    return kept(office.book.history(), office.trust, office.clock())


def reject(office, version=1):
    office.desk.reject(MODEL, version, signer=office.signer("Bob"), reason="No.")


def dated(day):
    """A version whose assessment is of a day that somebody typed."""
    usual = handed()
    told = {"assessed_on": day, "next_review": day + timedelta(days=60)}
    answers = usual.impact.answers.model_copy(update=told)
    return replace(usual, impact=usual.impact.model_copy(update={"answers": answers}))


def test_a_version_that_was_never_active_counts_from_its_submission(fresh):
    fresh.submit(handed())
    reject(fresh)
    (one,) = found(fresh)

    assert one.last_used is None
    assert (one.impact.answers.assessed_on, one.submitted_on) == (date(2026, 3, 1), date(2026, 3, 2))
    assert one.until == date(2029, 3, 2)


def test_the_later_of_two_submissions_counts_for_both(fresh):
    fresh.submit(handed())
    fresh.desk.request_changes(MODEL, 1, signer=fresh.signer("Carol"), reason="More.")
    fresh.clock.now += timedelta(days=30)
    fresh.submit(handed(1, residual_risk="low"))
    reject(fresh)

    assert [one.until for one in found(fresh)] == [date(2029, 4, 1)] * 2


def test_a_version_is_due_where_all_that_is_left_of_it_is(fresh):
    for version in (1, 2):
        fresh.submit(handed(version))
        reject(fresh, version)
    assert due_versions(found(fresh)) == ()

    fresh.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    told = found(fresh)
    assert due_versions(told) == ((MODEL, 1), (MODEL, 2))
    assert due_versions([*told, replace(told[0], is_due=False)]) == ((MODEL, 2),)
    delete_assessments(fresh.book.history(), fresh.trust, fresh.clock(), MODEL, 1)
    assert due_versions(found(fresh)) == ((MODEL, 2),)


@pytest.mark.parametrize("state", ["submitted", "changes_requested", "approved", "active", "suspended"])
def test_a_version_in_review_or_in_use_is_never_due_however_old_its_assessment(fresh, state):
    fresh.submit(handed())
    if state == "changes_requested":
        fresh.desk.request_changes(MODEL, 1, signer=fresh.signer("Carol"), reason="More.")
    if state in {"approved", "active", "suspended"}:
        fresh.approve("Carol")
        fresh.approve("Bob", hold=state == "approved")
    if state == "suspended":
        fresh.desk.suspend(MODEL, 1, signer=fresh.signer("Mona"), reason="Odd.")
    if state in {"submitted", "changes_requested"}:
        fresh.clock.now += timedelta(days=4 * 365)
    (one,) = found(fresh)

    assert (one.state, one.last_used, one.is_due) == (state, fresh.clock.now.date(), False)
    with pytest.raises(ImpactError, match="must be kept until"):
        delete_assessments(fresh.book.history(), fresh.trust, fresh.clock(), MODEL, 1)


def test_an_assessment_of_years_ago_that_is_submitted_today_is_not_due(fresh):
    one = dated(date(2022, 1, 1))
    publish_and_submit(fresh, one)
    reject(fresh)
    (one,) = found(fresh)

    assert one.impact.answers.assessed_on == date(2022, 1, 1)
    assert (one.until, one.is_due) == (date(2029, 3, 2), False)
    with pytest.raises(ImpactError, match="must be kept until 2029-03-02"):
        delete_assessments(fresh.book.history(), fresh.trust, fresh.clock(), MODEL, 1)


def test_an_assessment_of_a_time_to_come_is_listed_and_kept(fresh):
    publish_and_submit(fresh, dated(date(9998, 1, 1)))

    assert (found(fresh)[0].until, found(fresh)[0].is_due) == (date.max, False)


def test_what_is_due_is_deleted(fresh):
    fresh.submit(handed())
    reject(fresh)
    fresh.clock.now = datetime(2029, 3, 3, tzinfo=UTC)

    assert found(fresh)[0].is_due
    assert len(delete_assessments(fresh.book.history(), fresh.trust, fresh.clock(), MODEL, 1)) == 1
    assert found(fresh)[0].impact is None


def publish_and_submit(office, one):
    """Submit as a ledger may hold it that was written before days were looked at."""
    bundle = Bundle(MODEL, 1, {**one.files, IMPACT: one.impact.to_json().encode()})
    version = Version(bundle, one.policy, one.card, one.impact)
    ask = Ask("submit", MODEL, 1, "Tina", "Trained on spring data.")

    def make(history, now):
        terms = version.terms(one.model_files)
        record = submission_of(ask, terms, ("Tina",), history, now, load_catalogue().digest)
        return [Draft("decision", office.signer("Tina").sign(record), MODEL, 1)]

    publish(bundle, office.trust.bundles, proof=None)
    office.book.record(make)


def test_a_version_that_was_superseded_counts_from_that_day(fresh):
    for version in (1, 2):
        fresh.submit(handed(version))
        fresh.approve("Carol", version)
        fresh.approve("Bob", version)
    first, second = found(fresh)

    assert (first.state, second.state) == ("superseded", "active")
    assert first.last_used == date(2026, 3, 2)


def test_nothing_is_deleted_that_must_be_kept(fresh):
    fresh.submit(handed())
    history = fresh.book.history()
    with pytest.raises(ImpactError, match="must be kept until"):
        delete_assessments(history, fresh.trust, fresh.clock(), MODEL, 1)

    assert found(fresh)[0].impact is not None
