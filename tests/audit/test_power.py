"""What could have been found and what would settle it, against the tests on simulated residents."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.audit import association
from segmentation.audit.evidence import Evidence, Measured
from segmentation.audit.power import (
    detectable_measure,
    detectable_ratio,
    measure_settled_by,
    ratio_settled_by,
)
from segmentation.audit.ratio import Share, ratio_evidence
from segmentation.audit.variation import total_variation

OPEN = Evidence(1.0, 1.0)


def measured(value, low, high, by_chance=0.0):
    return Measured(value, (low, high), OPEN, by_chance, plain=value)


# ---- What could have been found ---------------------------------------------------------------------


@pytest.mark.parametrize("family", [1, 60])
@pytest.mark.parametrize(
    ("size", "others_size", "rate"), [(60, 1000, 0.3), (400, 20_000, 0.1), (3000, 9000, 0.2), (2000, 60, 0.3)]
)
def test_a_ratio_said_to_be_detectable_is_found_in_four_of_five_audits(size, others_size, rate, family):
    ratio = detectable_ratio(Share(0, size, round(rate * others_size), others_size), 0.8, 0.95, family)
    rng = np.random.default_rng(1)
    found = [
        ratio_evidence(Share(count, size, others, others_size), 0.8).broken <= 0.05 / family
        for count, others in zip(
            rng.binomial(size, ratio * rate, 300).tolist(),
            rng.binomial(others_size, rate, 300).tolist(),
            strict=True,
        )
    ]

    assert 0 < ratio < 0.8
    # A standard error of the simulation is 2.3 %; the exact test of few lies apart from the curve.
    assert 0.65 <= np.mean(found) <= 0.94


def test_more_residents_detect_what_is_nearer_to_the_limit_and_more_comparisons_what_is_farther():
    few = detectable_ratio(Share(20, 400, 500, 5000), 0.8, 0.95)
    many = detectable_ratio(Share(200, 4000, 5000, 50_000), 0.8, 0.95)

    assert few < many < 0.8
    assert detectable_ratio(Share(20, 400, 500, 5000), 0.8, 0.95, family=24) < few


@pytest.mark.parametrize("counts", [(0, 10, 10, 200), (3, 10, 0, 200), (0, 10, 0, 200), (3, 10, 0, 0)])
def test_nothing_is_detectable_where_not_even_nobody_would_be_found(counts):
    assert detectable_ratio(Share(*counts), 0.8, 0.95) is None


def test_what_a_measure_detects_is_the_limit_and_what_a_one_sided_test_needs():
    # The interval is 2 * 1.96 standard errors of 0.01 wide: 0.1 + (1.645 + 0.842) * 0.01.
    found = detectable_measure("association", measured(0.08, 0.0604, 0.0996), 0.1, 0.95)

    assert found == pytest.approx(0.1 + 2.4865 * 0.01, abs=1e-5)


@pytest.mark.parametrize(("check", "by_chance"), [("association", 0.03), ("total_variation", 0.02)])
def test_an_interval_that_starts_at_nothing_leaves_the_word_to_what_chance_gives(check, by_chance):
    lucky = detectable_measure(check, measured(0.0, 0.0, 0.001, by_chance), 0.1, 0.95)

    assert lucky == pytest.approx(0.1 + 2.4865 * 0.01, abs=1e-5)


def test_an_area_under_a_curve_counts_from_a_half_and_mutual_information_by_its_root():
    area = detectable_measure("probe_auc", measured(0.5, 0.5, 0.51, by_chance=0.53), 0.6, 0.95)
    information = detectable_measure("mutual_information", measured(0.01, 0.0064, 0.0144), 0.01, 0.95)

    assert area == pytest.approx(0.6 + 2.4865 * 0.01, abs=1e-5)
    assert information == pytest.approx((0.1 + 2.4865 * 0.02 / 1.96) ** 2, abs=1e-5)


def test_a_measure_of_so_few_that_not_even_the_most_would_be_found_detects_nothing():
    assert detectable_measure("total_variation", measured(0.5, 0.0, 0.9), 0.5, 0.95) is None


@pytest.mark.parametrize("family", [1, 60])
@pytest.mark.parametrize("strength", [0.0, 0.1])
def test_a_total_variation_said_to_be_detectable_is_found_in_most_audits(strength, family):
    # 2,000 residents in 8 even segments, a fifth of them in the group; half of the segments hold more of it.
    rng, lean = np.random.default_rng(2), np.repeat([1.0, -1.0], 4) / 4

    def drawn(strength):
        even = np.full(8, 1 / 8)
        counts = rng.multinomial(400, even + strength * lean), rng.multinomial(1600, even)
        return total_variation(*counts, 0.1, 0.95)

    nearest = [detectable_measure("total_variation", drawn(strength), 0.1, 0.95, family) for _ in range(10)]
    found = [drawn(np.median(nearest)).evidence.broken <= 0.05 / family for _ in range(80)]

    assert 0.6 <= np.mean(found) <= 1


# ---- What would settle it ---------------------------------------------------------------------------


@pytest.mark.parametrize("family", [1, 60])
@pytest.mark.parametrize(
    "counts", [(21, 100, 220, 1000), (18, 100, 220, 1000), (14, 100, 210, 1000), (33, 110, 200, 1000)]
)
def test_so_many_residents_with_the_same_shares_settle_a_ratio_in_four_of_five_audits(counts, family):
    share = Share(*counts)
    needed = ratio_settled_by(share, 0.8, 0.95, family)
    times, rng = needed / share.residents, np.random.default_rng(1)
    size, others_size = round(times * share.size), round(times * share.others_size)
    settled = []
    for _ in range(300):
        drawn = int(rng.binomial(size, share.rate)), int(rng.binomial(others_size, share.others_rate))
        found = ratio_evidence(Share(drawn[0], size, drawn[1], others_size), 0.8)
        settled.append(found.broken <= 0.05 / family or found.kept <= 0.05)

    assert times > 1.1
    # A standard error of the simulation is 2.3 %; the number of residents is rounded up.
    assert 0.72 <= np.mean(settled) <= 0.9


LEANS = {
    ("association", "kept"): 0.16,
    ("association", "broken"): 0.34,
    ("mutual_information", "kept"): 0.36,
    ("mutual_information", "broken"): 0.52,
    ("probe_auc", "kept"): 0.24,
    ("probe_auc", "broken"): 0.44,
    ("total_variation", "kept"): 0.08,
    ("total_variation", "broken"): 0.28,
}
"""By how much more, and less, of a group is in each half of the segments, so that 1,000 leave it open."""


def leaning(lean):
    """1,000 residents in six even segments, a fifth of them in the group."""
    own = np.rint(1000 / 6 * 0.2 * (1 + lean * np.repeat([1, -1], 3)))
    return np.column_stack([own, 167 - own]).astype(int)


def measure(check, counts, limit):
    if check == "total_variation":
        return total_variation(counts[:, 0], counts[:, 1], limit, 0.95)
    return association.measured(check, counts, limit, 0.95)


@pytest.mark.parametrize(("check", "side"), list(LEANS))
def test_so_many_residents_with_the_same_shares_settle_a_measure_in_most_audits(check, side):
    counts, family, rng = leaning(LEANS[check, side]), 60, np.random.default_rng(1)
    limit = {"mutual_information": 0.02, "probe_auc": 0.6}.get(check, 0.1)
    found = measure(check, counts, limit)
    needed = measure_settled_by(check, found, limit, 0.95, counts.sum(), family)
    settled = []
    for _ in range(30):
        drawn = rng.multinomial(needed, counts.ravel() / counts.sum()).reshape(counts.shape)
        evidence = measure(check, drawn, limit).evidence
        settled.append(evidence.broken <= 0.05 / family if side == "broken" else evidence.kept <= 0.05)

    assert (found.value > limit) == (side == "broken")
    assert found.evidence.kept > 0.05
    assert found.evidence.broken > 0.05 / family
    # Of 30 runs at 80 %, fewer than 18 would be one chance in 400. A measure's number is approximate.
    assert np.mean(settled) >= 0.6


def test_more_comparisons_take_more_residents_to_show_harm_and_no_more_to_rule_it_out():
    harm, even = Share(14, 100, 210, 1000), Share(21, 100, 220, 1000)

    assert ratio_settled_by(harm, 0.8, 0.95, family=24) > ratio_settled_by(harm, 0.8, 0.95)
    assert ratio_settled_by(even, 0.8, 0.95, family=24) == ratio_settled_by(even, 0.8, 0.95)


def test_no_number_of_residents_is_named_next_to_the_limit_or_without_a_ratio():
    assert ratio_settled_by(Share(160, 1000, 200, 1000), 0.8, 0.95) is None
    assert ratio_settled_by(Share(1602, 10_000, 2000, 10_000), 0.8, 0.95) is None
    assert ratio_settled_by(Share(0, 50, 0, 500), 0.8, 0.95) is None


def test_a_measure_within_its_limit_is_settled_when_its_interval_is():
    # 0.05 lies 0.05 under the limit, and a standard error is 0.1 / 1.96: (2.486 * 0.0510 / 0.05)² as many.
    needed = measure_settled_by("association", measured(0.05, 0.0, 0.15), 0.1, 0.95, 1000)

    assert needed == 6500


def test_a_measure_beyond_its_limit_is_settled_when_its_interval_is():
    # 0.2 lies 0.1 over it, and its interval starts 0.196 lower: (2.486 * 0.1 / 0.1)² as many.
    needed = measure_settled_by("total_variation", measured(0.2, 0.004, 0.396), 0.1, 0.95, 1000)

    assert needed == 6200


def test_a_measure_at_its_limit_is_settled_by_no_number():
    assert measure_settled_by("association", measured(0.1, 0.05, 0.15), 0.1, 0.95, 1000) is None


def test_a_measure_within_its_limit_but_for_what_chance_adds_is_settled_by_no_number_with_the_same_shares():
    found = replace(measured(0.05, 0.0, 0.15), plain=0.11)

    assert measure_settled_by("association", found, 0.1, 0.95, 1000) is None


def test_what_is_settled_already_needs_no_more_residents_than_there_are():
    assert measure_settled_by("association", measured(0.0, 0.0, 0.0), 0.1, 0.95, 1234) == 1300
    assert ratio_settled_by(Share(2000, 10_000, 2000, 10_000), 0.8, 0.95) == 20_000


@given(
    st.integers(0, 500),
    st.integers(0, 500),
    st.integers(0, 100_000),
    st.integers(0, 100_000),
    st.floats(0.05, 0.95),
)
@settings(deadline=None)
def test_figures_of_a_ratio_are_numbers_within_their_range_or_none(count, size, others, others_size, limit):
    share = Share(min(count, size), size, min(others, others_size), others_size)
    ratio = detectable_ratio(share, limit, 0.95)
    needed = ratio_settled_by(share, limit, 0.95)

    assert ratio is None or 0 <= ratio < limit
    assert needed is None or size + others_size <= needed <= 1101 * (size + others_size) + 1


@given(
    st.sampled_from(["total_variation", "association", "mutual_information", "probe_auc"]),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
    st.floats(0.01, 0.99),
)
@settings(deadline=None)
def test_figures_of_a_measure_are_numbers_within_their_range_or_none(check, figures, limit):
    low, value, high = sorted(figures[:3])
    found = measured(value, low, high, figures[3])
    limit = max(limit, 0.51) if check == "probe_auc" else limit
    nearest = detectable_measure(check, found, limit, 0.95)
    needed = measure_settled_by(check, found, limit, 0.95, 1000)

    assert nearest is None or limit <= nearest + 1e-9 <= 1 + 1e-9
    assert needed is None or 1000 <= needed <= 1_100_000
