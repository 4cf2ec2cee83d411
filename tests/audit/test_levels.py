"""Areas from which no small count follows, against an adversary who knows all but one group's counts."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from segmentation.audit.auc import auc_of_levels
from segmentation.audit.levels import by_frequency, coarse, disclosed_areas, levels
from tests.policies import small_policy

SMALLEST, SEED = 10, (7, 2)


def published(counts):
    areas = disclosed_areas(np.array(counts), SMALLEST, SEED)
    return tuple(None if np.isnan(area) else round(float(area), 3) for area in areas)


def flags(sizes, total):
    """Every way in which `total` residents of groups so large may have a flag, by what is published."""
    found = defaultdict(list)
    for count in np.ndindex(*(size + 1 for size in sizes[:-1])):
        counts = [*count, total - sum(count)]
        if 0 <= counts[-1] <= sizes[-1]:
            lacking = [size - count for size, count in zip(sizes, counts, strict=True)]
            found[published([lacking, counts])].append(counts)
    return found


@pytest.mark.parametrize(
    ("sizes", "total"),
    [((40, 400), 100), ((60, 300), 25), ((15, 200), 90), ((25, 40, 60), 50), ((30, 30, 30), 40)],
)
def test_as_many_counts_stay_possible_as_there_are_small_ones(sizes, total):
    # The adversary knows the sizes, how many have the flag, and the seed, and tries every count.
    for possible in flags(sizes, total).values():
        for size, counts in zip(sizes, np.transpose(possible), strict=True):
            if (counts < SMALLEST).any() or (counts > size - SMALLEST).any():
                assert len(np.unique(counts)) >= SMALLEST


def test_counts_that_may_be_seen_give_the_area_that_they_give_without_a_rule():
    counts = np.array([[100, 200], [50, 20]])
    assert published(counts) == tuple(np.round(auc_of_levels(counts, np.random.default_rng(SEED)), 3))


def test_neighbours_are_merged_until_no_count_is_small():
    merged = coarse(np.array([[100, 4], [50, 7], [60, 30], [5, 40]]), SMALLEST)
    assert merged.counts.tolist() == [[150, 11], [65, 70]]
    assert merged.apart.all()


def test_the_smallest_groups_are_taken_together_where_they_are_in_the_way():
    merged = coarse(np.array([[100, 9, 14, 90], [100, 3, 4, 60]]), 5)
    assert merged.apart.tolist() == [True, False, False, True]
    assert published([[100, 9, 14, 90], [100, 3, 8, 60]])[1:3] == (None, None)


def test_a_need_that_tells_everything_has_the_area_that_may_be_told():
    # Of 200 and 300 at least ten count as being on the wrong side.
    areas = published([[200, 0], [0, 300]])
    assert areas == pytest.approx([0.5 + (190 / 200 - 10 / 300) / 2] * 2, abs=0.01)


def test_a_need_that_all_have_alike_is_a_guess_and_a_group_too_small_has_no_area():
    assert published([[0, 0], [300, 12]]) == (0.5, 0.5)
    assert published([[200, 7], [100, 5]]) == (None, None)


def test_ranks_stand_in_the_order_of_the_policy_and_rare_categories_beside_each_other():
    features = small_policy().features
    ranks = levels(features["cleaning_wish"], pd.Series(["high", "low", None, "medium"], dtype="str"))
    assert ranks.tolist() == [2, 0, 3, 1]
    assert by_frequency(np.array([0, 0, 0, 1, 2, 2])).tolist() == [2, 2, 2, 0, 1, 1]
