"""Segments and groups as they were given, in any form."""

import pandas as pd
import pytest

from segmentation.audit.given import audited_columns, natural, read_column, read_segments
from segmentation.errors import AuditError
from tests.policies import small_policy

POLICY = small_policy()


def people(**changes):
    columns = {"age_band": ["18-39", None], "sex": ["female", "male"], "tenure": ["owner", "tenant"]}
    return pd.DataFrame(columns | changes)


def test_texts_become_the_groups_of_the_policy():
    found = audited_columns(POLICY, people(note=["x", "y"]))

    assert list(found.columns) == ["age_band", "sex", "tenure"]
    assert list(found["age_band"].cat.categories) == ["18-39", "40-64", "65+"]
    assert found["age_band"].isna().tolist() == [False, True]


def test_columns_as_the_residents_have_them_stay_as_they_are():
    table = people().astype("category")
    pd.testing.assert_frame_equal(audited_columns(POLICY, table), table)


def test_a_column_that_nobody_has_a_value_in_is_missing_for_all():
    assert audited_columns(POLICY, people(sex=None))["sex"].isna().all()


def test_missing_columns_and_unknown_groups_are_all_named_and_not_quoted():
    with pytest.raises(AuditError) as refused:
        audited_columns(POLICY, people(sex=["female", "secret"]).drop(columns="tenure"))

    assert len(refused.value.faults) == 2
    assert "column 'tenure': is missing" in str(refused.value)
    assert "column 'sex': holds something else than the policy's groups for 1 residents" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_names_are_sorted_as_a_person_would():
    assert sorted(["S10", "S2", "a", "S1b", "S1"], key=natural) == ["S1", "S1b", "S2", "S10", "a"]


def test_segments_are_read_in_natural_order_and_blank_ones_are_missing():
    read = read_segments(pd.Series(["S10", "S2", None, "", "S10"]))

    assert read.levels == ("S2", "S10")
    assert read.codes.tolist() == [1, 0, 2, 2, 1]
    assert read.missing.tolist() == [False, False, True, True, False]


def test_groups_keep_their_own_order():
    column = pd.Series(pd.Categorical(["b", "a"], ["b", "c", "a"]), name="kind")
    assert read_column(column).levels == ("b", "c", "a")
