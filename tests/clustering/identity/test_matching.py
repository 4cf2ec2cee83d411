"""Ids are kept where the residents are mostly the same, and none is ever given twice."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.clustering.identity import matched
from segmentation.clustering.identity.matching import _gaps
from segmentation.clustering.identity.reading import unlike
from segmentation.clustering.overlap import jaccard
from tests.clustering.identity.toys import level, policy, previous, residents, scorer
from tests.needs import feature

RULES = policy("a")
BEFORE = scorer("S1", "S2", "S3", a=(0, 10, 20))
EVENLY = residents(a=[0.0, 1, 2, 9, 10, 11, 19, 20, 21])
"""Three residents near each of the centres of `BEFORE`."""


def ids(now, before=BEFORE, needs=EVENLY, rules=RULES, retired=()):
    return matched(previous(RULES, before, *retired), rules, now, needs)


def test_the_same_centres_in_another_order_keep_their_ids():
    for order in permutations(range(3)):
        now = scorer("S1", "S2", "S3", a=tuple(10 * at for at in order))
        assert ids(now) == tuple(f"S{at + 1}" for at in order)


def test_a_segment_of_other_residents_is_new():
    # The middle one now takes everybody from 9 on but for nobody: 3 of 6 are those of S2, and 3 of S3.
    now = scorer("S1", "S2", a=(0, 15))
    assert ids(now, rules=policy("a", same_segment=0.6)) == ("S1", "S4")


def test_the_least_overlap_is_the_policys():
    # Of the 6 residents of the second segment, S2 and S3 had 3 each: both overlap by one half.
    now = scorer("S1", "S2", a=(0, 13))
    assert ids(now) in {("S1", "S2"), ("S1", "S3")}
    assert ids(now, rules=policy("a", same_segment=0.51)) == ("S1", "S4")


def test_a_segment_that_stays_is_not_shifted_where_one_goes_and_another_comes():
    # S1 dissolves on one side of S2, and a new segment appears on the other: of the means alone, S1 -> S2 and
    # S2 -> new are nearer together than S2 -> S2 and S1 -> new.
    needs = residents(a=[0.0] + [10.0] * 10 + [20.0])
    before, now = scorer("S1", "S2", a=(0, 10)), scorer("S1", "S2", a=(10, 20))
    assert ids(now, before, needs) == ("S2", "S3")
    labels = [one.predict({"a": needs["a"]}) for one in (before, now)]
    gaps = _gaps(needs.to_numpy(), *labels, (2, 2))
    assert gaps[0, 0] + gaps[1, 1] < gaps[0, 1] + gaps[1, 0]


def test_where_a_policy_asks_for_little_overlap_the_nearer_mean_is_the_same():
    needs = residents(a=[0.0, 0, 0, 9, 9])
    everybody = scorer("S1", a=(5,))
    rules = policy("a", same_segment=0.3)
    assert ids(everybody, scorer("S1", "S2", a=(0, 10)), needs, rules) == ("S1",)
    assert ids(everybody, scorer("S1", "S2", a=(10, 0)), needs, rules) == ("S2",)


def test_a_segment_more_gets_the_next_number_and_one_less_keeps_the_rest():
    four = scorer("S1", "S2", "S3", "S4", a=(20, 10, 0, 100))
    assert ids(four) == ("S3", "S2", "S1", "S4")
    assert ids(scorer("S1", "S2", a=(20, 0)), needs=residents(a=[0.0, 1, 2, 19, 20, 21])) == ("S3", "S1")


def test_a_number_that_was_ever_used_is_not_given_again():
    now = scorer("S1", "S2", "S3", "S4", a=(100, 10, 0, 200))
    assert ids(now, retired=("S7", "S5")) == ("S8", "S2", "S1", "S9")


def test_three_versions_in_a_row_never_give_a_retired_id_again():
    rules = policy("a")
    needs = [residents(a=[at, at + 0.1, at - 0.1] * 5) for at in (0.0, 10, 20, 30, 40)]
    everybody = residents(a=np.concatenate([one["a"] for one in needs]).tolist())
    first = scorer("S1", "S2", "S3", a=(0, 10, 30))
    second = scorer(
        *matched(previous(rules, first), rules, scorer("x", "y", a=(0, 25)), everybody), a=(0, 25)
    )
    gone = tuple(sorted({*first.segments} - {*second.segments}))
    third = matched(previous(rules, second, *gone), rules, scorer(*"uvwx", a=(0, 10, 20, 35)), everybody)
    assert gone
    assert not set(third) & set(gone)
    assert len(set(third)) == 4


def test_a_segment_with_no_resident_today_is_neither_matched_nor_in_the_way():
    needs = residents(a=[0.0, 1, 2, 9, 10, 11])
    assert ids(scorer("S1", "S2", "S3", a=(10, 0, 1000)), needs=needs) == ("S2", "S1", "S4")


def test_a_feature_that_the_policy_lost_is_missing_to_the_version_before():
    rules, before = policy("a", "b"), scorer("S1", "S2", a=(0, 10), b=(0, 1))
    then = previous(rules, before)
    needs = residents(a=[0.0, 0, 0, 10, 10, 10])
    assert unlike(then, policy("a")) == ("b",)
    assert matched(then, policy("a"), scorer("S1", "S2", a=(10, 0)), needs) == ("S2", "S1")


def test_a_feature_that_the_policy_gained_is_no_part_of_the_common_space():
    needs = residents(a=[0.0, 1, 2, 9, 10, 11], b=[500.0, -500, 500, 7, 7, 7])
    now = scorer("S1", "S2", a=(10, 0), b=(0, 0))
    assert ids(now, scorer("S1", "S2", a=(0, 10)), needs, policy("a", "b")) == ("S2", "S1")


def test_a_feature_that_a_mitigation_left_out_is_still_read_by_the_version_before():
    rules = policy("a", "b")
    then = previous(rules, scorer("S1", "S2", a=(0, 1), b=(0, 10)))
    needs = residents(a=[0.0, 0, 1, 1], b=[0.0, 0, 10, 10])
    assert unlike(then, rules) == ()
    assert matched(then, rules, scorer("S1", "S2", a=(1, 0)), needs) == ("S2", "S1")


@pytest.mark.parametrize(
    ("now", "is_unlike"),
    [
        (feature("category"), False),
        (feature("category", values=["phone", "desk", "app"]), False),
        (feature("category", why={"en": "y", "zh": "因"}, weight=3.0), False),
        (feature("category", values=["app", "phone"]), True),
        (feature("category", values=["app", "phone", "desk", "letter"]), True),
        (feature("ordinal", values=["app", "phone", "desk"]), True),
        (feature("flag"), True),
        (feature("number"), True),
    ],
)
def test_what_is_read_in_another_way_is_unlike(now, is_unlike):
    before = policy("a", way=feature("category"))
    read = scorer("S1", "S2", a=(0, 10), levels=[level("way", app=(0, 1), phone=(0, 1), desk=(1, 0))])
    then = previous(before, read)
    assert (unlike(then, policy("a", way=now)) == ("way",)) is is_unlike


def test_ranks_in_another_order_and_another_unit_are_unlike():
    ranks = [feature("ordinal", values=values) for values in (["low", "high"], ["high", "low"])]
    units = [feature("count", unit={"en": unit, "zh": "次"}) for unit in ("a year", "a month")]
    read = scorer("S1", wish=(0,), visits=(0,))
    then = previous(policy(wish=ranks[0], visits=units[0]), read)
    assert unlike(then, policy(wish=ranks[0], visits=units[0])) == ()
    assert unlike(then, policy(wish=ranks[1], visits=units[1])) == ("wish", "visits")


def test_versions_that_read_nothing_in_common_share_no_segment():
    then = previous(policy("a"), scorer("S1", "S2", a=(0, 10)))
    needs = residents(b=[0.0, 0, 10, 10])
    assert matched(then, policy("b"), scorer("S1", "S2", b=(0, 10)), needs) == ("S3", "S4")
    assert matched(then, policy("b"), scorer("S1", b=(0,)), needs) == ("S3",)


def test_the_distance_of_means_is_worked_out_by_hand():
    encoded = np.array([[0.0, 0], [2, 0], [4, 3]])
    found = _gaps(encoded, np.array([0, 0, 1]), np.array([1, 0, 0]), (3, 2))
    # Means before: (1, 0), (4, 3), nobody. Means now: (3, 1.5), (0, 0).
    assert found.tolist() == [[6.25, 1.0], [3.25, 25.0], [0.0, 0.0]]


def test_the_overlap_is_worked_out_by_hand():
    assert jaccard(np.array([[3, 1], [0, 4], [0, 0]])).tolist() == [[0.75, 1 / 8], [0, 4 / 5], [0, 0]]


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(0, 40).map(float), min_size=2, max_size=60),
    st.floats(0.5, 0.99),
)
@settings(max_examples=60, deadline=None)
def test_an_id_is_carried_exactly_where_the_residents_overlap_enough(before, now, values, least):
    old = scorer(*(f"S{at + 1}" for at in range(len(before))), a=tuple(before))
    new = scorer(*(f"S{at + 1}" for at in range(len(now))), a=tuple(now))
    needs, rules = residents(a=values), policy("a", same_segment=least)
    found = matched(previous(rules, old), rules, new, needs)

    assert len(set(found)) == len(found) == len(now)
    then, today = old.predict({"a": needs["a"]}), new.predict({"a": needs["a"]})
    for label, segment in enumerate(found):
        overlaps = [
            ((then == at) & (today == label)).sum() / max(((then == at) | (today == label)).sum(), 1)
            for at in range(len(before))
        ]
        if segment in old.segments:
            assert overlaps[old.segments.index(segment)] >= least
        elif least > 0.5:
            assert max(overlaps) < least
