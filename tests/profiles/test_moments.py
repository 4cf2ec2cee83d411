"""Means and variances that are added up batch by batch, against those of all residents at once."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.policy.features import UNKNOWN
from segmentation.profiles.measures import measures
from segmentation.profiles.moments import Moments, tallies, usual_values
from tests.needs import needs_of, policies
from tests.policies import small_policy

PARTS = ("size", "total", "mean", "square")


def of(values, labels, segments, *, log=False):
    return Moments.of(np.asarray(values, dtype=float), np.asarray(labels, dtype=int), segments, log=log)


def cut(needs, labels, places):
    """The same residents in batches that end at these places."""
    ends = [0, *sorted(places), len(labels)]
    return [(needs.iloc[a:b], labels[a:b]) for a, b in pairwise(ends)]


def test_sums_means_and_squares_are_those_worked_by_hand():
    found = of([1, 3, np.nan, 4, 4, 10], [0, 0, 0, 1, 1, 1], 3)

    assert [list(getattr(found, part)) for part in PARTS] == [[2, 3, 0], [4, 18, 0], [2, 6, 0], [2, 24, 0]]
    assert list(found.variance) == [1, 8, 0]


def test_counts_have_their_sum_in_their_unit_and_their_mean_after_log1p():
    found = of([0, np.e**2 - 1], [0, 0], 1, log=True)

    assert (found.own[0], found.mean[0], found.variance[0]) == pytest.approx((np.e**2 / 2 - 0.5, 1.0, 1.0))


def test_the_others_are_everybody_outside_each_segment():
    found = of([1, 3, 4, 5, 6, 11], [0, 0, 1, 1, 1, 2], 3).others

    assert list(found.own) == [6.5, 5, 3.8]
    assert found.variance == pytest.approx(
        [np.var(rest) for rest in ([4, 5, 6, 11], [1, 3, 11], [1, 3, 4, 5, 6])]
    )


def test_a_small_variance_beside_a_large_mean_is_kept_from_batch_to_batch():
    values = 1e9 + np.tile([0.0, 1.0], 5000)
    whole = of([], [], 1)
    for batch in np.split(values, 100):
        whole = whole.merged(of(batch, np.zeros(100, dtype=int), 1))

    assert whole.variance[0] == pytest.approx(0.25, rel=1e-9)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_batches_of_any_size_add_up_to_the_moments_of_every_measure(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(0, 30)))
    labels = np.array(
        data.draw(st.lists(st.integers(0, 2), min_size=len(needs), max_size=len(needs))), dtype=int
    )
    places = data.draw(st.lists(st.integers(0, len(needs)), max_size=4))
    sizes, found = tallies(policy, cut(needs, labels, places), 3, usual_values(policy, (needs, labels), 3))
    whole = list(measures(policy, needs))

    assert list(sizes) == [int((labels == label).sum()) for label in range(3)]
    assert [(one.feature, one.level, one.is_mark) for one in found] == [
        (one.feature, one.level, one.is_mark) for one in whole
    ]
    for tally, measure in zip(found, whole, strict=True):
        log = policy.features[measure.feature].kind == "count"
        once = of(measure.values, labels, 3, log=log)
        for part in PARTS:
            scale = max(1.0, np.nanmax(np.abs(measure.values), initial=0.0) ** 2 * len(needs))
            assert np.abs(getattr(tally.moments, part) - getattr(once, part)).max() <= 1e-12 * scale


def test_a_category_that_is_missing_counts_as_a_value_where_that_means_something():
    means = {"features": {"channel": {"missing": {"en": "Never called", "zh": "从未联系"}}}}
    policy = small_policy(**means)
    needs = next(iter(_three(policy)))
    _, found = tallies(policy, [(needs, np.array([0, 0, 0]))], 1, {})
    marks = {
        one.level: (one.moments.total[0], one.moments.size[0]) for one in found if one.feature == "channel"
    }

    assert marks == {"app": (1, 3), "phone": (0, 3), "desk": (1, 3), UNKNOWN: (1, 3)}


def test_a_category_that_is_missing_does_not_count_where_it_means_nothing():
    policy = small_policy()
    _, found = tallies(policy, [(needs, np.array([0, 0, 0])) for needs in _three(policy)], 1, {})
    marks = {
        one.level: (one.moments.total[0], one.moments.size[0]) for one in found if one.feature == "channel"
    }

    assert marks == {"app": (1, 2), "phone": (0, 2), "desk": (1, 2)}


def _three(policy):
    """Three residents, of one of whom nothing is known."""
    import pandas as pd

    texts = {"channel": ["app", "desk", None], "cleaning_wish": ["low", "high", None]}
    yield pd.DataFrame(
        {
            name: pd.Series(texts[name], dtype="str") if name in texts else pd.Series([1.0, 0.0, np.nan])
            for name in policy.features
        }
    )
