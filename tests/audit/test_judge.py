"""Statuses and verdicts, on p-values and on residents with planted harm and with none."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from segmentation.audit import Crosstab, Finding, audit, verdict
from segmentation.audit.disclosure import Shown
from segmentation.audit.evidence import Evidence
from segmentation.audit.judge import Claim, judge
from segmentation.audit.power import Seen
from segmentation.audit.ratio import Share
from tests.audit.tables import findings
from tests.policies import small_policy


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


def test_a_hidden_claim_of_nobody_counts_in_the_family_so_that_no_p_value_tells_that_it_was_not_tested():
    nobody = Claim(replace(finding("undetermined"), reason="not_settled", hidden=True), None, is_open=False)

    assert judge([claim(0.01), nobody], 0.95)[0].p_value == judge([claim(0.01), claim(0.5)], 0.95)[0].p_value


def test_what_could_be_found_and_what_settles_it_allow_for_all_claims_that_look_tested():
    seen = Seen("selection_ratio", Share(14, 100, 210, 1000), 1100, 0.8, 0.95)
    open_claim = replace(claim(0.5), seen=seen)
    alone, among = (judge([open_claim, *[claim(1.0)] * more], 0.95)[0] for more in (0, 23))

    assert (alone.detectable, alone.settled_by) == (seen.detectable(1), seen.settled_by(1))
    assert (among.detectable, among.settled_by) == (seen.detectable(24), seen.settled_by(24))
    assert among.detectable < alone.detectable
    assert among.settled_by > alone.settled_by


def test_only_an_open_claim_is_told_what_would_settle_it():
    seen = Seen("selection_ratio", Share(14, 100, 210, 1000), 1100, 0.8, 0.95)
    broken, kept = judge([replace(claim(0.001), seen=seen), replace(claim(1.0, kept=0.01), seen=seen)], 0.95)

    assert (broken.settled_by, kept.settled_by) == (None, None)
    assert broken.detectable == kept.detectable == seen.detectable(2)


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


# ---- Residents --------------------------------------------------------------------------------------


def residents(sizes, rates, seed):
    """Segments and one attribute: of each group so many residents, with that chance of being in S1."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(list("abc")[: len(sizes)], sizes)
    inside = rng.random(len(groups)) < np.repeat(rates, sizes)
    return pd.Series(np.where(inside, "S1", "S2")), pd.DataFrame({"group": pd.Categorical(groups)})


def judged(sizes, rates, seed):
    cells = Crosstab.of(*residents(sizes, rates, seed)).cells(["group"])
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
