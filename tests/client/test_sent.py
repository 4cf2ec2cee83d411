"""Residents are sent as they were given: nothing left out or changed; what JSON cannot hold is refused."""

import json
import math
from collections import OrderedDict
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.client.sent import MOST_FAULTS, sent_of
from segmentation.errors import RefusedError

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text(), st.floats(allow_infinity=False)
)
NAMES = st.text(min_size=1, max_size=8)


def body(residents=None, columns=None):
    sent = sent_of(residents, columns)
    return json.loads(sent.body(0, sent.size))


def same(sent, value):
    """Whether JSON holds a value; a value that is not there is null."""
    missing = isinstance(value, float) and math.isnan(value)
    return (
        sent is None
        if missing or value is None
        else sent == value and isinstance(sent, bool) == isinstance(value, bool)
    )


@given(st.lists(st.dictionaries(NAMES, VALUES), max_size=5))
def test_rows_arrive_as_they_were_given(rows):
    sent = body(rows)["residents"]

    assert [one.keys() for one in sent] == [one.keys() for one in rows]
    assert all(same(sent[at][name], value) for at, row in enumerate(rows) for name, value in row.items())


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=3, max_size=3), min_size=1))
def test_columns_arrive_as_they_were_given(columns):
    sent = body(columns)["columns"]

    assert sent.keys() == columns.keys()
    assert all(
        same(got, value) for name in columns for got, value in zip(sent[name], columns[name], strict=True)
    )


def test_a_data_frame_arrives_with_null_for_what_is_missing():
    frame = pd.DataFrame(
        {
            "repairs": [1, None],
            "share": [0.25, np.nan],
            "whole": pd.array([3, None], dtype="Int64"),
            "channel": pd.Categorical(["app", None]),
            "told": ["x", None],
            "flag": pd.array([True, None], dtype="boolean"),
        }
    )

    sent = body(frame)["columns"]
    assert sent == {
        "repairs": [1, None],
        "share": [0.25, None],
        "whole": [3, None],
        "channel": ["app", None],
        "told": ["x", None],
        "flag": [True, None],
    }
    assert type(sent["repairs"][0]) is int


def test_numbers_of_numpy_and_any_mapping_are_taken():
    row = OrderedDict(a=np.int64(3), b=np.float32(0.5), c=np.bool_(True), d=np.str_("x"), e=pd.NaT)
    assert body(row for row in [row]) == {"residents": [{"a": 3, "b": 0.5, "c": True, "d": "x", "e": None}]}
    assert body(columns={"a": np.arange(2), "b": (x for x in "xy")}) == {
        "columns": {"a": [0, 1], "b": ["x", "y"]}
    }


@pytest.mark.parametrize(
    "value",
    [math.inf, -math.inf, [1], {"x": 1}, date(2026, 7, 1), Decimal("1.5"), b"bytes", 1j],
    ids=lambda value: type(value).__name__,
)
def test_what_json_has_no_form_for_is_refused_and_not_shown(value):
    for residents in ([{"ok": 1}, {"repairs": value}], {"repairs": [1, value]}):
        with pytest.raises(RefusedError) as raised:
            sent_of(residents, None)
        (fault,) = raised.value.faults
        assert fault.where in {"/residents/1/repairs", "/columns/repairs/1"}
        assert repr(value) not in str(raised.value).replace("infinity", "")


@pytest.mark.parametrize(
    ("residents", "columns", "said"),
    [
        (None, None, "one of the two"),
        ([], {}, "one of the two"),
        ([3], None, "/residents/0: is no mapping"),
        ({"repairs": 3}, None, "/columns/repairs: is no list"),
        ({"repairs": "abc"}, None, "/columns/repairs: is no list"),
        ({"a": [1], "b": [1, 2]}, None, "the same length"),
        ([{3: 1}], None, "/residents/0: a need is named by what is no text"),
        ({3: [1]}, None, "/columns: a need is named by what is no text"),
    ],
    ids=[
        "nothing",
        "both",
        "no mapping",
        "one resident",
        "a text",
        "ragged",
        "numbered need",
        "numbered column",
    ],
)
def test_residents_in_no_form_are_refused_with_the_way_out(residents, columns, said):
    with pytest.raises(RefusedError, match=said):
        sent_of(residents, columns)


def test_what_cannot_be_written_is_refused_when_it_is_sent():
    for row in ({"repairs": "\ud800"}, {"\ud800": 1}):
        with pytest.raises(RefusedError, match="not Unicode"):
            body([row])


def test_a_number_of_any_size_is_for_the_policy_to_judge():
    assert body([{"repairs": 2**70}]) == {"residents": [{"repairs": 2**70}]}


def test_a_name_that_may_be_somebody_is_not_repeated():
    for name in ("13800138000", "id_110101199003070000", "a whole sentence", "x" * 64):
        with pytest.raises(RefusedError) as raised:
            sent_of([{name: math.inf}], None)
        assert name not in str(raised.value)
        assert raised.value.faults[0].where == "/residents/0/…"


def test_all_faults_are_told_up_to_a_limit_and_the_others_counted():
    with pytest.raises(RefusedError) as raised:
        sent_of([{"a": math.inf}] * (MOST_FAULTS + 7), None)

    assert len(raised.value.faults) == MOST_FAULTS
    assert "and 7 more." in str(raised.value)


def test_a_part_holds_its_residents_and_shows_none_of_them():
    for residents in ([{"a": number} for number in range(9)], {"a": range(9)}):
        sent = sent_of(residents, None)
        assert b"[3,4]" in sent.body(3, 5) or json.loads(sent.body(3, 5)) == {
            "residents": [{"a": 3}, {"a": 4}]
        }
        assert repr(sent) == "Sent(size=9)"
