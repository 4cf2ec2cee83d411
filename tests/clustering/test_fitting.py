"""What a fit finds, of all at once and of a sample: the segments, who is where, and how many."""

from functools import cache

import numpy as np
import pytest

from segmentation.clustering import Segmenter
from segmentation.clustering.fitting import of_all, of_sample
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents

N = 600
SAMPLE = 200


@cache
def needs():
    return residents_from(small_residents(N), small_policy(), as_of=AS_OF).needs


def sample():
    return needs()[:: N // SAMPLE].reset_index(drop=True)


def batches(rows=130):
    return (needs()[start : start + rows] for start in range(0, N, rows))


def three(**changes):
    return Segmenter.from_policy(small_policy(), 3).set_params(**changes)


def blobs():
    """Three heaps of 60, 30 and 20 on a line."""
    noise = np.random.default_rng(0).normal(scale=0.1, size=110)
    return (np.repeat([0.0, 10.0, 20.0], [60, 30, 20]) + noise)[:, None]


# ---- What is found ----------------------------------------------------------------------------------


def test_a_fit_of_all_says_what_was_found_and_leaves_it_to_the_segmenter_to_keep_it():
    segmenter = three()
    found = of_all(segmenter, needs())
    assert (segmenter.n_segments_, segmenter.segments_, segmenter.choice_) == (3, ("S1", "S2", "S3"), None)
    assert not hasattr(segmenter, "cluster_centers_")
    kept = three().fit(needs())
    np.testing.assert_array_equal(kept.cluster_centers_, found.centers)
    np.testing.assert_array_equal(kept.average_, found.average)
    np.testing.assert_array_equal(kept.labels_, found.labels)
    assert kept.inertia_ == found.inertia


@pytest.mark.parametrize("keep", [True, False])
def test_who_is_where_is_told_of_batches_where_it_is_asked_for(keep):
    segmenter = three()
    found = of_sample(segmenter, batches, sample(), keep=keep)
    assert len(found.labels) == (N if keep else 0)
    assert found.sizes.sum() == N
    assert segmenter.encoder_.transform(needs()).shape == (N, found.centers.shape[1])


def test_batches_that_hold_the_sample_alone_put_the_centres_where_a_fit_of_the_sample_does():
    exact = {"smallest_size": 1}
    at_once = of_all(three(**exact), sample())
    passed = of_sample(three(**exact), lambda: [sample()], sample(), keep=True)
    np.testing.assert_allclose(passed.centers, at_once.centers, atol=1e-9)
    np.testing.assert_array_equal(passed.labels, at_once.labels)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_restart_that_is_best_leaves_no_trace_in_the_centres(seed):
    first, other = (of_all(Segmenter(n_segments=3, random_state=one), blobs()) for one in (0, seed))
    assert first.centers.tobytes() == other.centers.tobytes()


def test_given_centres_are_left_where_they_are():
    given = np.array([[1.5], [-1.0], [0.2]])
    for found in (
        of_all(Segmenter(centers=given, n_segments=3), blobs()),
        of_sample(Segmenter(centers=given, n_segments=3), lambda: [blobs()], blobs(), keep=False),
    ):
        assert found.centers.ravel().tolist() == [-1.0, 0.2, 1.5]
    assert given.ravel().tolist() == [1.5, -1.0, 0.2]


# ---- How many are where -----------------------------------------------------------------------------


@pytest.mark.parametrize("fit_sample", [N, SAMPLE])
def test_the_sizes_after_a_fit_are_those_of_the_labels_that_are_predicted(fit_sample):
    fitted = three(fit_sample=fit_sample).fit(needs())
    np.testing.assert_array_equal(fitted.sizes_, np.bincount(fitted.predict(needs()), minlength=3))
    assert fitted.sizes_.dtype == np.int64


@pytest.mark.parametrize("rows", [97, N])
def test_the_sizes_after_a_fit_of_batches_are_those_of_all_and_not_of_the_sample(rows):
    fitted = three().fit_batches(lambda: batches(rows), sample())
    np.testing.assert_array_equal(fitted.sizes_, np.bincount(fitted.predict(needs()), minlength=3))
    assert fitted.sizes_.sum() == N


def test_a_segment_that_nobody_is_in_has_size_0():
    far = np.array([[0.0], [50.0]])
    at_once = Segmenter(centers=far, n_segments=2).fit(blobs())
    assert at_once.sizes_.tolist() == [110, 0]
    passed = Segmenter(centers=far, n_segments=2).fit_batches(lambda: [blobs()], blobs())
    assert passed.sizes_.tolist() == [110, 0]


def test_sizes_follow_a_second_fit_and_stay_under_other_ids():
    fitted = three().fit(sample())
    assert fitted.sizes_.sum() == SAMPLE
    named = fitted.fit(needs()).named(["S4", "S5", "S6"])
    assert named.sizes_.tolist() == fitted.sizes_.tolist()
    assert named.sizes_.sum() == N
