"""Who moves where is told with what moved them, and no small count follows from it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.clustering.identity import Carried, Gone, Move, migration
from segmentation.clustering.identity.cause import CONSTANT, gap
from segmentation.clustering.identity.pairs import pair_sums
from segmentation.clustering.identity.reading import both_labels, columns_of
from tests.clustering.identity.toys import level, policy, previous, residents, scorer
from tests.needs import feature

RULES = policy("a", "b", smallest=10)


def groups(*sizes, **columns):
    """Return residents in groups that are alike: so many of each, with one value per group and column."""
    return residents(**{name: list(np.repeat(values, sizes)) for name, values in columns.items()})


def told(then, now, needs, rules=RULES):
    return migration(then, rules, now, [needs[at : at + 7] for at in range(0, len(needs), 7)])


# ---- Worked by hand ---------------------------------------------------------------------------------


def test_where_nothing_changes_all_stay_and_nobody_moves():
    version = scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 0.0))
    needs = groups(300, 200, a=[0.0, 10.0], b=[0.0, 0.0])
    found = told(previous(RULES, version, "S7", version=4), version, needs)
    assert (found.version, found.residents, found.moves) == (4, 500, ())
    assert (found.new, found.gone, found.retired, found.unlike) == ((), (), ("S7",), ())
    # Nobody moves; for all that is told, it may be ten each way, for whom each segment is left by ten.
    assert found.staying == 0.96
    assert found.carried == (Carried("S1", 0.93), Carried("S2", 0.9))


def test_a_move_is_told_with_its_count_its_share_and_the_need_that_moved_them():
    before = scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 0.0))
    now = scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 20.0))
    # The version before did not look at b. Those with much of it go to S2 now, those with little to S1.
    needs = groups(100, 50, 60, 200, a=[0.0, 4.0, 10.0, 10.0], b=[0.0, 20.0, 0.0, 20.0])
    found = told(previous(RULES, before), now, needs)
    assert found.moves == (Move("S2", "S1", 60, 0.231, "b"), Move("S1", "S2", 50, 0.333, "b"))
    assert found.staying == 0.70  # 300 of 410, and 120 if as many as the next multiple of ten moved


def test_where_a_segment_is_in_one_version_alone_its_own_gap_tells_the_need():
    one = scorer("S1", a=(0.0,), b=(0.0,))
    two = scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 1.0))
    needs = groups(100, 50, a=[0.0, 10.0], b=[0.0, 1.0])
    assert told(previous(RULES, one), two, needs).moves == (Move("S1", "S2", 50, 0.333, "a"),)
    assert told(previous(RULES, two), one, needs).moves == (Move("S2", "S1", 50, 1.0, "a"),)


def test_where_both_segments_are_in_one_version_alone_no_need_is_told():
    then, now = scorer("S1", a=(0.0,)), scorer("S2", a=(0.0,))
    found = told(previous(RULES, then), now, groups(60, a=[1.0], b=[0.0]))
    assert found.moves == (Move("S1", "S2", 60, 1.0, None),)
    assert (found.new, found.gone, found.retired) == (("S2",), (Gone("S1", None),), ("S1",))
    assert found.staying == 0.0


def test_where_the_centres_moved_for_everybody_no_need_is_told():
    # S2 comes nearer to all residents by as much, in a direction in which nobody differs.
    before = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0), b=(0.0, 9.0, 0.0))
    now = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0), b=(0.0, 0.0, 0.0))
    needs = groups(100, 50, 90, 90, a=[0.0, 6.0, 10.0, 90.0], b=[0.0, 0.0, 0.0, 0.0])
    assert told(previous(RULES, before), now, needs).moves == (Move("S1", "S2", 50, 0.333, None),)


def test_a_feature_that_is_read_in_another_way_now_counts_for_the_new_version_alone():
    before = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0), b=(0.0, 1.0, 0.0))
    rules = policy("a", b=feature("number", unit={"en": "a month", "zh": "每月"}))
    now = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0), b=(0.0, 20.0, 0.0))
    needs = groups(100, 50, 200, 90, a=[0.0, 4.0, 10.0, 90.0], b=[0.0, 20.0, 20.0, 0.0])
    found = told(previous(RULES, before), now, needs, rules)
    assert found.unlike == ("b",)
    assert found.moves == (Move("S1", "S2", 50, 0.333, "b"),)


def test_a_listed_value_can_be_the_need():
    rules = policy("a", way=feature("category"))
    plain = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0))
    desk = level("way", app=(0.0, 0.0, 0.0), phone=(0.0, 0.0, 0.0), desk=(90.0, 0.0, 90.0))
    now = scorer("S1", "S2", "S3", a=(0.0, 10.0, 90.0), levels=[desk])
    needs = groups(100, 50, 200, 90, a=[0.0, 1.0, 10.0, 90.0], way=["app", "desk", "phone", "app"])
    assert told(previous(rules, plain), now, needs, rules).moves == (Move("S1", "S2", 50, 0.333, "way"),)


def test_ids_that_were_retired_stay_so_in_the_order_of_their_numbers():
    then = previous(RULES, scorer("S2", "S11", a=(0.0, 10.0), b=(0.0, 0.0)), "S10", "S9")
    now = scorer("S2", "S12", a=(0.0, 5.0), b=(0.0, 0.0))
    found = told(then, now, groups(60, 60, a=[0.0, 10.0], b=[0.0, 0.0]))
    assert (found.new, found.gone, found.retired) == (("S12",), (Gone("S11", None),), ("S9", "S10", "S11"))


# ---- Splits and merges ------------------------------------------------------------------------------


def test_a_merge_names_its_main_move_though_few_go_elsewhere():
    then = scorer("S1", "S2", "S3", a=(0.0, 10.0, 20.0), b=(0.0, 0.0, 0.0))
    now = scorer("S1", "S2", a=(0.0, 15.0), b=(0.0, 0.0))
    # Of the 103 in S3, three with little of a are in S1 now, because b counts.
    now = replace(now, numbers=(now.numbers[0], replace(now.numbers[1], slope=(0.0, 100.0))))
    needs = groups(300, 250, 100, 3, a=[0.0, 10.0, 20.0, 20.0], b=[0.0, 0.0, 0.0, 10.0])
    (move,) = told(previous(RULES, then), now, needs).moves
    assert (move.source, move.target, move.need, move.exact) == ("S3", "S2", "a", False)
    assert (move.residents, move.share) == (90, 0.87)


def test_a_split_names_its_main_move_though_few_come_from_elsewhere():
    then = scorer("S1", "S2", a=(0.0, 15.0), b=(0.0, 0.0))
    now = scorer("S1", "S2", "S3", a=(0.0, 10.0, 20.0), b=(0.0, 0.0, 5.0))
    needs = groups(300, 250, 100, 3, a=[0.0, 10.0, 20.0, 7.0], b=[0.0, 0.0, 0.0, 40.0])
    (move,) = told(previous(RULES, then), now, needs).moves
    assert (move.source, move.target, move.need, move.exact) == ("S2", "S3", "a", False)
    assert 80 <= move.residents <= 90


def test_a_split_that_takes_nearly_everybody_names_its_need_all_the_same():
    # Where S2 stands for everybody says more than how those who move deviate from everybody.
    one, two = scorer("S1", a=(0.0,), b=(0.0,)), scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 1.0))
    needs = groups(10, 140, a=[0.0, 10.0], b=[0.0, 1.0])
    assert told(previous(RULES, one), two, needs).moves == (Move("S1", "S2", 140, 0.933, "a"),)


def test_where_nothing_sets_those_who_move_apart_no_need_is_told():
    one, two = scorer("S1", a=(0.0,)), scorer("S1", "S2", a=(0.0, 10.0))
    needs = groups(60, a=[10.0], b=[0.0])
    assert told(previous(RULES, one), two, needs).moves == (Move("S1", "S2", 60, 1.0, None),)


# ---- The sums behind it -----------------------------------------------------------------------------


def test_missing_values_are_summed_apart():
    rules = policy("a", visits=feature("count"), way=feature("category"))
    version = scorer("S1", "S2", a=(0.0, 10.0))
    needs = pd.DataFrame({
        "a": [0.0, 1.0, np.nan, 10.0],
        "visits": [np.e - 1, np.nan, np.e - 1, 0.0],
        "way": pd.Series(["app", None, "desk", "desk"], dtype="str"),
    })  # fmt: skip
    found = pair_sums(previous(rules, version), rules, version, [needs[:3], needs[3:]])
    assert found.counts.tolist() == [[3, 0], [0, 1]]
    assert found.sums["a"][[0, 1], [0, 1]].tolist() == [[1.0, 1.0], [10.0, 0.0]]
    assert found.sums["visits"][0, 0].tolist() == [2.0, 1.0]
    assert found.sums["way"][0, 0].tolist() == [1.0, 0.0, 1.0, 1.0]


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_parts_add_up_to_the_gap_of_the_scores(seed):
    random = np.random.default_rng(seed)
    rules = policy("a", "b", way=feature("category"))
    row = lambda: tuple(random.normal(0, 5, 3).tolist())  # noqa: E731 - a row of figures
    version = scorer(
        "S1", "S2", "S3", a=row(), b=row(), levels=[level("way", app=row(), phone=row(), desk=row())]
    )
    needs = residents(
        a=random.normal(0, 5, 40).tolist(),
        b=random.normal(0, 5, 40).tolist(),
        way=random.choice(["app", "phone", "desk"], 40).tolist(),
    )
    found = pair_sums(previous(rules, version), rules, version, [needs])
    everybody = {name: part.sum(axis=(0, 1)) / 40 for name, part in found.sums.items()}
    columns = columns_of(rules, needs)
    labels, _ = both_labels(previous(rules, version), rules, version, columns)
    for at in np.flatnonzero(np.diagonal(found.counts)):
        movers = {name: part[at, at] / found.counts[at, at] for name, part in found.sums.items()}
        parts = gap(version, rules, (), ("S1", "S3"), movers, everybody)
        scores = version.scores(columns)[labels == at]
        assert sum(parts.values()) == pytest.approx((scores[:, 0] - scores[:, 2]).mean())
        assert parts[CONSTANT] == pytest.approx(
            (version.scores(columns)[:, 0] - version.scores(columns)[:, 2]).mean()
        )


def test_residents_in_batches_give_the_same_as_all_at_once():
    random = np.random.default_rng(3)
    needs = residents(a=random.normal(5, 5, 900).tolist(), b=random.normal(0, 5, 900).tolist())
    then = previous(RULES, scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 3.0)))
    now = scorer("S1", "S2", "S3", a=(0.0, 9.0, 12.0), b=(0.0, -3.0, 5.0))
    parts = [needs[at : at + 64] for at in range(0, 900, 64)]
    assert migration(then, RULES, now, parts) == migration(then, RULES, now, [needs])


# ---- Nothing small is told --------------------------------------------------------------------------


def exchanged(leaving, coming):
    """Two segments that exchange residents: so many leave the first, and so many come to it."""
    then, now = scorer("S1", "S2", a=(0.0, 10.0)), scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 40.0))
    sizes = 500 - leaving, leaving, coming, 500 - coming
    needs = groups(*sizes, a=[0.0, 1.0, 9.0, 10.0], b=[19.0, 40.0, 0.0, 20.0])
    return told(previous(RULES, then), now, needs)


@pytest.mark.parametrize(("leaving", "coming"), [(5, 1), (8, 4), (9, 5)])
def test_few_who_move_are_not_told_and_how_few_makes_no_difference(leaving, coming):
    # Both cards tell that four more leave than come, and nothing tells more than that.
    assert exchanged(leaving, coming) == exchanged(4, 0)
    assert exchanged(4, 0).moves == ()
    assert exchanged(4, 0).staying == 0.97


@pytest.mark.parametrize("coming", [1, 5, 9])
def test_how_many_move_is_told_from_below_where_few_who_come_would_follow_from_it(coming):
    found = exchanged(50 + coming, coming)
    assert found == exchanged(50, 0)
    assert found.moves == (Move("S1", "S2", 50, 0.1, "b", exact=False),)
    assert found.staying == 0.93  # at least 930 of 1,000: sixty leave at most, and ten come


@pytest.mark.parametrize(("leaving", "coming"), [(10, 10), (55, 10), (60, 19)])
def test_where_enough_move_both_ways_all_is_told(leaving, coming):
    found = exchanged(leaving, coming)
    moved = {(move.source, move.target): (move.residents, move.exact) for move in found.moves}
    assert moved == {("S1", "S2"): (leaving, True), ("S2", "S1"): (coming, True)}
    assert found.staying <= 1 - (leaving + coming) / 1_000
    assert all(0 < one.overlap < 1 for one in found.carried)
