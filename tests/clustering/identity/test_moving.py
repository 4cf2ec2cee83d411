"""Who moves where is told with what moved them, and no small count follows from it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.clustering.identity import Carried, Move, migration
from segmentation.clustering.identity.cause import CONSTANT, gap
from segmentation.clustering.identity.moving import _hidden
from segmentation.clustering.identity.reading import both_labels, columns_of
from segmentation.clustering.identity.tally import tally
from segmentation.suppression import CountTable, Mask, attack
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
    # Nobody moves, which is fewer than ten: at least 490 of 500 stay, at least 590 of 610 are in both.
    assert found.staying == 0.98
    assert found.carried == (Carried("S1", 0.96), Carried("S2", 0.95))


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
    assert (found.new, found.gone, found.retired) == (("S2",), ("S1",), ("S1",))
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
    assert (found.new, found.gone, found.retired) == (("S12",), ("S11",), ("S9", "S10", "S11"))


# ---- The sums behind it -----------------------------------------------------------------------------


def test_missing_values_are_summed_apart():
    rules = policy("a", visits=feature("count"), way=feature("category"))
    version = scorer("S1", "S2", a=(0.0, 10.0))
    needs = pd.DataFrame({
        "a": [0.0, 1.0, np.nan, 10.0],
        "visits": [np.e - 1, np.nan, np.e - 1, 0.0],
        "way": pd.Series(["app", None, "desk", "desk"], dtype="str"),
    })  # fmt: skip
    found = tally(previous(rules, version), rules, version, [needs[:3], needs[3:]])
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
    found = tally(previous(rules, version), rules, version, [needs])
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


def test_few_who_move_are_not_told_and_neither_is_what_they_follow_from():
    before = scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 0.0))
    now = scorer("S1", "S2", a=(0.0, 9.0), b=(0.0, 0.0))
    # Four go to S2. How many stay in S1, and how many there were, would tell them; both are on cards.
    needs = groups(100, 4, 200, a=[0.0, 4.7, 10.0], b=[0.0, 0.0, 0.0])
    found = told(previous(RULES, before), now, needs)
    assert found.moves == ()
    # How few they are, or that nobody goes back, makes no difference to what is told.
    assert found == told(
        previous(RULES, before), now, groups(103, 1, 200, a=[0.0, 4.7, 10.0], b=[0.0, 0.0, 0.0])
    )


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.integers(2, 15))
@settings(max_examples=40, deadline=None)
def test_who_knows_both_cards_works_out_no_small_move(before, now, seed, smallest):
    random = np.random.default_rng(seed)
    counts = random.poisson(random.choice([0, 1, 5, 40], (before, now))).astype(np.int64)
    old = tuple(f"S{at}" for at in range(before))
    new = tuple(f"S{at}" for at in random.permutation(before + now)[:now])
    hidden = _hidden(counts, old, new, smallest)
    assert hidden[counts < smallest].all()
    assert all(hidden[old.index(one), new.index(one)] for one in new if one in old)

    table = CountTable("moves", new, old, counts.T, totals_known=True)
    mask = Mask(hidden.T, np.zeros(before, dtype=bool))
    widths = np.ptp(attack([table], [], {"moves": mask})["moves"].cells, axis=-1).T
    sizes, sums = counts.sum(axis=1)[:, None], counts.sum(axis=0)
    open_at_most = np.minimum(sizes, sums) - np.maximum(sizes + sums - counts.sum(), 0)
    assert (widths >= np.where(counts < smallest, np.minimum(open_at_most, smallest), 0)).all()


def test_that_nobody_goes_back_hides_how_many_go_where_it_would_follow():
    before, now = (
        scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 0.0)),
        scorer("S1", "S2", a=(0.0, 7.0), b=(0.0, 0.0)),
    )
    needs = groups(100, 50, 200, a=[0.0, 4.0, 10.0], b=[0.0, 0.0, 0.0])
    found = told(previous(RULES, before), now, needs)
    assert (found.moves, found.staying) == ((), 0.82)


@pytest.mark.parametrize("leaving", [0, 1, 9, 10, 19, 20])
@pytest.mark.parametrize("coming", [0, 10, 15])
def test_staying_and_overlap_tell_those_who_move_to_the_next_multiple_at_most(leaving, coming):
    then, now = scorer("S1", "S2", a=(0.0, 10.0)), scorer("S1", "S2", a=(0.0, 10.0), b=(0.0, 40.0))
    needs = groups(500, leaving, coming, 500, a=[0.0, 1.0, 9.0, 10.0], b=[19.0, 40.0, 0.0, 20.0])
    moving = (leaving + coming) // 10 * 10
    coarse = groups(500, moving, 500 + leaving + coming - moving, a=[0.0, 1.0, 10.0], b=[19.0, 40.0, 20.0])
    found = told(previous(RULES, then), now, needs)
    assert found.staying <= 1 - (moving + 10) / len(needs)
    assert found.staying == told(previous(RULES, then), now, coarse).staying
    assert all(0 < one.overlap < 1 for one in found.carried)
