"""Policies of any features and tables that fit them, for tests between a table and its segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from segmentation.policy import Feature, Policy
from tests.policies import small_policy, small_raw

LEVELS = ("low", "medium", "high")
KINDS = ("count", "number", "share", "flag", "ordinal", "category")

_TEXT = {"en": "x", "zh": "某"}
_REST: dict[str, dict[str, Any]] = {
    "count": {"range": [0, 400], "unit": _TEXT},
    "number": {"range": [-1000, 1000], "unit": _TEXT},
    "share": {},
    "flag": {},
    "ordinal": {"values": list(LEVELS)},
    "category": {"values": ["app", "phone", "desk"]},
}


def feature(kind: str, **rest: Any) -> dict[str, Any]:
    """Return the raw table of a feature, as a policy file holds it."""
    words = {"title": _TEXT, "dimension": "need", "source": "survey", "why": _TEXT}
    return words | {"kind": kind} | _REST[kind] | rest


def policy_of(**features: dict[str, Any]) -> Policy:
    """Return the small policy with these features instead of its own."""
    own = dict.fromkeys(small_raw()["features"])
    return small_policy(features=own | features, services=None)


def arrays(needs: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return a table's columns as the scorer takes them."""
    return {str(name): needs[name].to_numpy() for name in needs}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy of one to five features of any kind, with weights."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    weights = st.sampled_from([0.1, 0.7, 1.0, 1.3, 10.0])
    return policy_of(**{f"{kind}_{at}": feature(kind, weight=draw(weights)) for at, kind in enumerate(kinds)})


@st.composite
def needs_of(draw: st.DrawFn, policy: Policy, rows: st.SearchStrategy[int]) -> pd.DataFrame:
    """Draw a table that fits a policy; columns may be constant, or missing altogether."""
    n = draw(rows)
    return pd.DataFrame({name: draw(_column(of, n)) for name, of in policy.features.items()}, index=range(n))


def _column(of: Feature, n: int) -> st.SearchStrategy[pd.Series]:
    dtype = "str" if of.values else "float64"
    values = st.sampled_from(of.values) if of.values else _NUMBERS[of.kind]
    cells = st.one_of(st.none(), values), values, st.none()
    columns = st.one_of([st.lists(cell, min_size=n, max_size=n) for cell in cells])
    return columns.map(lambda column: pd.Series(column, dtype=dtype))


_NUMBERS: dict[str, st.SearchStrategy[float]] = {
    "count": st.integers(0, 400).map(float),
    "number": st.integers(-10_000, 10_000).map(lambda tenths: tenths / 10),
    "share": st.integers(0, 20).map(lambda twentieths: twentieths / 20),
    "flag": st.sampled_from([0.0, 1.0]),
}
