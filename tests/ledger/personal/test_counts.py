"""Small counts of residents stay hidden, and others do not."""

import pytest

from segmentation.ledger.personal.counts import shown, told


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
