"""Shuffled features: segments that they have as well are none."""

import numpy as np
import pytest

from segmentation.clustering.choice.shuffle import beyond, p_value, shuffled, structure
from tests.clustering.choice.tables import apart, planted


def of(encoded, k, *, blocks=None, shuffles=99, seed=0):
    """Test k segments at the limit 0.01."""
    blocks = blocks or [slice(at, at + 1) for at in range(encoded.shape[1])]
    return structure(encoded, k, blocks, shuffles=shuffles, limit=0.01, random=np.random.RandomState(seed))


def test_the_p_value_counts_the_residents_among_the_shuffles():
    assert p_value(0.5, [0.6] * 99) == 0.01
    assert p_value(0.5, [0.6, 0.5, 0.4, 0.7]) == 3 / 5


@pytest.mark.parametrize("k", [3, 4])
def test_planted_segments_beat_every_shuffle(k):
    found = of(planted([100] * k, gap=5), k)
    assert (found.n_segments, found.p_value, found.is_there) == (k, 0.01, True)
    assert 0 < found.inertia < found.shuffled < 1


@pytest.mark.parametrize("seed", range(3))
def test_planted_segments_shuffled_apart_do_not(seed):
    found = of(apart(planted([100] * 3), seed), 3, seed=seed)
    assert not found.is_there
    assert found.p_value > 0.01


def test_one_long_tail_is_no_structure_though_it_is_always_cut_at_the_same_place():
    rng = np.random.default_rng(0)
    encoded = np.column_stack([np.exp(2 * rng.normal(size=600)), rng.normal(size=(600, 3))])
    assert not of(encoded, 2).is_there


def test_p_values_without_structure_are_spread_over_all_values():
    rng = np.random.default_rng(0)
    found = [of(rng.normal(size=(80, 3)), 2, shuffles=9, seed=seed).p_value for seed in range(30)]
    assert 0.35 < np.mean(found) < 0.75
    assert np.mean(np.array(found) <= 0.1) < 0.3


def test_what_is_correlated_and_not_clustered_beats_shuffles_and_not_the_copula():
    rng = np.random.default_rng(0)
    encoded = rng.normal(size=(800, 1)) + 0.5 * rng.normal(size=(800, 4))
    found = of(encoded, 2)
    assert found.is_there
    assert found.copula_p > 0.01


def test_planted_segments_beat_the_copula_too():
    assert of(planted([100] * 4), 4).copula_p == 0.01


def test_a_single_feature_has_no_copula_and_is_its_own_shuffle():
    found = of(planted([50, 50])[:, :1], 2)
    assert found.copula_p is None
    assert not found.is_there


def test_a_feature_is_shuffled_as_one_and_keeps_its_rows():
    encoded = np.arange(40.0).reshape(20, 2) @ np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]])
    made = shuffled(encoded, np.zeros(20, int), [slice(0, 2), slice(2, 3)], np.random.default_rng(0))
    assert sorted(map(tuple, made[:, :2])) == sorted(map(tuple, encoded[:, :2]))
    assert sorted(made[:, 2]) == sorted(encoded[:, 2])
    assert not np.array_equal(made[:, 0] - encoded[:, 0], made[:, 2] - encoded[:, 2])


def test_columns_of_one_feature_are_no_structure_by_themselves():
    # a category in 0/1 columns is three points: alone it clusters, and so does every shuffle of it
    rng = np.random.default_rng(0)
    encoded = np.column_stack([np.eye(3)[rng.integers(0, 3, 300)] * 4, rng.normal(size=(300, 2))])
    assert not of(encoded, 3, blocks=[slice(0, 3), slice(3, 4), slice(4, 5)]).is_there
    assert of(encoded, 3).is_there


# ---- One number beside a smaller one ----------------------------------------------------------------


def held(encoded, k, fewer, seed=0):
    blocks = [slice(at, at + 1) for at in range(encoded.shape[1])]
    random = np.random.RandomState(seed)
    return beyond(encoded, k, np.asarray(fewer), blocks, shuffles=99, restarts=5, random=random)


def test_features_are_shuffled_inside_each_segment():
    encoded = np.arange(60.0).reshape(30, 2)
    own = np.arange(30) % 3
    made = shuffled(encoded, own, [slice(0, 1), slice(1, 2)], np.random.default_rng(0))
    for segment in range(3):
        np.testing.assert_array_equal(np.sort(made[own == segment], axis=0), encoded[own == segment])
    assert not np.array_equal(np.diff(made), np.diff(encoded))


def test_a_segment_more_that_is_there_beats_shuffles_inside_fewer():
    sizes = [100] * 4
    encoded = np.repeat(np.eye(4) * 6, sizes, axis=0) + np.random.default_rng(0).normal(size=(400, 4))
    found = held(encoded, 4, np.repeat([0, 1, 2, 2], sizes))
    assert found.p_value == 0.01
    assert found.gain > 1.5


def test_a_segment_that_a_single_feature_cuts_in_two_does_not():
    # three planted segments and a flag that says nothing: the fourth is one of them cut by the flag
    sizes = [150] * 3
    rng = np.random.default_rng(0)
    planted_ones = np.repeat(np.eye(3) * 6, sizes, axis=0) + rng.normal(size=(450, 3))
    encoded = np.column_stack([planted_ones, 4.0 * rng.integers(0, 2, 450)])
    found = held(encoded, 4, np.repeat([0, 1, 2], sizes))
    assert found.p_value > 0.05
    assert found.gain == pytest.approx(1, abs=0.1)


def test_needs_that_lean_on_one_another_a_little_gain_little_whatever_the_p_value_says():
    # inside the second segment the flag is a little more common where the first need is higher
    sizes = [500, 1000]
    rng = np.random.default_rng(0)
    flag = rng.integers(0, 2, 1500)
    encoded = np.repeat(np.eye(2) * 8, sizes, axis=0) + rng.normal(size=(1500, 2))
    encoded = np.column_stack([encoded[:, 0], encoded[:, 1] + 0.7 * flag, 4.0 * flag])
    found = held(encoded, 3, np.repeat([0, 1], sizes))
    assert found.p_value == 0.01
    assert 1 < found.gain < 4 / 3


def test_more_segments_gain_over_shuffles_that_gain_nothing_without_end():
    encoded = np.repeat([[0.0, 0.0], [5.0, 0.0]], 20, axis=0)
    assert held(encoded, 2, np.repeat([0, 1], 20)).gain == np.inf
