"""What sets segments apart, against means and shares made by hand."""

import math
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.clustering.disclosing import Spread, Usual
from segmentation.profiles.distinctions import distinctions
from segmentation.profiles.moments import Measured, Moments

LABELS = np.repeat([0, 1], [4, 6])


@dataclass(frozen=True)
class Measure:
    """Values of all residents, and how they are measured."""

    feature: str
    level: str | None
    values: np.ndarray
    is_mark: bool
    log: bool

    def tally(self, labels, segments):
        moments = Moments.of(self.values, labels, segments, log=self.log)
        spreads = () if self.is_mark else tuple(self.spreads(labels, segments))
        return Measured(self.feature, self.level, self.is_mark, moments, spreads)

    def spreads(self, labels, segments):
        known = ~np.isnan(self.values)
        own, inside = self.values[known, None], labels[known]
        for values in (own, np.log1p(own) if self.log else own):
            yield Spread.of(values, inside, Usual.of(values, inside, segments))


def measure(values, *, feature="rooms", level=None, is_mark=False, log=False):
    return Measure(feature, level, np.array(values, dtype=float), is_mark, log)


def compared(measures, labels, segments, smallest):
    return distinctions([one.tally(labels, segments) for one in measures], segments, smallest)


def told(measures, labels, smallest=1, segments=None):
    """For each segment: what is told, by feature and level."""
    found = compared(measures, labels, segments or int(labels.max()) + 1, smallest)
    return [{(one.feature, one.level): one for one in needs} for needs in found]


def flag(yes, no, unknown=None):
    """A flag by segment: how many have it, how many do not, and of how many it is not known."""
    unknown = unknown or [0] * len(yes)
    parts = zip(yes, no, unknown, strict=True)
    values = np.concatenate([np.repeat([1, 0, np.nan], part) for part in parts])
    return measure(values, is_mark=True), np.repeat(range(len(yes)), np.sum([yes, no, unknown], axis=0))


def category(counts):
    """A category by segment (rows) and value (columns)."""
    counts = np.array(counts)
    labels = np.repeat(range(len(counts)), counts.sum(axis=1))
    values = np.concatenate([np.repeat(range(counts.shape[1]), row) for row in counts])
    levels = "abcdef"[: counts.shape[1]]
    return [
        measure(values == at, feature="channel", level=level, is_mark=True) for at, level in enumerate(levels)
    ], labels


def hidden(needs):
    return [[one.hidden for one in by_name.values()] for by_name in needs]


# ---- Figures ----------------------------------------------------------------------------------------


def test_a_difference_is_cohens_d_with_the_interval_of_hedges_and_olkin():
    # Means 2 and 5, variances 1 and 4 of 4 and 6: pooled 2.8. d² / 2n = 9 / 2.8 / 20.
    need = told([measure([1, 1, 3, 3, 3, 3, 3, 7, 7, 7])], LABELS)[0]["rooms", None]
    difference = -3 / math.sqrt(2.8)
    margin = 1.959963984540054 * math.sqrt(10 / 24 + difference**2 / 20)

    assert (need.inside, need.outside) == (2.0, 5.0)
    assert need.difference == pytest.approx(difference)
    assert need.interval == pytest.approx((difference - margin, difference + margin))


def test_the_rest_is_everybody_outside_the_segment():
    labels = np.array([0, 0, 1, 1, 1, 2])
    needs = told([measure([1, 3, 4, 5, 6, 11])], labels)

    assert [(one["rooms", None].inside, one["rooms", None].outside) for one in needs] == [
        (2, 6.5),
        (5, 5),
        (11, 3.8),
    ]


def test_residents_whose_value_is_missing_do_not_count():
    need = told([measure([1, 3, np.nan, np.nan, 5, 5, 5, 7, 7, np.nan])], LABELS)[0]["rooms", None]

    assert (need.inside, need.outside) == (2.0, 5.8)


def test_counts_are_told_in_their_unit_and_compared_on_a_log_scale():
    counts = np.array([0, 2, 4, 100, 1, 2, 3, 4, 5, 6])
    plain, log = (
        told([measure(values, log=log)], LABELS)[0]["rooms", None]
        for values, log in [(np.log1p(counts), False), (counts, True)]
    )

    assert log.inside == 26.5
    assert log.difference == pytest.approx(plain.difference)


@pytest.mark.parametrize("value", [5.0, 0.1, 1e12 + 0.3])
def test_what_never_varies_sets_nobody_apart(value):
    need = told([measure([value] * 10)], LABELS)[0]["rooms", None]

    assert (need.difference, need.is_sure) == (0.0, False)


def test_a_flag_is_a_share():
    one, labels = flag([30, 20], [10, 60])
    need = told([one], labels)[0]["rooms", None]

    assert (need.inside, need.outside) == (0.75, 0.25)


def test_the_largest_difference_stands_first():
    small, large = (
        measure([0, 1] * 5, feature="small"),
        measure([9] * 4 + [1, 1, 1, 1, 2, 2], feature="large"),
    )
    first, second = compared([small, large], LABELS, 2, 1)[0]

    assert (first.feature, second.feature) == ("large", "small")


# ---- What is hidden ---------------------------------------------------------------------------------


def test_shares_of_large_counts_are_told():
    one, labels = flag([300, 200], [100, 600])

    assert hidden(told([one], labels, smallest=30)) == [[False], [False]]


@pytest.mark.parametrize(
    ("yes", "no"), [([29, 200], [371, 600]), ([371, 600], [29, 200]), ([0, 200], [400, 600])]
)
def test_a_small_count_on_either_side_of_a_flag_hides_its_share(yes, no):
    one, labels = flag(yes, no)

    assert hidden(told([one], labels, smallest=30)) == [[True], [True]]


def test_a_small_count_takes_one_more_segment_along_and_leaves_the_others():
    # With three segments known of four, the share of the fourth would follow from that of all others.
    one, labels = flag([5, 200, 210, 220], [300, 300, 310, 320])
    found = hidden(told([one], labels, smallest=30))

    assert found[0] == [True]
    assert sum(row == [True] for row in found) == 2


def test_few_residents_whose_flag_is_not_known_hide_nothing():
    one, labels = flag([300, 200], [100, 600], [3, 0])

    assert hidden(told([one], labels, smallest=30)) == [[False], [False]]


def test_a_small_count_is_not_hidden_behind_those_who_are_not_known():
    # A share is among those who are known: 390 of 400 would tell the 10, whoever else is missing.
    one, labels = flag([390, 200], [10, 600], [200, 200])

    assert hidden(told([one], labels, smallest=30)) == [[True], [True]]


def test_a_small_count_of_a_category_is_hidden_with_others_and_the_rest_is_told():
    measures, labels = category([[5, 300, 200, 100], [90, 300, 200, 80], [95, 310, 210, 85]])
    found = hidden(told(measures, labels, smallest=30))

    assert found[0][0]
    assert sum(found[0]) >= 2
    assert not all(found[0])
    assert found[2] == [False] * 4


def test_the_mean_of_few_is_hidden_and_so_is_the_next_larger_segment():
    # From the means of two segments and of everybody outside one of them, the third would follow.
    values = np.concatenate([np.arange(100) % 7, np.arange(60) % 8, np.full(10, 7.0), np.full(40, np.nan)])
    labels = np.repeat([0, 1, 2], [100, 60, 50])
    found = told([measure(values)], labels, smallest=30)

    assert hidden(found) == [[False], [True], [True]]


def test_a_segment_of_which_nobody_is_known_hides_no_other():
    values = np.concatenate([np.arange(100) % 7, np.arange(60) % 8, np.full(40, np.nan)])
    found = told([measure(values)], np.repeat([0, 1, 2], [100, 60, 40]), smallest=30)

    assert hidden(found) == [[False], [False], [True]]
    assert not found[2]["rooms", None].is_sure


def test_where_one_segment_is_everybody_nothing_is_told():
    one, labels = flag([300], [200])
    found = told([one, measure(np.arange(500.0), feature="area")], labels, smallest=30)

    assert hidden(found) == [[True, True]]


@given(
    arrays(np.int64, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(0, 80)),
)
@settings(max_examples=40, deadline=None)
def test_no_small_count_follows_from_the_shares_that_are_told(counts):
    known = counts.sum(axis=1)
    if (known == 0).any():
        return
    measures, labels = category(counts)
    found = told(measures, labels, smallest=30)
    open_cells = ~np.array([[needs["channel", one.level].hidden for one in measures] for needs in found])

    assert (counts[open_cells] >= 30).all()
    # No row and no column has a single hidden share: it would be what the others leave.
    assert ((~open_cells).sum(axis=1) != 1).all()
    for row, needs in enumerate(found):
        for at, one in enumerate(measures):
            if open_cells[row, at]:
                assert needs["channel", one.level].inside == pytest.approx(counts[row, at] / known[row])


@given(arrays(np.float64, 30, elements=st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))), st.integers(1, 4))
def test_every_figure_is_a_number_whatever_is_missing(values, segments):
    found = compared([measure(values)], np.arange(30) % segments, segments, 1)

    for needs in found:
        for need in needs:
            assert np.isfinite([need.inside, need.outside, need.difference, *need.interval]).all()


# ---- Who alone differs ------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("rare", "is_told"), [(0, False), (1, False), (29, False), (30, True)])
def test_a_mean_from_which_fewer_than_the_smallest_group_differ_is_hidden(rare, is_told, log):
    values = np.concatenate([np.arange(400.0) % 7, np.arange(300.0) % 5, [4.0] * rare, [0.0] * (200 - rare)])
    found = told([measure(values, log=log)], np.repeat([0, 1, 2], [400, 300, 200]), smallest=30)

    assert hidden(found) == [[False], [False], [not is_told]]


def test_what_all_others_but_few_have_is_hidden_too():
    values = np.concatenate([np.arange(400.0) % 7, np.zeros(299), [3.0], [0.0] * 200])
    found = told([measure(values)], np.repeat([0, 1, 2], [400, 300, 200]), smallest=30)

    assert hidden(found) == [[True], [True], [True]]


def test_a_mean_is_told_in_steps_of_what_the_smallest_group_adds():
    values = np.concatenate([np.arange(400.0) % 7, [1.0] * 44, [0.0] * 156])
    (_, second) = told([measure(values)], np.repeat([0, 1], [400, 200]), smallest=30)

    assert second["rooms", None].inside == pytest.approx(30 / 200)


@pytest.mark.parametrize("rare", [1, 3, 12])
def test_means_of_all_others_do_not_tell_what_few_of_one_segment_add(rare):
    labels = np.repeat([0, 1, 2], [400, 300, 200])
    values = np.concatenate([np.arange(400.0) % 7, np.arange(300.0) % 6, [1.0] * rare, [0.0] * (200 - rare)])
    first, second, _ = told([measure(values)], labels, smallest=30)
    nobody = np.where(labels == 2, 0.0, values)
    again, more, _ = told([measure(nobody)], labels, smallest=30)
    assert (again["rooms", None].outside, more["rooms", None].inside) == (
        first["rooms", None].outside,
        second["rooms", None].inside,
    )
