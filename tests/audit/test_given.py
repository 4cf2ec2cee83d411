"""Segments and groups as they were given, in any form."""

import pandas as pd
import pytest

from segmentation.audit.given import audited_columns, natural, read_column, read_segments, refuse_unfit
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


# ---- Groups of the policy alone -----------------------------------------------------------------------


def test_a_category_that_the_policy_does_not_list_is_refused_and_not_quoted():
    table = people().astype("category")
    renamed = table.assign(sex=table["sex"].cat.rename_categories({"female": "Frau"}))

    with pytest.raises(AuditError) as refused:
        audited_columns(POLICY, renamed)
    assert "column 'sex': holds something else than the policy's groups for 1 residents" in str(refused.value)
    assert "Frau" not in str(refused.value)


def test_a_category_that_nobody_has_is_no_group():
    table = people().astype("category")
    wider = table.assign(sex=table["sex"].cat.add_categories("Frau"))

    assert list(audited_columns(POLICY, wider)["sex"].cat.categories) == ["female", "male"]


def test_a_column_that_stands_twice_is_refused():
    with pytest.raises(AuditError, match="column 'sex': stands twice in the protected attributes"):
        audited_columns(POLICY, pd.concat([people(), people()[["sex"]]], axis="columns"))


# ---- Tables of the same residents ---------------------------------------------------------------------


def needs():
    rows = {"repairs": [1.0, None], "parcels": [3, 4], "evening_share": [0.2, 0.4], "parking": [True, False]}
    texts = {"channel": ["app", None], "cleaning_wish": ["low", "high"]}
    table = pd.DataFrame(rows | texts | dict.fromkeys(set(POLICY.features) - {*rows, *texts}, 1.0))
    return table[list(POLICY.features)]


def refuse(segments=("S1", "S2"), **tables):
    given = {"needs": None, "outcomes": None} | tables
    refuse_unfit(POLICY, people(), pd.Series(segments), **given)


def test_tables_of_the_same_residents_are_taken():
    refuse(needs=needs(), outcomes=pd.DataFrame({"cleaning": [True, None]}))
    refuse_unfit(POLICY, people().set_axis(["a", "b"]), pd.Series(["S1", "S2"], ["a", "b"]), None, None)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("segments", pd.Series(["S1", "S2"], index=[1, 0])),
        ("needs", needs().iloc[::-1]),
        ("outcomes", pd.DataFrame({"cleaning": [True, False]}, index=["a", "b"])),
    ],
)
def test_rows_in_another_order_are_refused(name, table):
    with pytest.raises(
        AuditError, match=rf"The .*{name} have another index .* align them with \.loc"
    ) as told:
        refuse(**{name: table})
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["needs", "outcomes"])
def test_rows_of_other_residents_are_refused(name):
    with pytest.raises(AuditError, match=f"There are 1 rows of {name} for 2 residents"):
        refuse(**{name: needs().iloc[:1]})


def test_segments_that_are_lists_are_refused():
    with pytest.raises(AuditError, match="Column 'segment' holds lists or tables"):
        refuse([["S1"], ["S2"]], needs=needs())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (needs().drop(columns="repairs"), "column 'repairs': is missing from the needs"),
        (needs().assign(repairs=["secret", "1"]), "column 'repairs': holds something that"),
        (needs().assign(repairs=[float("inf"), 1]), "column 'repairs': holds something that"),
        (needs().assign(channel="secret"), "column 'channel': holds something that"),
        (needs().assign(channel=[["secret"], ["app"]]), "column 'channel': holds something that"),
        (pd.concat([needs(), needs()[["parking"]]], axis="columns"), "column 'parking': stands twice"),
    ],
)
def test_needs_that_are_not_the_policys_are_refused_and_not_quoted(changed, told):
    with pytest.raises(AuditError) as refused:
        refuse(needs=changed)
    assert told in str(refused.value)
    assert len(refused.value.faults) == 1
    assert "secret" not in str(refused.value)
