"""What is hidden, judged by the adversary that reads the published numbers alone."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from segmentation.errors import SegmentationError
from segmentation.suppression import CountTable, Link, attack, suppress
from segmentation.suppression.search import _Search


def table(counts, name="sex", missing=()):
    counts = np.asarray(counts, dtype=np.int64)
    rows = tuple(f"S{i + 1}" for i in range(len(counts)))
    return CountTable(name, rows, tuple(str(j) for j in range(counts.shape[1])), counts, missing)


def crossed(counts, names, *, last_is_missing=True):
    """Return an intersection, its attributes and the links, from counts by segment and attributes."""
    groups = list(itertools.product(*(range(size) for size in counts.shape[1:])))
    whole = " x ".join(names)
    unknown = [str(i) for i, pair in enumerate(groups) if any(np.add(pair, 1) == counts.shape[1:])]
    tables = [table(counts.reshape(len(counts), -1), whole, tuple(unknown) if last_is_missing else ())]
    links = []
    for axis, name in enumerate(names):
        others = tuple(1 + other for other in range(len(names)) if other != axis)
        unknown = (str(counts.shape[1 + axis] - 1),) if last_is_missing else ()
        tables.append(table(counts.sum(axis=others), name, unknown))
        links.append(Link(name, whole, tuple(str(pair[axis]) for pair in groups)))
    return tables, links


def assert_nothing_can_be_worked_out(tables, links, smallest):
    """Let the adversary try, and return the masks."""
    masks = suppress(tables, links, smallest)
    found = attack(tables, links, masks)
    for one in tables:
        mask, ranges = masks[one.name], found[one.name]
        totals = one.counts.sum(axis=0)
        unknown = np.isin(one.columns, one.missing)
        small, small_totals = (one.counts < smallest) & ~unknown, (totals < smallest) & ~unknown
        assert mask.cells[small].all()
        assert mask.column_totals[small_totals].all()
        assert mask.cells[:, unknown].all()
        assert mask.column_totals[unknown].all()
        if len(one.columns) > 1:
            need = np.minimum(one.counts.sum(axis=1), smallest)[:, None]
            widths = np.ptp(ranges.cells, axis=-1)
            assert (widths >= np.where(small, need, 0)).all()
            assert (widths[mask.cells & ~small & ~unknown] >= 1).all()
            widths = np.ptp(ranges.column_totals, axis=-1)
            assert (widths[small_totals] >= min(smallest, totals.sum())).all()
            assert (widths[mask.column_totals & ~small_totals & ~unknown] >= 1).all()
    return masks


def test_a_table_without_small_counts_is_left_alone():
    mask = suppress([table([[5, 20, 10], [12, 14, 9]])], [], smallest=5)["sex"]
    assert not mask.anything


def test_unknown_values_are_hidden_and_no_group_with_them():
    # Nobody is protected by hiding how many are unknown: the 2 is 112 - 50 - 60, and that is all.
    counts = table([[50, 60, 2], [70, 80, 40]], missing=("2",))
    masks = suppress([counts], [], smallest=5)
    assert masks["sex"].cells.tolist() == [[False, False, True]] * 2
    assert masks["sex"].column_totals.tolist() == [False, False, True]
    assert attack([counts], [], masks)["sex"].cells[:, 2].tolist() == [[2, 2], [40, 40]]


def test_a_small_count_is_hidden_behind_unknown_values_and_the_smallest_counts():
    # The 3 may change places with unknown ones of S1, and its column needs a second hidden count: S2 has the
    # smallest there. The group sizes stay visible.
    counts = table([[3, 20, 10], [12, 14, 9], [15, 16, 11]], missing=("2",))
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=5)["sex"]
    assert mask.cells[:, :2].tolist() == [[True, False], [True, False], [False, False]]
    assert not mask.column_totals[:2].any()


def test_too_few_unknown_values_hide_a_small_count_only_with_others():
    counts = table([[3, 20, 1], [12, 14, 1], [15, 16, 1]], missing=("2",))
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=5)["sex"]
    assert mask.cells[:, :2].tolist() == [[True, True], [True, True], [False, False]]


def test_without_an_unknown_group_the_smaller_of_two_groups_is_hidden():
    counts = table([[3, 200, 10], [12, 140, 9], [15, 160, 11]])
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=5)["sex"]
    assert mask.cells.tolist() == [[True, False, True], [True, False, True], [False, False, False]]


def test_nobody_is_a_small_count():
    counts = table([[0, 20, 10], [12, 14, 9]], missing=("2",))
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=1)["sex"]
    assert mask.cells[0, 0]
    assert mask.cells.sum() == 4


def test_the_size_of_a_tiny_group_is_hidden_and_cannot_be_subtracted():
    counts = table([[5, 400, 90], [4, 300, 60], [3, 500, 70]], missing=("2",))
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=30)["sex"]
    assert mask.column_totals.tolist() == [True, False, True]
    assert mask.cells.tolist() == [[True, False, True]] * 3


def test_where_everything_is_tiny_everything_is_hidden():
    counts = table([[1, 1, 1], [1, 1, 1]])
    mask = assert_nothing_can_be_worked_out([counts], [], smallest=5)["sex"]
    assert mask.cells.all()
    assert mask.column_totals.all()


def test_a_segment_smaller_than_the_smallest_group_is_open_over_its_whole_size():
    counts = table([[1, 2, 1], [50, 60, 70]])
    masks = assert_nothing_can_be_worked_out([counts], [], smallest=10)
    assert attack([counts], [], masks)["sex"].cells[0].tolist() == [[0, 4]] * 3


def test_with_one_segment_the_group_sizes_are_hidden_with_the_counts():
    mask = assert_nothing_can_be_worked_out([table([[3, 20, 10]], missing=("2",))], [], smallest=5)["sex"]
    assert mask.cells.tolist() == [[True, False, True]]
    assert mask.column_totals.tolist() == [True, False, True]


def test_with_one_group_a_small_count_is_hidden_though_it_is_the_size_of_its_segment():
    mask = suppress([table([[3], [40]])], [], smallest=5)["sex"]
    assert mask.cells.tolist() == [[True], [False]]
    assert not mask.column_totals.any()


def test_a_count_hidden_in_an_intersection_is_hidden_in_what_it_adds_up_to():
    # One couple of groups is empty in S1. The attributes have no small count of their own.
    counts = np.array([[[0, 30], [40, 50]], [[45, 35], [55, 65]]])
    tables, links = crossed(counts, ("sex", "age"), last_is_missing=False)
    masks = assert_nothing_can_be_worked_out(tables, links, smallest=10)
    assert masks["sex x age"].cells[0, 0]
    alone = suppress(tables[1:], [], smallest=10)
    assert not alone["sex"].anything
    assert not alone["age"].anything


def test_tables_that_are_not_linked_do_not_touch_each_other():
    clean, small = table([[15, 20], [12, 14]], "age"), table([[3, 32, 9], [12, 14, 9]])
    masks = suppress([clean, small], [], smallest=5)
    assert list(masks) == ["age", "sex"]
    assert not masks["age"].anything
    assert (masks["sex"].cells == suppress([small], [], smallest=5)["sex"].cells).all()


def test_an_intersection_without_all_combinations_is_refused_when_it_gives_a_small_count_away():
    # By the second table both attributes are the same, so the middle column of the first can only be 0.
    tables = [
        table([[20, 0, 30], [25, 0, 35]], "sex x age"),
        table([[20, 30], [25, 35]], "same"),
        table([[20, 30], [25, 35]], "sex"),
        table([[20, 30], [25, 35]], "age"),
    ]
    links = [
        Link("sex", "sex x age", ("0", "0", "1")),
        Link("age", "sex x age", ("0", "1", "1")),
        Link("sex", "same", ("0", "1")),
        Link("age", "same", ("0", "1")),
    ]
    with pytest.raises(SegmentationError, match="every combination"):
        suppress(tables, links, smallest=10)


def test_no_tables_hide_nothing():
    assert suppress([], [], smallest=5) == {}


def test_a_smallest_group_below_one_is_refused():
    with pytest.raises(SegmentationError, match=r"smallest: .*1 or more"):
        suppress([table([[3, 20]])], [], smallest=0)


def test_the_same_tables_give_the_same_masks():
    tables, links = crossed(np.random.default_rng(5).poisson(12, (3, 3, 3)), ("sex", "age"))
    first, second = (suppress(tables, links, smallest=10) for _ in range(2))
    for name, mask in first.items():
        assert (mask.cells == second[name].cells).all()
        assert (mask.column_totals == second[name].column_totals).all()


small_tables = arrays(np.int64, st.tuples(st.integers(1, 4), st.integers(1, 5)), elements=st.integers(0, 40))


@given(small_tables, st.integers(1, 15), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_small_count_of_any_table_can_be_worked_out(counts, smallest, last_is_missing):
    missing = (str(counts.shape[1] - 1),) if last_is_missing else ()
    mask = assert_nothing_can_be_worked_out([table(counts, missing=missing)], [], smallest)["sex"]
    known = slice(0, counts.shape[1] - last_is_missing)
    assert mask.rates[:, known].any() == bool((counts[:, known] < smallest).any())


@given(
    arrays(np.int64, st.tuples(*[st.integers(2, 3)] * 3), elements=st.integers(0, 40)),
    arrays(np.int64, st.tuples(*[st.integers(2, 3)] * 3), elements=st.integers(0, 40)),
    st.integers(1, 20),
)
@settings(max_examples=25, deadline=None)
def test_no_small_count_of_linked_tables_can_be_worked_out(counts, others, smallest):
    tables, links = crossed(counts, ("sex", "age"))
    more_tables, more_links = crossed(others, ("origin", "tenure"))
    assert_nothing_can_be_worked_out([*tables, *more_tables], [*links, *more_links], smallest)


def test_attributes_in_two_intersections_keep_their_small_counts():
    residents = np.random.default_rng(7).poisson(6, (4, 2, 4, 3))
    tables, links = crossed(residents.sum(axis=3), ("sex", "age"))
    more_tables, more_links = crossed(residents.sum(axis=1), ("age", "tenure"))
    together = tables + [one for one in more_tables if one.name != "age"]
    masks = assert_nothing_can_be_worked_out(together, [*links, *more_links], smallest=20)
    assert masks["sex x age"].anything
    assert not masks["sex x age"].cells.all()


@given(
    arrays(np.int64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.integers(0, 60)),
    st.integers(1, 20),
    st.booleans(),
)
@settings(max_examples=50, deadline=None)
def test_no_small_count_can_be_worked_out_where_both_sums_are_known(counts, smallest, diagonal_is_told):
    places = () if diagonal_is_told else tuple((at, at) for at in range(min(counts.shape)))
    known = replace(table(counts), totals_known=True, withheld=places)
    mask = suppress([known], [], smallest)["sex"]
    widths = np.ptp(attack([known], [], {"sex": mask})["sex"].cells, axis=-1)

    rows, columns = counts.sum(axis=1)[:, None], counts.sum(axis=0)
    open_at_most = np.minimum(rows, columns) - np.maximum(rows + columns - counts.sum(), 0)
    small = counts < smallest
    assert mask.cells[small].all()
    assert all(mask.cells[place] for place in places)
    assert not mask.column_totals.any()
    assert (widths >= np.where(small, np.minimum(open_at_most, smallest), 0)).all()


def test_a_total_that_is_known_is_not_hidden_and_keeps_nothing_unknown():
    # One segment: each count is the size of its group. Where that is known, hiding the count is all there is.
    alone = table([[3, 40]])
    known = replace(alone, totals_known=True)
    masks = [suppress([one], [], 5)["sex"] for one in (alone, known)]
    assert [mask.column_totals.tolist() for mask in masks] == [[True, True], [False, False]]
    assert [mask.cells.tolist() for mask in masks] == [[[True, True]], [[True, False]]]


def test_what_is_told_nowhere_hides_for_nothing():
    counts = [[900, 3, 40], [60, 900, 50], [70, 80, 900]]
    diagonal = ((0, 0), (1, 1), (2, 2))
    told = replace(table(counts), totals_known=True)
    withheld = suppress([replace(told, withheld=diagonal)], [], 5)["sex"]
    assert suppress([told], [], 5)["sex"].cells.sum() == 4
    assert np.argwhere(withheld.cells & ~np.eye(3, dtype=bool)).tolist() == [[0, 1], [1, 0]]


def test_a_place_that_is_none_is_refused():
    with pytest.raises(SegmentationError, match="each of `withheld` is a place in it"):
        replace(table([[3, 4]]), withheld=((1, 0),))


def test_where_only_fractions_hide_nothing_more_a_whole_solution_hides_more():
    # a + b = b + c = a + c + d = t. To make t 1, three halves would do while d stays visible; in whole
    # numbers b is 1, and then d must be 1 as well.
    matrix = sparse.csr_array(np.array([[1.0, 1, 0, 0, -1], [0, 1, 1, 0, -1], [1, 0, 1, 1, -1]]))
    hidden, t = np.array([True, True, True, False, True]), 4
    search = _Search(matrix, np.zeros(5, dtype=np.int64), np.ones(5), hidden)
    need = np.zeros(5, dtype=np.int64)
    need[t] = 1
    assert search.open_all(need, widest=np.ones(5, dtype=np.int64)).all()


@pytest.mark.slow
@pytest.mark.parametrize("people", [1_500, 30_000])
def test_tables_as_large_as_a_card_has_them_give_nothing_away(people):
    rng = np.random.default_rng(11)
    shares = rng.dirichlet(np.full(8 * 4 * 6 * 4, 0.4))
    residents = rng.multinomial(people, shares).reshape(8, 4, 6, 4)
    tables, links = crossed(residents.sum(axis=3), ("sex", "age"))
    more_tables, more_links = crossed(residents.sum(axis=1), ("age", "tenure"))
    origin = table(
        rng.multinomial(people, rng.dirichlet(np.ones(12 * 60))).reshape(12, 60), "origin", ("59",)
    )
    together = [*tables, *(one for one in more_tables if one.name != "age"), origin]
    assert_nothing_can_be_worked_out(together, [*links, *more_links], smallest=30)
