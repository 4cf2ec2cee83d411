"""Parts of many values are all of them, in their order."""

import pytest

from segmentation.ledger.parts import parts


@pytest.mark.parametrize(
    ("values", "told"),
    [([], []), ([1, 2], [[1, 2]]), ([1, 2, 3], [[1, 2, 3]]), ([1, 2, 3, 4], [[1, 2, 3], [4]])],
)
def test_values_are_told_some_at_a_time(values, told):
    assert list(parts(values, 3)) == told
