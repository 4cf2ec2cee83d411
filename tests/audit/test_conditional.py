"""Rates within strata and their pooled ratio, against counts made by hand, statsmodels and an adversary."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from segmentation.audit import audit
from segmentation.audit.cells import Cells
from segmentation.audit.conditional import conditional, pooled_ratio
from segmentation.audit.crossing import EXPLAINED, OTHER_STRATA
from segmentation.audit.disclosure import Shown, _links, disclose
from segmentation.audit.findings import Finding
from segmentation.audit.rates import stratified_rates
from segmentation.suppression import CountTable, attack, suppress
from tests.needs import feature, policy_of
from tests.policies import small_policy

LIMITS = small_policy().audit


def table(counts, strata=("few", "many"), groups="fm"):
    """Cells by segment, group and stratum; `counts` has a list per segment, of a list per group."""
    counts = np.array(counts)
    pairs = tuple((group, stratum) for group in groups for stratum in strata)
    segments = tuple(f"S{at + 1}" for at in range(len(counts)))
    return Cells(("sex", EXPLAINED), segments, pairs, counts.reshape(len(counts), -1))


def everything_shown(cells):
    return Shown(cells, np.zeros(cells.counts.shape, bool), np.zeros(len(cells.groups), bool))


def of(found, group, segment):
    (one,) = [one for one in found if (one.group, one.segment) == (group, segment)]
    return one


def raw(group, segment, value):
    return Finding("selection_ratio", "screen", "sex", group, segment, "broken", "beyond_limit", 0.8, value)


# ---- The pooled ratio -------------------------------------------------------------------------------


def test_the_pooled_ratio_and_its_interval_are_those_worked_by_hand():
    # Strata 10 of 100 against 20 of 100, and 15 of 50 against 10 of 100:
    # (10 * 100 / 200 + 15 * 100 / 150) / (20 * 100 / 200 + 10 * 50 / 150) = 15 / (40 / 3) = 1.125.
    # Variance ((30 * 10000 - 200 * 200) / 200^2 + (25 * 5000 - 150 * 150) / 150^2) / 200 = 0.0552777...
    found = pooled_ratio(
        np.array([10, 15]), np.array([100, 50]), np.array([20, 10]), np.array([100, 100]), 0.95
    )
    reach = np.exp(1.959963984540054 * np.sqrt((6.5 + 102_500 / 22_500) / 200))

    assert found.value == pytest.approx(1.125, rel=1e-14)
    assert found.interval == pytest.approx((1.125 / reach, 1.125 * reach), rel=1e-12)


STRATA = st.lists(
    st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)), min_size=1
)


@given(STRATA)
def test_the_pooled_ratio_is_that_of_statsmodels(strata):
    own, own_out, others, others_out = np.array(strata).T
    theirs = StratifiedTable([np.array([[a, b], [c, d]]) for a, b, c, d in strata]).riskratio_pooled

    found = pooled_ratio(own, own + own_out, others, others + others_out, 0.95)
    assert found.value == pytest.approx(theirs, rel=1e-12)
    assert 0 < found.interval[0] < found.value < found.interval[1]


def test_one_stratum_gives_the_ratio_of_its_rates_with_the_usual_standard_error():
    found = pooled_ratio(np.array([30]), np.array([100]), np.array([60]), np.array([300]), 0.95)
    error = np.sqrt(1 / 30 - 1 / 100 + 1 / 60 - 1 / 300)

    assert found.value == pytest.approx(1.5)
    assert np.log(found.interval) == pytest.approx(
        np.log(1.5) + np.array([-1, 1]) * 1.959963984540054 * error
    )


def test_a_stratum_with_one_side_alone_changes_nothing():
    one = [np.array([30]), np.array([100]), np.array([60]), np.array([300])]
    two = [np.append(part, extra) for part, extra in zip(one, (20, 70, 0, 0), strict=True)]

    assert pooled_ratio(*two, 0.95) == pooled_ratio(*one, 0.95)


def test_a_ratio_without_others_in_the_segment_is_not_defined_and_one_of_nobody_has_no_interval():
    assert pooled_ratio(np.array([3]), np.array([10]), np.array([0]), np.array([10]), 0.95) is None
    nobody = pooled_ratio(np.array([0]), np.array([10]), np.array([5]), np.array([10]), 0.95)
    assert (nobody.value, nobody.interval) == (0.0, None)


def test_the_interval_covers_the_true_ratio():
    rng = np.random.default_rng(0)
    sizes, others = np.array([200, 400, 100]), np.array([300, 150, 500])
    base = np.array([0.1, 0.3, 0.2])
    drawn = [
        pooled_ratio(rng.binomial(sizes, base * 0.8), sizes, rng.binomial(others, base), others, 0.95)
        for _ in range(1000)
    ]
    covered = np.mean([one.interval[0] <= 0.8 <= one.interval[1] for one in drawn])
    assert 0.93 <= covered <= 0.97


# ---- Like with like ---------------------------------------------------------------------------------

# Eight in ten of those with many needs are in S1, and two in ten of the others, whatever the sex; most of
# those with many needs are men. [few, many] of women, then of men.
EXPLAINED_AWAY = [[[80, 80], [20, 320]], [[320, 20], [80, 80]]]
# As many women as men are in S1; but half as many of those with the same needs.
COVERED_UP = [[[10, 160], [80, 80]], [[90, 240], [320, 20]]]


def test_a_gap_that_a_need_explains_vanishes_within_strata_and_stays_beside_it():
    found = conditional(
        everything_shown(table(EXPLAINED_AWAY)),
        [raw("f", "S1", 160 / 340), raw("m", "S1", 340 / 160)],
        LIMITS,
    )
    women = of(found, "f", "S1")

    assert women.raw == pytest.approx(160 / 340)
    assert women.value == pytest.approx(1.0)
    assert women.interval[0] < 1 < women.interval[1]
    assert [(one.stratum, one.rate, one.others_rate, one.size) for one in women.strata] == [
        ("few", 0.2, 0.2, 400),
        ("many", 0.8, 0.8, 100),
    ]
    assert (women.attribute, women.left_out) == ("sex", 0)


def test_a_gap_that_a_need_covers_appears_within_strata():
    found = conditional(everything_shown(table(COVERED_UP)), [raw("f", "S1", 170 / 160)], LIMITS)
    women = of(found, "f", "S1")

    assert women.raw == pytest.approx(1.0625)
    assert women.value == pytest.approx(0.5)
    assert women.interval[1] < 0.8


def test_every_group_has_its_ratio_in_every_segment():
    found = conditional(everything_shown(table(EXPLAINED_AWAY)), [], LIMITS)
    assert [(one.group, one.segment) for one in found] == [
        ("f", "S1"),
        ("m", "S1"),
        ("f", "S2"),
        ("m", "S2"),
    ]
    assert {one.raw for one in found} == {None}


def test_rates_within_strata_are_those_of_the_counts():
    cells = table(COVERED_UP)
    rates = stratified_rates(cells)
    by_hand = cells.counts.reshape(2, 2, 2) / cells.sizes.reshape(2, 2)

    assert rates.by_group == pytest.approx(by_hand, abs=1e-15)
    assert rates.difference == pytest.approx(np.ptp(by_hand, axis=1), abs=1e-15)
    assert rates.ratio == pytest.approx(by_hand.min(axis=1) / by_hand.max(axis=1), abs=1e-15)


def test_a_stratum_without_the_group_or_without_others_is_left_out():
    counts = [[[80, 80, 40], [20, 320, 0]], [[320, 20, 60], [80, 80, 0]]]
    found = conditional(everything_shown(table(counts, ("few", "many", "none"))), [], LIMITS)
    women, men = of(found, "f", "S1"), of(found, "m", "S1")

    assert (women.left_out, men.left_out) == (1, 1)
    assert women.value == pytest.approx(1.0)
    assert (women.strata[2].rate, women.strata[2].others_rate) == (0.4, None)
    assert (men.strata[2].rate, men.strata[2].others_rate, men.strata[2].size) == (None, 0.4, 0)


def test_strata_that_were_pooled_are_shown_and_compared_with_nobody():
    counts = [[[80, 80, 400], [20, 320, 10]], [[320, 20, 10], [80, 80, 400]]]
    women = of(
        conditional(everything_shown(table(counts, ("few", "many", OTHER_STRATA))), [], LIMITS), "f", "S1"
    )

    assert women.value == pytest.approx(1.0)
    assert women.left_out == 1
    assert women.strata[2].rate == pytest.approx(400 / 410)


def test_nobody_anywhere_gives_no_figure():
    found = conditional(everything_shown(table(np.zeros((2, 2, 2), int))), [], LIMITS)
    assert {(one.value, one.interval, one.left_out) for one in found} == {(None, None, 2)}


# ---- In an audit ------------------------------------------------------------------------------------


def test_an_audit_shows_what_a_need_explains_beside_the_finding_that_stays_broken():
    # Who asks for repairs is in S1; the old ask more often. Within the same needs, age makes no difference.
    rng = np.random.default_rng(0)
    n = 6000
    old = rng.random(n) < 0.4
    many = rng.random(n) < np.where(old, 0.7, 0.2)
    needs = pd.DataFrame({name: rng.random(n) for name in ["noise"]})
    needs["repairs"] = np.where(many, rng.integers(5, 9, n), rng.integers(0, 2, n)).astype(float)
    segments = pd.Series(np.where(rng.random(n) < np.where(many, 0.8, 0.1), "S1", "S2"))
    policy = policy_of(repairs=feature("count"), noise=feature("share"))
    limits = policy.audit.model_copy(update={"explained_by": ("repairs",), "intersections": ()})
    protected = pd.DataFrame(
        {
            "age_band": np.where(old, "65+", rng.choice(["18-39", "40-64"], n)),
            "sex": rng.choice(["female", "male"], n),
            "tenure": rng.choice(["owner", "tenant"], n),
        }
    )
    found = audit(policy.model_copy(update={"audit": limits}), segments, protected, needs=needs)
    wanted = ("selection_ratio", "65+", "S1")
    (finding,) = [one for one in found.of("age_band") if (one.check, one.group, one.target) == wanted]
    beside = of([one for one in found.conditional if one.attribute == "age_band"], "65+", "S1")

    assert finding.status == "broken"
    assert beside.raw == finding.value > 1.5
    assert 0.8 < beside.value < 1.25
    strata = [one.stratum for one in beside.strata]
    assert strata == ["repairs 0", "repairs 1", "repairs 2–6", "repairs 7+"]
    assert "explained_by" not in found.unchecked


# ---- What may be shown ------------------------------------------------------------------------------


def with_women_hidden(stratum):
    cells = table(EXPLAINED_AWAY)
    hidden = np.zeros(cells.counts.shape, bool)
    hidden[:, stratum] = True
    return conditional(Shown(cells, hidden, np.zeros(4, bool)), [], LIMITS)


def test_a_hidden_count_is_neither_shown_nor_pooled():
    found = with_women_hidden(1)
    women, men = of(found, "f", "S1"), of(found, "m", "S1")

    assert (women.strata[1].rate, women.strata[1].size, women.left_out) == (None, 100, 1)
    assert women.value == pytest.approx(1.0)
    assert (men.strata[1].rate, men.strata[1].others_rate, men.left_out) == (0.8, None, 1)


def test_a_ratio_of_less_than_half_of_a_group_is_not_told():
    women = of(with_women_hidden(0), "f", "S1")

    assert (women.strata[0].size, women.left_out) == (400, 1)
    assert (women.value, women.interval) == (None, None)


def test_a_hidden_size_is_not_shown_nor_a_rate_that_tells_it():
    cells = table(EXPLAINED_AWAY)
    women = of(
        conditional(Shown(cells, np.zeros((2, 4), bool), np.array([True, False, False, False])), [], LIMITS),
        "f",
        "S1",
    )
    assert (women.strata[0].rate, women.strata[0].size) == (None, None)


def test_a_ratio_that_tells_another_story_than_all_counts_is_not_told():
    # Of those with few needs no woman is in S1; that count is hidden, and what is left looks even.
    counts = [[[2, 80], [200, 80]], [[398, 20], [200, 20]]]
    cells = table(counts)
    hidden = np.zeros(cells.counts.shape, bool)
    hidden[:, 0] = True
    women = of(conditional(Shown(cells, hidden, np.zeros(4, bool)), [], LIMITS), "f", "S1")

    assert (women.value, women.interval, women.left_out) == (None, None, 1)
    assert of(conditional(everything_shown(cells), [], LIMITS), "f", "S1").value < 0.5


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_no_figure_holds_more_than_the_counts_that_are_shown(seed):
    """Whoever changes hidden counts alone changes no figure, unless it is withheld."""
    rng = np.random.default_rng(seed)
    cells = table(rng.integers(40, 200, (3, 2, 4)), "abcd")
    hidden = rng.random(cells.counts.shape) < 0.3
    sizes = rng.random(len(cells.groups)) < 0.2
    other = Cells(cells.attributes, cells.segments, cells.groups, _moved(cells.counts, hidden, sizes))
    one, two = (conditional(Shown(each, hidden, sizes), [], LIMITS) for each in (cells, other))

    for ours, theirs in zip(one, two, strict=True):
        assert ours.strata == theirs.strata
        assert ours.left_out == theirs.left_out
        if None not in {ours.value, theirs.value}:
            assert ours.value == theirs.value
            assert ours.interval == theirs.interval


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_a_reader_of_the_strata_can_work_out_every_pooled_ratio(seed):
    rng = np.random.default_rng(seed)
    cells = table(rng.integers(40, 200, (3, 3, 4)), ("a", "b", "c", OTHER_STRATA), "fmx")
    shown = Shown(cells, rng.random(cells.counts.shape) < 0.2, rng.random(len(cells.groups)) < 0.1)
    found = conditional(shown, [], LIMITS)
    told = [one for one in found if one.value is not None]

    assume(told)
    for one in told:
        others = [each for each in found if each.segment == one.segment and each.group != one.group]
        own = [_read(one, at) for at in range(3)]
        beside = [np.sum([_read(each, at) for each in others], axis=0) for at in range(3)]
        both = [(*mine, *rest) for mine, rest in zip(own, beside, strict=True) if mine[1] and rest[1]]
        again = pooled_ratio(*(np.array(part) for part in zip(*both, strict=True)), LIMITS.confidence)
        assert again.value == pytest.approx(one.value, rel=1e-9)
        assert again.interval == pytest.approx(one.interval, rel=1e-9)


def _read(entry, at):
    """Members of a group in the segment, and in all, as its rates in a report tell them."""
    rate = entry.strata[at]
    return (0, 0) if rate.rate is None else (rate.rate * rate.size, rate.size)


def _moved(counts, hidden, hidden_sizes):
    """Other counts that look the same: hidden ones move within their column, and freely with its size."""
    moved = counts.copy()
    for column in range(counts.shape[1]):
        rows = np.flatnonzero(hidden[:, column])
        if len(rows) >= 2:
            moved[rows[:2], column] += [7, -7]
        if len(rows) and hidden_sizes[column]:
            moved[rows[0], column] += 5
    return moved


def test_no_small_count_by_stratum_can_be_worked_out():
    rng = np.random.default_rng(3)
    by_stratum = table(rng.poisson(60, (3, 2, 4)) * rng.choice([0.1, 1, 2], (3, 2, 4)).astype(int), "abcd")
    shape = (3, 2, 4)
    counts = by_stratum.counts.reshape(shape)
    coarse = Cells(("sex",), by_stratum.segments, (("f",), ("m",)), counts.sum(axis=2))
    strata = Cells(
        (EXPLAINED,), by_stratum.segments, tuple((stratum,) for stratum in "abcd"), counts.sum(axis=1)
    )
    cells = [coarse, by_stratum, strata]
    shown = disclose(cells, 30)
    tables = [CountTable(one.name, one.segments, one.group_names, one.counts) for one in cells]
    masks = suppress(tables, list(_links(cells)), 30)
    ranges = attack(tables, list(_links(cells)), masks)

    assert (shown[1].hidden == masks["sex × explained by"].cells).all()
    assert shown[1].hidden.any()
    for one in cells:
        need = np.minimum(one.counts.sum(axis=1), 30)[:, None]
        assert (np.ptp(ranges[one.name].cells, axis=-1) >= np.where(one.counts < 30, need, 0)).all()
