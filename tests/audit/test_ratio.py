"""Intervals and tests of a ratio, against formulas worked by hand, statsmodels, and tables of known truth."""

import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint, score_test_proportions_2indep

from segmentation.audit.ratio import LEAST_EXPECTED, Share, ratio_evidence, ratio_interval, wilson

Z = 1.959963984540054


@st.composite
def shares(draw):
    size, others_size = draw(st.integers(1, 100_000)), draw(st.integers(1, 100_000))
    ends = [0, size]
    count = draw(st.one_of(st.integers(0, size), st.sampled_from(ends)))
    others = draw(st.one_of(st.integers(0, others_size), st.sampled_from([0, others_size])))
    share = Share(count, size, others, others_size)
    assume(share.is_judgeable)
    return share


def z_score(share, ratio):
    """The score of statsmodels."""
    counts = (share.count, share.size, share.others_count, share.others_size)
    statistic, _ = score_test_proportions_2indep(*counts, value=ratio, compare="ratio", return_results=False)
    return statistic


def is_crossed(share, ratio, bar):
    """Return whether the score comes to `bar` at a ratio, or within five millionths of it.

    Where nearly everybody is there, both scores lose digits, and are steep.
    """
    least, most = sorted(z_score(share, ratio * (1 + aside)) for aside in (-5e-6, 5e-6))
    return least - 3e-4 * abs(bar) <= bar <= most + 3e-4 * abs(bar)


# ---- Rates ------------------------------------------------------------------------------------------


def test_the_interval_of_a_rate_is_wilsons():
    # (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = 0.3 and n = 100.
    middle, width = 0.3 + Z**2 / 200, Z * math.sqrt(0.3 * 0.7 / 100 + Z**2 / 40_000)
    by_hand = [(middle - width) / (1 + Z**2 / 100), (middle + width) / (1 + Z**2 / 100)]

    assert wilson(30, 100, 0.95) == pytest.approx(by_hand)


@given(st.integers(1, 1_000_000), st.floats(0, 1), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_interval_of_a_rate_is_that_of_statsmodels(size, rate, confidence):
    count = round(rate * size)
    theirs = proportion_confint(count, size, alpha=1 - confidence, method="wilson")

    assert wilson(count, size, confidence) == pytest.approx(theirs, abs=1e-12)


def test_the_interval_of_a_rate_stays_within_zero_and_one():
    assert wilson(0, 50, 0.95)[0] == pytest.approx(0, abs=1e-12)
    assert wilson(0, 50, 0.95)[1] == pytest.approx(Z**2 / (50 + Z**2))
    assert wilson(50, 50, 0.95)[1] == pytest.approx(1)
    assert wilson(50, 50, 0.95)[1] <= 1


# ---- Ratios -----------------------------------------------------------------------------------------


def test_a_share_knows_its_rates_and_their_ratio():
    share = Share(30, 100, 40, 200)

    assert (share.rate, share.others_rate) == (0.3, 0.2)
    assert share.ratio == pytest.approx(1.5)
    assert share.least_expected == pytest.approx(100 * 70 / 300)


@pytest.mark.parametrize(
    ("share", "judgeable"),
    [
        (Share(1, 5, 0, 100), True),
        (Share(5, 5, 100, 100), True),
        (Share(0, 100, 0, 100), False),
        (Share(30, 100, 0, 0), False),
        (Share(0, 0, 30, 100), False),
    ],
)
def test_a_share_is_judgeable_where_somebody_of_two_samples_is_there(share, judgeable):
    assert share.is_judgeable is judgeable


@given(shares(), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@example(Share(91_475, 91_475, 1, 1), 0.8)
@settings(deadline=None)
def test_the_interval_of_a_ratio_holds_it_and_ends_where_the_score_test_does(share, confidence):
    interval = ratio_interval(share, confidence)
    if share.others_count == 0:
        assert interval is None
        return
    low, high = interval
    assert low <= share.ratio <= high
    assert math.isfinite(high)
    bar = {0.8: 1.2815515655446004, 0.9: 1.6448536269514722, 0.95: Z, 0.99: 2.5758293035489004}[confidence]
    if share.count == 0:
        assert low == 0
    else:
        assert is_crossed(share, low, bar)
    assert is_crossed(share, high, -bar)


@pytest.mark.parametrize(
    ("share", "low", "high"),
    [
        # statsmodels' own interval is (0.526, 0.526) for the first, and divides by zero for the second.
        (Share(0, 37, 41, 41), 0.0, 0.2),
        (Share(54, 54, 368, 626), 1.5, 1.9),
    ],
)
def test_the_interval_of_a_ratio_is_right_where_nobody_or_everybody_is_there(share, low, high):
    interval = ratio_interval(share, 0.95)

    assert low <= interval[0] <= share.ratio <= interval[1] <= high


@given(st.integers(1100, 100_000), st.integers(1100, 100_000), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
@settings(deadline=None)
def test_the_evidence_of_many_is_that_of_the_score_tests_of_statsmodels(size, others_size, rate, others_rate):
    share = Share(round(rate * size), size, round(others_rate * others_size), others_size)
    assert share.least_expected >= LEAST_EXPECTED
    low, high = z_score(share, 0.8), z_score(share, 1.25)
    evidence = ratio_evidence(share, 0.8)

    normal = np.vectorize(lambda z: math.erfc(-z / math.sqrt(2)) / 2)
    assert evidence.broken == pytest.approx(min(1, 2 * min(normal(low), normal(-high))), abs=1e-9)
    assert evidence.kept == pytest.approx(max(normal(-low), normal(high)), abs=1e-9)


def test_evidence_at_the_limit_says_neither_kept_nor_broken():
    # 160 of 1,000 against 200 of 1,000 is 0.8 to the letter.
    evidence = ratio_evidence(Share(160, 1000, 200, 1000), 0.8)

    assert evidence.broken == pytest.approx(1.0)
    assert evidence.kept == pytest.approx(0.5)


@pytest.mark.parametrize("direction", ["below", "above"])
def test_a_ratio_far_beyond_the_limit_is_broken_in_both_directions(direction):
    counts = (100, 1000, 200, 1000) if direction == "below" else (200, 1000, 100, 1000)
    evidence = ratio_evidence(Share(*counts), 0.8)

    assert evidence.broken < 1e-3
    assert evidence.kept > 0.99


def test_even_rates_of_many_are_kept_and_of_few_are_not():
    assert ratio_evidence(Share(2000, 10_000, 2000, 10_000), 0.8).kept < 1e-6
    assert ratio_evidence(Share(20, 100, 20, 100), 0.8).kept > 0.1


def test_a_group_that_has_the_segment_to_itself_is_broken_without_a_ratio():
    share = Share(200, 400, 0, 600)

    assert share.ratio is None
    assert ratio_interval(share, 0.95) is None
    assert ratio_evidence(share, 0.8).broken < 1e-5


@pytest.mark.parametrize(("size", "rate"), [(80, 0.2), (400, 0.01), (12, 0.3), (30, 0.97)])
def test_the_interval_of_a_ratio_covers_the_truth_as_often_as_it_says(size, rate):
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(400):
        share = Share(int(rng.binomial(size, 0.6 * rate)), size, int(rng.binomial(9000, rate)), 9000)
        low, high = ratio_interval(share, 0.95)
        covered.append(low <= 0.6 <= high)

    assert 0.92 <= np.mean(covered) <= 0.99


# ---- Few residents ----------------------------------------------------------------------------------


def every_table(size, others_size):
    """Which tables that can be counted are broken and which kept, by count and others' count."""
    found = [
        [ratio_evidence(Share(count, size, others, others_size), 0.8) for others in range(others_size + 1)]
        for count in range(size + 1)
    ]
    return tuple(
        np.array([[getattr(evidence, side) for evidence in row] for row in found]) <= 0.05
        for side in ("broken", "kept")
    )


@pytest.mark.parametrize(("size", "others_size"), [(5, 60), (14, 40), (30, 30), (40, 12)])
def test_a_ratio_at_its_limit_is_broken_and_kept_at_most_as_often_as_it_says(size, others_size):
    broken, kept = every_table(size, others_size)
    for ratio in (0.8, 1.25):
        for rate in np.concatenate([np.geomspace(0.001, 0.1, 40), np.linspace(0.1, min(1, 1 / ratio), 80)]):
            chances = np.outer(
                binom.pmf(range(size + 1), size, ratio * rate),
                binom.pmf(range(others_size + 1), others_size, rate),
            )
            assert (chances * broken).sum() <= 0.05
            assert (chances * kept).sum() <= 0.05


def test_a_ratio_beyond_its_limit_is_found_broken_also_among_few():
    broken, _ = every_table(40, 12)

    assert broken[0, 12]
    assert broken[1, 6]
    assert not broken[32, 12]


@given(st.integers(0, 5), st.floats(0, 1), st.integers(1, 1_000_000))
@settings(deadline=None)
def test_a_group_of_five_is_never_kept(count, rate, others_size):
    share = Share(count, 5, round(rate * others_size), others_size)

    assert ratio_evidence(share, 0.8).kept > 0.1


@given(
    st.integers(0, 60), st.integers(0, 60), st.floats(0, 1), st.integers(0, 1_000_000), st.floats(0.05, 0.99)
)
@settings(deadline=None)
def test_evidence_of_few_is_always_a_pair_of_probabilities(size, count, rate, others_size, limit):
    share = Share(min(count, size), size, round(rate * others_size), others_size)
    evidence = ratio_evidence(share, limit)

    assert 0 <= evidence.broken <= 1
    assert 0 <= evidence.kept <= 1


@pytest.mark.parametrize("counts", [(0, 30, 0, 100), (0, 0, 10, 100), (10, 100, 0, 0)])
def test_where_there_is_no_ratio_to_test_nothing_is_claimed(counts):
    evidence = ratio_evidence(Share(*counts), 0.8)

    assert (evidence.broken, evidence.kept) == (1, 1)


def test_few_residents_who_are_all_there_where_nobody_else_is_are_broken_without_a_ratio():
    share = Share(10, 10, 0, 50)

    assert share.ratio is None
    assert ratio_evidence(share, 0.8).broken < 1e-3


def test_score_and_exact_tests_meet_where_one_takes_over_from_the_other():
    exact, scored = (Share(count, 20_000, count, 20_000) for count in (99, 100))

    assert ratio_evidence(exact, 0.8).kept == pytest.approx(ratio_evidence(scored, 0.8).kept, rel=0.15)
