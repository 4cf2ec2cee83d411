"""Counted tables, their links and masks."""

import numpy as np
import pytest

from segmentation.errors import SegmentationError
from segmentation.suppression import CountTable, Link, Mask, suppress

SEGMENTS = ("S1", "S2")
SEX = CountTable("sex", SEGMENTS, ("f", "m"), np.array([[9, 8], [7, 6]]))
SEX_BY_AGE = CountTable("sex x age", SEGMENTS, ("f young", "f old", "m"), np.array([[4, 5, 8], [7, 0, 6]]))


def test_a_table_whose_links_add_up_is_accepted():
    masks = suppress([SEX, SEX_BY_AGE], [Link("sex", "sex x age", ("f", "f", "m"))], smallest=1)
    assert set(masks) == {"sex", "sex x age"}


@pytest.mark.parametrize(
    ("columns", "counts", "missing", "rule"),
    [
        (("f",), [[1, 2], [3, 4]], (), "shape"),
        ((), [[], []], (), "shape"),
        (("f", "m"), [[1, -2], [3, 4]], (), "0 or more"),
        (("f", "m"), [[1.0, 2.0], [3.0, 4.0]], (), "whole numbers"),
        (("f", "f"), [[1, 2], [3, 4]], (), "unique"),
        (("f", "m"), [[1, 2], [3, 4]], ("unknown",), "`missing`"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(columns, counts, missing, rule):
    with pytest.raises(SegmentationError, match=f"table 'sex': .*{rule}"):
        CountTable("sex", SEGMENTS, columns, np.array(counts), missing)


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        (Link("age", "sex x age", ("f", "f", "m")), "joins two"),
        (Link("sex", "sex", ("f", "m")), "joins two"),
        (Link("sex", "sex x age", ("f", "m")), "one parent"),
        (Link("sex", "sex x age", ("f", "f", "f")), "each coarse column a parent"),
        (Link("sex", "sex x age", ("f", "m", "m")), "add up"),
    ],
)
def test_a_link_that_does_not_hold_is_refused(link, rule):
    with pytest.raises(SegmentationError, match=rule):
        suppress([SEX, SEX_BY_AGE], [link], smallest=1)


def test_a_link_between_tables_of_other_segments_is_refused():
    elsewhere = CountTable("age", ("S1", "S3"), ("f", "m"), SEX.counts)
    with pytest.raises(SegmentationError, match="same rows"):
        suppress([SEX, elsewhere], [Link("sex", "age", ("f", "m"))], smallest=1)


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(SegmentationError, match="name of its own"):
        suppress([SEX, SEX], [], smallest=1)


def test_a_refusal_shows_no_count():
    with pytest.raises(SegmentationError) as refused:
        CountTable("sex", SEGMENTS, ("f", "m"), np.array([[1, -77], [3, 4]]))
    assert "77" not in str(refused.value)


def test_a_rate_is_hidden_with_its_count_or_with_its_group_size():
    mask = Mask(cells=np.array([[True, False], [False, False]]), column_totals=np.array([False, True]))
    assert mask.rates.tolist() == [[True, True], [False, True]]


def test_a_mask_knows_whether_it_hides_anything():
    shown = np.zeros((2, 2), dtype=bool)
    assert Mask(shown, np.array([False, True])).anything
    assert not Mask(shown, np.array([False, False])).anything
