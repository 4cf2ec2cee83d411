"""Plain rules, on residents whose segments are planted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.profiles import Condition
from segmentation.profiles.measures import measures
from segmentation.profiles.rules import plain_rules, shares
from segmentation.residents import residents_from
from tests.needs import LEVELS, needs_of, policies
from tests.policies import AS_OF, small_policy, small_residents, small_segments

POLICY = small_policy()
WISHES = ("low", "medium", "high")


def needs(size=400, **columns):
    """Needs that say nothing, but for some columns."""
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "repairs": rng.poisson(4, size).astype(float),
            "parcels": rng.poisson(20, size).astype(float),
            "evening_share": rng.random(size).round(3),
            "channel": pd.Series(rng.choice(["app", "phone", "desk"], size), dtype="str"),
            "cleaning_wish": pd.Series(rng.choice(WISHES, size), dtype="str"),
            "parking": rng.integers(0, 2, size).astype(float),
        }
        | columns
    )


def rules(table, labels, policy=POLICY):
    return plain_rules(policy, list(measures(policy, table)), np.asarray(labels), int(max(labels)) + 1)


def halves(low, high, size=400):
    """The first half with one value and the second with another, as labels and column."""
    return np.repeat([0, 1], size // 2), np.repeat([low, high], size // 2)


@pytest.mark.parametrize(
    ("feature", "low", "high", "said"),
    [
        ("repairs", 2.0, 9.0, (("at most", 5.0), ("at least", 6.0))),
        ("evening_share", 0.2, 0.7, (("at most", 0.45), ("at least", 0.45))),
        ("channel", "app", "desk", (("is", "app"), ("is not", "app"))),
        ("cleaning_wish", "low", "high", (("at most", "medium"), ("at least", "high"))),
        ("parking", 0.0, 1.0, (("is not", "yes"), ("is", "yes"))),
    ],
)
def test_a_segment_that_one_need_sets_apart_is_told_by_it(feature, low, high, said):
    labels, column = halves(low, high)
    column = pd.Series(column, dtype="str") if isinstance(low, str) else column
    found = rules(needs(**{feature: column}), labels)

    for rule, (operator, value) in zip(found, said, strict=True):
        (condition,) = rule.alternatives[0]
        assert condition.feature == feature
        assert condition.operator == operator or feature == "channel"
        assert condition.value == value or feature in {"cleaning_wish", "channel"}
        # All of 200 residents, rounded down to a step of 10 (the smallest group) below all.
        assert (rule.precision, rule.coverage) == (0.95, 0.95)


def test_a_rule_of_two_needs_names_both():
    rng = np.random.default_rng(1)
    repairs, evenings = rng.integers(0, 20, 2000).astype(float), rng.random(2000).round(3)
    labels = ((repairs >= 10) & (evenings <= 0.5)).astype(int)
    rule = rules(needs(2000, repairs=repairs, evening_share=evenings), labels)[1]

    told = {one.feature: (one.operator, one.value) for one in rule.alternatives[0]}
    assert told == {
        "repairs": ("at least", 10.0),
        "evening_share": ("at most", pytest.approx(0.5, abs=0.005)),
    }
    assert rule.precision >= 0.96
    assert rule.coverage >= 0.96


def test_the_planted_segments_are_told_well():
    people = residents_from(small_residents(2000), POLICY, as_of=AS_OF)
    for rule in rules(people.needs, small_segments(2000)):
        assert rule.precision > 0.75
        assert rule.coverage > 0.75
        assert 1 <= len(rule.alternatives[0]) <= 4


def test_a_threshold_within_another_on_the_same_side_is_told_once():
    rng = np.random.default_rng(2)
    repairs = rng.integers(0, 40, 2000).astype(float)
    labels = ((repairs >= 10) & (repairs < 20)).astype(int)
    rule = rules(needs(2000, repairs=repairs), labels)[1]

    assert set(rule.alternatives[0]) == {
        Condition("repairs", "at least", 10.0),
        Condition("repairs", "at most", 19.0),
    }


def test_nothing_is_told_of_segments_that_no_need_sets_apart():
    labels = np.arange(400) % 2
    alike = needs(400).iloc[np.arange(400) // 2].reset_index(drop=True)

    assert rules(alike, labels) == [None, None]


def test_nothing_is_told_where_everybody_needs_the_same():
    alike = needs(400).iloc[[0] * 400].reset_index(drop=True)

    assert rules(alike, np.arange(400) % 2) == [None, None]


def test_nothing_is_told_where_one_segment_is_everybody():
    assert rules(needs(), np.zeros(400, dtype=int)) == [None]


def test_nothing_is_told_of_fewer_than_two_steps_of_residents():
    labels, column = halves(2.0, 9.0, size=400)
    labels[:] = 0
    labels[-15:] = 1
    column[:-15] = 2.0

    assert rules(needs(repairs=column), labels)[1] is None


def test_the_figures_are_those_of_the_conditions_as_they_are_told():
    people = residents_from(small_residents(3000), POLICY, as_of=AS_OF)
    labels = small_segments(3000)
    table = people.needs.assign(
        cleaning_wish=people.needs["cleaning_wish"].map({value: rank for rank, value in enumerate(WISHES)})
    )
    for segment, rule in enumerate(rules(people.needs, labels)):
        held = np.logical_or.reduce([met(table, conditions) for conditions in rule.alternatives])
        inside = labels == segment
        for told, true in (
            (rule.precision, inside[held].mean()),
            (rule.coverage, held[inside].mean()),
            (rule.fidelity, (inside == held).mean()),
        ):
            assert told <= true <= told + 0.041


def met(table, conditions):
    """Who meets all conditions, worked out from the words alone."""
    held = np.ones(len(table), dtype=bool)
    for one in conditions:
        value = WISHES.index(one.value) if one.value in WISHES else 1.0 if one.value == "yes" else one.value
        column = table[one.feature]
        held &= {
            "at least": column >= value if not isinstance(value, str) else None,
            "at most": column <= value if not isinstance(value, str) else None,
            "is": column == value,
            "is not": column.notna() & (column != value),
        }[one.operator].to_numpy()
    return held


def test_a_resident_whose_value_is_not_known_meets_no_condition():
    labels, column = halves(2.0, 9.0)
    column[:50] = np.nan
    first, second = rules(needs(repairs=column), labels)

    assert (first.precision, first.coverage) == (0.93, 0.7)
    assert (second.precision, second.coverage) == (0.95, 0.95)


# ---- Alternatives -----------------------------------------------------------------------------------


def test_a_segment_of_two_kinds_of_residents_is_told_by_an_alternative():
    rng = np.random.default_rng(3)
    repairs, evenings = rng.integers(0, 20, 4000).astype(float), rng.random(4000).round(3)
    labels = ((repairs >= 14) | (evenings <= 0.2)).astype(int)
    rule = rules(needs(4000, repairs=repairs, evening_share=evenings), labels)[1]
    (first,), (second,) = rule.alternatives

    assert first == Condition("repairs", "at least", 14.0)
    assert (second.feature, second.operator) == ("evening_share", "at most")
    assert second.value == pytest.approx(0.2, abs=0.005)
    assert rule.fidelity >= 0.97
    assert not rule.is_rough


def test_the_shortest_rule_that_will_do_is_told():
    """With a second condition it would agree on everybody."""
    rng = np.random.default_rng(4)
    repairs, evenings = rng.integers(0, 20, 4000).astype(float), rng.random(4000).round(3)
    labels = ((repairs >= 10) & (evenings <= 0.97)).astype(int)
    rule = rules(needs(4000, repairs=repairs, evening_share=evenings), labels)[1]

    assert rule.alternatives == ((Condition("repairs", "at least", 10.0),),)
    assert 0.95 <= rule.fidelity < 0.99


def test_a_rule_that_agrees_too_seldom_says_so():
    rng = np.random.default_rng(5)
    repairs = rng.integers(0, 20, 4000).astype(float)
    labels = np.where(rng.random(4000) < 0.2, rng.integers(0, 2, 4000), repairs >= 10).astype(int)
    rough = rules(needs(4000, repairs=repairs), labels)[1]

    assert rough.fidelity == pytest.approx(0.89, abs=0.02)
    assert rough.is_rough


@pytest.mark.parametrize(("size", "is_unshown"), [(1100, True), (1300, False)])
def test_a_rule_that_is_never_wrong_is_rough_for_no_number_of_residents(size, is_unshown):
    """Of fewer than 40 smallest groups no rule can be told to agree on 95 %."""
    labels, column = halves(2.0, 9.0, size)
    rule = rules(needs(size, repairs=column), labels, small_policy(audit={"smallest_group": 30}))[1]

    assert rule.alternatives == ((Condition("repairs", "at least", 6.0),),)
    assert (rule.is_unshown, rule.is_rough) == (is_unshown, False)
    assert rule.fidelity == rule.most


def test_a_rule_is_chosen_by_how_it_agrees_and_not_by_what_can_be_told_of_that():
    """Told of 600 residents it agrees on 87 %: the second condition would earn nothing but its length."""
    rng = np.random.default_rng(4)
    repairs, evenings = rng.integers(0, 20, 600).astype(float), rng.random(600).round(3)
    labels = ((repairs >= 10) & (evenings <= 0.97)).astype(int)
    table = needs(600, repairs=repairs, evening_share=evenings)
    rule = rules(table, labels, small_policy(audit={"smallest_group": 30}))[1]

    assert rule.alternatives == ((Condition("repairs", "at least", 10.0),),)
    assert rule.fidelity < 0.95


def test_a_small_segment_is_not_told_by_a_rule_that_holds_hardly_anyone():
    """A rule that holds few of one in twenty agrees with it on 95 %; it must hold most of them."""
    rng = np.random.default_rng(6)
    repairs, evenings = rng.integers(0, 40, 10_000).astype(float), rng.random(10_000).round(3)
    labels = ((repairs >= 35) & (evenings <= 0.35)).astype(int)
    rule = rules(needs(10_000, repairs=repairs, evening_share=evenings), labels)[1]

    assert labels.mean() < 0.05
    assert rule.coverage > 0.9
    assert rule.precision > 0.9


def test_no_rule_is_longer_than_a_person_reads():
    rng = np.random.default_rng(7)
    for rule in rules(needs(3000), rng.integers(0, 2, 3000)):
        assert rule is None or len(rule.alternatives) <= 3
        assert rule is None or max(map(len, rule.alternatives)) <= 4


# ---- What is told of them ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missed", "others", "inside", "residents", "told"),
    [
        (0, 0, 4000, 20_000, (0.99, 0.99, 0.99)),
        (29, 29, 4000, 20_000, (0.99, 0.99, 0.99)),
        (1000, 500, 4000, 20_000, (0.92, 0.85, 0.74)),
        (0, 0, 200, 400, (0.85, 0.85, 0.85)),
        (190, 0, 200, 400, (0.4, 0.0, 0.0)),
        (10, 390, 20, 400, (0.0, 0.0, 0.0)),
    ],
)
def test_shares_are_lower_ends(missed, others, inside, residents, told):
    assert shares(missed, others, inside, residents, 30) == told


@given(st.integers(1, 3000), st.integers(1, 3000), st.data())
def test_what_is_told_leaves_a_range_of_the_smallest_group_for_each_count(inside, outside, data):
    missed, others = data.draw(st.integers(0, inside)), data.draw(st.integers(0, outside))
    told = shares(missed, others, inside, inside + outside, 30)
    low, high = missed // 30 * 30, others // 30 * 30

    assert {
        shares(low + a, high + b, inside, inside + outside, 30) for a in (0, 13, 29) for b in (0, 29)
    } == {told}
    assert all(0 <= share < 1 for share in told)
    held = inside - missed + others
    truth = (
        1 - (missed + others) / (inside + outside),
        (inside - missed) / max(held, 1),
        1 - missed / inside,
    )
    assert all(share <= true + 1e-12 for share, true in zip(told, truth, strict=True))
    assert told[2] == 0 or inside - missed >= 30


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_the_needs_a_rule_says_what_its_words_hold(data):
    policy = data.draw(policies())
    table = data.draw(needs_of(policy, st.integers(1, 80)))
    labels = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(table), max_size=len(table))))
    for segment, rule in enumerate(rules(table, [*labels[:-1], 1], policy)):
        if rule is None:
            continue
        inside = np.array([*labels[:-1], 1]) == segment
        held = np.logical_or.reduce([meets(policy, table, conditions) for conditions in rule.alternatives])

        assert rule.fidelity <= (held == inside).mean()
        assert inside.mean() < rule.precision <= inside[held].mean()
        assert 0 < rule.coverage <= held[inside].mean()


def meets(policy, table, conditions):
    """Who meets all conditions, in the words of a policy."""
    held = np.ones(len(table), dtype=bool)
    for one in conditions:
        feature, column = policy.features[one.feature], table[one.feature]
        if one.operator in {"is", "is not"}:
            marks = column == (1.0 if feature.kind == "flag" else one.value)
            held &= (marks if one.operator == "is" else column.notna() & ~marks).to_numpy(bool)
            continue
        value = one.value
        if feature.kind == "ordinal":
            column, value = column.map(dict(zip(LEVELS, range(3), strict=True))), LEVELS.index(value)
        held &= (column >= value if one.operator == "at least" else column <= value).to_numpy(bool)
    return held
