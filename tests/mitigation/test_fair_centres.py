"""Socially fair centres: the worst-off group gains, and nobody's group is needed to predict."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from segmentation.mitigation import fair_centres


def lopsided(n=600, seed=0):
    """A small group that lies apart from two large heaps of the other."""
    rng = np.random.default_rng(seed)
    rare = rng.random(n) < 0.1
    centers = np.where(rng.random(n)[:, None] < 0.5, [[-3.0, 0.0]], [[3.0, 0.0]])
    centers[rare] = [0.0, 4.0]
    return centers + rng.normal(size=(n, 2)), np.column_stack([~rare, rare])


def lloyd(encoded, segments, seed=0):
    with threadpool_limits(1):
        return KMeans(segments, n_init=2, random_state=seed).fit(encoded).cluster_centers_


def costs(encoded, members, centers):
    squares = ((encoded[:, None] - centers) ** 2).sum(axis=2).min(axis=1)
    return [squares[group].mean() for group in members.T]


def test_one_centre_of_two_groups_on_a_line_worked_by_hand():
    # nine at 0 and one at 10: the mean is 1, where the groups' costs are 1 and 81; half way both are 25
    encoded = np.array([[0.0]] * 9 + [[10.0]])
    members = np.column_stack([np.arange(10) < 9, np.arange(10) == 9])
    found = fair_centres(encoded, members, np.array([[1.0]]))
    assert found.before == pytest.approx((1, 81))
    assert found.costs == pytest.approx((25, 25), rel=0.01)
    assert found.centers == pytest.approx(np.array([[5.0]]), rel=0.01)


def test_the_group_that_fits_worst_gains_and_the_costs_are_those_of_the_nearest_centres():
    encoded, members = lopsided()
    found = fair_centres(encoded, members, lloyd(encoded, 2))
    assert found.before == pytest.approx(costs(encoded, members, lloyd(encoded, 2)))
    assert found.costs == pytest.approx(costs(encoded, members, found.centers))
    assert max(found.costs) < 0.7 * max(found.before)
    assert max(found.costs) / min(found.costs) < 0.7 * max(found.before) / min(found.before)


def test_groups_that_are_alike_keep_about_their_centres():
    rng = np.random.default_rng(0)
    encoded = np.repeat([[-4.0, 0.0], [4.0, 0.0]], 500, axis=0) + rng.normal(size=(1000, 2))
    alike = rng.random(1000) < 0.5
    start = lloyd(encoded, 2)
    found = fair_centres(encoded, np.column_stack([alike, ~alike]), start)
    assert np.abs(found.centers - start).max() < 0.3


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 5), st.integers(1, 5))
def test_the_largest_cost_is_never_above_that_of_the_start(seed, segments, groups):
    rng = np.random.default_rng(seed)
    encoded = rng.normal(size=(120, 3)) * rng.gamma(1, 2, (120, 1))
    of = np.concatenate([np.arange(groups), rng.integers(0, groups, 120 - groups)])
    members = of[:, None] == np.arange(groups)
    found = fair_centres(encoded, members, lloyd(encoded, segments, seed))
    assert max(found.costs) <= max(found.before) + 1e-12
    assert np.isfinite(found.centers).all()


def test_groups_may_overlap_and_some_residents_belong_to_none():
    encoded, members = lopsided()
    third = encoded[:, 0] > 0
    members = np.column_stack([members, third])
    members[:50] = False
    found = fair_centres(encoded, members, lloyd(encoded, 3))
    assert len(found.costs) == 3
    assert max(found.costs) <= max(found.before)


def test_equal_residents_have_equal_centres():
    encoded, members = lopsided()
    one, two = (fair_centres(encoded, members, lloyd(encoded, 3)).centers for _ in range(2))
    np.testing.assert_array_equal(one, two)
