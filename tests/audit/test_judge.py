"""Claims and verdicts, on tables worked by hand and on residents with planted harm and with none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from segmentation.audit import Cells, Finding, audit, count_cells, verdict
from segmentation.audit.disclosure import Shown
from segmentation.audit.evidence import Evidence
from segmentation.audit.judge import Claim, association_claim, judge, ratio_claims
from tests.policies import small_policy

LIMITS = small_policy(audit={"smallest_group": 30}).audit


def shown(counts, hidden=(), hidden_sizes=()):
    """A table of segments S1, S2 … by groups a, b …, with some counts hidden."""
    counts = np.asarray(counts)
    segments = tuple(f"S{row + 1}" for row in range(len(counts)))
    cells = Cells(("group",), segments, tuple((group,) for group in "abcdef"[: counts.shape[1]]), counts)
    mask, sizes = np.zeros(counts.shape, dtype=bool), np.zeros(counts.shape[1], dtype=bool)
    for cell in hidden:
        mask[cell] = True
    sizes[list(hidden_sizes)] = True
    return Shown(cells, mask, sizes)


def claims(table, served=None, limits=LIMITS):
    """The ratio claims of a table, by group and target."""
    rates = table.cells.counts / np.maximum(table.cells.sizes, 1)
    made = ratio_claims(table, rates, served or {}, limits)
    return {(claim.finding.group, claim.finding.target): claim for claim in made}


def findings(table, served=None, limits=LIMITS):
    made = claims(table, served, limits)
    return dict(zip(made, judge(made.values(), limits.confidence), strict=True))


def finding(status="kept", role="gate"):
    return Finding("association", role, "sex", None, None, status, "within_limit", 0.1)


def claim(broken, kept=1.0, *, is_open=True):
    return Claim(finding(), Evidence(broken, kept), is_open)


# ---- Settling claims --------------------------------------------------------------------------------


def test_p_values_are_corrected_by_holm_over_the_whole_family():
    # Sorted 0.01, 0.02, 0.03: times 3, 2 and 1, and never falling.
    settled = judge([claim(0.03), claim(0.01), claim(0.02), Claim(finding(), None)], 0.95)

    assert [one.p_value for one in settled[:3]] == pytest.approx([0.04, 0.03, 0.04])
    assert settled[3].p_value is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
@settings(max_examples=8, deadline=None)
def test_the_correction_is_that_of_statsmodels(p_values):
    settled = judge([claim(p_value) for p_value in p_values], 0.95)

    assert [one.p_value for one in settled] == pytest.approx(
        multipletests(p_values, method="holm")[1], abs=1e-12
    )


def test_one_small_p_value_among_many_is_not_broken():
    alone, family = [claim(0.01)], [claim(0.01), *[claim(0.5)] * 19]

    assert judge(alone, 0.95)[0].status == "broken"
    assert judge(family, 0.95)[0].status == "undetermined"


def test_a_claim_is_kept_on_its_own_test_whatever_the_family():
    settled = judge([claim(1.0, kept=0.04), *[claim(0.5)] * 19], 0.95)

    assert (settled[0].status, settled[0].reason) == ("kept", "within_limit")
    assert (settled[1].status, settled[1].reason) == ("undetermined", "not_settled")


@pytest.mark.parametrize(("confidence", "status"), [(0.95, "broken"), (0.99, "undetermined")])
def test_the_confidence_sets_the_bar(confidence, status):
    assert judge([claim(0.03)], confidence)[0].status == status


def test_a_claim_without_evidence_stays_as_it_is():
    untested = Claim(replace(finding("undetermined"), reason="small_group"), None)

    assert judge([untested], 0.95) == (untested.finding,)


def test_nothing_to_judge_is_nothing_found():
    assert judge([], 0.95) == ()


def test_no_shown_p_value_tells_one_that_rests_on_hidden_counts():
    # By Holm alone the second would be lifted to 3 * 0.011, which is the hidden one.
    def with_hidden(p_value):
        return judge([claim(p_value, is_open=False), claim(0.012), claim(0.5)], 0.95)

    assert [one.p_value for one in with_hidden(0.011)] == [None, pytest.approx(0.036), 1.0]
    assert [one.p_value for one in with_hidden(0.2)] == [None, pytest.approx(0.036), 1.0]
    assert with_hidden(0.011)[0].status == "broken"
    assert with_hidden(0.2)[0].status == "undetermined"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "undetermined"),
        ([finding("undetermined", "screen")], "undetermined"),
        ([finding("kept")], "kept"),
        ([finding("kept"), finding("undetermined", "screen")], "kept"),
        ([finding("kept"), finding("undetermined", "gate")], "undetermined"),
        ([finding("undetermined", "gate"), finding("broken", "screen")], "broken"),
        ([finding("broken", "gate"), finding("kept")], "broken"),
    ],
)
def test_the_verdict_is_broken_by_any_finding_and_open_by_any_gate(found, said):
    assert verdict(found) == said


def test_the_policy_says_which_checks_are_gates():
    table = shown([[100, 100], [100, 100]])
    by_default = claims(table, {"repair": frozenset({"S1"})})
    other = small_policy(audit={"smallest_group": 30, "gates": ["selection_ratio"]}).audit

    assert association_claim(table, LIMITS).finding.role == "gate"
    assert by_default["a", "repair"].finding.role == "gate"
    assert by_default["a", "S1"].finding.role == "screen"
    assert association_claim(table, other).finding.role == "screen"
    assert claims(table, limits=other)["a", "S1"].finding.role == "gate"


# ---- Rates against the others' ----------------------------------------------------------------------


def test_a_finding_holds_the_figures_of_its_counts():
    # 300 of 1,000 against 500 + 500 of 1,000 + 1,000.
    found = findings(shown([[300, 500, 500], [700, 500, 500]]))["a", "S1"]

    assert (found.count, found.size, found.rate, found.others_rate) == (300, 1000, 0.3, 0.5)
    assert found.value == pytest.approx(0.6)
    assert found.interval[0] < 0.6 < found.interval[1] < 0.8
    assert found.rate_interval[0] < 0.3 < found.rate_interval[1]
    assert (found.status, found.reason, found.limit) == ("broken", "beyond_limit", 0.8)
    assert found.p_value < 0.001
    assert not found.hidden


def test_a_service_is_judged_over_all_segments_that_are_planned_it():
    table = shown([[30, 60], [30, 60], [140, 80]])
    found = findings(table, {"repair": frozenset({"S1", "S2"})})["a", "repair"]

    assert (found.check, found.count, found.size, found.rate) == (
        "service_parity",
        60,
        200,
        pytest.approx(0.3),
    )
    assert found.value == pytest.approx(0.3 / 0.6)
    assert found.status == "broken"


def test_a_service_that_all_groups_get_alike_is_kept():
    table = shown([[3000, 6000], [3000, 6000], [4000, 8000]])

    assert findings(table, {"repair": frozenset({"S1", "S2"})})["a", "repair"].status == "kept"


def test_a_group_that_has_a_segment_to_itself_is_broken_though_no_ratio_is_defined():
    found = findings(shown([[300, 0], [100, 400]]))["a", "S1"]

    assert (found.status, found.value, found.interval) == ("broken", None, None)
    assert (found.count, found.others_rate) == (300, 0.0)


def test_a_group_that_is_absent_from_a_segment_is_broken():
    found = findings(shown([[0, 300], [400, 100]]))["a", "S1"]

    assert (found.status, found.value) == ("broken", 0.0)
    assert found.interval[0] == 0


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([[15, 500], [14, 500]], "small_group"),
        ([[0, 500], [0, 500]], "small_group"),
        ([[0, 0], [500, 500]], "everybody_or_nobody"),
        ([[500, 500], [0, 0]], "everybody_or_nobody"),
        ([[4, 4], [500, 500]], "small_expectation"),
        ([[496, 496], [4, 4]], "small_expectation"),
        ([[300], [200]], "small_expectation"),
    ],
)
def test_what_cannot_be_tested_is_undetermined_with_its_reason(counts, reason):
    found = findings(shown(counts))["a", "S1"]

    assert (found.status, found.reason) == ("undetermined", reason)
    assert (found.value, found.interval, found.p_value) == (None, None, None)


def test_a_group_of_the_smallest_size_is_tested():
    assert findings(shown([[15, 500], [15, 500]]))["a", "S1"].reason != "small_group"


# ---- Association ------------------------------------------------------------------------------------


def test_the_association_is_of_the_groups_that_are_large_enough():
    table = shown([[100, 60, 29], [60, 100, 0]])
    found = association_claim(table, LIMITS)

    assert found.finding.size == 320
    assert found.finding.value == association_claim(shown([[100, 60], [60, 100]]), LIMITS).finding.value


@pytest.mark.parametrize(
    "counts",
    [[[100], [200]], [[100, 29], [200, 0]], [[300, 400], [0, 0]], [[0, 0], [0, 0]], [[100, 200]]],
)
def test_an_association_needs_two_segments_and_two_groups(counts):
    found = association_claim(shown(counts), LIMITS)

    assert found.evidence is None
    assert (found.finding.status, found.finding.reason) == ("undetermined", "one_group")


# ---- Where counts are hidden ------------------------------------------------------------------------


HIDDEN = [(0, 2), (1, 2)]
"""Two counts of the third group, whose size is shown."""


def test_a_finding_about_a_hidden_count_has_no_figure_but_its_status():
    found = findings(shown([[300, 100, 5], [100, 300, 395], [400, 400, 400]], HIDDEN))["c", "S1"]

    assert found == Finding(
        "selection_ratio", "screen", "group", "c", "S1", "broken", "beyond_limit", 0.8, size=800, hidden=True
    )


def test_a_hidden_size_is_in_no_finding():
    found = findings(shown([[300, 100, 5], [100, 300, 6]], HIDDEN, [2]))["c", "S1"]

    assert (found.size, found.count, found.rate, found.reason) == (None, None, None, "small_group")


def test_the_figures_of_other_groups_are_against_those_that_are_shown():
    found = findings(shown([[300, 100, 5], [100, 300, 395], [400, 400, 400]], HIDDEN))["a", "S1"]

    assert (found.count, found.size, found.others_rate) == (300, 800, 100 / 800)
    assert found.value == 3.0
    assert found.p_value is None
    assert not found.hidden


def test_the_status_rests_on_hidden_counts_too():
    # Against b alone the ratio is 1; against b and c together it is far above.
    table = shown([[300, 300, 5], [300, 300, 995], [400, 400, 400]], HIDDEN)
    found = findings(table)["a", "S1"]

    assert found.status == "broken"
    assert (found.value, found.interval, found.others_rate, found.hidden) == (None, None, None, True)
    assert (found.count, found.rate) == (300, 0.3)


def test_figures_that_tell_the_same_story_stay():
    table = shown([[300, 300, 5], [300, 300, 6], [400, 400, 9]], HIDDEN, [2])
    found = findings(table)["a", "S1"]

    assert (found.status, found.value, found.hidden) == ("kept", 1.0, False)


def test_a_segment_in_which_all_counts_are_shown_keeps_its_p_values():
    found = findings(shown([[300, 100, 5], [100, 300, 395], [400, 400, 400]], HIDDEN))

    assert found["a", "S3"].p_value is not None
    assert found["a", "S1"].p_value is None


def test_a_sum_that_holds_some_hidden_counts_of_a_group_and_not_others_is_hidden():
    table = shown([[300, 100, 45], [100, 300, 155], [400, 400, 400]], HIDDEN)
    some, all_of_them = frozenset({"S1", "S3"}), frozenset({"S1", "S2"})
    found = findings(table, {"some": some, "all": all_of_them})

    assert (found["c", "some"].count, found["c", "some"].hidden) == (None, True)
    assert (found["c", "all"].count, found["c", "all"].hidden) == (200, False)
    assert found["a", "some"].others_rate == 500 / 800
    assert found["a", "all"].others_rate == 600 / 1400


def test_the_last_digit_of_a_rate_does_not_depend_on_hidden_parts():
    # As a sum of rates, 0.1 + 0.7 is less than 0.8 by the last digit, and 0.2 + 0.6 is not.
    hidden = [(0, 0), (1, 0)]
    both = [shown([[first, 50], [80 - first, 50], [20, 50]], hidden) for first in (10, 20)]
    rates = [findings(table, {"repair": frozenset({"S1", "S2"})})["a", "repair"].rate for table in both]

    assert 0.1 + 0.7 != 0.2 + 0.6
    assert rates == [0.8, 0.8]


def test_a_hidden_finding_does_not_say_that_nobody_is_there():
    found = findings(shown([[0, 0], [500, 500]], [(0, 0), (1, 0), (0, 1), (1, 1)]))["a", "S1"]

    assert found.reason == "small_expectation"


def test_too_few_shown_others_give_no_ratio():
    found = findings(shown([[300, 2, 5], [100, 4, 395], [400, 4, 400]], HIDDEN))["a", "S1"]

    assert (found.value, found.others_rate, found.hidden) == (None, None, True)
    assert found.count == 300


def test_an_association_is_of_the_groups_that_are_shown():
    table = shown([[300, 100, 5], [100, 300, 395], [400, 400, 400]], HIDDEN)
    found = association_claim(table, LIMITS)
    alone = association_claim(shown([[300, 100], [100, 300], [400, 400]]), LIMITS)

    assert (found.finding.value, found.finding.size) == (alone.finding.value, 1600)
    assert found.evidence == association_claim(shown(table.cells.counts), LIMITS).evidence
    assert not found.is_open


def test_an_association_with_one_shown_group_has_no_figure_but_its_status():
    found = judge([association_claim(shown([[300, 5], [100, 395]], [(0, 1), (1, 1)]), LIMITS)], 0.95)[0]

    assert (found.status, found.value, found.size, found.p_value) == ("broken", None, None, None)
    assert found.hidden


def test_an_association_that_shows_another_story_is_hidden():
    # a and b are alike; only c, which is hidden, is not.
    table = shown([[300, 300, 5], [300, 300, 995], [400, 400, 400]], HIDDEN)
    found = judge([association_claim(table, LIMITS)], 0.95)[0]

    assert (found.status, found.value, found.interval, found.hidden) == ("broken", None, None, True)


FIGURES = ("value", "interval", "count", "size", "rate", "rate_interval", "others_rate")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_figure_moves_with_a_hidden_count(data):
    shape = data.draw(st.tuples(st.integers(2, 4), st.integers(2, 4)))
    counts = data.draw(arrays(np.int64, shape, elements=st.integers(30, 200)))
    hidden = data.draw(arrays(np.bool_, shape))
    # Only where a group has two hidden counts, or a hidden size, may its counts move.
    sizes = hidden.any(axis=0) & ((hidden.sum(axis=0) < 2) | data.draw(arrays(np.bool_, shape[1])))
    moved = np.where(hidden, data.draw(arrays(np.int64, shape, elements=st.integers(30, 200))), counts)
    for at in np.flatnonzero(~sizes & hidden.any(axis=0)):
        moved[:, at] = counts[:, at]
        first, second = np.flatnonzero(hidden[:, at])[:2]
        step = data.draw(st.integers(0, int(counts[second, at]) - 30))
        moved[[first, second], at] += [step, -step]
    served = {"repair": frozenset({"S1", "S2"}), "clean": frozenset({"S2"})}
    one, other = (
        shown(table, list(zip(*np.nonzero(hidden), strict=True)), np.flatnonzero(sizes))
        for table in (counts, moved)
    )
    pairs = [(association_claim(one, LIMITS), association_claim(other, LIMITS))]
    pairs += zip(claims(one, served).values(), claims(other, served).values(), strict=True)
    for before, after in pairs:
        for name in FIGURES:
            figures = getattr(before.finding, name), getattr(after.finding, name)
            assert None in figures or figures[0] == figures[1]


# ---- Residents --------------------------------------------------------------------------------------


def residents(sizes, rates, seed):
    """Segments and one attribute: of each group so many residents, with that chance of being in S1."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(list("abc")[: len(sizes)], sizes)
    inside = rng.random(len(groups)) < np.repeat(rates, sizes)
    return pd.Series(np.where(inside, "S1", "S2")), pd.DataFrame({"group": pd.Categorical(groups)})


def judged(sizes, rates, seed):
    cells = count_cells(*residents(sizes, rates, seed), ["group"])
    return findings(Shown(cells, np.zeros(cells.counts.shape, dtype=bool), np.zeros(len(sizes), dtype=bool)))


def test_a_planted_ratio_far_beyond_the_limit_is_found_with_4000_per_group():
    for seed in range(5):
        found = judged([4000, 4000], [0.18, 0.3], seed)["a", "S1"]
        assert found.status == "broken"
        assert found.interval[0] < 0.6 < found.interval[1]


def test_even_rates_are_kept_with_4000_per_group():
    assert judged([4000, 4000], [0.3, 0.3], 0)["a", "S1"].status == "kept"


def test_a_group_of_five_is_never_kept():
    for seed in range(20):
        found = judged([5, 2000, 2000], [0.3, 0.3, 0.3], seed)
        assert {one.status for key, one in found.items() if key[0] == "a"} == {"undetermined"}


def test_segments_that_nobody_chose_by_group_are_seldom_broken():
    policy = small_policy(audit={"smallest_group": 30})
    broken = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        people = pd.DataFrame(
            {
                name: pd.Categorical(rng.choice(list(attribute.groups), 2000), list(attribute.groups))
                for name, attribute in policy.audited.items()
            }
        )
        report = audit(policy, pd.Series(rng.choice(["S1", "S2", "S3"], 2000)), people)
        broken.append(report.verdict == "broken")

    assert sum(broken) <= 2
