"""Gaps: two heaps of amounts have one, one heap, a tail and few values have none."""

import numpy as np
import pytest

from segmentation.clustering.choice.gaps import cuts_at_gaps, has_gap


def halves(values, at=None):
    """Cut values in two where k-means would: at the middle of the means of both sides."""
    at = values.mean() if at is None else at
    for _ in range(50):
        at = (values[values <= at].mean() + values[values > at].mean()) / 2
    return values[values <= at], values[values > at]


@pytest.mark.parametrize(("apart", "is_one"), [(8, True), (6, True), (3, False), (0, False)])
def test_two_heaps_have_a_gap_where_they_are_far_apart(apart, is_one):
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(0, 1, 400), rng.normal(apart, 1, 200)])
    low, high = halves(values)
    assert has_gap(low, high) is has_gap(high, low) is is_one


def test_amounts_in_whole_numbers_have_one_too():
    rng = np.random.default_rng(0)
    assert has_gap(np.log1p(rng.poisson(8, 300)), np.log1p(rng.poisson(150, 300)))


DRAWN = {
    "normal": lambda rng: rng.normal(size=900),
    "uniform": lambda rng: rng.random(900),
    "long tail": lambda rng: rng.lognormal(0, 1.5, 900),
    "longer tail": lambda rng: rng.pareto(1.5, 900),
    "many at one end": lambda rng: rng.beta(0.5, 3, 900),
    "requests": lambda rng: np.log1p(rng.poisson(6, 900)),
    "few requests": lambda rng: np.log1p(rng.poisson(0.7, 900)),
    "requests with a tail": lambda rng: np.log1p(rng.negative_binomial(1, 0.05, 900)),
    "ten ranks": lambda rng: rng.integers(1, 11, 900).astype(float),
    "one peak of ranks": lambda rng: rng.binomial(20, 0.5, 900).astype(float),
    "a mark": lambda rng: rng.integers(0, 2, 900).astype(float),
    "nothing or some": lambda rng: rng.lognormal(2, 0.3, 900) * rng.integers(0, 2, 900),
    "one far resident": lambda rng: np.append(rng.normal(size=899), 1e6),
}


@pytest.mark.parametrize("drawn", DRAWN)
def test_one_heap_a_tail_and_few_values_have_no_gap(drawn):
    for seed in range(20):
        low, high = halves(DRAWN[drawn](np.random.default_rng(seed)))
        assert not has_gap(low, high)


def test_too_few_residents_and_nobody_have_no_gap():
    rng = np.random.default_rng(0)
    low, high = rng.normal(size=300), rng.normal(20, 1, 300)
    assert has_gap(low, high)
    assert not has_gap(low, high[:40])
    assert not has_gap(low, high[:0])


def test_segments_that_are_not_each_on_one_side_of_the_gap_are_not_cut_there():
    rng = np.random.default_rng(0)
    low, high = rng.normal(size=300), rng.normal(20, 1, 300)
    assert not has_gap(np.append(low, high[:100]), high[100:])


def test_every_cut_through_a_segment_of_before_must_be_at_a_gap():
    rng = np.random.default_rng(0)
    fewer = np.repeat([0, 1], [400, 400])
    encoded = np.column_stack([rng.normal(size=800), rng.normal(20 * (np.arange(800) % 2), 1)])
    by_gap = 2 * fewer + np.arange(800) % 2
    by_tail = 2 * fewer + (encoded[:, 0] > 0)
    assert cuts_at_gaps(encoded, by_gap, fewer)
    assert not cuts_at_gaps(encoded, by_tail, fewer)
    assert not cuts_at_gaps(encoded, np.where(fewer == 0, by_gap, by_tail), fewer)
    assert not cuts_at_gaps(encoded, fewer, fewer)
