"""The Gaussian copula: the margins and correlations of the residents, and no segments."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from segmentation.clustering.choice.copula import gaussian_copula
from tests.clustering.choice.tables import planted

SINGLE = [slice(at, at + 1) for at in range(3)]


def mixed(correlation, size=4000, seed=0):
    """Return a number, a flag and a category of three values in 0/1 columns; all lean on each other."""
    rng = np.random.default_rng(seed)
    matrix = np.full((3, 3), correlation) + np.eye(3) * (1 - correlation)
    normal = rng.multivariate_normal(np.zeros(3), matrix, size)
    category = np.digitize(normal[:, 2], [-0.5, 0.8])
    return np.column_stack([np.exp(normal[:, 0]), normal[:, 1] > 0.7, np.eye(3)[category]])


BLOCKS = [slice(0, 1), slice(1, 2), slice(2, 5)]


def drawn(encoded, blocks, seed=1):
    return gaussian_copula(encoded, blocks)(np.random.default_rng(seed))


def test_every_feature_keeps_exactly_the_rows_that_it_has():
    encoded = mixed(0.5)
    made = drawn(encoded, BLOCKS)
    assert not np.array_equal(made, encoded)
    for block in BLOCKS:
        rows = [sorted(map(tuple, table[:, block])) for table in (encoded, made)]
        assert rows[0] == rows[1]


@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.7])
def test_features_go_together_as_the_residents_do(correlation):
    encoded = mixed(correlation)
    made = drawn(encoded, BLOCKS)
    # the middle value of a category in order has no direction of its own; the outer two have
    columns = [0, 1, 2, 4]
    theirs, ours = (np.corrcoef(table[:, columns], rowvar=False) for table in (encoded, made))
    np.testing.assert_allclose(ours, theirs, atol=0.1)


def test_clusters_are_gone_and_that_their_columns_go_together_is_not():
    encoded = planted([1000, 1000])
    made = drawn(encoded, SINGLE[:2])
    theirs, ours = (spearmanr(table).statistic for table in (encoded, made))
    assert ours == pytest.approx(theirs, abs=0.15)
    middle = np.abs(np.diff(encoded - encoded.mean(axis=0), axis=1)) < 1.5
    in_between = np.abs(np.diff(made - made.mean(axis=0), axis=1)) < 1.5
    assert in_between.sum() > middle.sum()


def test_features_of_one_direction_stay_one():
    column = np.random.default_rng(0).normal(size=500)
    made = drawn(np.column_stack([column, -2 * column]), SINGLE[:2])
    assert np.corrcoef(made, rowvar=False)[0, 1] < -0.99


@pytest.mark.parametrize("columns", [1, 3])
def test_fewer_than_two_features_that_vary_cannot_be_correlated(columns):
    encoded = np.zeros((50, columns))
    encoded[:, 0] = np.arange(50)
    assert gaussian_copula(encoded, SINGLE[:columns]) is None


def test_a_feature_that_does_not_vary_stays_as_it_is():
    encoded = np.column_stack([np.arange(50.0), np.full(50, 3.0), np.arange(50.0)[::-1]])
    assert (drawn(encoded, SINGLE)[:, 1] == 3.0).all()
