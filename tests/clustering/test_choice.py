"""The number of segments: planted ones are found, noise has none, and every rival says why it lost."""

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans

from segmentation.clustering import Segmenter
from segmentation.clustering.choice import Criteria, Rival, _measure, _strength, chosen, rivals
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[2]
CRITERIA = Criteria(fewest=2, most=10, least_strength=0.8, smallest_share=0.05, splits=2, restarts=3)


def planted(sizes, seed=0, gap=8.0):
    """Return round clusters of these sizes, all of them `gap` standard deviations apart, in random order."""
    rng = np.random.default_rng(seed)
    centers = np.eye(len(sizes)) * gap / np.sqrt(2)
    points = np.repeat(centers, sizes, axis=0) + rng.normal(0, 1, (sum(sizes), len(sizes)))
    return rng.permutation(points)


def tried(points, criteria=CRITERIA, seed=0):
    return {rival.n_segments: rival for rival in rivals(points, criteria, np.random.RandomState(seed))}


# ---- Prediction strength, worked by hand ------------------------------------------------------------


def strength(test, own, n_segments=2):
    """Judge the clusters `own` of the test points by centres at 0, 10 and so on."""
    train = KMeans(n_segments, n_init=1, random_state=0).fit(np.arange(n_segments)[:, None] * 10.0)
    return _strength(train, np.array(test, dtype=float)[:, None], np.array(own))


def test_strength_is_the_share_of_pairs_that_the_other_half_keeps_together():
    # Of four residents in cluster 0 three are near 0 and one near 10: 3 of 6 pairs stay together.
    assert strength([0, 1, 2, 9, 10, 11], own=[0, 0, 0, 0, 1, 1]) == pytest.approx(3 / 6)


def test_strength_is_that_of_the_worst_cluster():
    # cluster 0: 4 of 4 near 0; cluster 1: three near 10, two near 20: 3 + 1 of 10 pairs; cluster 2: all
    test, own = [0, 1, 0, 1, 10, 9, 11, 20, 19, 21, 22], [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]
    assert strength(test, own, n_segments=3) == pytest.approx(4 / 10)


def test_strength_is_1_where_both_halves_agree_whatever_they_call_their_clusters():
    assert strength([0, 1, 9, 10], own=[1, 1, 0, 0]) == 1.0


def test_a_cluster_of_one_resident_repeats_nothing():
    assert strength([0, 1, 10], own=[0, 0, 1]) == 0.0


def test_each_half_judges_the_other_in_turn():
    # The first half parts at 5, the second at 2.75. By the first, {4, 4, 6, 6} falls apart: 2 of 6 pairs
    # stay; by the second, the first half's clusters stay whole. Smallest shares are 2 of 4 and 2 of 6.
    halves = np.array([[0.0], [1], [9], [10]]), np.array([[0.0], [1], [4], [4], [6], [6]])
    strength, share = _measure([halves], partial(KMeans, 2, n_init=5, random_state=0))
    assert strength == pytest.approx((2 / 6 + 1) / 2)
    assert share == pytest.approx((2 / 4 + 2 / 6) / 2)


# ---- What is chosen ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("n_segments", [4, 6, 8])
def test_planted_segments_are_counted(n_segments, seed):
    found = tried(planted([90] * n_segments, seed), seed=seed)
    assert found[n_segments].reason == "chosen"
    assert found[n_segments].prediction_strength > 0.95


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("draw", [lambda rng: rng.normal(0, 1, (600, 6)), lambda rng: rng.random((600, 6))])
def test_noise_has_no_segments(draw, seed):
    found = tried(draw(np.random.default_rng(seed)), seed=seed)
    assert {rival.reason for rival in found.values()} == {"does not repeat itself"}
    assert list(found) == list(range(2, 11))
    assert chosen(tuple(found.values())) is None


def needs(n_segments):
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    community = simulate(1500, n_segments=n_segments)
    return policy, residents_from(community.residents, policy, as_of=date(2026, 6, 30)).needs


def found_in(policy, table):
    segmenter = Segmenter.from_policy(policy).set_params(max_segments=6, splits=2, restarts=2).fit(table)
    return segmenter.n_segments_, {rival["reason"] for rival in segmenter.rivals_}


def test_a_community_without_segments_is_one_segment():
    assert found_in(*needs(0)) == (1, {"does not repeat itself"})


def test_a_community_whose_needs_are_shuffled_apart_is_one_segment_and_was_more_before():
    policy, table = needs(6)
    rng = np.random.default_rng(0)
    shuffled = pd.DataFrame({name: rng.permutation(table[name].to_numpy(dtype=object)) for name in table})
    assert found_in(policy, shuffled.astype(table.dtypes)) == (1, {"does not repeat itself"})
    assert found_in(policy, table)[0] >= 3


def test_the_largest_number_that_repeats_itself_is_chosen_and_smaller_ones_say_so():
    # two far pairs of two near clusters: 2 and 4 repeat themselves, 3 does not
    centers = np.array([[0, 0], [8, 0], [60, 0], [68, 0]])
    points = np.repeat(centers, 100, axis=0) + np.random.default_rng(0).normal(0, 1, (400, 2))
    found = tried(points, replace(CRITERIA, most=5))
    assert {k: rival.reason for k, rival in found.items()} == {
        2: "passes, but a larger one does too",
        3: "does not repeat itself",
        4: "chosen",
        5: "does not repeat itself",
    }


@pytest.mark.parametrize(("smallest_share", "number"), [(0.05, 2), (0.02, 3)])
def test_a_number_with_too_small_a_segment_is_not_chosen(smallest_share, number):
    found = tried(planted([290, 290, 20], gap=20), replace(CRITERIA, smallest_share=smallest_share))
    assert chosen(tuple(found.values())) == number
    assert found[3].prediction_strength > 0.95
    assert found[3].smallest_share == pytest.approx(20 / 600)
    assert found[3].reason == ("too small a segment" if number == 2 else "chosen")


@pytest.mark.parametrize(("smallest_size", "number"), [(30, 2), (10, 3)])
def test_a_segment_of_fewer_residents_than_the_smallest_group_is_not_chosen(smallest_size, number):
    points = planted([290, 290, 20], gap=20)
    segmenter = Segmenter(
        max_segments=3,
        smallest_share=0.001,
        smallest_size=smallest_size,
        splits=2,
        restarts=3,
        random_state=0,
    )
    assert segmenter.fit(points).n_segments_ == number


def test_a_number_that_just_reaches_the_limits_passes_and_one_just_below_does_not():
    points = planted([290, 290, 20], gap=6)
    three = tried(points, replace(CRITERIA, most=3))[3]
    limits = {"least_strength": three.prediction_strength, "smallest_share": three.smallest_share}
    assert 0.5 < three.prediction_strength < 1
    reached = tried(points, replace(CRITERIA, most=3, **limits))[3]
    assert reached.reason == "chosen"
    for limit, value, reason in (
        ("least_strength", three.prediction_strength + 1e-9, "does not repeat itself"),
        ("smallest_share", three.smallest_share + 1e-9, "too small a segment"),
    ):
        assert tried(points, replace(CRITERIA, most=3, **limits | {limit: value}))[3].reason == reason


def test_measures_are_shares():
    for rival in tried(planted([100, 200])).values():
        assert 0 <= rival.prediction_strength <= 1
        assert 0 < rival.smallest_share <= 1 / rival.n_segments


# ---- What is tried ----------------------------------------------------------------------------------


def test_every_number_from_the_fewest_to_the_most_is_tried():
    assert list(tried(planted([50, 50]), replace(CRITERIA, fewest=3, most=5))) == [3, 4, 5]


def test_no_number_is_tried_that_is_larger_than_how_many_residents_differ():
    points = np.repeat([[0.0], [1.0], [2.0]], 40, axis=0)
    assert list(tried(points)) == [2, 3]


def test_residents_who_are_all_equal_have_nothing_to_try():
    assert tried(np.ones((50, 3))) == {}
    segmenter = Segmenter(random_state=0).fit(np.ones((50, 3)))
    assert (segmenter.n_segments_, segmenter.rivals_, set(segmenter.labels_)) == (1, [], {0})


def test_too_few_residents_to_halve_are_one_segment():
    assert Segmenter(random_state=0).fit([[0.0], [1.0], [9.0]]).n_segments_ == 1


def test_the_same_seed_tries_alike_and_another_one_does_not():
    points = planted([60, 60, 60], gap=3)
    assert tried(points, seed=1) == tried(points, seed=1)
    assert tried(points, seed=1) != tried(points, seed=2)


def test_nothing_is_chosen_where_no_rival_was():
    lost = Rival(2, 0.5, 0.4, "does not repeat itself")
    assert chosen(()) is None
    assert chosen((lost,)) is None
    assert chosen((lost, Rival(3, 0.9, 0.3, "chosen"))) == 3
