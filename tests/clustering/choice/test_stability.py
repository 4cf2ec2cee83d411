"""The segments that came of it, when residents are drawn anew: which come back, and who is moved."""

from dataclasses import replace

import numpy as np
import pytest

from segmentation.clustering import parallel
from segmentation.clustering.choice import Stability, margins, stability
from tests.clustering.choice.tables import QUICK, planted

CENTERS = np.array([[0.0, 0.0], [10.0, 0.0]])


def measured(sample, centers, *, borderline=0.1, seed=0, criteria=QUICK) -> Stability:
    return stability(sample, centers, criteria, np.random.RandomState(seed), borderline=borderline)


@pytest.mark.parametrize(
    ("resident", "segment", "margin"),
    [
        ([0.0, 0.0], 0, 1.0),  # at the centre
        ([-3.0, 0.0], 0, 1.0),  # beyond it
        ([10.0, 4.0], 1, 1.0),
        ([5.0, 2.0], 0, 0.0),  # on the boundary: the first one
        ([4.0, 0.0], 0, 0.2),  # 36 - 16 of 100
        ([6.0, 7.0], 1, 0.2),
    ],
)
def test_the_margin_is_the_gap_by_the_distance_of_the_two_centres(resident, segment, margin):
    own, found = margins(np.array([resident]), CENTERS)
    assert own.tolist() == [segment]
    assert found.tolist() == pytest.approx([margin])


def test_the_margin_is_that_to_the_nearest_other_centre():
    _, found = margins(np.array([[4.0, 0.0]]), np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 40.0]]))
    assert found.tolist() == pytest.approx([0.2])


def test_everybody_is_deep_in_a_single_segment_and_on_the_boundary_of_two_equal_ones():
    assert margins(np.eye(2), CENTERS[:1])[1].tolist() == [1.0, 1.0]
    assert margins(np.eye(2), CENTERS[[0, 0]])[1].tolist() == [0.0, 0.0]


def test_two_centres_that_are_one_but_for_rounding_have_no_inside():
    # a map that erases leaves such of equal ones: the distances are alike to the last bits, and so are these
    centers = np.array([[0.1 + 0.2, 1.0], [0.3, 1.0], [5.0, 5.0]])
    own, found = margins(np.array([[0.0, 0.0], [100.0, 1.0], [5.0, 5.0]]), centers)
    assert found[0] == 0.0
    assert own[2] == 2
    assert found[2] == 1.0


def sorted_by(sample, k):
    """Return the true centres of a planted sample."""
    return np.eye(k) * 8 / np.sqrt(2)


def test_planted_segments_come_back_and_nobody_is_moved():
    sample = planted([100] * 3, gap=8)
    found = measured(sample, sorted_by(sample, 3), borderline=0.05)
    assert len(found.jaccard) == 3
    assert min(found.jaccard) > 0.97
    assert found.bootstraps == QUICK.bootstraps
    assert found.moved_others < 0.02


def test_residents_near_the_boundary_are_moved_more_than_others():
    sample = planted([150] * 2, gap=3)
    found = measured(sample, np.eye(2) * 3 / np.sqrt(2), borderline=0.2)
    _, margin = margins(sample, np.eye(2) * 3 / np.sqrt(2))
    assert found.borderline_share == pytest.approx((margin < 0.2).mean())
    assert 0.05 < found.borderline_share < 0.3
    assert found.moved_borderline > 5 * found.moved_others


def test_a_refit_is_no_move_when_only_the_order_of_its_segments_differs():
    sample = planted([120, 60, 30], gap=12)
    centers = np.eye(3) * 12 / np.sqrt(2)
    for order in ([0, 1, 2], [2, 0, 1]):
        found = measured(sample, centers[order])
        assert found.jaccard == (1.0, 1.0, 1.0)
        assert found.moved_others == 0.0


def test_centres_through_nothing_do_not_come_back():
    sample = np.random.default_rng(0).normal(size=(400, 6))
    found = measured(sample, sample[:5])
    assert max(found.jaccard) < 0.75
    assert found.moved_others > 0.2


def test_nobody_borderline_is_moved_where_nobody_is():
    sample = planted([50, 50], gap=30)
    found = measured(sample, np.eye(2) * 30 / np.sqrt(2))
    assert (found.borderline_share, found.moved_borderline, found.moved_others) == (0.0, None, 0.0)
    everybody = measured(sample, np.zeros((2, 2)))
    assert (everybody.borderline_share, everybody.moved_others) == (1.0, None)


def test_one_segment_is_stable():
    found = measured(planted([30, 30]), np.zeros((1, 2)))
    assert found == Stability((1.0,), QUICK.bootstraps, 0.1, 0.0, None, 0.0)


def test_neither_threads_nor_a_second_run_change_anything_and_a_seed_does(monkeypatch):
    sample, centers = planted([80, 80], gap=2), np.eye(2)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(parallel, "cpu_count", lambda threads=threads: threads)
        found.append(measured(sample, centers))
    assert found[0] == found[1] == measured(sample, centers)
    assert found[0] != measured(sample, centers, seed=1)
    assert measured(sample, centers, criteria=replace(QUICK, bootstraps=12)).bootstraps == 12
