"""Intervals that never contradict the tests beside them."""

import numpy as np
import pytest

from segmentation.audit.association import measured
from segmentation.audit.evidence import Evidence, reaching
from segmentation.audit.ratio import Share, ratio_evidence, ratio_interval
from segmentation.audit.variation import total_variation


@pytest.mark.parametrize(
    ("interval", "p_value", "shown"),
    [
        ((0.02, 0.09), 0.06, (0.02, 0.1)),
        ((0.02, 0.09), 0.02, (0.02, 0.09)),
        ((0.11, 0.2), 0.06, (0.1, 0.2)),
        ((0.11, 0.2), 0.02, (0.11, 0.2)),
        ((0.05, 0.2), 0.06, (0.05, 0.2)),
    ],
)
def test_an_interval_leaves_out_a_limit_only_if_its_test_rejects_it(interval, p_value, shown):
    assert reaching(interval, 0.1, lambda: p_value, lambda: p_value, 0.025) == shown
    assert Evidence(p_value, p_value).agreeing(interval, 0.1, 0.95) == shown


@pytest.mark.parametrize(
    ("check", "limit", "counts"),
    [
        ("mutual_information", 0.2, [[20, 0], [13, 0], [9, 0], [1, 1], [7, 0]]),
        ("association", 0.1, [[4, 1, 0, 0], [909, 468, 62, 521], [82, 41, 6, 52]]),
    ],
)
def test_the_interval_of_a_sparse_table_reaches_to_a_limit_that_is_not_ruled_out(check, limit, counts):
    found = measured(check, np.array(counts), limit, 0.95)

    assert found.evidence.kept > 0.05
    assert found.interval[1] >= limit


@pytest.mark.parametrize("check", ["association", "mutual_information", "probe_auc", "total_variation"])
def test_no_interval_of_a_measure_contradicts_its_tests(check):
    rng, limit = np.random.default_rng(3), 0.6 if check == "probe_auc" else 0.1
    for _ in range(40):
        shares = rng.dirichlet(np.full(10, 0.7))
        counts = rng.multinomial(int(10 ** rng.uniform(1.7, 4)), shares).reshape(5, 2) + np.eye(
            5, 2, dtype=int
        )
        counts = counts[counts.sum(axis=1) > 0]
        found = (
            total_variation(*counts.T, limit, 0.95)
            if check == "total_variation"
            else measured(check, counts, limit, 0.95)
        )
        assert found.interval[1] >= limit or found.evidence.kept <= 0.025
        assert found.interval[0] <= limit or found.evidence.broken <= 0.025
        assert {type(number) for number in (found.value, *found.interval, found.by_chance, found.plain)} == {
            float
        }
        assert {type(number) for number in (found.evidence.broken, found.evidence.kept)} == {float}


def test_no_interval_of_a_ratio_contradicts_the_exact_test():
    rng, widened = np.random.default_rng(4), 0
    for _ in range(400):
        size, others_size = (int(10 ** rng.uniform(1, 3)) for _ in range(2))
        rate = rng.uniform(0.02, 0.9)
        inside = (
            int(rng.binomial(size, min(1, rate * rng.choice([0.5, 0.8, 1.25, 1.6])))),
            int(rng.binomial(others_size, rate)),
        )
        share = Share(inside[0], size, inside[1], others_size)
        if not inside[1]:
            continue
        (low, high), found = ratio_interval(share, 0.95, 0.8), ratio_evidence(share, 0.8)
        assert (high >= 0.8 and low <= 1.25) or found.broken <= 0.05
        assert not (low > 0.8 and high < 1.25) or found.kept <= 0.025
        widened += (low, high) != ratio_interval(share, 0.95)

    assert 0 < widened < 40
