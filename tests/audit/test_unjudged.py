"""A gate that could not be judged stays open, and what was not judged is named."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import Crosstab, audit, audit_cells
from segmentation.wording import Reader, Titles, sentences
from tests.policies import small_policy

SIZE = 30_000
SERVED = {"repair_visits": frozenset({"S1", "S3"})}
ATTRIBUTES = ("age_band", "sex", "tenure")


def policy(*gates, **changes):
    limits = {"smallest_group": 30, "intersections": []} | ({"gates": list(gates)} if gates else {})
    return small_policy(audit=limits, **changes)


@cache
def harmless(few=0):
    """Segments that nothing follows; a few residents in a small fourth one."""
    rng = np.random.default_rng(1)
    segments = pd.Series(rng.choice(["S1", "S2", "S3"], SIZE, p=[0.4, 0.35, 0.25]))
    segments[:few] = "S9"
    groups = {"age_band": ["18-39", "40-64", "65+"], "sex": ["female", "male"], "tenure": ["owner", "tenant"]}
    people = pd.DataFrame({name: pd.Categorical(rng.choice(of, SIZE), of) for name, of in groups.items()})
    return segments, people


def needed(values):
    return pd.DataFrame({"repair_visits": pd.Series(values, dtype=object)})


HALF = needed(np.arange(SIZE) % 2 == 0)


def not_judged(found):
    return {(one.check, one.attribute, one.target) for one in found.findings if one.reason == "not_judged"}


def every(check, *services):
    return {(check, name, service) for name in ATTRIBUTES for service in services}


# ---- Gates ------------------------------------------------------------------------------------------


def test_a_table_without_plans_is_not_kept_while_service_parity_is_a_gate():
    found = audit(policy(), *harmless())

    assert found.verdict == "undetermined"
    assert not_judged(found) == every("service_parity", *policy().services)
    assert "service_parity" in found.unchecked


def test_where_plans_are_not_a_gate_a_table_without_them_may_be_kept():
    found = audit(policy("total_variation", "association"), *harmless())

    assert (found.verdict, not_judged(found)) == ("kept", set())
    assert "service_parity" in found.unchecked


def test_plans_that_are_alike_for_all_leave_nothing_to_judge():
    assert audit(policy(), *harmless(), {}).verdict == "kept"


def test_a_policy_without_services_has_nothing_to_judge_of_them():
    found = audit(policy(services=None), *harmless())

    assert (found.verdict, not_judged(found)) == ("kept", set())
    assert not {"service_parity", "equal_opportunity", "outcomes"} & set(found.unchecked)


def test_a_service_that_is_planned_for_some_pooled_segments_is_not_judged():
    split = {"repair_visits": frozenset({"S1", "S9"})}
    found = audit(policy(), *harmless(few=20), split | {"cleaning": frozenset({"S1"})})

    assert found.verdict == "undetermined"
    assert not_judged(found) == every("service_parity", "repair_visits")
    assert {"pooled_services", "pooled_segments"} <= set(found.unchecked)
    assert "service_parity" not in found.unchecked


def test_a_service_that_parts_no_pooled_segment_is_judged():
    found = audit(policy(), *harmless(few=20), SERVED | {"repair_visits": frozenset({"S1"})})

    assert not not_judged(found)
    assert "pooled_services" not in found.unchecked


def test_a_screen_that_is_not_judged_is_named_and_no_finding():
    found = audit(policy("association"), *harmless(few=20), {"repair_visits": frozenset({"S1", "S9"})})

    assert (found.verdict, not_judged(found)) == ("kept", set())
    assert "pooled_services" in found.unchecked


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (None, "outcomes"),
        (needed([True] * SIZE), "few_outcomes"),
        (needed([None] * SIZE), "few_outcomes"),
        (needed(np.arange(SIZE) < 40), "few_outcomes"),
    ],
    ids=["none", "all true", "all missing", "few"],
)
def test_a_gate_on_outcomes_stays_open_without_enough_of_them(outcomes, said):
    found = audit(policy("equal_opportunity"), *harmless(), SERVED, outcomes=outcomes)

    assert found.verdict == "undetermined"
    assert not_judged(found) == every("equal_opportunity", "repair_visits")
    assert {"equal_opportunity", said} <= set(found.unchecked)
    assert not {"outcomes", "few_outcomes"} - {said} & set(found.unchecked)


def test_outcomes_without_plans_are_not_judged():
    found = audit(policy("equal_opportunity"), *harmless(), outcomes=HALF)

    assert not_judged(found) == every("equal_opportunity", *policy().services)
    assert {"service_parity", "equal_opportunity"} <= set(found.unchecked)
    assert not {"outcomes", "few_outcomes"} & set(found.unchecked)


def test_enough_outcomes_are_judged():
    found = audit(policy("equal_opportunity"), *harmless(), SERVED, outcomes=HALF)

    assert (found.verdict, not_judged(found)) == ("kept", set())
    assert not {"equal_opportunity", "outcomes", "few_outcomes"} & set(found.unchecked)


def test_a_service_without_outcomes_beside_one_with_them_is_not_judged():
    both = SERVED | {"cleaning": frozenset({"S2"})}
    found = audit(policy("equal_opportunity"), *harmless(), both, outcomes=HALF)

    assert not_judged(found) == every("equal_opportunity", "cleaning")
    assert "few_outcomes" in found.unchecked
    assert "equal_opportunity" not in found.unchecked


def test_counts_from_elsewhere_leave_the_same_gates_open():
    segments, people = harmless()
    counted = audit_cells(policy("equal_opportunity"), Crosstab.of(segments, people), SERVED)

    assert counted.verdict == "undetermined"
    assert not_judged(counted) == every("equal_opportunity", "repair_visits")


def test_a_gate_that_is_not_judged_is_of_every_intersection_too():
    crossed = small_policy(audit={"smallest_group": 30, "intersections": [["age_band", "sex"]]})
    found = audit(crossed, *harmless())

    assert {one.attribute for one in found.findings if one.reason == "not_judged"} == set(found.attributes)


# ---- In words ---------------------------------------------------------------------------------------


def test_what_was_not_judged_reads_as_such_in_both_languages():
    (first, *_) = [one for one in audit(policy(), *harmless()).findings if one.reason == "not_judged"]
    first = replace(first, attribute="age_band", target="cleaning")
    english, chinese = (sentences.sentence(Reader(language, Titles(30)), first) for language in ("en", "zh"))

    assert english.startswith(
        "Who is planned extra “cleaning”, by age_band, was not judged (allowed 0.80 to 1.25): undetermined, "
    )
    assert chinese.startswith("未按age_band判定哪些住户被额外安排“cleaning”服务")
