import math

import numpy as np

from segmentation.scorer import Coded
from serving.needs.columns import alone_of, any_missing, arrays_of, columns_of
from serving.needs.need import ABSENT_NUMBER, ABSENT_VALUE
from tests.serving.needs.made import needs, resident, scorer

TWO = tuple(need for need in needs().all if need.name in {"home_area", "channel"})


def test_numbers_become_an_array_and_values_places_in_the_policys_list():
    many = arrays_of(TWO, [(20, None, ABSENT_NUMBER, True), ("desk", "app", None, ABSENT_VALUE)])
    assert np.array_equal(many["home_area"], [20.0, math.nan, math.nan, 1.0], equal_nan=True)
    assert many["channel"].values == ("app", "phone", "desk")
    assert many["channel"].codes.tolist() == [2, 0, -1, -1]


def test_what_is_missing_is_told_in_the_order_of_the_policy():
    many = arrays_of(TWO, [(20, None, 30), ("desk", None, None)])
    assert any_missing(many)
    assert columns_of(TWO, many, 3).imputed == ((), ("home_area", "channel"), ("channel",))


def test_nothing_is_told_where_nothing_is_missing():
    many = arrays_of(TWO, [(20, 30), ("desk", "app")])
    assert not any_missing(many)
    assert columns_of(TWO, many, 2).imputed == ((), ())


def test_many_needs_are_told_as_well_as_few():
    whole = columns_of(needs().all, arrays_of(needs().all, [[None, None] for _ in needs().all]), 2, ("x",))
    assert whole.unused == ("x",)
    assert whole.imputed == (tuple(need.name for need in needs().all),) * 2


def test_one_resident_is_scored_alike_as_values_and_as_arrays():
    one = alone_of(needs().read(_body(channel=None, wide=None), 1).one)
    assert one.imputed == (("channel", "wide"),)
    assert isinstance(one.arrays["urgency"], Coded)
    assert scorer().predict(one.arrays).tolist() == [scorer().one(one.one).label]


def test_residents_are_not_shown():
    assert repr(alone_of({"repairs": 17.0, "channel": "desk"})) == "Columns(1 residents)"


def _body(**changed):
    from tests.serving.needs.made import by_row

    return by_row(resident(**changed))
