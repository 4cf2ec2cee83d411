"""Residents to look at, the places of their groups, and figures as they are shown."""

import math

import numpy as np
import pandas as pd

from segmentation.audit.samples import MOST_RESIDENTS, places, rounded, sample


def test_many_residents_are_sampled_once_each():
    rows = sample(MOST_RESIDENTS + 5_000, seed=0)
    assert len(np.unique(rows)) == len(rows) == MOST_RESIDENTS
    assert sample(20, seed=0).tolist() == list(range(20))


def test_a_group_that_is_not_asked_for_has_no_place():
    column = pd.Series(pd.Categorical(["b", None, "a", "c"], ["c", "b", "a"]))
    assert places(column, ["a", "b"]).tolist() == [1, -1, 0, -1]


def test_a_figure_is_rounded_and_one_without_a_value_has_none():
    assert (rounded(0.12345), rounded(0.12345, 4), rounded(None)) == (0.123, 0.1235, None)
    assert math.copysign(1, rounded(-0.0001)) == 1
