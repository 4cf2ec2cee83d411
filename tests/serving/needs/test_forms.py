import math

import msgspec
import pytest

from serving.needs.forms import body_form, columns_form, row_form
from tests.serving.needs.made import needs, resident

ALL = needs().all
ROW, COLUMNS = row_form(ALL), columns_form(ALL)
PLACES = {need.name: f"n{at}" for at, need in enumerate(ALL)}


def value(row, name):
    return getattr(row, PLACES[name])


def test_fields_may_have_any_script_and_words_of_python():
    row = msgspec.convert(resident(**{"报修次数": 9, "class": 0}), ROW)
    assert (value(row, "报修次数"), value(row, "class")) == (9, 0)


def test_what_is_absent_is_told_from_null():
    row = msgspec.convert({"repairs": 1, "class": True, "home_area": None, "urgency": None}, ROW)
    assert value(row, "home_area") is value(row, "urgency") is None
    assert math.isnan(value(row, "wide"))
    assert value(row, "channel") == ""


@pytest.mark.parametrize(
    "changed",
    [
        {"repairs": None},
        {"class": None},
        {"repairs": True},
        {"repairs": "1"},
        {"repairs": 1.5},
        {"unread": 2},
        {"monthly_income": "much"},
        {"channel": ""},
    ],
    ids=str,
)
def test_what_the_policy_does_not_allow_is_not_decoded(changed):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(resident(**changed), ROW)


def test_a_body_holds_rows_or_columns_and_nothing_else():
    form = body_form(ROW, COLUMNS)
    assert len(msgspec.convert({"residents": [resident()]}, form).residents) == 1
    assert msgspec.convert({}, form).columns is msgspec.UNSET
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"residents": [], "more": 1}, form)


def test_a_column_that_is_left_out_is_unset_and_a_required_one_is_asked_for():
    columns = msgspec.convert({"repairs": [1], "class": [True]}, COLUMNS)
    assert value(columns, "wide") is msgspec.UNSET
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"repairs": [1]}, COLUMNS)
