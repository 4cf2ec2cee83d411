"""Areas under the curve out of fold, against scikit-learn and against areas made by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from segmentation.audit.auc import auc_interval, auc_of_levels, auc_of_scores


def rng():
    return np.random.default_rng(0)


def test_a_level_that_says_everything_has_the_area_one():
    assert auc_of_levels(np.array([[300, 0], [0, 200]]), rng()).tolist() == [1.0, 1.0]


def test_a_constant_level_is_guessing():
    assert auc_of_levels(np.array([[300, 200, 40]]), rng()).tolist() == [0.5, 0.5, 0.5]


def test_a_level_that_halves_the_others_has_the_area_three_quarters():
    # All of the group have the first level, and half of the others: these half are ties.
    areas = auc_of_levels(np.array([[4_000, 4_000], [0, 4_000]]), rng())
    assert areas == pytest.approx([0.75, 0.75], abs=0.01)


def test_many_levels_that_say_nothing_do_not_flatter():
    counts = rng().multinomial(2_000, np.full(60, 1 / 60), size=2).T
    assert (np.abs(auc_of_levels(counts, rng()) - 0.5) < 0.03).all()
    in_sample = counts / counts.sum(axis=1, keepdims=True)
    people = np.repeat(np.tile([0, 1], 60), counts.ravel()), np.repeat(np.arange(120) // 2, counts.ravel())
    assert roc_auc_score(people[0], in_sample[people[1], 1]) > 0.53


def test_areas_of_scores_are_those_of_scikit_learn_in_each_fold():
    generator = rng()
    group, fold = generator.integers(0, 3, 400), generator.integers(0, 2, 400)
    scores = np.round(generator.random((400, 3)) + (group[:, None] == np.arange(3)) * 0.2, 1)
    areas = auc_of_scores(scores, group, fold)
    for at in range(3):
        parts = [(group[fold == part] == at, scores[fold == part, at]) for part in range(2)]
        pairs = np.array([mine.sum() * (~mine).sum() for mine, _ in parts])
        expected = np.average([roc_auc_score(*part) for part in parts], weights=pairs)
        assert areas[at] == pytest.approx(expected, abs=1e-12)


def test_a_group_that_met_nobody_has_no_area():
    nobody = np.array([0, 0])
    assert np.isnan(auc_of_scores(np.array([[0.2, 0.8], [0.9, 0.1]]), nobody, nobody)).all()
    assert np.isnan(auc_of_levels(np.array([[30, 0], [20, 0]]), rng())).all()


def hanley_mcneil(area, inside, outside):
    """The variance of 1982, with the mean of both sizes in its terms."""
    mean = (inside + outside) / 2 - 1
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    return (area * (1 - area) + mean * (q1 - area**2) + mean * (q2 - area**2)) / (inside * outside)


@given(st.floats(0, 1).map(lambda area: round(area, 3)), st.integers(10, 5_000), st.integers(10, 5_000))
@settings(max_examples=50, deadline=None)
def test_an_interval_holds_the_areas_that_are_not_surprising(value, inside, outside):
    low, high = auc_interval(value, inside, outside, 0.95)

    assert 0 <= low <= value <= high <= 1
    assert low < high
    for end in (low, high):
        if 0 < end < 1 and end != value:
            surprise = abs(value - end) / np.sqrt(hanley_mcneil(end, inside, outside))
            assert surprise == pytest.approx(1.959964, abs=1e-3)


def test_a_perfect_guess_about_few_has_a_wide_interval():
    low, high = auc_interval(1.0, 10, 10, 0.95)
    assert high == 1.0
    assert low < 0.85


def test_the_interval_of_a_guess_holds_the_true_area_about_as_often_as_it_says():
    generator = rng()
    held = 0
    for _ in range(100):
        inside, outside = generator.binomial([60, 240], [0.6, 0.25])
        counts = np.array([[inside, outside], [60 - inside, 240 - outside]])
        low, high = auc_interval(float(auc_of_levels(counts, generator)[0]), 60, 240, 0.95)
        # Won: 0.6 x 0.75; tied: 0.6 x 0.25 and 0.4 x 0.75.
        held += low <= 0.6 * 0.75 + (0.6 * 0.25 + 0.4 * 0.75) / 2 <= high
    assert held >= 92
