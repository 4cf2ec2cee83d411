"""Whom the day of reference lets in, reason by reason."""

from __future__ import annotations

from datetime import date

import pytest

from segmentation.residents.cells import plain_table
from segmentation.residents.consent import REASONS, USABLE, lacks_consent, reasons_left_out
from segmentation.residents.wanted import wanted_columns
from tests.policies import AS_OF, small_policy, small_residents

POLICY = small_policy()


def reason(policy=POLICY, as_of=AS_OF, **cells):
    """Return why a valid row is left out after some of its cells are changed; None if it is not."""
    columns = arrays(small_residents(1).assign(**cells), policy)
    (found,) = reasons_left_out(columns, 1, policy, as_of)
    return None if found == USABLE else list(REASONS)[found]


def arrays(table, policy):
    """Return a table as the arrays in which it is judged."""
    plain = plain_table(table, policy)
    return {name: wanted.array(plain[name]) for name, wanted in wanted_columns(policy).items()}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"consent_service_planning": None}, "consent_missing"),
        ({"consent_service_planning": "refused"}, "consent_refused"),
        ({"consent_service_planning": "withdrawn"}, "consent_withdrawn"),
        ({"consent_service_planning_at": None}, "consent_undated"),
        ({"consent_service_planning_at": "2025-07-01"}, "consent_later"),
        ({"consent_service_planning_notice": "2024-01"}, "consent_other_notice"),
        ({"consent_service_planning_notice": None}, "consent_other_notice"),
        ({"collected_on": "2025-07-01"}, "collected_later"),
        ({"collected_on": "2024-06-29"}, "retention_lapsed"),
    ],
)
def test_each_reason_leaves_a_row_out(cells, expected):
    assert reason(**cells) == expected
    assert expected in REASONS


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"consent_service_planning_at": "2025-06-30T23:59"},
        {"collected_on": "2025-06-30T08:00"},
        {"collected_on": "2024-06-30"},
        {"consent_fairness_audit": "refused"},
    ],
)
def test_a_row_within_every_limit_is_left_alone(cells):
    assert reason(**cells) is None


def test_a_withdrawal_counts_even_if_it_came_after_the_day_of_reference():
    cells = {"consent_service_planning": "withdrawn", "consent_service_planning_at": "2025-12-01"}
    assert reason(**cells) == "consent_withdrawn"


def test_consent_comes_before_retention():
    assert reason(consent_service_planning="refused", collected_on="2020-01-01") == "consent_refused"


def test_time_passing_lets_retention_lapse():
    assert reason(as_of=date(2026, 3, 1)) is None
    assert reason(as_of=date(2026, 3, 2)) == "retention_lapsed"


def test_without_named_versions_every_notice_counts():
    policy = small_policy(purpose={"notice_versions": []})
    assert reason(policy, consent_service_planning_notice="anything") is None


def test_without_a_collection_column_retention_is_not_judged():
    policy = small_policy(residents={"collected_on": None})
    assert reason(policy, collected_on="1999-01-01") is None


def test_a_purpose_that_needs_no_consent_lacks_none():
    public = small_policy(
        purpose={"consent": "not_required", "consent_reason": {"en": "A public survey", "zh": "公开调查"}}
    )
    columns = arrays(small_residents(3).assign(consent_service_planning="refused"), public)
    assert lacks_consent(columns, 3, public.purpose, AS_OF).tolist() == [USABLE] * 3
