"""Numbers by table, by block and by lowest score: the same as by the plain rule, to the last bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.scorer import FoldedNumber, FoldedScorer
from segmentation.scorer.kernel import COUNTED, lowest


def scorer_of(*parts):
    return FoldedScorer(("S1", "S2"), (0.0, 0.0), parts, (), ((0.0, 1.0), (1.0, 0.0)), 0.1)


COUNT = scorer_of(FoldedNumber("visits", log=True, slope=(1.0, 0.0), missing=(-7.0, 0.0), mean=(0.0, 0.0)))


@pytest.mark.parametrize("kind", ["f8", "f4", "i8", "i2", "u4", "O"])
@pytest.mark.parametrize(
    "counts",
    [
        [0, 1, 17, 400],
        [0, COUNTED - 1],
        [0, COUNTED],
        [3, 30_000],
        [2.5, 1.0],
        [np.nan, 4.0, 0.5],
        [1e12, 3.0],
    ],
)
def test_the_log_of_a_count_is_log1p_to_the_last_bit(counts, kind):
    cells = np.array(counts, "f8")
    if kind not in {"f8", "O"}:
        cells = cells[(cells == np.rint(cells)) & (cells < 2**15)]  # what those can hold
    column = cells.astype(kind)
    expected = np.where(np.isnan(cells), -7.0, np.log1p(cells))
    np.testing.assert_array_equal(COUNT.scores({"visits": column})[:, 0], expected)


def test_the_caller_keeps_his_columns_as_they_are():
    column = np.array([3.0, np.nan, 0.0])
    COUNT.predict({"visits": column})
    np.testing.assert_array_equal(column, [3.0, np.nan, 0.0])


def test_counts_among_other_numbers_keep_their_own_weights():
    parts = (
        FoldedNumber("share", log=False, slope=(2.0, 0.0), missing=(10.0, 0.0), mean=(0.0, 0.0)),
        FoldedNumber("visits", log=True, slope=(1.0, 0.0), missing=(100.0, 0.0), mean=(0.0, 0.0)),
        FoldedNumber("area", log=False, slope=(4.0, 0.0), missing=(1000.0, 0.0), mean=(0.0, 0.0)),
    )
    nan = np.nan
    columns = {"share": [1, nan, 0, 0], "visits": [0, 0, nan, 0], "area": [0, 1, 0, nan]}
    assert scorer_of(*parts).scores(columns)[:, 0].tolist() == [2.0, 14.0, 100.0, 1000.0]


@given(st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=6))
def test_the_lowest_score_is_the_first_of_equals(rows):
    scores = np.array(rows, np.float64)
    labels, best = lowest(scores)
    np.testing.assert_array_equal(labels, scores.argmin(axis=0))
    np.testing.assert_array_equal(best, scores.min(axis=0))


def test_there_may_be_more_segments_than_a_byte_counts():
    scores = np.ones((300, 2))
    scores[[299, 256], [0, 1]] = 0.0
    assert lowest(scores)[0].tolist() == [299, 256]
