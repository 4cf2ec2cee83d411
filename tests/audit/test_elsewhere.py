"""Counts that were made elsewhere: the same cells as from residents, and every fault of a table named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.audit.cells import Crosstab
from segmentation.errors import AuditError
from segmentation.policy.parts import MISSING
from tests.policies import small_policy

POLICY = small_policy(audit={"explained_by": ["parking"]}, services=None)
NAMES = list(POLICY.audited)
EXPLAINED = ["parking"]


def crowd(n=3000, seed=0):
    rng = np.random.default_rng(seed)
    people = {
        name: pd.Categorical(rng.choice([*of.groups, None], n), list(of.groups))
        for name, of in POLICY.audited.items()
    }
    strata = pd.DataFrame({"parking": pd.Categorical(rng.choice(["no", "yes", None], n), ["no", "yes"])})
    segments = pd.Series(rng.choice(["S1", "S2", "S10"], n))
    return segments, pd.DataFrame(people), strata, rng.random(n)


def grouped(segments, people, strata, squared, by=(*NAMES, *EXPLAINED)):
    """What GROUP BY gives of them: a row for each combination that occurs."""
    every = pd.concat([people, strata], axis=1)[list(by)].astype(object)
    rows = every.assign(segment=segments, squared_distance=squared)
    sums = rows.groupby(["segment", *by], dropna=False)["squared_distance"].agg(["size", "sum"]).reset_index()
    return sums.rename(columns={"size": "count", "sum": "squared_distance"})


def counts(**changes):
    """Return a small sound table, with changes."""
    table = pd.DataFrame(
        {
            "segment": ["S1", "S1", "S2"],
            "age_band": ["18-39", "65+", None],
            "sex": ["female", "male", "male"],
            "tenure": ["owner", "owner", "tenant"],
            "count": [40, 50, 60],
        }
    )
    return table.assign(**changes)


def same(one, other):
    for names in (["sex"], ["age_band"], ["age_band", "sex"], ["tenure", "sex"]):
        ours, theirs = one.cells(names), other.cells(names)
        assert (ours.segments, ours.groups) == (theirs.segments, theirs.groups)
        assert ours.counts.tolist() == theirs.counts.tolist()


def test_cells_counted_elsewhere_are_those_of_the_residents():
    everybody = crowd()
    here, there = Crosstab.of(*everybody), Crosstab.from_frame(grouped(*everybody), POLICY)

    same(here, there)
    assert here.cells(["sex", "parking"]).counts.tolist() == there.cells(["sex", "parking"]).counts.tolist()
    for names in (["sex"], ["age_band", "tenure"]):
        ours, theirs = here.squared_distances(names), there.squared_distances(names)
        assert ours == pytest.approx(theirs, rel=1e-12)


@given(st.integers(1, 60), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_any_residents_give_the_same_cells_counted_here_or_there(n, seed):
    segments, people, _, squared = crowd(n, seed)
    same(
        Crosstab.of(segments, people),
        Crosstab.from_frame(grouped(segments, people, people.iloc[:, :0], squared, NAMES), POLICY),
    )


def test_one_way_through_a_file_changes_nothing(tmp_path):
    from segmentation.residents.files import open_table

    table = grouped(*crowd())
    table.to_csv(tmp_path / "counts.csv", index=False)
    table.to_parquet(tmp_path / "counts.parquet")
    for file in ("counts.csv", "counts.parquet"):
        read = open_table(tmp_path / file, list(table.columns)).table
        same(Crosstab.from_frame(table, POLICY), Crosstab.from_frame(read, POLICY))


def test_a_combination_that_is_counted_twice_is_refused_and_its_rows_are_named():
    twice = pd.concat([counts(), counts().iloc[[1]]], ignore_index=True)
    with pytest.raises(AuditError, match=r"rows 2 and \d+: have the same segment, groups and strata"):
        Crosstab.from_frame(twice, POLICY)
    assert Crosstab.from_frame(counts(), POLICY).residents == counts()["count"].sum()


def test_a_row_that_counts_nobody_changes_nothing_but_names_its_segment():
    table = pd.concat([counts(), counts(segment="S3", count=0)], ignore_index=True)
    crosstab = Crosstab.from_frame(table, POLICY)

    assert crosstab.segments == ("S1", "S2", "S3")
    assert crosstab.sizes.tolist() == [90, 60, 0]


def test_groups_are_those_of_the_policy_and_missing_ones_are_last():
    cells = Crosstab.from_frame(counts(), POLICY).cells(["age_band"])

    assert cells.group_names == ("18-39", "40-64", "65+", MISSING)
    assert cells.counts.tolist() == [[40, 0, 50, 0], [0, 0, 0, 60]]


def test_missing_may_be_written_as_an_audit_writes_it():
    same(
        Crosstab.from_frame(counts(), POLICY),
        Crosstab.from_frame(counts(age_band=["18-39", "65+", MISSING]), POLICY),
    )


def test_totals_that_agree_are_accepted():
    assert Crosstab.from_frame(counts(segment_total=[90, 90, 60]), POLICY).residents == 150


@pytest.mark.parametrize("numbers", [["40", "50", "60"], [40.0, 50.0, 60.0], ["40.0", 50, 60.0]])
def test_counts_may_be_written_as_texts_or_as_whole_decimals(numbers):
    assert Crosstab.from_frame(counts(count=numbers), POLICY).residents == 150


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"count": [40, -1, 60]}, r"column 'count', row 2: must be a whole number of residents, from 0"),
        ({"count": [40, 50.5, 60]}, r"column 'count', row 2: must be a whole number"),
        ({"count": [40, np.nan, 60]}, r"column 'count', row 2: holds no number"),
        ({"count": [40, np.inf, 60]}, r"column 'count', row 2: must be a whole number"),
        ({"count": [40, 1e300, 60]}, r"column 'count', row 2: must be a whole number"),
        ({"count": [True, True, False]}, r"column 'count', rows 1, 2 and 3: must be a whole number"),
        (
            {"count": pd.Series([40, True, 60], dtype=object)},
            r"column 'count', row 2: must be a whole number",
        ),
        ({"count": ["40", "many", "60"]}, r"column 'count', row 2: must be a whole number"),
        ({"count": [2**53, 2**53, 0]}, r"column 'count': counts more residents than can be added up"),
        ({"sex": ["female", "other", "w"]}, r"column 'sex', rows 2 and 3: holds groups that the policy"),
        ({"segment": ["S1", None, "S2"]}, r"column 'segment', row 2: names no segment"),
        ({"segment_total": [90, 90, 61]}, r"column 'segment_total', row 3: contradicts the counts"),
        ({"segment_total": [90, 91, 60]}, r"column 'segment_total', row 2: contradicts the counts"),
        (
            {"squared_distance": [1.0, -0.5, 2.0]},
            r"column 'squared_distance', row 2: must be a number",
        ),
        (
            {"count": [40, 0, 60], "squared_distance": [1.0, 1.0, 2.0]},
            r"column 'squared_distance', row 2: has a distance where nobody is counted",
        ),
        ({"resident": ["R1", "R2", "R3"]}, r"the table: has 1 column that counts under this policy do not"),
    ],
)
def test_a_table_that_cannot_be_counts_is_refused(changes, fault):
    with pytest.raises(AuditError, match=fault) as refused:
        Crosstab.from_frame(counts(**changes), POLICY)
    assert len(refused.value.faults) == 1
    assert not {"other", "R1", "many"} & set(str(refused.value).replace("'", " ").split())


def test_every_fault_is_named_at_once():
    with pytest.raises(AuditError) as refused:
        Crosstab.from_frame(counts(count=[-1, 1, 1], sex="x", segment=[None, "A", "B"]), POLICY)
    assert len(refused.value.faults) == 3


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (counts().drop(columns="sex"), "column 'sex': is missing; count by it as well"),
        (counts().drop(columns="count"), "column 'count': is missing"),
        (pd.concat([counts(), counts()[["sex"]]], axis=1), "column 'sex': stands twice"),
        (counts()[:0], "the table: has no row"),
    ],
)
def test_a_table_of_other_columns_is_refused(table, fault):
    with pytest.raises(AuditError, match=fault):
        Crosstab.from_frame(table, POLICY)


def test_strata_are_all_there_or_none_is():
    both = small_policy(audit={"explained_by": ["parking", "repairs"]}, services=None)
    with pytest.raises(AuditError, match="column 'repairs': is missing"):
        Crosstab.from_frame(counts(parking="yes"), both)
    assert Crosstab.from_frame(counts(), both).strata == ()


def test_identifiers_instead_of_segments_are_refused_and_not_quoted():
    table = pd.concat([counts()] * 20, ignore_index=True)
    table["segment"] = [f"R{at:06}" for at in range(60)]
    with pytest.raises(AuditError, match="There are 60 different segments, and at most 30") as refused:
        Crosstab.from_frame(table, POLICY)
    assert "R0000" not in str(refused.value)


def test_an_attribute_that_is_called_like_a_column_of_counts_is_refused():
    raw = {"title": {"en": "x", "zh": "x"}, "groups": ["a", "b"], "harm": {"en": "x", "zh": "x"}}
    with pytest.raises(AuditError, match="column 'count': has this name in the policy too"):
        Crosstab.from_frame(counts(), small_policy(protected={"count": raw}))
