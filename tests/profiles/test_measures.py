"""Needs as columns of numbers."""

import math

import numpy as np
import pandas as pd

from segmentation.policy.features import UNKNOWN
from segmentation.profiles.measures import measures
from tests.policies import small_policy

NEEDS = pd.DataFrame(
    {
        "repairs": [0.0, 3.0, np.nan],
        "parcels": [1.0, 2.0, 3.0],
        "evening_share": [0.1, np.nan, 0.5],
        "channel": pd.Series(["app", "desk", None], dtype="str"),
        "cleaning_wish": pd.Series(["low", "high", None], dtype="str"),
        "parking": [1.0, 0.0, np.nan],
    }
)


def found(policy=None):
    return {(one.feature, one.level): one for one in measures(policy or small_policy(), NEEDS)}


def values(measure):
    return [None if math.isnan(value) else value for value in measure.values]


def test_there_is_a_measure_per_feature_and_one_per_value_of_a_category():
    assert list(found()) == [
        ("repairs", None), ("parcels", None), ("evening_share", None), ("channel", "app"),
        ("channel", "phone"), ("channel", "desk"), ("cleaning_wish", None), ("parking", None),
    ]  # fmt: skip


def test_numbers_stay_in_their_unit_and_missing_stays_missing():
    assert values(found()["repairs", None]) == [0.0, 3.0, None]
    assert values(found()["evening_share", None]) == [0.1, None, 0.5]


def test_the_values_of_a_category_are_marks():
    assert values(found()["channel", "app"]) == [1.0, 0.0, None]
    assert values(found()["channel", "phone"]) == [0.0, 0.0, None]


def test_an_ordinal_is_its_rank_from_zero():
    assert values(found()["cleaning_wish", None]) == [0.0, 2.0, None]


def test_shares_of_residents_are_marks():
    assert {key[0] for key, one in found().items() if one.is_mark} == {"channel", "parking"}


def test_a_missing_value_that_means_something_is_a_value_of_its_own():
    means = {"features": {"channel": {"missing": {"en": "Never called", "zh": "从未联系"}}}}
    told = found(small_policy(**means))

    assert values(told["channel", UNKNOWN]) == [0.0, 0.0, 1.0]
    assert values(told["channel", "app"]) == [1.0, 0.0, 0.0]
    assert ("channel", UNKNOWN) not in found()
