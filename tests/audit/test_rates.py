"""Rates of counted cells, against fairlearn on the residents one by one and against counts made by hand."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.audit import Cells, Crosstab
from segmentation.audit.rates import metric_frame, selection_rates

EXACT = 1e-12


def cells(counts, groups="fmx"):
    counts = np.asarray(counts)
    segments = tuple(f"S{row + 1}" for row in range(len(counts)))
    return Cells(("sex",), segments, tuple((group,) for group in groups[: counts.shape[1]]), counts)


def on_the_residents(labels, people):
    """The frame of fairlearn itself, with a row for every resident: a metric per segment."""
    return MetricFrame(
        metrics={segment: partial(selection_rate, pos_label=segment) for segment in sorted(set(labels))},
        y_true=labels,
        y_pred=labels,
        sensitive_features=people,
    )


def assert_equal_to_fairlearn(labels, people, attributes):
    known = people[attributes].notna().all(axis=1)
    counted = Crosstab.of(labels[known], people[known]).cells(attributes)
    ours, theirs = selection_rates(counted), on_the_residents(labels[known], people.loc[known, attributes])
    groups = counted.group_names if len(attributes) == 1 else counted.groups
    rates = theirs.by_group.reindex(groups)[list(counted.segments)].to_numpy().T
    empty = counted.sizes == 0
    assert np.abs(ours.by_group - rates)[:, ~empty].max() < EXACT
    assert np.isnan(rates[:, empty]).all()
    assert ours.overall == pytest.approx(theirs.overall.to_numpy(), abs=EXACT)
    assert ours.difference == pytest.approx(theirs.difference().to_numpy(), abs=EXACT)
    assert ours.ratio == pytest.approx(theirs.ratio().to_numpy(), abs=EXACT, nan_ok=True)


def residents(size, seed):
    rng = np.random.default_rng(seed)
    labels = pd.Series(rng.choice([f"S{at}" for at in range(1, 9)], size))
    people = {
        "age": rng.choice(["young", "middle", "old", None], size, p=[0.4, 0.3, 0.28, 0.02]),
        "sex": rng.choice(["f", "m", None], size, p=[0.49, 0.49, 0.02]),
        "origin": rng.choice([f"p{at}" for at in range(12)], size, p=np.arange(1, 13) / 78),
    }
    return labels, pd.DataFrame({name: pd.Categorical(values) for name, values in people.items()})


def test_rates_of_a_table_are_those_made_by_hand():
    rates = selection_rates(cells([[1, 3], [3, 1]]))

    assert rates.by_group.tolist() == [[0.25, 0.75], [0.75, 0.25]]
    assert rates.overall.tolist() == [0.5, 0.5]
    assert rates.difference.tolist() == [0.5, 0.5]
    assert rates.ratio == pytest.approx([1 / 3, 1 / 3], abs=EXACT)


@pytest.mark.parametrize(
    "attributes", [["age"], ["sex"], ["origin"], ["age", "sex"], ["age", "sex", "origin"]]
)
def test_rates_of_many_residents_are_those_of_fairlearn_on_the_rows(attributes):
    labels, people = residents(10_000, seed=3)
    assert_equal_to_fairlearn(labels, people, attributes)


@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2", "S3"]), st.sampled_from("fmx"), st.sampled_from(["y", "o"])),
        min_size=1,
        max_size=30,
    )
)
@settings(max_examples=10, deadline=None)
def test_rates_of_any_residents_are_those_of_fairlearn_on_the_rows(listed):
    labels, sexes, ages = (list(values) for values in zip(*listed, strict=True))
    people = pd.DataFrame(
        {"sex": pd.Categorical(sexes, list("fmx")), "age": pd.Categorical(ages, ["y", "o"])}
    )
    for attributes in (["sex"], ["sex", "age"]):
        assert_equal_to_fairlearn(pd.Series(labels), people, attributes)


def test_every_metric_of_the_frame_is_weighted_by_the_counts():
    # A metric whose weights are forgotten counts cells: every rate of a full table would be 1 / segments.
    counted = cells([[90, 10], [10, 90], [100, 100]])
    segments = np.repeat(counted.segments, 2)
    forgotten = MetricFrame(
        metrics={name: partial(selection_rate, pos_label=name) for name in counted.segments},
        y_true=segments,
        y_pred=segments,
        sensitive_features=np.tile(["f", "m"], 3),
        sample_params={"S1": {"sample_weight": counted.counts.ravel().astype(float)}},
    )

    assert forgotten.by_group["S2"].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert metric_frame(counted).by_group["S2"].tolist() == pytest.approx([0.05, 0.45], abs=EXACT)
    assert selection_rates(counted).by_group[1].tolist() == pytest.approx([0.05, 0.45], abs=EXACT)


def test_a_group_that_nobody_is_in_has_no_part_in_the_spread():
    with_nobody = selection_rates(cells([[1, 3, 0], [3, 1, 0]]))
    without = selection_rates(cells([[1, 3], [3, 1]]))

    assert with_nobody.by_group.tolist() == [[0.25, 0.75, 0.0], [0.75, 0.25, 0.0]]
    assert with_nobody.difference.tolist() == without.difference.tolist()
    assert with_nobody.ratio.tolist() == without.ratio.tolist()


def test_a_group_that_is_absent_from_a_segment_has_the_rate_zero_there():
    rates = selection_rates(cells([[4, 0], [4, 8]]))

    assert rates.by_group.tolist() == [[0.5, 0.0], [0.5, 1.0]]
    assert rates.difference.tolist() == [0.5, 0.5]
    assert rates.ratio.tolist() == [0.0, 0.5]


def test_one_group_has_no_difference():
    rates = selection_rates(cells([[3], [1]]))

    assert rates.by_group.tolist() == [[0.75], [0.25]]
    assert rates.difference.tolist() == [0.0, 0.0]
    assert rates.ratio.tolist() == [1.0, 1.0]


def test_a_segment_that_nobody_is_in_has_no_ratio():
    rates = selection_rates(cells([[5, 7], [0, 0]]))

    assert rates.overall.tolist() == [1.0, 0.0]
    assert rates.difference.tolist() == [0.0, 0.0]
    assert rates.ratio[0] == 1.0
    assert np.isnan(rates.ratio[1])


def test_a_table_of_nobody_has_rates_of_zero_and_no_ratio():
    rates = selection_rates(cells([[0, 0], [0, 0]]))

    assert rates.by_group.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert np.isnan(rates.ratio).all()
