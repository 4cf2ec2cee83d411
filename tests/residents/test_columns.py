from __future__ import annotations

from segmentation.residents.columns import column_faults, extra_columns, needed_columns
from tests.policies import small_policy, small_residents

POLICY = small_policy()
COLUMNS = list(small_residents(1))


def test_every_needed_column_says_which_key_asks_for_it():
    needed = needed_columns(POLICY)
    assert set(needed) == set(COLUMNS)
    assert needed["repairs"] == "features.repairs"
    assert needed["tenure"] == "proxies.tenure"
    assert needed["resident"] == "residents.id"
    assert needed["consent_fairness_audit"] == "audit_purpose.key"


def test_columns_are_found_in_any_order():
    assert column_faults(COLUMNS[::-1], POLICY) == {}


def test_a_column_in_another_spelling_is_to_be_renamed():
    faults = column_faults(["Age Band" if name == "age_band" else name for name in COLUMNS], POLICY)
    assert [str(fault) for fault in faults.values()] == ["column 'age_band': is missing; rename 'Age Band'."]


def test_consent_columns_that_are_not_read_are_no_extra_columns():
    public = small_policy(
        purpose={"consent": "not_required", "consent_reason": {"en": "A public survey", "zh": "公开调查"}}
    )
    assert extra_columns([*COLUMNS, "note", "note"], public) == ("note",)
