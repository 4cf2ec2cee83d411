"""How long assessments are kept follows from when they were made, and when the version was last in use."""

from datetime import date

import pytest

from segmentation.errors import ImpactError
from segmentation.reviews.keeping import delete_assessments, kept
from tests.reviews.office import MODEL, Office, handed


@pytest.fixture
def fresh(tmp_path):
    return Office.opened(tmp_path)


def found(office):
    return kept(office.book.history(), office.trust, office.clock())


def test_a_version_that_was_never_active_counts_from_its_assessment(fresh):
    fresh.submit(handed())
    (one,) = found(fresh)

    assert one.last_used is None
    assert one.until == one.impact.answers.assessed_on.replace(year=one.impact.answers.assessed_on.year + 3)


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
