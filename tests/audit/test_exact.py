"""The exact test of a limit ratio, against every table of a small world added up by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from segmentation.audit.exact import LEFT_OUT, exact_tail, score


def added_up(counts, ratio, direction):
    """Chan & Zhang's p-value: the chances of every table as far out, at the worst of many rates."""
    count, size, others_count, others_size = counts
    own, others = np.meshgrid(np.arange(size + 1.0), np.arange(others_size + 1.0), indexing="ij")
    scores = score(own, size, others, others_size, ratio)
    seen = score(count, size, others_count, others_size, ratio)
    as_far = scores <= seen + 1e-9 if direction == "below" else scores >= seen - 1e-9
    return max(
        np.outer(
            binom.pmf(range(size + 1), size, ratio * rate),
            binom.pmf(range(others_size + 1), others_size, rate),
        )[as_far].sum()
        for rate in np.linspace(0, min(1, 1 / ratio), 1500)
    )


@pytest.mark.parametrize("direction", ["below", "above"])
@pytest.mark.parametrize(
    ("counts", "ratio"),
    [((1, 12, 9, 20), 0.8), ((8, 9, 3, 25), 1.25), ((20, 25, 2, 9), 1.25), ((0, 7, 9, 30), 0.5)],
)
def test_the_p_value_is_the_chance_of_tables_as_far_out_at_the_worst_rate(counts, ratio, direction):
    by_hand = added_up(counts, ratio, direction)
    found = exact_tail(counts, ratio, direction)

    # Rates that the counts all but rule out are not searched, so it may be smaller, and is valid.
    assert found <= by_hand * 1.001 + LEFT_OUT
    assert found >= 0.75 * by_hand


def test_one_in_five_against_all_others_is_worked_by_hand():
    # All others are there, of so many that their rate is all but 1: then 0 of 5 has the chance 0.2 ** 5.
    assert exact_tail((0, 5, 1_000_000, 1_000_000), 0.8, "below") == pytest.approx(0.2**5, rel=0.01)


@given(st.integers(0, 40), st.integers(0, 300), st.floats(0.3, 3))
@settings(deadline=None, max_examples=60)
def test_the_test_is_the_same_seen_from_the_others(count, others_count, ratio):
    ours = exact_tail((count, 40, others_count, 300), ratio, "below")
    theirs = exact_tail((others_count, 300, count, 40), 1 / ratio, "above")

    assert theirs == pytest.approx(ours, abs=1e-9)


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.25, 2])
@pytest.mark.parametrize(("size", "others_size"), [(5, 7), (12, 40), (30, 30), (9, 200)])
def test_the_score_rises_with_the_group_and_falls_with_the_others(size, others_size, ratio):
    own, others = np.meshgrid(np.arange(size + 1.0), np.arange(others_size + 1.0), indexing="ij")
    scores = score(own, size, others, others_size, ratio)

    assert np.isfinite(scores).all()
    assert np.diff(scores, axis=0).min() >= -1e-9
    assert np.diff(scores, axis=1).max() <= 1e-9


def test_a_huge_sample_of_others_counts_as_if_their_rate_were_known():
    # Within what the interval of the others' rate leaves open: 20 % give or take a tenth of a percent.
    known = binom.cdf(2, 50, 0.8 * 0.2)

    assert exact_tail((2, 50, 2_000_000, 10_000_000), 0.8, "below") == pytest.approx(known, rel=0.02)


def test_what_only_chances_next_to_nothing_could_explain_is_as_small_as_the_penalty():
    assert exact_tail((0, 40, 1000, 1000), 0.8, "below") == pytest.approx(LEFT_OUT, rel=0.01)
    assert exact_tail((4990, 5000, 999_500, 1_000_000), 1.25, "below") == LEFT_OUT
    assert exact_tail((4990, 5000, 999_500, 1_000_000), 1.25, "above") > 0.9
