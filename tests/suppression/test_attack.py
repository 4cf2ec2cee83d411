"""The adversary against tables worked by hand, and against a count of all possible tables."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.suppression import CountTable, Link, Mask, attack, suppress

F, M, UNKNOWN = range(3)


def table(counts, name="sex"):
    columns = tuple("abcdefgh"[: len(counts[0])])
    return CountTable(name, tuple(f"S{i + 1}" for i in range(len(counts))), columns, np.array(counts))


def hide(shape, cells, totals=()):
    mask = Mask(np.zeros(shape, dtype=bool), np.zeros(shape[1], dtype=bool))
    for cell in cells:
        mask.cells[cell] = True
    mask.column_totals[list(totals)] = True
    return mask


def crossed(counts):
    """Return both attributes, sex x age and their links, from counts by segment, sex and age."""
    tables = [
        table(counts.sum(axis=2).tolist(), "sex"),
        table(counts.sum(axis=1).tolist(), "age"),
        table(counts.reshape(len(counts), -1).tolist(), "sex x age"),
    ]
    sexes, years = tables[0].columns, tables[1].columns
    pairs = list(itertools.product(sexes, years))
    links = [
        Link("sex", "sex x age", tuple(sex for sex, _ in pairs)),
        Link("age", "sex x age", tuple(age for _, age in pairs)),
    ]
    return tables, links


def splits(total, parts):
    """Yield all ways in which residents can be split over groups."""
    if parts == 1:
        yield (total,)
    else:
        for first in range(total + 1):
            for rest in splits(total - first, parts - 1):
                yield (first, *rest)


def agrees(candidate, true, mask):
    """Say whether a reader who sees the true table through the mask could take it for the candidate."""
    cells = all(
        hidden or a == b for a, b, hidden in zip(candidate.flat, true.flat, mask.cells.flat, strict=True)
    )
    return cells and all(
        hidden or candidate[:, j].sum() == true[:, j].sum() for j, hidden in enumerate(mask.column_totals)
    )


def all_possible(finest, derived, masks):
    """Return every possible finest table, with what follows from it: name -> (true table, function)."""
    sizes = finest.counts.sum(axis=1)
    rows = [list(splits(size, len(finest.columns))) for size in sizes]
    found = []
    for rows_of_one in itertools.product(*rows):
        candidate = np.array(rows_of_one)
        everything = {name: from_finest(candidate) for name, (_, from_finest) in derived.items()}
        if all(agrees(everything[name], derived[name][0].counts, masks[name]) for name in derived):
            found.append(everything)
    return found


def ranges_of(found, name):
    cells = np.stack([one[name] for one in found])
    totals = cells.sum(axis=1)
    return (
        np.stack([cells.min(axis=0), cells.max(axis=0)], axis=-1),
        np.stack([totals.min(axis=0), totals.max(axis=0)], axis=-1),
    )


def by_hand(tables, masks):
    """Return the true ranges of crossed tables, or of a single one, by looking at every possible table."""
    if len(tables) == 1:
        derived = {tables[0].name: (tables[0], lambda counts: counts)}
    else:
        shape = (-1, len(tables[0].columns), len(tables[1].columns))
        derived = {
            "sex": (tables[0], lambda counts: counts.reshape(shape).sum(axis=2)),
            "age": (tables[1], lambda counts: counts.reshape(shape).sum(axis=1)),
            "sex x age": (tables[2], lambda counts: counts),
        }
    found = all_possible(tables[-1], derived, masks)
    return {name: ranges_of(found, name) for name in derived}


def test_a_count_hidden_alone_is_worked_out_from_its_row():
    counts = table([[3, 20, 10], [12, 14, 9]])
    found = attack([counts], [], {"sex": hide((2, 3), [(0, F)], [F])})["sex"]
    assert found.cells[0, F].tolist() == [3, 3]


def test_a_count_hidden_with_another_of_its_row_is_worked_out_from_its_column():
    counts = table([[3, 20, 10], [12, 14, 9]])
    found = attack([counts], [], {"sex": hide((2, 3), [(0, F), (0, UNKNOWN)])})["sex"]
    assert found.cells[0].tolist() == [[3, 3], [20, 20], [10, 10]]


def test_four_counts_hidden_in_a_square_move_against_each_other():
    # The 3 can fall to 0 while the 10 beside it rises; it can rise by 10, until the 10 is used up.
    counts = table([[3, 20, 10], [12, 14, 9]])
    square = hide((2, 3), [(0, F), (0, UNKNOWN), (1, F), (1, UNKNOWN)])
    found = attack([counts], [], {"sex": square})["sex"]
    assert found.cells.tolist() == [[[0, 13], [20, 20], [0, 13]], [[2, 15], [14, 14], [6, 19]]]
    assert found.column_totals.tolist() == [[15, 15], [34, 34], [19, 19]]


def test_a_count_hidden_in_an_attribute_is_worked_out_from_the_intersection():
    tables, links = crossed(np.array([[[1, 6], [7, 8]], [[9, 5], [6, 7]]]))
    square = hide((2, 2), itertools.product(range(2), range(2)))
    masks = {"sex": square, "age": hide((2, 2), []), "sex x age": hide((2, 4), [])}
    # Alone, sex has the rows 22 and 27 and the columns 21 and 28; with ages, 1 + 6 is visible.
    assert attack(tables, [], masks)["sex"].cells[0, 0].tolist() == [0, 21]
    assert attack(tables, links, masks)["sex"].cells[0, 0].tolist() == [7, 7]


def test_the_adversary_never_uses_a_hidden_count():
    square = hide((2, 3), [(0, F), (0, UNKNOWN), (1, F), (1, UNKNOWN)])
    one = attack([table([[3, 20, 10], [12, 14, 9]])], [], {"sex": square})["sex"]
    other = attack([table([[8, 20, 5], [7, 14, 14]])], [], {"sex": square})["sex"]
    assert (one.cells == other.cells).all()
    assert (one.column_totals == other.column_totals).all()


def test_a_visible_table_leaves_nothing_open():
    counts = table([[3, 20], [12, 14]])
    found = attack([counts], [], {"sex": hide((2, 2), [])})["sex"]
    assert (found.cells == counts.counts[..., None]).all()
    assert (found.column_totals == counts.counts.sum(axis=0)[..., None]).all()


@given(
    arrays(np.int64, st.tuples(st.integers(1, 2), st.integers(2, 3)), elements=st.integers(0, 3)),
    st.data(),
)
@settings(max_examples=50, deadline=None)
def test_the_ranges_of_a_table_are_those_of_all_possible_tables(counts, data):
    cells = data.draw(arrays(np.bool_, counts.shape))
    totals = data.draw(arrays(np.bool_, counts.shape[1]))
    tables, masks = [table(counts.tolist())], {"sex": Mask(cells, totals)}
    found, true = attack(tables, [], masks)["sex"], by_hand(tables, masks)["sex"]
    assert (found.cells == true[0]).all()
    assert (found.column_totals == true[1]).all()


@pytest.mark.parametrize("smallest", [1, 2, 3])
@given(arrays(np.int64, (2, 2, 2), elements=st.integers(0, 2)))
@settings(max_examples=12, deadline=None)
def test_linked_small_counts_stay_open_among_all_possible_tables(smallest, counts):
    tables, links = crossed(counts)
    masks = suppress(tables, links, smallest)
    found, true = attack(tables, links, masks), by_hand(tables, masks)
    for one in tables:
        cells, totals = true[one.name]
        need = np.minimum(one.counts.sum(axis=1), smallest)[:, None]
        small = one.counts < smallest
        assert (np.ptp(cells, axis=-1) >= np.where(small, need, 0)).all()
        assert (np.ptp(cells, axis=-1)[masks[one.name].cells & ~small] >= 1).all()
        assert (found[one.name].cells[..., 0] <= cells[..., 0]).all()
        assert (found[one.name].cells[..., 1] >= cells[..., 1]).all()
        assert (found[one.name].column_totals[..., 0] <= totals[..., 0]).all()
        assert (found[one.name].column_totals[..., 1] >= totals[..., 1]).all()
