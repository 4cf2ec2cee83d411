"""Counting residents by segment and group, against counts made by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.audit.cells import POOLED, Cells, Crosstab
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


def counted(segments, people, attributes):
    return Crosstab.of(segments, people).cells(attributes)


def people(groups, **columns):
    return pd.DataFrame({name: pd.Categorical(values, groups) for name, values in columns.items()})


def test_counts_of_one_attribute_are_those_made_by_hand():
    cells = counted(SEGMENTS, PEOPLE, ["sex"])

    assert cells.name == "sex"
    assert cells.segments == ("S1", "S2")
    assert cells.group_names == ("f", "m", MISSING)
    assert cells.counts.tolist() == [[2, 1, 1], [1, 2, 0]]
    assert cells.sizes.tolist() == [3, 3, 1]


def test_counts_of_an_intersection_are_those_made_by_hand():
    cells = counted(SEGMENTS, PEOPLE, ["sex", "age"])

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
    known = counted(SEGMENTS, PEOPLE, ["sex", "age"]).known

    assert known.groups == (("f", "young"), ("f", "old"), ("m", "young"), ("m", "old"))
    assert known.counts.sum() == 5


def test_there_is_no_missing_group_where_every_group_is_known():
    cells = counted(SEGMENTS[:3], PEOPLE[:3], ["sex"])

    assert cells.groups == (("f",), ("m",))
    assert cells.known.counts.tolist() == cells.counts.tolist()


def test_a_table_of_nobody_known_is_all_missing():
    cells = counted(SEGMENTS, people(["f", "m"], sex=[None] * 7), ["sex"])

    assert cells.counts.tolist() == [[0, 0, 4], [0, 0, 3]]
    assert cells.known.counts.tolist() == [[0, 0], [0, 0]]


def test_a_group_that_nobody_is_in_is_counted_as_empty():
    cells = counted(SEGMENTS, people(["f", "m", "x"], sex=["f"] * 4 + ["m"] * 3), ["sex"])

    assert cells.group_names == ("f", "m", "x")
    assert cells.counts.tolist() == [[4, 0, 0], [0, 3, 0]]


def test_a_group_that_is_absent_from_a_segment_counts_zero_there():
    cells = counted(pd.Series(["S1", "S1", "S2"]), people(["f", "m"], sex=["f", "m", "f"]), ["sex"])

    assert cells.counts.tolist() == [[1, 1], [1, 0]]


def test_a_table_with_one_group_only_repeats_the_segments():
    cells = counted(SEGMENTS, people(["f"], sex=["f"] * 7), ["sex"])

    assert cells.counts.tolist() == [[4], [3]]


def test_ten_thousand_groups_are_an_identifier_by_mistake():
    groups = [f"g{at}" for at in range(10_000)]
    everybody = people(groups, building=np.repeat(groups, 3))
    with pytest.raises(AuditError, match=r"^Column 'building' has 10,000 groups, and at most 200 can"):
        counted(pd.Series(["S1", "S1", "S2"] * 10_000), everybody, ["building"])


def test_two_hundred_groups_are_counted():
    groups = [f"g{at}" for at in range(200)]
    cells = counted(pd.Series(["S1", "S1", "S2"] * 200), people(groups, b=np.repeat(groups, 3)), ["b"])

    assert (cells.counts == [[2], [1]]).all()


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        (["a", "b", "a"], ("a", "b")),
        ([1, 2, 1], ("1", "2")),
        ([1.0, 2.0, 1.0], ("1.0", "2.0")),
        ([True, False, True], ("False", "True")),
        ([1, "1", "b"], ("1", "b")),
        ([2.5, "x", 2.5], ("2.5", "x")),
    ],
)
def test_segment_labels_of_any_kind_are_named_as_texts(labels, named):
    cells = counted(pd.Series(labels), people(["f", "m"], sex=["f", "m", "m"]), ["sex"])

    assert cells.segments == named
    assert cells.counts.sum() == 3


def test_a_segment_that_nobody_is_in_stays_where_the_labels_name_it():
    labels = pd.Series(pd.Categorical(["a", "c", "a"], ["a", "b", "c"]))
    cells = counted(labels, people(["f", "m"], sex=["f", "m", "m"]), ["sex"])

    assert cells.segments == ("a", "b", "c")
    assert cells.counts.tolist() == [[1, 1], [0, 0], [0, 1]]


@pytest.mark.parametrize(
    "labels", [["S1", None, "S1"], [1.0, np.nan, 2.0], ["S1", " ", "S1"], [1, "b", None]]
)
def test_somebody_without_a_segment_is_refused(labels):
    with pytest.raises(AuditError, match="1 of 3 residents have no segment"):
        counted(pd.Series(labels), people(["f", "m"], sex=["f", "m", "m"]), ["sex"])


def test_segments_for_other_residents_are_refused():
    with pytest.raises(AuditError, match="3 segments for 7 residents"):
        counted(SEGMENTS[:3], PEOPLE, ["sex"])


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
    cells = counted(pd.Series(labels), frame, ["sex", "age"])

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


# ---- One count for all ------------------------------------------------------------------------------


def crowd(n=4000, seed=1):
    """Residents of a crowd: segments, attributes, strata, squared distances; two in five of unknown sex."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "sex": pd.Categorical(rng.choice(["f", "m", None], n, p=[0.3, 0.3, 0.4]), ["f", "m"]),
            "age": pd.Categorical(rng.choice(["y", "o", None], n, p=[0.6, 0.39, 0.01]), ["y", "o", "x"]),
        }
    )
    strata = pd.DataFrame({"repairs": pd.Categorical(rng.choice(["0", "1+"], n), ["0", "1+"])})
    segments = pd.Series(rng.choice([f"S{at}" for at in range(1, 12)], n))
    return segments, frame, strata, rng.random(n)


def test_every_table_comes_from_one_count():
    segments, frame, strata, squared = crowd()
    crosstab = Crosstab.of(segments, frame, strata, squared)

    assert crosstab.residents == 4000
    assert len(crosstab.counts) <= 11 * 3 * 4 * 2
    for names in (["sex"], ["age"], ["sex", "age"], ["age", "repairs"]):
        cells = crosstab.cells(names)
        every = pd.concat([frame, strata], axis=1)[names].astype(object).fillna(MISSING)
        by_hand = every.groupby([segments, *names]).size()
        found = {
            (segment, *group): cells.counts[row, column]
            for row, segment in enumerate(cells.segments)
            for column, group in enumerate(cells.groups)
            if cells.counts[row, column]
        }
        assert found == by_hand.to_dict()


def test_segments_stand_in_the_order_of_their_numbers():
    assert Crosstab.of(*crowd()[:2]).segments == tuple(f"S{at}" for at in range(1, 12))


def test_a_column_two_fifths_of_which_is_missing_has_a_group_of_those_missing():
    cells = Crosstab.of(*crowd()[:2]).cells(["sex"])

    assert cells.group_names == ("f", "m", MISSING)
    assert cells.sizes[2] / 4000 == pytest.approx(0.4, abs=0.03)
    assert cells.known.group_names == ("f", "m")


def test_sums_of_squared_distances_stand_where_the_counts_do():
    segments, frame, _, squared = crowd()
    crosstab = Crosstab.of(segments, frame, squared=squared)
    sums, cells = crosstab.squared_distances(["sex"]), crosstab.cells(["sex"])

    of_women = (segments == cells.segments[2]) & (frame["sex"] == "f")
    assert sums.shape == cells.counts.shape
    assert sums[2, 0] == pytest.approx(squared[of_women.to_numpy()].sum(), rel=1e-12)
    assert Crosstab.of(segments, frame).squared_distances(["sex"]) is None


def test_a_count_does_not_grow_with_the_residents():
    segments, frame, strata, _ = crowd(20_000)
    assert len(Crosstab.of(segments, frame, strata).counts) <= 11 * 9 * 2


def test_many_attributes_of_many_groups_are_counted_without_room_for_every_combination():
    rng = np.random.default_rng(0)
    names = [f"a{at}" for at in range(12)]
    codes = rng.integers(-1, 150, (3000, 12))
    groups = [f"g{at}" for at in range(150)]
    frame = pd.DataFrame(
        {name: pd.Categorical.from_codes(codes[:, at], groups) for at, name in enumerate(names)}
    )
    segments = pd.Series(rng.choice(["S1", "S2"], 3000))
    crosstab = Crosstab.of(segments, frame)

    assert len(crosstab.counts) == 3000
    for at, name in enumerate(names):
        sizes = np.bincount(codes[:, at] % 151, minlength=151)
        assert crosstab.cells([name]).sizes.tolist() == sizes[: len(crosstab.cells([name]).groups)].tolist()


def test_an_attribute_equal_to_the_segment_fills_one_cell_of_each():
    labels = ["a", "b", "c"] * 5
    cells = counted(pd.Series(labels), people(["a", "b", "c"], sex=labels), ["sex"])
    assert cells.counts.tolist() == (5 * np.eye(3, dtype=int)).tolist()


def test_groups_that_read_alike_are_one():
    column = pd.Series(pd.Categorical([1, "1", "b", None], [1, "1", "b"]), name="kind")
    cells = counted(pd.Series(["S1"] * 4), column.to_frame(), ["kind"])

    assert cells.group_names == ("1", "b", MISSING)
    assert cells.counts.tolist() == [[2, 1, 1]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"segments": pd.Series(np.arange(4000))},
            r"^There are 4,000 different segments, and at most",
        ),
        ({"squared": np.full(4000, -1.0)}, r"^Squared distances are finite, 0 or more"),
        ({"squared": np.full(4000, np.inf)}, r"^Squared distances are finite, 0 or more"),
        ({"squared": np.ones(7)}, r"^There are 7 squared distances for 4000 residents"),
        ({"strata": pd.DataFrame({"repairs": ["0"] * 7})}, r"^There are 7 strata for 4000 residents"),
        ({"people": pd.DataFrame({"sex": ["f × m"] * 4000})}, r"^Column 'sex' has a group with '×'"),
        ({"people": pd.DataFrame({"sex": [["f"]] * 4000})}, r"^Column 'sex' holds lists or tables"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_one_sentence(change, message):
    segments, frame, strata, squared = crowd()
    given = {"segments": segments, "people": frame, "strata": strata, "squared": squared}
    with pytest.raises(AuditError, match=message) as refused:
        Crosstab.of(**(given | change))
    assert str(refused.value).count("\n") == 0


# ---- Before it is judged ----------------------------------------------------------------------------


def test_residents_of_whom_nothing_is_known_are_left_out():
    segments, frame, _, squared = crowd()
    known = Crosstab.of(segments, frame, squared=squared).known_to_somebody(30)
    somebody = frame.notna().any(axis=1).to_numpy()
    by_hand = Crosstab.of(segments[somebody], frame[somebody])

    assert known.residents == somebody.sum() < 4000
    for names in (["sex"], ["sex", "age"]):
        assert known.cells(names).counts.tolist() == by_hand.cells(names).counts.tolist()
    assert known.squared.sum() == pytest.approx(squared[somebody].sum())


def test_residents_stay_where_too_few_are_known():
    segments, frame, _, _ = crowd(100)
    frame = frame.where(np.tile(np.arange(100)[:, None] < 29, 2))

    assert Crosstab.of(segments, frame).known_to_somebody(30).residents == 100
    assert Crosstab.of(segments, frame).known_to_somebody(20).residents < 30


def test_small_segments_are_pooled_and_stand_last():
    segments, frame, _, squared = crowd()
    segments[:20], segments[20:35] = "few", "A"
    pooled, any_was = Crosstab.of(segments, frame, squared=squared).large_enough(30)

    assert any_was
    assert pooled.segments == (*(f"S{at}" for at in range(1, 12)), POOLED)
    assert pooled.sizes[-1] == 35
    assert pooled.cells(["sex"]).counts.sum() == 4000
    assert pooled.squared.sum() == pytest.approx(squared.sum())


def test_a_small_segment_takes_the_next_larger_with_it():
    sizes = [5, 40, 50]
    segments = pd.Series(np.repeat(["few", "S1", "S2"], sizes))
    pooled, _ = Crosstab.of(segments, people(["f"], sex=["f"] * 95)).large_enough(30)

    assert pooled.segments == ("S2", POOLED)
    assert pooled.sizes.tolist() == [50, 45]


def test_segments_that_are_large_enough_stay_and_empty_ones_go():
    segments = pd.Series(pd.Categorical(["S1"] * 40 + ["S3"] * 40, ["S1", "S2", "S3"]))
    crosstab, any_was = Crosstab.of(segments, people(["f"], sex=["f"] * 80)).large_enough(30)

    assert (crosstab.segments, any_was) == (("S1", "S3"), False)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["S1"] * 29, "Only 29 residents have a segment, and the policy judges 30 or more"),
        ([], "Only 0 residents have a segment"),
        ([POOLED] * 40, "A segment may not be called"),
        ([f"R{at:05}" for at in range(30)], "30 segments for 30 residents are nearly one each"),
    ],
)
def test_segments_that_cannot_be_judged_are_refused(labels, message):
    everybody = people(["f"], sex=["f"] * len(labels))
    with pytest.raises(AuditError, match=message):
        Crosstab.of(pd.Series(labels, dtype=object), everybody).large_enough(30)


def test_segments_in_another_order_of_rows_are_refused():
    people = pd.DataFrame({"sex": pd.Categorical(["a", "b"])}, index=["x", "y"])
    segments = pd.Series(["S1", "S2"], index=["x", "y"])

    assert Crosstab.of(segments, people).residents == 2
    with pytest.raises(AuditError, match="segments have another index"):
        Crosstab.of(segments.iloc[::-1], people)
