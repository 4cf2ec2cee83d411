from __future__ import annotations

import math

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.config import CONFIG, ValidationDepth

from segmentation.residents import schema
from segmentation.residents.cells import UNREADABLE, plain_table
from segmentation.residents.schema import RULES, broken_cells
from tests.policies import small_policy, small_residents

POLICY = small_policy()
PLAIN = plain_table(small_residents(30), POLICY).set_axis(range(1, 31), axis="index")


def broken(column, value, row=5):
    table = PLAIN.copy()
    table.loc[row, column] = value
    return list(broken_cells(table, POLICY).itertuples(index=False, name=None))


def test_the_schema_is_one_of_pandera_with_the_columns_of_the_policy():
    made = schema(POLICY)
    assert isinstance(made, pa.DataFrameSchema)
    assert set(made.columns) == set(PLAIN)
    assert made.validate(PLAIN).equals(PLAIN)


def test_a_valid_table_has_no_broken_cell():
    found = broken_cells(PLAIN, POLICY)
    assert list(found) == ["row", "column", "rule"]
    assert found.empty


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("repairs", math.inf, "number"),
        ("repairs", math.nan, "present"),
        ("repairs", 0.5, "whole"),
        ("repairs", 61.0, "range"),
        ("repairs", -1.0, "range"),
        ("evening_share", 1.5, "share"),
        ("parking", math.inf, "flag"),
        ("channel", "fax", "value"),
        ("cleaning_wish", "none", "value"),
        ("age_band", "70", "group"),
        ("tenure", "guest", "group"),
        ("resident", None, "present"),
        ("collected_on", UNREADABLE, "time"),
        ("consent_fairness_audit", "yes", "state"),
        ("consent_fairness_audit_at", UNREADABLE, "time"),
    ],
)
def test_each_rule_finds_its_cell(column, value, rule):
    assert broken(column, value) == [(5, column, rule)]
    assert rule in RULES


@pytest.mark.parametrize(
    ("column", "value"),
    [("repairs", 60.0), ("parcels", math.nan), ("evening_share", 0.0), ("channel", None), ("tenure", None)],
)
def test_values_at_the_limit_and_missing_ones_are_left_alone(column, value):
    assert broken(column, value) == []


def test_all_rows_of_a_duplicate_are_found():
    assert broken("resident", PLAIN["resident"].iloc[0]) == [
        (1, "resident", "unique"),
        (5, "resident", "unique"),
    ]


def test_empty_ids_are_empty_and_not_duplicates():
    table = PLAIN.assign(resident=PLAIN["resident"].where(PLAIN.index > 2))
    assert broken_cells(table, POLICY)["rule"].tolist() == ["present", "present"]


def test_cells_are_sorted_by_row_then_by_the_order_of_the_columns():
    table = PLAIN.assign(
        channel=PLAIN["channel"].where(PLAIN.index != 2, "fax"),
        repairs=PLAIN["repairs"].mask(PLAIN.index <= 2, 99),
    )
    found = broken_cells(table, POLICY)
    assert found[["row", "column"]].to_numpy().tolist() == [[1, "repairs"], [2, "repairs"], [2, "channel"]]


def test_the_checks_run_even_where_the_environment_turns_pandera_off(monkeypatch):
    monkeypatch.setattr(CONFIG, "validation_enabled", False)
    assert broken("repairs", 61.0) == [(5, "repairs", "range")]
    monkeypatch.setattr(CONFIG, "validation_enabled", True)
    monkeypatch.setattr(CONFIG, "validation_depth", ValidationDepth.SCHEMA_ONLY)
    assert broken("repairs", 61.0) == [(5, "repairs", "range")]


def test_a_table_without_some_columns_is_judged_by_the_others():
    assert broken_cells(PLAIN[["repairs"]], POLICY).empty
    assert broken_cells(pd.DataFrame(index=[1, 2]), POLICY).empty
