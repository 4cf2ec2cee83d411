"""k-means for the choice: as good as scikit-learn's, on counted residents and on equal ones too."""

import numpy as np
import pytest
from sklearn.cluster import KMeans

from segmentation.clustering.choice.kmeans import Points, centers, inertia
from tests.clustering.choice.tables import planted


def found(points, numbers, restarts=10, seed=0):
    return centers(points, numbers, restarts, np.random.default_rng(seed))


def variance(encoded):
    return ((encoded - encoded.mean(axis=0)) ** 2).sum()


@pytest.mark.parametrize("k", [1, 2, 3, 5, 8])
def test_it_ends_where_scikit_learn_ends(k):
    encoded = planted([60, 50, 40, 30, 20], gap=6) * 3 + 100
    points = Points.of(encoded)
    theirs = KMeans(k, n_init=10, random_state=0).fit(encoded).inertia_ / variance(encoded)
    assert inertia(points, found(points, [k])[k]) == pytest.approx(theirs, rel=0.02)


def test_inertia_by_hand():
    # means 0.5 and 9.5 leave 4 * 0.25; the mean 5 of all leaves 2 * 25 + 2 * 16
    points = Points.of(np.array([[0.0], [1.0], [9.0], [10.0]]))
    assert inertia(points, found(points, [2])[2]) == pytest.approx(1 / 82, rel=1e-5)
    assert inertia(points, found(points, [1])[1]) == pytest.approx(1.0)


def test_residents_counted_twice_weigh_as_two():
    encoded = np.array([[0.0], [1.0], [5.0], [20.0], [21.0]])
    counts = np.array([1, 3, 0, 2, 1])
    counted = Points.of(encoded).counted(counts)
    repeated = Points.of(encoded).take(np.repeat(np.arange(5), counts))
    one, two = (np.sort(found(points, [2])[2], axis=0) for points in (counted, repeated))
    np.testing.assert_allclose(one, two, rtol=1e-5)
    assert len(counted.rows) == 4


def test_every_number_has_its_centres_and_more_of_them_leave_less():
    points = Points.of(planted([50, 50, 50]))
    made = found(points, [2, 3, 5])
    assert {k: len(one) for k, one in made.items()} == {2: 2, 3: 3, 5: 5}
    left = [inertia(points, one) for one in made.values()]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize("value", [0.0, 7.5, 1e12])
def test_residents_who_are_all_equal_have_equal_centres(value):
    points = Points.of(np.full((6, 2), value))
    assert np.isfinite(found(points, [3])[3]).all()
    assert set(points.nearest(found(points, [3])[3])) == {0}
    assert inertia(points, found(points, [3])[3]) == 0.0


def test_a_far_origin_and_a_small_scale_change_nothing():
    near = planted([30, 30], seed=3)
    plain, moved = Points.of(near), Points.of(near * 1e-3 + 1e4)
    np.testing.assert_array_equal(plain.nearest(found(plain, [2])[2]), moved.nearest(found(moved, [2])[2]))


def test_the_same_seed_gives_the_same_centres_and_another_one_may_not():
    points = Points.of(planted([40, 40], gap=2))
    one, same, other = (found(points, [6], restarts=1, seed=seed)[6] for seed in (1, 1, 2))
    assert one.tobytes() == same.tobytes() != other.tobytes()
