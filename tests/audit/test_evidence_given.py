"""What an audit adds when it has more than segments and groups: counts from elsewhere, needs, outcomes."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import Crosstab, audit, audit_cells
from segmentation.audit.crossing import EXPLAINED
from segmentation.errors import AuditError
from tests.audit.test_report import SERVED, assert_plain, community
from tests.policies import small_policy

LIMITS = {"smallest_group": 30, "intersections": [["age_band", "sex"]]}
POLICY = small_policy(audit=LIMITS)
EXPLAINING = small_policy(audit=LIMITS | {"explained_by": ["repairs"]})
FEATURES = tuple(POLICY.features)


@cache
def given(size=6000):
    """Segments of a rule on repairs alone, which the 65+ need more of, and four features that say nothing."""
    rng = np.random.default_rng(0)
    _, people = community(size)
    people = people[list(POLICY.audited)]
    older = (people["age_band"] == "65+").to_numpy()
    needs = pd.DataFrame(
        {
            "repairs": rng.poisson(np.where(older, 6, 3)).astype(float),
            "parcels": rng.poisson(10, size).astype(float),
            "evening_share": rng.beta(2, 5, size),
            "channel": rng.choice(["app", "phone", "desk"], size),
            "cleaning_wish": rng.choice(["low", "medium", "high"], size),
        }
    )
    for name, feature in POLICY.features.items():
        if name not in needs:
            needs[name] = rng.integers(0, 2, size).astype(float)
        assert feature.kind != "number"
    return needs[list(FEATURES)], people


def assign(needs):
    repairs = needs["repairs"].to_numpy()
    return pd.Series(np.select([repairs < 3, repairs < 4, repairs < 6], ["S1", "S2", "S3"], "S4"))


@cache
def full():
    needs, people = given()
    return audit(EXPLAINING, assign(needs), people, SERVED, needs=needs, assign=assign)


# ---- Counts from elsewhere --------------------------------------------------------------------------


def counted_in_sql(segments, people):
    table = people.astype(object).assign(segment=segments)
    return table.groupby(list(table), dropna=False, observed=True).size().rename("count").reset_index()


def test_counts_from_elsewhere_give_the_report_of_the_residents():
    needs, people = given()
    segments = assign(needs)
    elsewhere = audit_cells(POLICY, Crosstab.from_frame(counted_in_sql(segments, people), POLICY), SERVED)

    assert elsewhere == audit(POLICY, segments, people, SERVED)
    assert {"carriers", "trace", "fit", "equal_opportunity", "outcomes"} == set(elsewhere.unchecked)


def test_the_report_of_other_counts_is_another():
    needs, people = given()
    frame = counted_in_sql(assign(needs), people)
    frame["count"] *= 2

    assert audit_cells(POLICY, Crosstab.from_frame(frame, POLICY)) != audit(POLICY, assign(needs), people)


# ---- Needs ------------------------------------------------------------------------------------------


def test_the_feature_that_carries_an_attribute_is_named():
    found = full()
    fall = {one.feature: one.fall for one in found.carriers if one.attribute == "age_band" and one.feature}

    assert max(fall, key=fall.get) == "repairs"
    assert all(fall[name] < 0.01 for name in FEATURES if name != "repairs")
    assert {(one.feature) for one in found.traces if one.attribute == "age_band"} == {"repairs"}
    assert not [one for one in found.traces if one.attribute == "sex"]


def test_a_difference_that_a_need_explains_vanishes_within_it_and_stays_broken():
    found = full()
    (raw,) = [
        one
        for one in found.of("age_band")
        if (one.check, one.group, one.target) == ("selection_ratio", "65+", "S1")
    ]
    (within,) = [
        one
        for one in found.conditional
        if (one.attribute, one.group, one.segment) == ("age_band", "65+", "S1")
    ]

    assert raw.status == "broken"
    assert within.raw == raw.value < 0.5
    # Within a stratum of repairs the rule still sees how many, so a little is left.
    assert within.value is None or within.value > within.raw


def test_everything_is_checked_that_needs_and_a_rule_allow():
    needs, people = given()
    without_rule = audit(POLICY, assign(needs), people, SERVED, needs=needs)

    assert full().unchecked == ("equal_opportunity", "outcomes")
    assert without_rule.unchecked == ("equal_opportunity", "outcomes", "trace")
    assert without_rule.traces == ()
    assert {one.fall for one in without_rule.carriers} == {None}
    assert [one.attribute for one in full().fit] == list(POLICY.audited)


def test_needs_and_strata_change_no_status():
    needs, people = given()
    bare = audit(POLICY, assign(needs), people, SERVED)

    def statuses(report):
        return {(one.check, one.attribute, one.group, one.target): one.status for one in report.findings}

    assert statuses(full()) == statuses(bare)


def test_a_full_report_is_plain_and_tells_no_stratum_that_is_small():
    found = full()

    assert_plain(found)
    sizes = [stratum.size for one in found.conditional for stratum in one.strata]
    assert min(size for size in sizes if size) >= 30
    assert all(stratum.stratum.startswith("repairs") for one in found.conditional for stratum in one.strata)
    assert EXPLAINED not in found.attributes


# ---- Outcomes ---------------------------------------------------------------------------------------


def outcomes(needs, people, *, harm):
    """Those who needed repairs; with harm, the segments that are planned them miss the women who do."""
    rng = np.random.default_rng(1)
    chance = np.where(assign(needs).isin(SERVED["repair_visits"]), 0.6, 0.2)
    if harm:
        women = (people["sex"] == "female").to_numpy()
        chance = np.where(women, 0.8 - chance, chance)
    return pd.DataFrame({"repair_visits": rng.random(len(needs)) < chance})


@pytest.mark.parametrize(("harm", "status"), [(False, "kept"), (True, "broken")])
def test_who_needed_a_service_and_was_not_planned_it_is_found(harm, status):
    needs, people = given()
    needed = outcomes(needs, people, harm=harm)
    found = audit(POLICY, assign(needs), people, SERVED, outcomes=needed)
    (one,) = [
        one
        for one in found.of("sex")
        if (one.check, one.group, one.target) == ("equal_opportunity", "female", "repair_visits")
    ]

    assert one.status == status
    (told,) = [entry for entry in found.opportunity if entry.attribute == "sex"]
    women = next(group for group in told.groups if group.group == "female")
    assert (women.planned, women.needed) == (one.count, one.size)
    assert women.true_positive_rate == pytest.approx(one.rate)
    assert (found.demand[0].auc > 0.6) is not harm
    assert "equal_opportunity" not in found.unchecked


def test_outcomes_of_a_service_that_is_not_planned_are_refused():
    needs, people = given()
    unknown = outcomes(needs, people, harm=False).rename(columns={"repair_visits": "gardening"})

    with pytest.raises(AuditError, match="'gardening': is no service of the policy"):
        audit(POLICY, assign(needs), people, SERVED, outcomes=unknown)


# ---- Rows that do not stand beside each other ---------------------------------------------------------


@pytest.mark.parametrize("turned", ["segments", "needs", "outcomes"])
def test_tables_in_another_order_of_rows_are_refused_in_one_sentence(turned):
    needs, people = given()
    tables = {"segments": assign(needs), "needs": needs, "outcomes": outcomes(needs, people, harm=False)}
    tables[turned] = tables[turned].iloc[::-1]

    with pytest.raises(AuditError, match=f"{turned} have another index than the protected attributes"):
        audit(POLICY, tables.pop("segments"), people, SERVED, **tables)


def test_tables_that_share_an_order_give_the_report_whatever_their_index():
    needs, people = given()
    named = [f"r{at}" for at in range(len(people))]

    assert audit(POLICY, assign(needs).set_axis(named), people.set_axis(named), SERVED) == audit(
        POLICY, assign(needs), people, SERVED
    )


def test_needs_that_lack_a_feature_are_refused():
    needs, people = given()
    with pytest.raises(AuditError, match="column 'repairs': is missing from the needs"):
        audit(EXPLAINING, assign(needs), people, SERVED, needs=needs.drop(columns="repairs"))


# ---- Attributes that are not compared within strata ---------------------------------------------------


@pytest.mark.parametrize(("n_groups", "is_named"), [(2, False), (150, True)])
def test_an_attribute_of_too_many_groups_to_be_compared_among_alike_is_named(n_groups, is_named):
    needs, people = given()
    quarters = [f"Q{at}" for at in range(n_groups)]
    attribute = {
        "title": {"en": "Quarter", "zh": "小区"},
        "groups": quarters,
        "harm": {"en": "Sorted apart", "zh": "被单独归类"},
    }
    limits = {"smallest_group": 45, "intersections": [], "explained_by": ["repairs"]}
    policy = small_policy(audit=limits, protected={"quarter": attribute})
    drawn = np.random.default_rng(2).choice(quarters, len(people))
    found = audit(
        policy, assign(needs), people.assign(quarter=pd.Categorical(drawn, quarters)), SERVED, needs=needs
    )

    assert "age_band" in {one.attribute for one in found.conditional}
    assert ("quarter" not in {one.attribute for one in found.conditional}) is is_named
    assert ("explained_by" in found.unchecked) is is_named
