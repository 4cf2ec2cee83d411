"""Measures of the literature, against numbers worked by hand and the two-group formulas of holisticai."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.audit.balance import (
    balance,
    balances,
    distribution_distance,
    minimum_cluster_ratio,
)
from segmentation.audit.cells import Cells
from segmentation.audit.disclosure import disclose

# Ten people, four of group a and six of group b, in three clusters. Worked by hand:
# shares of a in the clusters: 1/5, 2/3, 1/2, and 2/5 overall; of b: 4/5, 1/3, 1/2, and 3/5 overall.
# a: 1/2, 5/3, 5/4 of its share; b: 4/3, 5/9, 5/6. The least of them and their inverses is 1/2.
# a over b in the clusters: 1/4, 2, 1. P(cluster | a) = 1/4, 1/2, 1/4 and P(cluster | b) = 2/3, 1/6, 1/6,
# which differ by 5/12, 1/3 and 1/12, half of whose sum is 5/12.
TEN = np.array([[1, 4], [2, 1], [1, 1]])

COUNTS = arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 4)), elements=st.integers(0, 50))


def shown(counts, smallest=10):
    counts = np.array(counts)
    segments = tuple(f"S{at + 1}" for at in range(len(counts)))
    groups = tuple((f"g{at}",) for at in range(counts.shape[1]))
    (one,) = disclose([Cells(("sex",), segments, groups, counts)], smallest)
    return one


def test_ten_people_give_what_is_worked_by_hand():
    assert balance(TEN) == pytest.approx(1 / 2, abs=1e-15)
    assert minimum_cluster_ratio(TEN) == 1 / 4
    assert distribution_distance(TEN) == pytest.approx(5 / 12, abs=1e-15)


def holisticai(counts):
    """The library's formulas for two groups, written out: balance, ratio of first to second, variation."""
    a, b = counts[:, 0].astype(float), counts[:, 1].astype(float)
    own, other = a / (a + b) / (a.sum() / counts.sum()), b / (a + b) / (b.sum() / counts.sum())
    least = min(1.0, *(min(ratio, 1 / ratio) for ratio in (*own, *other)))
    return least, (a / b).min(), 0.5 * np.abs(a / a.sum() - b / b.sum()).sum()


@given(arrays(np.int64, st.tuples(st.integers(1, 6), st.just(2)), elements=st.integers(1, 60)))
def test_two_groups_give_what_the_formulas_of_holisticai_do(counts):
    cluster_balance, ratio, variation = holisticai(counts)
    _, inverse, _ = holisticai(counts[:, ::-1])

    assert balance(counts) == pytest.approx(cluster_balance, rel=1e-12)
    assert minimum_cluster_ratio(counts) == pytest.approx(min(ratio, inverse), rel=1e-12)
    assert distribution_distance(counts) == pytest.approx(variation, abs=1e-12)


def test_three_groups_give_what_is_worked_by_hand():
    # Shares overall 1/2, 1/4, 1/4. First segment 3/5, 1/5, 1/5; second 2/5, 3/10, 3/10.
    # Relative 6/5, 4/5, 4/5 and 4/5, 6/5, 6/5; the inverse of 6/5 is 5/6.
    counts = np.array([[60, 20, 20], [40, 30, 30]])

    assert balance(counts) == pytest.approx(4 / 5)
    assert minimum_cluster_ratio(counts) == pytest.approx(1 / 3)
    # P(segment | first) = 3/5, 2/5 against 2/5, 3/5.
    assert distribution_distance(counts) == pytest.approx(1 / 5)


def test_segments_composed_like_everybody_have_a_balance_of_one_whatever_the_groups_sizes():
    counts = np.outer([1, 2, 5], [90, 10])

    assert balance(counts) == pytest.approx(1.0)
    assert minimum_cluster_ratio(counts) == pytest.approx(1 / 9)
    assert distribution_distance(counts) == 0.0


def test_a_group_that_is_absent_from_a_segment_gives_zero_and_not_a_filler():
    counts = np.array([[10, 0], [10, 10]])

    assert balance(counts) == minimum_cluster_ratio(counts) == 0.0
    assert minimum_cluster_ratio(counts[:, ::-1]) == 0.0


@pytest.mark.parametrize(
    "counts", [[[5], [7]], [[5, 0], [7, 0]], [[0, 0]], [[0, 0], [0, 0]], np.zeros((0, 2), int)]
)
def test_one_group_or_nobody_is_even(counts):
    counts = np.array(counts)
    assert balance(counts) == minimum_cluster_ratio(counts) == 1.0
    assert distribution_distance(counts) == 0.0


def test_a_segment_that_nobody_is_in_says_nothing():
    with_nobody = np.vstack([TEN, [0, 0]])
    for measure in (balance, minimum_cluster_ratio, distribution_distance):
        assert measure(with_nobody) == measure(TEN)


@given(COUNTS)
def test_every_measure_is_within_zero_and_one(counts):
    for measure in (balance, minimum_cluster_ratio, distribution_distance):
        assert 0.0 <= measure(counts) <= 1.0


def test_a_report_has_both_measures_where_all_counts_are_shown():
    counts = [[60, 20, 20], [40, 30, 30]]
    found = balances(shown(counts))

    assert (found.attribute, found.minimum_cluster_ratio) == ("sex", pytest.approx(1 / 3))
    assert found.balance == pytest.approx(4 / 5)


def test_a_report_has_none_where_a_count_is_hidden():
    assert balances(shown([[60, 5, 20], [40, 30, 30]])).balance is None
    assert balances(shown([[60, 5, 20], [40, 30, 30]])).minimum_cluster_ratio is None
