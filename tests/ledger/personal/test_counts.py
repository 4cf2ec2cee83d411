"""Small counts of residents stay hidden, and others do not."""

import pytest

from segmentation.ledger.personal.counts import all_shown, shown, told


@pytest.mark.parametrize(
    ("count", "in_words", "for_machines"),
    [
        (0, "none", 0),
        (1, "fewer than 10", None),
        (9, "fewer than 10", None),
        (10, "10", 10),
        (1204, "1,204", 1204),
    ],
)
def test_a_small_count_is_hidden(count, in_words, for_machines):
    assert (told(count), shown(count)) == (in_words, for_machines)


@pytest.mark.parametrize(
    ("counts", "for_machines"),
    [
        ({"a": 298, "b": 1}, {"a": None, "b": None}),
        ({"a": 298, "b": 10, "c": 0}, {"a": 298, "b": 10, "c": 0}),
        ({}, {}),
    ],
)
def test_what_would_tell_a_small_count_by_its_sum_is_hidden_with_it(counts, for_machines):
    assert all_shown(counts) == for_machines
