"""What every need tells of an attribute, and carries of it into the segments."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import Crosstab
from segmentation.audit.auc import auc_interval
from segmentation.audit.carriers import carriers
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.trace import permuted, trace
from segmentation.clustering import Segmenter
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate
from tests.policies import AS_OF, small_policy, small_residents

ROOT = Path(__file__).parents[2]


def small(n=600, **changes):
    """The small policy and residents whose segments are planted, with the rule that reads two needs."""
    policy = small_policy(**changes)
    residents = residents_from(small_residents(n), policy, as_of=AS_OF)
    return policy, residents.needs, residents.protected


def rule(needs):
    return pd.Series(np.where(needs["repairs"] > 8, "S2", np.where(needs["parcels"] > 60, "S3", "S1")))


def moves_of(needs):
    return permuted(needs, rule(needs), rule, seed=0)


def of(found, attribute):
    return [carrier for carrier in found if carrier.attribute == attribute]


@pytest.fixture(scope="module")
def demo():
    """The default simulation, its segments, and what carries what."""
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    community = simulate(4_000)
    residents = residents_from(community.residents, policy, as_of=date(2026, 7, 1))
    segmenter = Segmenter.from_policy(policy, 6).set_params(restarts=2).fit(residents.needs)

    def assign(needs):
        return pd.Series(segmenter.predict(needs)).map("S{}".format)

    labels = assign(residents.needs)
    tables = [Crosstab.of(labels, residents.protected).cells([name]) for name in policy.audited]
    shown = disclose(tables, policy.audit.smallest_group)
    moves = permuted(residents.needs, labels, assign, seed=0)
    found = carriers(policy, residents.needs, residents.protected, moves, seed=0, shown=shown)
    return community.truth, found, trace(policy, residents.protected, moves, shown)


def test_the_planted_carrier_is_the_strongest(demo):
    truth, found, traced = demo
    together, first, *others = of(found, truth.carrier.attribute)

    assert together.feature is None
    assert first.feature == truth.carrier.feature
    assert first.fall > 0.1
    assert all(carrier.fall < first.fall / 2 for carrier in others)
    assert (traced[0].attribute, traced[0].group, traced[0].feature) == (
        truth.carrier.attribute,
        truth.carrier.group,
        truth.carrier.feature,
    )


def test_nothing_carries_the_clean_attribute(demo):
    truth, found, traced = demo
    clean = of(found, truth.clean_attribute)

    assert clean
    assert all(abs(carrier.fall) < 0.04 for carrier in clean if carrier.feature)
    assert all(abs(auc.value - 0.5) < 0.04 for carrier in clean for auc in carrier.aucs)
    assert truth.clean_attribute not in {one.attribute for one in traced}


def test_the_tiny_group_has_no_figure(demo):
    truth, found, traced = demo
    for carrier in of(found, truth.tiny_group.attribute):
        tiny = [auc for auc in carrier.aucs if auc.group == truth.tiny_group.group]
        assert [(auc.value, auc.interval) for auc in tiny] == [(None, None)]
    assert truth.tiny_group.group not in {one.group for one in traced}


@pytest.fixture(scope="module")
def foreign():
    """What every need tells of residents whose segments somebody else made."""
    policy, needs, protected = small()
    return carriers(policy, needs, protected, None, seed=0)


def test_all_needs_together_tell_what_a_need_alone_tells(foreign):
    together, *single = of(foreign, "age_band")

    best = max(auc.value for carrier in single for auc in carrier.aucs)
    assert max(auc.value for auc in together.aucs) > best - 0.03
    assert all(auc.interval[0] < auc.value < auc.interval[1] for auc in together.aucs)


def test_a_table_that_somebody_else_made_has_areas_alone(foreign):
    found = of(foreign, "age_band")

    assert {(carrier.moved, carrier.fall) for carrier in found} == {(None, None)}
    best = [max(auc.value for auc in carrier.aucs) for carrier in found[1:]]
    assert best == sorted(best, reverse=True)


def test_needs_that_the_rule_does_not_read_move_nobody():
    policy, needs, protected = small()
    found = carriers(policy, needs, protected, moves_of(needs), seed=0)
    unread = [one for one in found if one.feature not in {None, "repairs", "parcels"}]
    assert {(carrier.moved, carrier.fall) for carrier in unread} == {(0.0, 0.0)}
    assert found[1].feature == "repairs"
    assert found[1].moved > 0.2


def test_a_constant_need_and_one_that_nobody_gave_are_guesses():
    policy, needs, protected = small()
    needs = needs.assign(repairs=3.0, evening_share=np.nan, channel=pd.Series([None] * 600, dtype="str"))
    found = carriers(policy, needs, protected, moves_of(needs), seed=0)
    silent = [carrier for carrier in found if carrier.feature in {"repairs", "evening_share", "channel"}]
    assert {auc.value for carrier in silent for auc in carrier.aucs} == {0.5}
    assert {carrier.moved for carrier in silent} == {0.0}


def nine_in_ten(those):
    """Those, but for one of ten, and one of ten others."""
    return np.where(np.arange(len(those)) % 10 > 0, those, ~those)


def test_that_a_need_is_missing_may_tell():
    policy, needs, protected = small()
    old = nine_in_ten(protected["age_band"].eq("65+").to_numpy())
    needs = needs.assign(evening_share=np.where(old, np.nan, 0.5))
    found = of(carriers(policy, needs, protected, None, seed=0), "age_band")
    area = {carrier.feature: auc.value for carrier in found for auc in carrier.aucs if auc.group == "65+"}
    assert area["evening_share"] == pytest.approx(0.9, abs=0.02)
    assert area[None] > 0.88


def test_a_need_may_tell_more_in_the_middle_than_at_its_ends():
    policy, needs, protected = small()
    middle = nine_in_ten(protected["age_band"].eq("40-64").to_numpy())
    parcels = np.where(middle, 50.0, np.where(np.arange(600) % 2, 10.0, 90.0))
    found = of(carriers(policy, needs.assign(parcels=parcels), protected, None, seed=0), "age_band")
    (parcel,) = [carrier for carrier in found if carrier.feature == "parcels"]
    aucs = {auc.group: auc.value for auc in parcel.aucs}
    # The end that fewer than ten of the group have is merged with the middle, which still tells.
    assert aucs["40-64"] > 0.62


@pytest.mark.parametrize("usual", [0.0, 1.0])
def test_a_flag_that_few_have_or_lack_may_tell(usual):
    policy, needs, protected = small()
    few = {"65+": 45, "40-64": 12, "18-39": 12}
    parking = np.full(600, usual)
    for group, count in few.items():
        parking[np.flatnonzero(protected["age_band"].eq(group))[:count]] = 1 - usual
    found = of(carriers(policy, needs.assign(parking=parking), protected, None, seed=0), "age_band")
    (flag,) = [carrier for carrier in found if carrier.feature == "parking"]
    n_old = protected["age_band"].eq("65+").sum()
    aucs = {auc.group: auc.value for auc in flag.aucs}
    assert aucs["65+"] == pytest.approx(0.5 + (45 / n_old - 24 / (600 - n_old)) / 2, abs=0.02)


def women_who_park(count):
    """What the report says of parking and sex, where so many of 60 women park, and 140 of 540 men."""
    policy, needs, protected = small()
    sex = pd.Categorical(np.where(np.arange(600) < 60, "female", "male"), ["female", "male"])
    parking = (np.arange(600) < count) | (np.arange(600) >= 600 - (140 + 10 - count))
    found = carriers(
        policy, needs.assign(parking=parking.astype(float)), protected.assign(sex=sex), None, seed=0
    )
    (flag,) = [one for one in of(found, "sex") if one.feature == "parking"]
    return flag.aucs


def test_an_area_tells_no_count_under_the_smallest_group():
    published = women_who_park(4)
    assert all(women_who_park(count) == published for count in (0, 9))
    assert women_who_park(14) != published


def test_areas_of_a_single_need_and_of_few_combinations_tell_no_small_count_either():
    policy, needs, protected = small()
    needs = needs.assign(repairs=3.0, parcels=5.0, evening_share=0.5, channel="app", cleaning_wish="low")
    sex = pd.Categorical(np.where(np.arange(600) < 60, "female", "male"), ["female", "male"])

    def together(count):
        parking = (np.arange(600) < count) | (np.arange(600) >= 600 - (150 - count))
        people = protected.assign(sex=sex)
        found = carriers(policy, needs.assign(parking=parking.astype(float)), people, None, seed=0)
        return of(found, "sex")[0]

    assert together(4) == together(0) == together(9)


def test_the_area_of_few_has_two_decimals_and_its_interval_tells_no_third():
    policy, needs, protected = small()
    sex = pd.Categorical(np.where(np.arange(600) < 60, "female", "male"), ["female", "male"])
    together, *_ = of(carriers(policy, needs, protected.assign(sex=sex), None, seed=0), "sex")
    few, many = together.aucs

    assert few.value == round(few.value, 2)
    low, high = auc_interval(few.value, 60, 540, policy.audit.confidence)
    assert few.interval == (round(low, 3), round(high, 3))
    assert many.value == pytest.approx(few.value, abs=0.006)


def test_who_is_not_known_is_left_out():
    policy, needs, protected = small()
    unknown = np.arange(600) % 3 == 0
    protected = protected.assign(sex=protected["sex"].where(~unknown))
    found = carriers(policy, needs, protected, moves_of(needs), seed=0)
    assert {carrier.residents for carrier in of(found, "sex")} == {400}
    assert {carrier.residents for carrier in of(found, "age_band")} == {600}


def test_one_group_only_has_no_carriers():
    policy, needs, protected = small()
    alone = pd.Categorical(["male"] * 595 + ["female"] * 5, protected["sex"].cat.categories)
    unknown = pd.Categorical([None] * 600, protected["tenure"].cat.categories)
    protected = protected.assign(sex=alone, tenure=unknown)
    found = carriers(policy, needs, protected, moves_of(needs), seed=0)
    assert {carrier.attribute for carrier in found} == {"age_band"}


def test_a_group_whose_size_is_hidden_has_no_figure():
    policy, needs, protected = small()
    cells = Crosstab.of(rule(needs), protected).cells(["age_band"])
    shown = Shown(cells, np.zeros(cells.counts.shape, bool), np.array(cells.group_names) == "40-64")
    found = of(carriers(policy, needs, protected, moves_of(needs), seed=0, shown=[shown]), "age_band")
    assert {auc.group for carrier in found for auc in carrier.aucs if auc.value is None} == {"40-64"}
    assert found[1].residents == int(protected["age_band"].isin(["18-39", "65+"]).sum())


def test_the_association_falls_among_what_is_shown_alone():
    policy, needs, protected = small()
    cells = Crosstab.of(rule(needs), protected).cells(["age_band"])
    open_sizes, hidden = np.zeros(3, bool), np.zeros(cells.counts.shape, bool)
    hidden[0] = True
    by_segment = carriers(
        policy, needs, protected, moves_of(needs), seed=0, shown=[Shown(cells, hidden, open_sizes)]
    )
    assert of(by_segment, "age_band")[1].fall > 0

    hidden[1] = True
    nothing = carriers(
        policy, needs, protected, moves_of(needs), seed=0, shown=[Shown(cells, hidden, open_sizes)]
    )
    assert {carrier.fall for carrier in of(nothing, "age_band")} == {None}


def test_a_group_too_small_in_the_sample_of_boosting_has_no_figure_there(monkeypatch):
    monkeypatch.setattr("segmentation.audit.carriers.MOST_BOOSTED", 200)
    policy, needs, protected = small()
    rare = np.where(np.arange(600) < 15, "40-64", np.where(np.arange(600) % 2, "18-39", "65+"))
    protected = protected.assign(age_band=pd.Categorical(rare, ["18-39", "40-64", "65+"]))
    together, single, *_ = of(carriers(policy, needs, protected, None, seed=0), "age_band")
    assert [auc.group for auc in together.aucs if auc.value is None] == ["40-64"]
    assert together.residents < 200
    assert any(auc.value is not None for auc in single.aucs)

    monkeypatch.setattr("segmentation.audit.carriers.MOST_BOOSTED", 15)
    together, *_ = of(carriers(policy, needs, protected, None, seed=0), "age_band")
    assert {auc.value for auc in together.aucs} == {None}


def test_the_same_seed_gives_the_same_carriers(foreign):
    policy, needs, protected = small()
    assert carriers(policy, needs, protected, None, seed=0) == foreign
