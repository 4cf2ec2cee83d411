"""Bootstrap Jaccard: worked by hand, against the plain definition, and what it catches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.clustering.choice.jaccard import bootstrap, most_similar, similarities
from segmentation.clustering.choice.kmeans import Points
from segmentation.clustering.overlap import crossed
from tests.clustering.choice.tables import planted


def compared(own, other, n_segments=2):
    return most_similar(crossed(np.array(own), np.array(other), (n_segments, n_segments))).tolist()


def test_it_is_who_is_in_both_by_who_is_in_either():
    # {a b c d} beside {a b c} is 3 of 4 and beside {d e f} 1 of 6; {e f} beside {d e f} is 2 of 3
    assert compared([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]) == pytest.approx([3 / 4, 2 / 3])


def test_it_is_1_where_the_same_residents_come_back_under_another_name():
    assert compared([0, 0, 1, 2], [2, 2, 0, 1], n_segments=3) == [1.0, 1.0, 1.0]


def test_two_segments_may_both_be_most_like_the_same_new_one():
    # both halves of {a b | c d} against {a b c d}: 2 of 4 each
    assert compared([0, 0, 1, 1], [0, 0, 0, 0]) == [0.5, 0.5]


def test_a_segment_of_which_nobody_was_drawn_does_not_come_back():
    assert compared([0, 0, 0], [1, 1, 1]) == [1.0, 0.0]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_it_is_the_plain_definition(pairs):
    own, other = np.array(pairs).T
    sets = [[set(np.flatnonzero(labels == k)) for k in range(4)] for labels in (own, other)]
    plain = [max(len(one & two) / max(len(one | two), 1) for two in sets[1]) for one in sets[0]]
    assert compared(own, other, n_segments=4) == pytest.approx(plain)


def test_a_bootstrap_sample_has_as_many_draws_as_there_are_residents():
    drawn = bootstrap(1000, np.random.default_rng(0))
    assert drawn.sum() == len(drawn) == 1000
    assert (drawn > 0).mean() == pytest.approx(1 - np.exp(-1), abs=0.04)


def mean_of(encoded, own, times=10):
    k = max(own) + 1
    points = Points.of(encoded)
    return np.mean([similarities(points, {k: np.array(own)}, 3, seed)[0] for seed in range(times)], axis=0)


def test_planted_segments_come_back_and_one_that_cuts_through_them_dissolves():
    # two planted clusters and a third: the second of them is cut in two at random
    centers = np.repeat([[0.0, 0], [20, 0], [0, 20]], 60, axis=0)
    encoded = centers + np.random.default_rng(0).normal(size=(180, 2))
    true = np.repeat([0, 1, 2], 60)
    assert (mean_of(encoded, true) > 0.98).all()
    cut = np.where(true == 1, np.random.default_rng(1).choice([1, 3], 180), true)
    found = mean_of(encoded, cut)
    assert (found[[0, 2]] > 0.75).all()
    assert (found[[1, 3]] < 0.75).all()


def test_noise_cut_in_many_segments_does_not_come_back():
    encoded = np.random.default_rng(0).normal(size=(400, 8))
    points = Points.of(encoded)
    from segmentation.clustering.choice.kmeans import centers

    own = points.nearest(centers(points, [6], 5, np.random.default_rng(0))[6])
    assert mean_of(encoded, own).max() < 0.75
    assert mean_of(planted([60] * 4), np.zeros(240, int)).min() == 1.0
