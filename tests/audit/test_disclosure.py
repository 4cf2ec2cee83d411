"""What of counted cells may be shown."""

import itertools

import numpy as np
import pytest

from segmentation.audit import Cells, GroupTable
from segmentation.audit.disclosure import Shown, disclose
from segmentation.policy.parts import MISSING
from segmentation.suppression import CountTable, Link, Mask, attack


def cells(counts, attributes=("sex",), groups=None):
    """Counts by segment and groups; for an intersection one axis for each attribute."""
    counts = np.asarray(counts)
    levels = groups or [
        [f"{name}{at}" for at in range(size)] for name, size in zip(attributes, counts.shape[1:], strict=True)
    ]
    segments = tuple(f"S{row + 1}" for row in range(len(counts)))
    return Cells(
        tuple(attributes), segments, tuple(itertools.product(*levels)), counts.reshape(len(counts), -1)
    )


def shown(counts, hidden, sizes=()):
    mask, hidden_sizes = np.zeros(np.shape(counts), dtype=bool), np.zeros(np.shape(counts)[1], dtype=bool)
    for cell in hidden:
        mask[cell] = True
    hidden_sizes[list(sizes)] = True
    return Shown(cells(counts), mask, hidden_sizes)


def test_large_counts_are_all_shown():
    (one,) = disclose([cells([[50, 60], [70, 80]])], 30)

    assert one.complete.all()
    assert one.table(260) == GroupTable("sex", ("sex0", "sex1"), ((50, 60), (70, 80)), (120, 140), 0)


def test_a_small_count_is_hidden_with_others():
    (one,) = disclose([cells([[5, 200, 60], [70, 180, 80], [90, 150, 70]])], 30)
    table = one.table(905)

    assert table.counts == ((None, 200, None), (None, 180, None), (90, 150, 70))
    assert table.sizes == (165, 530, 210)


def test_how_many_are_not_known_is_told_only_where_every_size_is():
    known, tiny = disclose(
        [
            cells([[50, 60, 7], [70, 80, 9]], groups=[["f", "m", MISSING]]),
            cells([[80, 4, 33], [120, 5, 34]], ["origin"], groups=[["a", "b", MISSING]]),
        ],
        30,
    )

    assert known.table(276).unknown == 16
    assert known.table(276).groups == ("f", "m")
    assert known.table(276).counts == ((50, 60), (70, 80))
    assert tiny.table(276).unknown is None
    assert tiny.table(276).counts == ((80, None), (120, None))
    assert tiny.table(276).sizes == (200, None)


def margins(counts, names):
    """The cells of every attribute, pair and so on, down to the whole."""
    found = []
    for size in range(1, len(names) + 1):
        for kept in itertools.combinations(range(len(names)), size):
            gone = tuple(1 + at for at in range(len(names)) if at not in kept)
            found.append(cells(counts.sum(axis=gone), [names[at] for at in kept]))
    return found


def every_link(counted):
    """What adds up to what, as an adversary knows it: any table with all attributes of another and more."""
    for coarse, fine in itertools.permutations(counted, 2):
        if set(coarse.attributes) < set(fine.attributes):
            groups = [dict(zip(fine.attributes, group, strict=True)) for group in fine.groups]
            parents = (" × ".join(group[name] for name in coarse.attributes) for group in groups)
            yield Link(coarse.name, fine.name, tuple(parents))


@pytest.mark.parametrize("names", ["ab", "abc"])
def test_a_small_count_follows_from_no_other_table_of_its_attributes(names):
    counts = np.random.default_rng(0).integers(35, 200, (3, *[2] * len(names)))
    counts.flat[0] = 5
    counted = margins(counts, names)
    found = disclose(counted, 30)
    tables = [CountTable(one.name, one.segments, one.group_names, one.counts) for one in counted]
    masks = {one.cells.name: Mask(one.hidden, one.hidden_sizes) for one in found}
    ranges = attack(tables, list(every_link(counted)), masks)[counted[-1].name]

    assert found[-1].hidden[0, 0]
    assert np.ptp(ranges.cells[0, 0]) >= 30


def test_no_attribute_is_hidden_for_a_small_count_of_another():
    clean, small = disclose([cells([[50, 60], [70, 80]]), cells([[5, 105], [70, 80]], ["age"])], 30)

    assert clean.complete.all()
    assert not small.complete.any()


@pytest.mark.parametrize(
    ("segments", "may_be_shown"),
    [
        ([True, True, False], True),
        ([False, False, True], True),
        ([True, False, True], False),
        ([False, True, False], False),
    ],
)
def test_a_sum_over_segments_may_not_part_hidden_counts(segments, may_be_shown):
    table = shown([[5, 50], [45, 60], [70, 80]], [(0, 0), (1, 0)])

    assert table.together(np.array(segments)).tolist() == [may_be_shown, True]


def test_no_sum_is_shown_of_a_group_whose_size_is_hidden():
    table = shown([[5, 50], [6, 60]], [(0, 0), (1, 0)], [0])

    assert table.together(np.array([True, True])).tolist() == [False, True]
    assert table.complete.tolist() == [False, True]
