"""The schema of one policy's residents, generated, and the rules that a cell may break.

pandera runs the checks. What it reports of the values stays here: only row, column and rule leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from segmentation.residents.cells import UNREADABLE
from segmentation.residents.columns import STATES, consent_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.policy import Feature, Policy
    from segmentation.policy.parts import Purpose

_OF_PANDERA = {"not_nullable": "present", "field_uniqueness": "unique"}


@dataclass(frozen=True)
class Rule:
    """One rule for a cell, as messages say it; `{column}`, `{low}` and `{high}` are filled in.

    Attributes
    ----------
    rule : str
        What must hold.
    fix : str
        The way out.
    """

    rule: str
    fix: str


RULES = {
    "present": Rule("must not be empty", "fill it in"),
    "unique": Rule("must be different in every row", "keep one row for each resident"),
    "number": Rule("must be a number", "write digits with a point, without units or separators"),
    "whole": Rule("must be a whole number", "correct it, or make the feature's kind `number`"),
    "range": Rule("must be within {low:g} and {high:g}", "correct it, or change `features.{column}.range`"),
    "share": Rule("must be within {low:g} and {high:g}", "correct it; divide percentages by 100"),
    "flag": Rule("must be true or false", "write true/false, 1/0, yes/no or 是/否"),
    "value": Rule(
        "must be a value that the policy lists", "correct it, or add it to `features.{column}.values`"
    ),
    "group": Rule(
        "must be a group that the policy lists", "correct it, or add it to the groups of '{column}'"
    ),
    "state": Rule("must be given, refused or withdrawn", "correct it"),
    "time": Rule("must be a day or a time", "write it like 2025-06-30 or 2025-06-30T09:00"),
}
"""Every rule for a cell by its id, from the one that hides the others to the last."""


def schema(policy: Policy) -> pa.DataFrameSchema:
    """Return the pandera schema of the plain form of a policy's residents.

    Parameters
    ----------
    policy : Policy
        Gives columns, ranges, values and groups.

    Returns
    -------
    DataFrameSchema
        For a table of ids and listed values as ``str``, numbers and flags as float64 (infinity where a cell
        is no number), times as datetime64[us]; `residents_from` brings a table into this form first. The
        error of each check is a key of `RULES`.
    """
    table = policy.residents
    times = {table.collected_on: pa.Column(checks=_is_time(), nullable=False)} if table.collected_on else {}
    return pa.DataFrameSchema(
        {
            table.id: pa.Column("str", unique=True, report_duplicates="all", nullable=False),
            **{name: _feature_column(feature) for name, feature in policy.features.items()},
            **{
                name: pa.Column("str", _is_in(attribute.groups, "group"), nullable=True)
                for name, attribute in policy.audited.items()
            },
            **times,
            **_consent_columns(policy.purpose),
            **_consent_columns(policy.audit_purpose),
        }
    )


def broken_cells(table: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return which cells of a plain table break which rule.

    Parameters
    ----------
    table : DataFrame
        In plain form, with row numbers as its index; columns of the policy may be missing.
    policy : Policy
        Gives the schema.

    Returns
    -------
    DataFrame
        Columns row, column and rule, sorted by row; of several rules that a cell breaks the first in `RULES`.
    """
    checked = schema(policy).select_columns(list(table.columns))
    cases = pd.DataFrame({"index": [], "column": [], "check": []})
    # Whatever the environment says of pandera: the checks run.
    with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
        try:
            checked.validate(table, lazy=True)
        except SchemaErrors as errors:
            cases = errors.failure_cases
    rules = cases["check"].astype("object").replace(_OF_PANDERA)
    broken = pd.DataFrame({"row": cases["index"].astype("int64"), "column": cases["column"], "rule": rules})
    return _first_rules(broken, list(table.columns))


def _first_rules(broken: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    places = {rule: place for place, rule in enumerate(RULES)}
    at = {column: place for place, column in enumerate(columns)}
    order = broken.assign(at=broken["column"].map(at), place=broken["rule"].map(places))
    firsts = order.sort_values(["row", "at", "place"]).drop_duplicates(["row", "column"])
    return firsts[["row", "column", "rule"]].reset_index(drop=True)


def _feature_column(feature: Feature) -> pa.Column:
    if feature.values is not None:
        return pa.Column("str", _is_in(feature.values, "value"), nullable=not feature.required)
    if feature.kind == "flag":
        return pa.Column("float64", pa.Check.isin([0.0, 1.0], error="flag"), nullable=not feature.required)
    return pa.Column("float64", _number_checks(feature), nullable=not feature.required)


def _number_checks(feature: Feature) -> list[pa.Check]:
    limits = "share" if feature.kind == "share" else "range"
    checks = [
        pa.Check(np.isfinite, error="number"),
        pa.Check.in_range(feature.low, feature.high, error=limits),
    ]
    if feature.kind == "count":
        checks.append(
            pa.Check(lambda cells: np.mod(cells.where(np.isfinite(cells), 0.5), 1) == 0, error="whole")
        )
    return checks


def _is_in(values: Iterable[str], error: str) -> pa.Check:
    return pa.Check.isin(list(values), error=error)


def _is_time() -> pa.Check:
    return pa.Check.ne(UNREADABLE, error="time")


def _consent_columns(purpose: Purpose) -> dict[str, pa.Column]:
    if purpose.consent == "not_required":
        return {}
    state, at, notice = consent_columns(purpose)
    columns = {state: pa.Column("str", _is_in(STATES, "state"), nullable=True)}
    columns[at] = pa.Column(checks=_is_time(), nullable=True)
    return columns | ({notice: pa.Column("str", nullable=True)} if purpose.notice_versions else {})
