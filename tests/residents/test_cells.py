"""One resident, one plain form, however the table stored it."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from segmentation.residents.cells import UNREADABLE, as_listed, as_number, distinct_texts, plain_table
from tests.policies import small_policy, small_residents

POLICY = small_policy()


def plain(column, cells):
    return plain_table(pd.DataFrame({column: cells}), POLICY)[column].tolist()


@pytest.mark.parametrize(
    "cells",
    [
        [1, 0, None],
        [True, False, None],
        ["1", "0", ""],
        ["TRUE", "False", "NA"],
        ["Yes", "no", "null"],
        ["是", "否", " "],
        ["1.0", "0.00", "NaN"],
        pd.array([1, 0, None], dtype="Int64"),
        pd.array([True, False, None], dtype="boolean"),
        pd.Categorical(["yes", "no", None]),
    ],
)
def test_flags_in_any_form_become_one_zero_or_missing(cells):
    one, zero, missing = plain("parking", cells)
    assert (one, zero) == (1.0, 0.0)
    assert math.isnan(missing)


@pytest.mark.parametrize("cell", ["2", "maybe", "t", 0.5])
def test_what_is_no_flag_becomes_infinite(cell):
    assert plain("parking", [cell]) == [math.inf]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12),
        ("-1.5e2", -150),
        (".5", 0.5),
        (Decimal("0.25"), 0.25),
        (np.int8(7), 7),
        (0.1 + 0.2, 0.1 + 0.2),
        (str(0.1 + 0.2), 0.1 + 0.2),
    ],
)
def test_numbers_are_read_exactly(cell, number):
    assert plain("evening_share", [cell]) == [number]
    assert plain("evening_share", pd.Series([cell, "x"], dtype=object))[0] == number


@pytest.mark.parametrize("text", ["1,200", "12 kWh", "1_000", "１２", "0x1A", "twelve", "inf", "1e999"])
def test_what_is_no_plain_number_becomes_infinite(text):
    assert as_number(text) == math.inf


@pytest.mark.parametrize(
    ("cell", "groups", "meant"),
    [
        (True, ("true", "false"), "true"),
        ("FALSE", ("true", "false"), "false"),
        (1, ("1", "2"), "1"),
        (1.0, ("1", "2"), "1"),
        ("2.0", ("1", "2"), "2"),
        ("2.0", ("2.0", "2"), "2.0"),
        (" owner ", ("owner", "tenant"), "owner"),
        ("None", ("none", "some"), "None"),
        ("None", ("owner", "tenant"), None),
        ("NA", ("NA", "EU"), "NA"),
        ("Owner", ("owner", "tenant"), "Owner"),
        ("", ("owner", "tenant"), None),
    ],
)
def test_a_listed_value_is_recognised_in_every_form_and_nothing_else_is(cell, groups, meant):
    found = as_listed(pd.Series([cell], dtype=object), groups).iloc[0]
    assert found == meant or (meant is None and pd.isna(found))


def test_whole_numbers_beyond_floating_point_keep_their_digits():
    ids = pd.Series([9007199254740993, None], dtype="Int64")
    assert distinct_texts(ids)[1] == ["9007199254740993"]
    assert distinct_texts(pd.Series([12345.0, None]))[1] == ["12345"]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-06-01T09:00",
        "2025-06-01 09:00:00Z",
        "2025/6/1 9:00",
        "20250601T090000",
        "2025-06-01T09:00:00+08:00",
        pd.Timestamp("2025-06-01T09:00"),
        pd.Timestamp("2025-06-01T09:00", tz="Asia/Shanghai"),
    ],
)
def test_a_time_is_the_one_on_the_wall_where_it_was_written(cell):
    for cells in ([cell], pd.Series([cell, None], dtype=object)):
        assert plain("collected_on", cells)[0] == pd.Timestamp("2025-06-01T09:00")


@pytest.mark.parametrize(
    "cell", ["soon", "2025", "2025-06", "2025-06-31", "31.12.2025", 45809, "2025-06-01T25:00"]
)
def test_what_is_no_time_becomes_unreadable(cell):
    assert plain("collected_on", [cell]) == [UNREADABLE]


def test_missing_times_stay_missing():
    assert pd.isna(plain("collected_on", ["2025-06-01", "NaT"])[1])
    assert pd.isna(plain("collected_on", pd.Series([None, pd.NaT], dtype="datetime64[s]"))).all()


@pytest.mark.parametrize("cell", ["\ud800", b"app", 1 + 2j, object(), {1}, 10**400])
def test_a_cell_of_any_type_is_read_without_an_exception(cell):
    cells = pd.Series([cell], dtype=object)
    assert plain("repairs", cells) == [math.inf]
    assert plain("channel", cells)[0] not in {"app", "phone", "desk"}
    assert plain("collected_on", cells) == [UNREADABLE]


def test_columns_that_are_missing_or_unknown_are_passed_over():
    table = small_residents(20)[["repairs", "sex"]].assign(note="x")
    assert list(plain_table(table, POLICY)) == ["repairs", "sex"]
