"""Prediction strength, worked by hand."""

import numpy as np
import pytest

from segmentation.clustering.choice.kmeans import Points
from segmentation.clustering.choice.strength import halved, strength


def judged(own, predicted, n_segments=2):
    return strength(np.array(own), np.array(predicted), n_segments)


def test_it_is_the_share_of_pairs_that_the_other_half_keeps_together():
    # of four residents in segment 0 three are still together: 3 of 6 pairs
    assert judged([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1]) == pytest.approx(3 / 6)


def test_it_is_that_of_the_worst_segment():
    # segment 0: all of them; segment 1: three here, two there: 3 + 1 of 10 pairs; segment 2: all
    own, predicted = [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2], [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2]
    assert judged(own, predicted, n_segments=3) == pytest.approx(4 / 10)


def test_it_is_1_where_both_halves_agree_whatever_they_call_their_segments():
    assert judged([1, 1, 0, 0], [0, 0, 1, 1]) == 1.0


@pytest.mark.parametrize("own", [[0, 0, 1], [0, 0, 0]])
def test_a_segment_of_one_resident_or_of_none_repeats_nothing(own):
    assert judged(own, [0, 0, 1]) == 0.0


def test_all_in_one_segment_repeat_themselves():
    assert judged([0, 0, 0], [0, 0, 0], n_segments=1) == 1.0


def test_each_half_judges_the_other_in_turn():
    # The first half parts at 5, the second at 2.75. By the first, {4, 4, 6, 6} falls apart: 2 of 6 pairs
    # stay; by the second, the first half's segments stay whole. Smallest shares are 2 of 4 and 2 of 6.
    points = Points.of(np.array([[0.0], [1], [9], [10], [0], [1], [4], [4], [6], [6]]))
    first, second = points.take(np.arange(4)), points.take(np.arange(4, 10))
    (found,) = halved(first, second, [2], 5, 0)
    assert found.strength == pytest.approx((2 / 6 + 1) / 2)
    assert found.smallest_share == pytest.approx((2 / 4 + 2 / 6) / 2)
