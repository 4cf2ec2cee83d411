"""Counting residents by segment and group, against counts made by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.audit import Cells, count_cells
from segmentation.errors import AuditError
from segmentation.policy.parts import MISSING

# Residents one by one: segment, sex, age.
RESIDENTS = [
    ("S1", "f", "young"),
    ("S1", "f", "old"),
    ("S1", "m", "old"),
    ("S1", None, "old"),
    ("S2", "f", "young"),
    ("S2", "m", None),
    ("S2", "m", "old"),
]
SEGMENTS = pd.Series([segment for segment, _, _ in RESIDENTS])
PEOPLE = pd.DataFrame(
    {
        "sex": pd.Categorical([sex for _, sex, _ in RESIDENTS], ["f", "m"]),
        "age": pd.Categorical([age for _, _, age in RESIDENTS], ["young", "old"]),
    }
)


def people(groups, **columns):
    return pd.DataFrame({name: pd.Categorical(values, groups) for name, values in columns.items()})


def test_counts_of_one_attribute_are_those_made_by_hand():
    cells = count_cells(SEGMENTS, PEOPLE, ["sex"])

    assert cells.name == "sex"
    assert cells.segments == ("S1", "S2")
    assert cells.group_names == ("f", "m", MISSING)
    assert cells.counts.tolist() == [[2, 1, 1], [1, 2, 0]]
    assert cells.sizes.tolist() == [3, 3, 1]


def test_counts_of_an_intersection_are_those_made_by_hand():
    cells = count_cells(SEGMENTS, PEOPLE, ["sex", "age"])

    assert cells.name == "sex × age"
    assert dict(zip(cells.group_names, cells.counts.T.tolist(), strict=True)) == {
        "f × young": [1, 1],
        "f × old": [1, 0],
        f"f × {MISSING}": [0, 0],
        "m × young": [0, 0],
        "m × old": [1, 1],
        f"m × {MISSING}": [0, 1],
        f"{MISSING} × young": [0, 0],
        f"{MISSING} × old": [1, 0],
        f"{MISSING} × {MISSING}": [0, 0],
    }


def test_only_residents_whose_every_attribute_is_known_are_known():
    known = count_cells(SEGMENTS, PEOPLE, ["sex", "age"]).known

    assert known.groups == (("f", "young"), ("f", "old"), ("m", "young"), ("m", "old"))
    assert known.counts.sum() == 5


def test_there_is_no_missing_group_where_every_group_is_known():
    cells = count_cells(SEGMENTS[:3], PEOPLE[:3], ["sex"])

    assert cells.groups == (("f",), ("m",))
    assert cells.known.counts.tolist() == cells.counts.tolist()


def test_a_table_of_nobody_known_is_all_missing():
    cells = count_cells(SEGMENTS, people(["f", "m"], sex=[None] * 7), ["sex"])

    assert cells.counts.tolist() == [[0, 0, 4], [0, 0, 3]]
    assert cells.known.counts.tolist() == [[0, 0], [0, 0]]


def test_a_group_that_nobody_is_in_is_counted_as_empty():
    cells = count_cells(SEGMENTS, people(["f", "m", "x"], sex=["f"] * 4 + ["m"] * 3), ["sex"])

    assert cells.group_names == ("f", "m", "x")
    assert cells.counts.tolist() == [[4, 0, 0], [0, 3, 0]]


def test_a_group_that_is_absent_from_a_segment_counts_zero_there():
    cells = count_cells(pd.Series(["S1", "S1", "S2"]), people(["f", "m"], sex=["f", "m", "f"]), ["sex"])

    assert cells.counts.tolist() == [[1, 1], [1, 0]]


def test_a_table_with_one_group_only_repeats_the_segments():
    cells = count_cells(SEGMENTS, people(["f"], sex=["f"] * 7), ["sex"])

    assert cells.counts.tolist() == [[4], [3]]


def test_ten_thousand_groups_are_counted():
    groups = [f"g{at}" for at in range(10_000)]
    everybody = people(groups, building=np.repeat(groups, 3))
    cells = count_cells(pd.Series(["S1", "S1", "S2"] * 10_000), everybody, ["building"])

    assert cells.counts.shape == (2, 10_000)
    assert (cells.counts == [[2], [1]]).all()


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (["a", "b", "a"], ("a", "b")),
        ([1, 2, 1], ("1", "2")),
        ([1.0, 2.0, 1.0], ("1.0", "2.0")),
        ([True, False, True], ("False", "True")),
    ],
)
def test_segment_labels_of_any_kind_are_named_as_texts(labels, named):
    cells = count_cells(pd.Series(labels), people(["f", "m"], sex=["f", "m", "m"]), ["sex"])

    assert cells.segments == named
    assert cells.counts.sum() == 3


def test_a_segment_that_nobody_is_in_stays_where_the_labels_name_it():
    labels = pd.Series(pd.Categorical(["a", "c", "a"], ["a", "b", "c"]))
    cells = count_cells(labels, people(["f", "m"], sex=["f", "m", "m"]), ["sex"])

    assert cells.segments == ("a", "b", "c")
    assert cells.counts.tolist() == [[1, 1], [0, 0], [0, 1]]


@pytest.mark.parametrize("labels", [["S1", None, "S1"], [1.0, np.nan, 2.0]])
def test_somebody_without_a_segment_is_refused(labels):
    with pytest.raises(AuditError, match="1 of 3 residents have no segment"):
        count_cells(pd.Series(labels), people(["f", "m"], sex=["f", "m", "m"]), ["sex"])


def test_segments_for_other_residents_are_refused():
    with pytest.raises(AuditError, match="3 segments for 7 residents"):
        count_cells(SEGMENTS[:3], PEOPLE, ["sex"])


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["f", "m", None]), st.sampled_from(["y", "o", None])),
        min_size=1,
        max_size=40,
    )
)
def test_cells_are_the_residents_counted_one_by_one(residents):
    labels, sexes, ages = zip(*residents, strict=True)
    frame = pd.DataFrame({"sex": pd.Categorical(sexes, ["f", "m"]), "age": pd.Categorical(ages, ["y", "o"])})
    cells = count_cells(pd.Series(labels), frame, ["sex", "age"])

    for row, segment in enumerate(cells.segments):
        for column, (sex, age) in enumerate(cells.groups):
            by_hand = [
                1
                for label, own_sex, own_age in residents
                if (str(label), own_sex or MISSING, own_age or MISSING) == (segment, sex, age)
            ]
            assert cells.counts[row, column] == len(by_hand)
    assert cells.counts.sum() == len(residents)


def test_some_groups_can_be_taken_out_of_the_cells():
    cells = Cells(("sex",), ("S1",), (("f",), ("m",), ("x",)), np.array([[1, 2, 3]]))

    only = cells.only(np.array([True, False, True]))
    assert only.group_names == ("f", "x")
    assert only.counts.tolist() == [[1, 3]]
