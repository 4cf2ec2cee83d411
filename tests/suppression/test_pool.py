"""Which groups may only be seen together, worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmentation.suppression import too_small


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([30, 40], [False, False]),
        ([29, 40, 50], [True, True, False]),
        ([50, 29, 40], [False, True, True]),
        ([10, 20, 40], [True, True, False]),
        ([10, 19, 40, 41], [True, True, True, False]),
        ([0, 40, 50], [True, False, False]),
        ([0, 29, 40, 50], [True, True, True, False]),
        ([29], [True]),
        ([30], [False]),
    ],
)
def test_small_groups_take_the_next_larger_along_until_they_are_enough(sizes, expected):
    assert too_small(np.array(sizes), 30).tolist() == expected


@given(arrays(np.int64, st.integers(1, 8), elements=st.integers(0, 60)))
def test_those_seen_together_are_nobody_or_enough_or_everybody(sizes):
    together = too_small(sizes, 30)

    assert (sizes[~together] >= 30).all()
    assert sizes[together].sum() == 0 or sizes[together].sum() >= 30 or together[sizes > 0].all()
