"""Cramér's V, against formulas worked by hand and simulated tables of known truth."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from segmentation.audit.association import association


def test_the_association_is_cramers_v_corrected_for_bias():
    # chi² = 4 * 5² * (1/25) = 4 of n = 100: phi² = 0.04, less 1/99; both sides become 2 - 1/99.
    found = association(np.array([[30, 20], [20, 30]]), 0.1, 0.95)

    assert found.value == pytest.approx(math.sqrt((0.04 - 1 / 99) / (1 - 1 / 99)))


def test_no_association_is_zero_and_the_closest_is_one():
    none = association(np.full((3, 2), 500), 0.1, 0.95)
    whole = association(np.diag([500, 400, 300]), 0.1, 0.95)

    assert (none.value, none.interval[0]) == (0, 0)
    assert none.evidence.kept < 1e-6
    assert whole.value == pytest.approx(1)
    assert whole.interval[1] == 1
    assert whole.evidence.broken < 1e-12


def mixed(v, shape):
    """The probabilities of a table of even margins whose Cramér's V is `v`."""
    even = np.full(shape, 1 / np.prod(shape))
    least = min(shape)
    closest = np.zeros(shape)
    for row in range(shape[0]):
        closest[row, row % shape[1]] = 1 / shape[0]
    statistic = ((closest - even) ** 2 / np.outer(closest.sum(axis=1), closest.sum(axis=0))).sum()
    return even + v * math.sqrt((least - 1) / statistic) * (closest - even)


@pytest.mark.parametrize("v", [0.0, 0.15])
def test_the_interval_of_an_association_covers_the_truth_as_often_as_it_says(v):
    rng = np.random.default_rng(2)
    tables = rng.multinomial(2000, mixed(v, (6, 3)).ravel(), size=300).reshape(-1, 6, 3)
    intervals = np.array([association(table, 0.1, 0.95).interval for table in tables])
    covered = (intervals[:, 0] <= v) & (v <= intervals[:, 1])

    # At zero no association is too small: all that the interval can miss is half of the 5 %.
    assert (0.95 if v == 0 else 0.92) <= covered.mean() <= (1 if v == 0 else 0.98)


def test_an_association_at_its_limit_is_rarely_broken_and_rarely_kept():
    rng = np.random.default_rng(3)
    tables = rng.multinomial(2000, mixed(0.1, (6, 3)).ravel(), size=300).reshape(-1, 6, 3)
    found = [association(table, 0.1, 0.95).evidence for table in tables]

    assert np.mean([evidence.broken <= 0.05 for evidence in found]) < 0.09
    assert np.mean([evidence.kept <= 0.05 for evidence in found]) < 0.09


def test_an_association_is_told_apart_from_its_limit_with_enough_residents():
    beyond = association(np.rint(20_000 * mixed(0.15, (6, 3))).astype(int), 0.1, 0.95)
    within = association(np.rint(20_000 * mixed(0.05, (6, 3))).astype(int), 0.1, 0.95)

    assert beyond.evidence.broken < 1e-6
    assert beyond.evidence.kept > 0.99
    assert within.evidence.kept < 1e-6
    assert within.evidence.broken > 0.99


@given(
    st.integers(2, 8), st.integers(2, 12), st.floats(0, 1), st.integers(60, 10_000_000), st.integers(0, 99)
)
@settings(deadline=None, max_examples=40)
def test_an_association_is_always_a_number_within_its_range(rows, columns, strength, total, seed):
    rng = np.random.default_rng(seed)
    chances = np.outer(rng.dirichlet(np.ones(rows)), rng.dirichlet(np.ones(columns))) * (1 - strength)
    chances[range(min(rows, columns)), range(min(rows, columns))] += strength / min(rows, columns)
    counts = rng.multinomial(total, (chances / chances.sum()).ravel()).reshape(rows, columns)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    assume(min(counts.shape) > 1)
    found = association(counts, 0.1, 0.95)

    assert 0 <= found.value <= 1
    assert 0 <= found.interval[0] <= found.interval[1] <= 1
    assert 0 <= found.evidence.broken <= 1
    assert 0 <= found.evidence.kept <= 1
