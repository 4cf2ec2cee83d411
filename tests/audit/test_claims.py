"""What is claimed of counted cells, on tables worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.audit import Finding
from segmentation.audit.judge import judge
from tests.audit.tables import association_claim, claims, findings, shown, whole
from tests.policies import small_policy


def test_the_policy_says_which_checks_are_gates():
    table = shown([[100, 100], [100, 100]])
    by_default = claims(table, {"repair": frozenset({"S1"})})
    other = small_policy(audit={"smallest_group": 30, "gates": ["selection_ratio"]}).audit

    assert association_claim(table).finding.role == "gate"
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
        ([[300], [200]], "one_group"),
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
    found = association_claim(table)

    assert found.finding.size == 320
    assert found.finding.value == association_claim(shown([[100, 60], [60, 100]])).finding.value


@pytest.mark.parametrize(
    "counts",
    [[[100], [200]], [[100, 29], [200, 0]], [[300, 400], [0, 0]], [[0, 0], [0, 0]], [[100, 200]]],
)
def test_an_association_needs_two_segments_and_two_groups(counts):
    found = association_claim(shown(counts))

    assert found.evidence is None
    assert (found.finding.status, found.finding.reason) == ("undetermined", "one_group")


# ---- One group against all others -------------------------------------------------------------------

EVEN, APART = [[500, 1000], [500, 1000]], [[800, 400], [200, 1600]]


@pytest.mark.parametrize("check", ["total_variation", "probe_auc"])
def test_a_group_spread_like_the_others_is_kept_and_one_spread_otherwise_is_broken(check):
    even, apart = ([whole(shown(counts))[check, "a"]] for counts in (EVEN, APART))

    assert judge(even, 0.95)[0].status == "kept"
    found = judge(apart, 0.95)[0]
    assert found.status == "broken"
    assert found.interval[0] <= found.value <= found.interval[1]
    assert found.by_chance < found.limit < found.value
    assert (found.size, found.target, found.settled_by) == (1000, None, None)


def test_the_total_variation_is_the_share_that_would_need_another_segment():
    # 80 % of the group and 20 % of the others are in S1: 60 % would have to move.
    found = whole(shown([[8000, 4000], [2000, 16000]]))["total_variation", "a"].finding

    assert found.value == pytest.approx(0.6, abs=0.005)


def test_of_two_groups_what_each_differs_by_is_said_once_and_of_three_for_each():
    two, three = whole(shown(EVEN)), whole(shown([[500, 500, 90], [500, 500, 90]]))

    assert [group for check, group in two if check == "total_variation"] == ["a"]
    assert [group for check, group in three if check == "total_variation"] == ["a", "b", "c"]


def test_a_small_group_is_not_judged_and_an_undetermined_gate():
    found = whole(shown([[15, 500, 90], [14, 500, 90]]))["total_variation", "a"]

    assert (found.evidence, found.finding.reason, found.finding.role) == (None, "small_group", "gate")
    assert found.finding.value is None


def test_few_residents_leave_a_group_open_and_it_is_said_how_many_would_settle_it():
    (found,) = judge([whole(shown([[20, 250], [20, 250]]))["total_variation", "a"]], 0.95)

    assert (found.status, found.reason) == ("undetermined", "not_settled")
    assert found.settled_by > 540
    assert found.detectable > found.limit


def test_a_group_of_which_counts_are_hidden_has_no_measure_but_its_status():
    table = shown([[300, 100, 45], [100, 300, 355], [400, 400, 400]], [(0, 2), (1, 2)])
    found = judge([whole(table)["total_variation", "c"]], 0.95)[0]

    assert (found.value, found.interval, found.by_chance, found.p_value) == (None, None, None, None)
    assert (found.hidden, found.size, found.status) == (True, 800, "broken")


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

    assert found.reason == "not_settled"


def test_an_association_is_of_the_groups_that_are_shown():
    table = shown([[300, 100, 5], [100, 300, 395], [400, 400, 400]], HIDDEN)
    found = association_claim(table)
    alone = association_claim(shown([[300, 100], [100, 300], [400, 400]]))

    assert (found.finding.value, found.finding.size) == (alone.finding.value, 1600)
    assert found.evidence == association_claim(shown(table.cells.counts)).evidence
    assert not found.is_open


def test_an_association_with_one_shown_group_has_no_figure_but_its_status():
    found = judge([association_claim(shown([[300, 5], [100, 395]], [(0, 1), (1, 1)]))], 0.95)[0]

    assert (found.status, found.value, found.size, found.p_value) == ("broken", None, None, None)
    assert found.hidden


def test_an_association_that_shows_another_story_is_hidden():
    # a and b are alike; only c, which is hidden, is not.
    table = shown([[300, 300, 5], [300, 300, 995], [400, 400, 400]], HIDDEN)
    found = judge([association_claim(table)], 0.95)[0]

    assert (found.status, found.value, found.interval, found.hidden) == ("broken", None, None, True)


FIGURES = (
    *("value", "interval", "count", "size", "rate", "rate_interval", "others_rate", "difference", "between"),
    *("by_chance", "detectable", "settled_by"),
)


@given(st.data())
@settings(max_examples=20, deadline=None)
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
    made = ([*whole(table).values(), *claims(table, served).values()] for table in (one, other))
    for before, after in zip(*(judge(family, 0.95) for family in made), strict=True):
        for name in FIGURES:
            figures = getattr(before, name), getattr(after, name)
            assert None in figures or figures[0] == figures[1]
