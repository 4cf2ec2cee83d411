"""The choice inside the estimator: a simulated community has its segments, and without them it is one."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.clustering import Segmenter
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate
from tests.policies import AS_OF, small_policy, small_residents

ROOT = Path(__file__).parents[3]
QUICK = {"max_segments": 6, "splits": 3, "restarts": 10, "bootstraps": 20, "shuffles": 19, "shuffle_p": 0.05}


def needs(n_segments):
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    community = simulate(1500, n_segments=n_segments)
    return policy, residents_from(community.residents, policy, as_of=date(2026, 6, 30)).needs


def found_in(policy, table):
    return Segmenter.from_policy(policy).set_params(**QUICK).fit(table)


def test_a_community_without_segments_is_one_segment():
    fitted = found_in(*needs(0))
    assert fitted.n_segments_ == 1
    assert {rival.reason for rival in fitted.choice_.rivals} == {"does not repeat itself"}


def test_a_community_whose_needs_are_shuffled_apart_is_one_segment_and_was_more_before():
    policy, table = needs(6)
    rng = np.random.default_rng(0)
    shuffled = pd.DataFrame({name: rng.permutation(table[name].to_numpy(dtype=object)) for name in table})
    assert found_in(policy, shuffled.astype(table.dtypes)).n_segments_ == 1
    fitted = found_in(policy, table)
    assert fitted.n_segments_ >= 3
    assert fitted.choice_.structure.is_there


@pytest.mark.parametrize("seed", [0, 2])
def test_a_rank_that_cuts_one_of_three_segments_in_two_makes_no_fourth(seed):
    # the halves repeat themselves, and who is near the edge of a segment leaves its needs not quite apart
    policy = small_policy()
    table = residents_from(small_residents(1500, seed), policy, as_of=AS_OF).needs
    changes = {"max_segments": 4, "bootstraps": 10, "random_state": seed}
    fitted = Segmenter.from_policy(policy).set_params(**changes).fit(table)
    assert fitted.n_segments_ == 3
    assert fitted.choice_.rivals[2].prediction_strength > 0.95
    assert fitted.choice_.rivals[2].reason == "fewer segments and shuffled columns do as well"


@pytest.mark.parametrize(("smallest_size", "number"), [(30, 2), (10, 3)])
def test_a_segment_of_fewer_residents_than_the_smallest_group_is_not_chosen(smallest_size, number):
    limits = QUICK | {"max_segments": 3, "smallest_share": 0.001, "smallest_size": smallest_size}
    centers = np.array([[0, 0, 0, 0], [9, 9, 9, 9], [9, 9, -9, -9]])
    points = np.repeat(centers, [290, 290, 20], axis=0) + np.random.default_rng(0).normal(size=(600, 4))
    fitted = Segmenter(random_state=0, **limits).fit(points)
    assert fitted.n_segments_ == number


@pytest.mark.parametrize("points", [np.ones((50, 3)), [[0.0], [1.0], [9.0]]])
def test_residents_who_are_all_equal_or_too_few_are_one_segment(points):
    fitted = Segmenter(random_state=0).fit(points)
    assert fitted.n_segments_ == 1
    assert set(fitted.labels_) == {0}
