"""Three measures of a table: against formulas by hand, scikit-learn, scipy and tables of known truth."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import random_table
from scipy.stats.contingency import association as cramer
from sklearn.metrics import normalized_mutual_info_score, roc_auc_score

from segmentation.audit.association import (
    _SCALES,
    corrected_v,
    cramers_v,
    measured,
    mutual_information,
    probe_auc,
)
from segmentation.audit.boundary import Boundary

LIMITS = {"association": 0.1, "mutual_information": 0.02, "probe_auc": 0.6}
PLAIN = {"association": cramers_v, "mutual_information": mutual_information, "probe_auc": probe_auc}


def rows(counts):
    """Every resident's segment and group."""
    segments, groups = np.indices(counts.shape)
    return np.repeat(segments.ravel(), counts.ravel()), np.repeat(groups.ravel(), counts.ravel())


def truth(measure, value, by_segment, by_group, cell=None):
    """Shares of a table whose measure is `value`: one cell stands out, or every other one does."""
    by_segment, by_group = np.asarray(by_segment), np.asarray(by_group)
    apart = np.outer(by_segment, by_group)
    if cell is None:
        pattern = np.where(np.indices(apart.shape).sum(axis=0) % 2, 1.0, -1.0) * apart
        way = pattern - np.outer(pattern.sum(axis=1), by_group) - np.outer(by_segment, pattern.sum(axis=0))
        way += pattern.sum() * apart
    else:
        row, column = np.eye(len(by_segment))[cell[0]], np.eye(len(by_group))[cell[1]]
        way = np.outer(row - by_segment, column - by_group)
    low, high = 0.0, -1 / (way / apart).min()
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if PLAIN[measure](apart + middle * way) < value else (low, middle)
    assert PLAIN[measure](apart + low * way) == pytest.approx(value)
    return apart + low * way


def drawn(shares, residents, times, seed=5):
    rng = np.random.default_rng(seed)
    for table in rng.multinomial(residents, shares.ravel(), times).reshape(times, *shares.shape):
        held = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
        if min(held.shape) > 1:
            yield held


# ---- Values -----------------------------------------------------------------------------------------


def test_cramers_v_is_worked_by_hand_and_shown_corrected_for_bias():
    # chi² = 4 * 5² * (1/25) = 4 of n = 100: phi² = 0.04, less 1/99; both sides become 2 - 1/99.
    counts = np.array([[30, 20], [20, 30]])

    assert cramers_v(counts) == pytest.approx(0.2)
    assert corrected_v(counts) == pytest.approx(math.sqrt((0.04 - 1 / 99) / (1 - 1 / 99)))
    assert measured("association", counts, 0.1, 0.95).value == corrected_v(counts)


def test_the_corrected_v_of_many_tables_at_once_is_that_of_each():
    tables = np.array([[[30, 10, 5], [10, 30, 20]], [[10, 10, 10], [10, 10, 10]]])
    phi = cramer(tables[0], method="cramer") ** 2

    assert corrected_v(tables)[0] == pytest.approx(math.sqrt((phi - 2 / 104) / (2 - 1 / 104 - 1)), abs=1e-12)
    assert corrected_v(tables)[1] == 0


@pytest.mark.parametrize("seed", range(3))
def test_mutual_information_is_that_of_scikit_learn_on_the_rows(seed):
    counts = np.random.default_rng(seed).integers(0, 40, (5, 4))

    assert mutual_information(counts) == pytest.approx(normalized_mutual_info_score(*rows(counts)))


def test_mutual_information_is_shown_less_what_few_residents_add_to_it():
    # Two bits shared by half: H = ln 2 on both sides; of the cells (30, 20, 20, 30) each entropy gains
    # (cells - 1) / 2n: 1/200 for a side and 3/200 for both together.
    counts = np.array([[30, 20], [20, 30]])
    together = -0.6 * math.log(0.3) - 0.4 * math.log(0.2)
    corrected = (2 * (math.log(2) + 1 / 200) - together - 3 / 200) / (math.log(2) + 1 / 200)

    assert measured("mutual_information", counts, 0.02, 0.95).value == pytest.approx(corrected)


@pytest.mark.parametrize("seed", range(3))
def test_the_probe_is_the_roc_curve_of_scikit_learn_with_segments_by_their_odds(seed):
    counts = np.random.default_rng(seed).integers(0, 30, (6, 2))
    segments, groups = rows(counts)
    odds = (counts[:, 0] / counts.sum(axis=1))[segments]
    found = measured("probe_auc", counts, 0.6, 0.95)

    assert probe_auc(counts) == pytest.approx(roc_auc_score(groups == 0, odds))
    assert found.value == probe_auc(counts)


def test_measures_take_many_tables_at_once_and_empty_margins():
    counts = np.random.default_rng(1).integers(1, 30, (4, 5, 2))
    counts[2, 3] = 0

    for measure in PLAIN.values():
        assert measure(counts) == pytest.approx([float(measure(table)) for table in counts])
    assert cramers_v(counts[2]) == pytest.approx(cramers_v(np.delete(counts[2], 3, axis=0)))


@pytest.mark.parametrize("measure", PLAIN)
def test_an_attribute_that_is_the_segment_is_as_strong_as_can_be(measure):
    found = measured(measure, np.diag([500, 400]), LIMITS[measure], 0.95)

    assert found.value == pytest.approx(1)
    assert found.interval[0] > 0.9
    assert found.interval[1] == 1
    assert found.evidence.broken < 1e-9
    assert found.evidence.kept == pytest.approx(1)


@pytest.mark.parametrize("measure", PLAIN)
def test_no_association_at_all_is_kept_with_many_residents(measure):
    found = measured(measure, np.full((3, 2), 5000), LIMITS[measure], 0.95)

    assert found.interval[0] == found.value == (0.5 if measure == "probe_auc" else 0)
    assert found.interval[1] < LIMITS[measure]
    assert found.evidence.kept < 1e-6
    assert found.evidence.broken > 0.99


@pytest.mark.parametrize("measure", PLAIN)
def test_the_value_by_chance_is_that_of_random_tables_with_the_same_margins(measure):
    counts = np.outer([400, 300, 200, 100], [3, 7])
    found = measured(measure, counts, LIMITS[measure], 0.95)
    tables = random_table(counts.sum(axis=1), counts.sum(axis=0)).rvs(3000, random_state=1)
    shown = _SCALES[measure].shown(tables)
    floor = 0.5 if measure == "probe_auc" else 0

    assert found.by_chance - floor == pytest.approx(np.quantile(shown, 0.95) - floor, rel=0.1)


# ---- Tests ------------------------------------------------------------------------------------------

SKEWED = [0.05, 0.1, 0.15, 0.2, 0.25, 0.25]
EVEN = [1 / 6] * 6


@pytest.mark.parametrize(
    ("measure", "by_segment", "by_group", "residents", "cell"),
    [
        ("association", [0.05, 0.95], [0.05, 0.95], 20_000, (0, 0)),
        ("association", SKEWED, [0.05, 0.35, 0.6], 2000, (0, 0)),
        ("association", EVEN, [0.3, 0.3, 0.4], 100_000, None),
        ("mutual_information", SKEWED, [0.05, 0.35, 0.6], 2000, (0, 0)),
        ("mutual_information", EVEN, [0.3, 0.3, 0.4], 1_000_000, None),
        ("probe_auc", EVEN, [0.1, 0.9], 2000, (0, 0)),
        ("probe_auc", SKEWED, [0.1, 0.9], 20_000, None),
    ],
)
def test_at_its_limit_a_measure_is_rarely_broken_and_rarely_kept(
    measure, by_segment, by_group, residents, cell
):
    shares = truth(measure, LIMITS[measure], by_segment, by_group, cell)
    found = [
        Boundary(table, *setup(measure)).evidence(at_limit(measure))
        for table in drawn(shares, residents, 200)
    ]

    # 5 % and three standard errors of 200 tables.
    assert np.mean([evidence.broken <= 0.05 for evidence in found]) < 0.096
    assert np.mean([evidence.kept <= 0.05 for evidence in found]) < 0.096


def setup(measure):
    """What `measured` tests, without the interval."""
    strengths = {
        "association": cramers_v,
        "mutual_information": lambda tables: np.sqrt(mutual_information(tables)),
        "probe_auc": lambda tables: 2 * probe_auc(tables) - 1,
    }
    return strengths[measure], 300, 0, measure == "probe_auc"


def at_limit(measure):
    return {"association": 0.1, "mutual_information": math.sqrt(0.02), "probe_auc": 0.2}[measure]


@pytest.mark.parametrize("measure", PLAIN)
def test_a_measure_is_told_apart_from_its_limit_with_enough_residents(measure):
    limit = LIMITS[measure]
    margins = (EVEN, [0.3, 0.7] if measure == "probe_auc" else [0.3, 0.3, 0.4])
    beyond, within = (0.7, 0.54) if measure == "probe_auc" else (2 * limit, limit / 3)
    broken = measured(measure, np.rint(20_000 * truth(measure, beyond, *margins)).astype(int), limit, 0.95)
    kept = measured(measure, np.rint(20_000 * truth(measure, within, *margins)).astype(int), limit, 0.95)

    assert broken.evidence.broken < 1e-6
    assert broken.evidence.kept > 0.99
    assert broken.interval[0] > limit
    assert kept.evidence.kept < 1e-4
    assert kept.evidence.broken > 0.99
    assert kept.interval[1] < limit


@pytest.mark.parametrize("measure", PLAIN)
def test_a_random_segmentation_of_few_is_never_broken(measure):
    by_group = [0.05, 0.95] if measure == "probe_auc" else [0.05, 0.35, 0.6]
    found = [
        Boundary(table, *setup(measure)).evidence(at_limit(measure))
        for table in drawn(np.outer(SKEWED, by_group), 1000, 60)
    ]

    assert min(evidence.broken for evidence in found) > 0.05


def test_a_limit_that_no_table_with_these_sizes_reaches_is_kept():
    # One in a hundred, spread over two halves: V is at most 0.1 even if all of them were in one.
    found = measured("association", np.array([[100, 9900], [100, 9900]]), 0.5, 0.95)

    assert found.evidence.kept < 1e-6
    assert found.evidence.broken == pytest.approx(1)
    assert found.interval[1] < 0.1


# ---- Intervals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measure", "value", "by_group", "residents"),
    [
        ("association", 0.15, [0.05, 0.35, 0.6], 200),
        ("association", 0.3, [0.05, 0.35, 0.6], 5000),
        ("mutual_information", 0.05, [0.05, 0.35, 0.6], 1000),
        ("probe_auc", 0.65, [0.2, 0.8], 1000),
    ],
)
def test_an_interval_covers_the_truth_as_often_as_it_says(measure, value, by_group, residents):
    shares = truth(measure, value, SKEWED, by_group)
    found = [
        measured(measure, table, LIMITS[measure], 0.95).interval for table in drawn(shares, residents, 60)
    ]

    assert np.mean([low <= value <= high for low, high in found]) > 0.86


@pytest.mark.parametrize("measure", PLAIN)
def test_an_interval_beyond_the_limit_goes_with_broken_and_one_within_it_with_kept(measure):
    by_group = [0.2, 0.8] if measure == "probe_auc" else [0.05, 0.35, 0.6]
    shares = truth(measure, LIMITS[measure], SKEWED, by_group)
    for table in drawn(shares, 3000, 40):
        found = measured(measure, table, LIMITS[measure], 0.9)
        low, high = found.interval
        if not 0.03 < found.evidence.broken < 0.08:
            assert (low > LIMITS[measure]) == (found.evidence.broken <= 0.05)
        if not 0.03 < found.evidence.kept < 0.08:
            assert (high < LIMITS[measure]) == (found.evidence.kept <= 0.05)


# ---- Cost and range ---------------------------------------------------------------------------------


def test_as_much_is_drawn_for_a_million_residents_as_for_a_thousand():
    counts = np.array([[300, 200], [200, 300]])
    few, many = Boundary(counts, cramers_v, 400, 0), Boundary(1000 * counts, cramers_v, 400, 0)

    assert few.draw(few.apart).shape == many.draw(many.apart).shape == (400, 2, 2)


def test_the_same_table_gives_the_same_result():
    counts = np.array([[30, 20, 5], [20, 30, 9]])

    assert measured("association", counts, 0.1, 0.95) == measured("association", counts, 0.1, 0.95)


@given(
    st.integers(2, 8),
    st.integers(2, 12),
    st.floats(0, 1),
    st.integers(60, 10_000_000),
    st.integers(0, 99),
    st.sampled_from(sorted(PLAIN)),
)
@settings(deadline=None, max_examples=20)
def test_a_measure_is_always_a_number_within_its_range(segments, groups, strength, total, seed, measure):
    groups = 2 if measure == "probe_auc" else groups
    rng = np.random.default_rng(seed)
    chances = np.outer(rng.dirichlet(np.ones(segments)), rng.dirichlet(np.ones(groups))) * (1 - strength)
    chances[range(min(segments, groups)), range(min(segments, groups))] += strength / min(segments, groups)
    counts = rng.multinomial(total, (chances / chances.sum()).ravel()).reshape(segments, groups)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    assume(min(counts.shape) > 1)
    found = measured(measure, counts, LIMITS[measure], 0.95)
    least = 0.5 if measure == "probe_auc" else 0

    assert least <= found.interval[0] <= found.value <= found.interval[1] <= 1
    assert least <= found.by_chance <= 1
    assert 0 <= found.evidence.broken <= 1
    assert 0 <= found.evidence.kept <= 1
