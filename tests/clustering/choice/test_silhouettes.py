"""Silhouettes: scikit-learn's, for all clusterings from one matrix."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from segmentation.clustering.choice.silhouettes import silhouettes
from tests.clustering.choice.tables import planted


def test_they_are_those_of_scikit_learn():
    encoded = planted([40, 30, 20], gap=4)
    rng = np.random.default_rng(0)
    segments = {k: rng.integers(0, k, len(encoded)) for k in (2, 3, 7)}
    found = silhouettes(encoded, segments)
    assert found == {k: pytest.approx(silhouette_score(encoded, own)) for k, own in segments.items()}


def test_by_hand():
    # 0 is 1 from its own and 9.5 from the others: 1 - 1 / 9.5; 1: 1 - 1 / 8.5; and the same mirrored
    (value,) = silhouettes(np.array([[0.0], [1], [9], [10]]), {2: np.array([0, 0, 1, 1])}).values()
    assert value == pytest.approx(((1 - 1 / 9.5) + (1 - 1 / 8.5)) / 2)


def test_a_segment_of_one_resident_counts_as_0_and_an_empty_one_not_at_all():
    encoded = np.array([[0.0], [1.0], [9.0]])
    assert silhouettes(encoded, {3: np.array([0, 0, 2])})[3] == pytest.approx(
        silhouette_score(encoded, [0, 0, 1])
    )


def test_one_segment_has_none():
    assert silhouettes(planted([5, 5]), {1: np.zeros(10, int), 2: np.ones(10, int)}) == {1: None, 2: None}


def test_residents_who_are_all_equal_are_as_near_to_the_others():
    assert silhouettes(np.ones((4, 2)), {2: np.array([0, 0, 1, 1])}) == {2: 0.0}
