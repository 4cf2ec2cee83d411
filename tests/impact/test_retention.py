"""An assessment is kept for three years from the last day that it mattered, and not deleted before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import ImpactError
from segmentation.impact import due, kept_until, refuse_deletion
from tests.impact.made import ASSESSED_ON, impact

IMPACT = impact()


def replace(impact, year):
    """The assessment as if it were of another year; no check stands in the way."""
    told = {"assessed_on": date(year, 1, 1), "next_review": date(year, 3, 1)}
    return impact.model_copy(update={"answers": impact.answers.model_copy(update=told)})


DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def test_a_version_that_was_never_used_counts_from_the_date_of_the_assessment():
    assert kept_until(IMPACT) == kept_until(IMPACT, None) == date(2029, 3, 1)


def test_a_version_that_was_used_counts_from_the_end_of_its_use():
    assert kept_until(IMPACT, date(2027, 6, 30)) == date(2030, 6, 30)


def test_a_use_before_the_assessment_shortens_nothing():
    assert kept_until(IMPACT, ASSESSED_ON - timedelta(days=400)) == date(2029, 3, 1)


def test_three_years_after_a_leap_day_are_full_years():
    assert kept_until(IMPACT, date(2028, 2, 29)) == date(2031, 3, 1)


@pytest.mark.parametrize("year", [9996, 9997, 9998, 9999])
def test_a_date_beyond_all_calendars_is_kept_to_the_last_day_that_there_is(year):
    far = replace(IMPACT, year)
    assert kept_until(far) == (date.max if year > 9996 else date(9999, 1, 1))
    assert kept_until(IMPACT, date(year, 1, 1)) == kept_until(far)
    assert not due(far, None, date(2026, 3, 2))
    with pytest.raises(ImpactError, match="must be kept until 9999"):
        refuse_deletion(far, None, date(2026, 3, 2))


def test_it_is_due_the_day_after_and_not_on_the_last_day():
    assert not due(IMPACT, None, date(2029, 3, 1))
    assert due(IMPACT, None, date(2029, 3, 2))


def test_a_version_in_use_is_never_due():
    today = date(2040, 1, 1)

    assert not due(IMPACT, today, today)


def test_a_deletion_before_is_refused_with_the_day_and_the_article():
    with pytest.raises(
        ImpactError, match=r"small_needs, version 1, must be kept until 2030-06-30: PIPL Art\. 56"
    ):
        refuse_deletion(IMPACT, date(2027, 6, 30), date(2030, 6, 30))


def test_a_deletion_after_is_let_pass():
    refuse_deletion(IMPACT, date(2027, 6, 30), date(2030, 7, 1))


@given(last_used=st.none() | DAYS, today=DAYS)
def test_nothing_is_due_within_three_years_of_its_date_or_of_its_use(last_used, today):
    if due(IMPACT, last_used, today):
        assert today - ASSESSED_ON > timedelta(days=3 * 365)
        assert last_used is None or today - last_used > timedelta(days=3 * 365)
