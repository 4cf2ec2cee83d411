"""Total variation: by hand, over every set by brute force, and on simulated groups of known truth."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom, norm

from segmentation.audit.variation import _Sets, _signed_root, plain_less_chance, total_variation

EVEN = [1 / 8] * 8
SKEWED = [0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.2, 0.25]


def moved(others, share, sources, targets):
    """The rates of others after a share of all moves from some segments to others."""
    rates = np.array(others)
    rates[sources] -= share / len(sources)
    rates[targets] += share / len(targets)
    assert rates.min() >= 0
    return rates


def drawn(rates, others, size, times, seed=3):
    rng = np.random.default_rng(seed)
    for group, rest in zip(
        rng.multinomial(size, rates, times), rng.multinomial(9 * size, others, times), strict=True
    ):
        held = group + rest > 0
        yield group[held], rest[held]


# ---- Values -----------------------------------------------------------------------------------------


def test_the_value_is_half_the_sum_of_differences_less_what_chance_adds():
    # Rates 0.6 and 0.4 against 0.5: plain 0.1. Standard error sqrt(0.24 / 100 + 0.25 / 400) = 0.055; at
    # 0.1 / 0.055 = 1.818 of them the folded normal's mean is larger by 0.055 sqrt(2/pi) exp(-1.818²/2) less
    # 2 * 0.1 * P(Z < -1.818).
    error = math.sqrt(0.24 / 100 + 0.25 / 400)
    added = error * math.sqrt(2 / math.pi) * math.exp(-((0.1 / error) ** 2) / 2) - 0.2 * norm.cdf(
        -0.1 / error
    )
    found = total_variation(np.array([60, 40]), np.array([200, 200]), 0.1, 0.95)

    assert found.value == pytest.approx(0.1 - added)


def test_the_value_of_many_residents_is_the_plain_one():
    found = total_variation(np.array([500, 300, 200]) * 10_000, np.array([4, 4, 2]) * 1_000_000, 0.2, 0.95)

    assert found.value == pytest.approx(0.1, abs=1e-6)


def test_a_group_with_segments_of_its_own_is_as_far_as_can_be():
    found = total_variation(np.array([200, 100, 0, 0]), np.array([0, 0, 400, 500]), 0.1, 0.95)

    assert found.value == pytest.approx(1)
    assert found.interval[0] > 0.95
    assert found.interval[1] == pytest.approx(1)
    assert found.evidence.broken < 1e-12
    assert found.evidence.kept == pytest.approx(1)


def test_a_group_spread_like_the_others_is_kept_with_many_and_open_with_few():
    many = total_variation(np.full(8, 1000), np.full(8, 9000), 0.1, 0.95)
    few = total_variation(np.full(8, 4), np.full(8, 9000), 0.1, 0.95)

    assert (many.value, many.interval[0]) == (0, 0)
    assert many.evidence.kept < 1e-6
    assert many.interval[1] < 0.1
    assert few.evidence.kept > 0.05
    assert few.interval[1] > 0.1
    assert min(many.evidence.broken, few.evidence.broken) > 0.99


def test_the_value_by_chance_is_what_random_groups_stay_under():
    rng = np.random.default_rng(5)
    found = total_variation(np.full(8, 30), np.full(8, 500), 0.1, 0.95)
    shown = plain_less_chance(rng.multinomial(240, EVEN, 4000), rng.multinomial(4000, EVEN, 4000))

    assert found.by_chance == pytest.approx(np.quantile(shown, 0.95), rel=0.15)


# ---- Sets -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_kept_is_the_worst_of_all_sets_by_brute_force(seed):
    rng = np.random.default_rng(seed)
    group, others = rng.multinomial(300, EVEN[:4] * 2), rng.multinomial(2000, EVEN[:4] * 2)
    worst = max(
        float(_signed_root(group[list(chosen)].sum() + 0.5, 300, others[list(chosen)].sum(), 2000, 0.1))
        for count in range(1, 8)
        for chosen in itertools.combinations(range(8), count)
    )

    assert total_variation(group, others, 0.1, 0.95).evidence.kept == pytest.approx(norm.cdf(worst))


@given(st.integers(1, 300), st.integers(1, 5000), st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 0.9))
@settings(deadline=None, max_examples=60)
def test_the_root_of_a_set_is_that_of_the_likelihood_ratio(size, others_size, rate, others_rate, limit):
    count, others = round(rate * size), round(others_rate * others_size)

    def likelihood(lower):
        return binom.logpmf(count, size, min(1, lower + limit)) + binom.logpmf(others, others_size, lower)

    free = binom.logpmf(count, size, count / size) + binom.logpmf(others, others_size, others / others_size)
    ends = (0.0, 1 - limit)
    found = minimize_scalar(lambda at: -likelihood(at), bounds=ends, options={"xatol": 1e-10}).x
    bound = max(likelihood(at) for at in (*ends, found))
    root = float(_signed_root(np.float64(count), size, np.int64(others), others_size, limit))

    assert np.sign(root) in (0, np.sign(count / size - others / others_size - limit))
    assert root**2 == pytest.approx(min(2 * (free - bound), 1e3), abs=1e-4, rel=1e-4) or root**2 > 1e3


def test_the_correction_for_the_choice_of_a_set_is_the_chance_of_the_largest_of_them():
    sets = _Sets(np.full(6, 200), np.full(6, 2000), 0)
    free = np.random.default_rng(2).standard_normal((20_000, sets.directions.shape[1]))
    largest = (free @ sets.directions.T).max(axis=1)

    for root in (2.0, 2.5, 3.0):
        assert sets.largest(root) == pytest.approx((largest >= root).mean(), rel=0.15)
    assert norm.sf(5.0) < sets.largest(5.0) < 62 * norm.sf(5.0)


def test_segments_of_a_sure_sign_leave_fewer_sets_to_choose_from():
    unsure = _Sets(np.full(6, 200), np.full(6, 2000), 0)
    sure = _Sets(np.array([400, 0, 200, 200, 200, 200]), np.full(6, 2000), 0)

    assert len(unsure.directions) == 62
    assert len(sure.directions) == 16
    assert sure.largest(2.5) < unsure.largest(2.5)


# ---- Tests at the limit -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("others", "sources", "targets", "size"),
    [
        (EVEN, [7], [0], 30),
        (EVEN, [7], [0], 1000),
        (EVEN, [4, 5, 6, 7], [0, 1, 2, 3], 100_000),
        (SKEWED, [7], [0], 100),
        (SKEWED, [5, 6, 7], [0, 1], 3000),
        ([0.05, 0.95], [1], [0], 300),
    ],
)
def test_at_its_limit_a_variation_is_rarely_broken_and_rarely_kept(others, sources, targets, size):
    rates = moved(others, 0.1, sources, targets)
    found = [_Sets(*counts, 0).evidence(0.1) for counts in drawn(rates, others, size, 250)]

    # 5 % and three standard errors of 250 groups.
    assert np.mean([evidence.broken <= 0.05 for evidence in found]) < 0.092
    assert np.mean([evidence.kept <= 0.05 for evidence in found]) < 0.092


def test_an_interval_covers_the_truth_as_often_as_it_says():
    rates = moved(SKEWED, 0.15, [7], [0, 3])
    intervals = [total_variation(*counts, 0.1, 0.95).interval for counts in drawn(rates, SKEWED, 400, 100)]

    assert np.mean([low <= 0.15 <= high for low, high in intervals]) > 0.92


def test_a_random_group_of_thirty_is_never_broken():
    found = [_Sets(*counts, 0).evidence(0.1) for counts in drawn(EVEN, EVEN, 30, 200)]

    assert min(evidence.broken for evidence in found) > 0.05


def test_a_planted_variation_is_found():
    rates = moved(EVEN, 0.1, [7], [0])
    found = [_Sets(*counts, 0).evidence(0.05) for counts in drawn(rates, EVEN, 4000, 50)]

    assert np.mean([evidence.broken <= 0.05 / 24 for evidence in found]) > 0.95


def test_an_interval_ends_where_the_tests_reject():
    for counts in drawn(moved(SKEWED, 0.1, [7], [0]), SKEWED, 800, 20):
        low, high = total_variation(*counts, 0.1, 0.9).interval
        assert _Sets(*counts, 0).evidence(max(low, 1e-6)).broken <= 0.06 or low == 0
        assert _Sets(*counts, 0).evidence(high).kept == pytest.approx(0.05, abs=0.002)


# ---- Many segments, and range -----------------------------------------------------------------------


@pytest.mark.parametrize("segments", [13, 20, 30])
def test_more_segments_than_sets_can_be_listed_for_are_judged_by_bounds(segments):
    even = np.full(segments, 1 / segments)
    apart = np.where(np.arange(segments) % 2, 1.5, 0.5) * even
    many = (np.rint(6000 * apart).astype(int), np.rint(90_000 * even).astype(int))
    alike = (np.rint(60_000 * even).astype(int), np.rint(900_000 * even).astype(int))
    far, near = total_variation(*many, 0.1, 0.95), total_variation(*alike, 0.1, 0.95)

    assert far.evidence.broken < 1e-6
    assert far.interval[0] > 0.1
    assert near.evidence.kept < 1e-6
    assert near.interval[1] < 0.1
    assert max(far.evidence.kept, near.evidence.broken) > 0.99


@given(
    st.integers(2, 15),
    st.floats(0, 1),
    st.integers(1, 100_000),
    st.integers(1, 10_000_000),
    st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_a_variation_is_always_a_number_within_its_range(segments, strength, size, others_size, seed):
    rng = np.random.default_rng(seed)
    rates, others_rates = rng.dirichlet(np.ones(segments)), rng.dirichlet(np.ones(segments))
    group = rng.multinomial(size, rates * strength + others_rates * (1 - strength))
    others = rng.multinomial(others_size, others_rates)
    held = group + others > 0
    if held.sum() < 2:
        return
    found = total_variation(group[held], others[held], 0.1, 0.95)

    assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1
    assert 0 <= found.by_chance <= 1
    assert 0 <= found.evidence.broken <= 1
    assert 0 <= found.evidence.kept <= 1
