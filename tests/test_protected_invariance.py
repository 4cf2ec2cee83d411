"""No protected column changes a segment: not its values, not their order, not their absence.

The positive control is a model that does see a protected attribute, and does change.
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.clustering import Segmenter
from segmentation.policy import policy_from
from segmentation.residents import residents_from
from segmentation.simulate import simulate

ROOT = Path(__file__).parents[1]
AS_OF = date(2026, 6, 30)
RAW = tomllib.loads((ROOT / "models" / "resident_needs" / "policy.toml").read_text(encoding="utf-8"))
QUICK = RAW.get("clustering", {}) | {"segments": [2, 6], "splits": 5, "bootstraps": 20}
POLICY = policy_from(RAW | {"clustering": QUICK})
AUDITED = list(POLICY.audited)


@cache
def community():
    return simulate(400).residents


def segmented(table, policy=POLICY):
    """Return the segment of every resident by id, and the scorer's digest."""
    residents = residents_from(table, policy, as_of=AS_OF)
    segmenter = Segmenter.from_policy(policy).fit(residents.needs)
    return dict(zip(residents.ids, segmenter.labels_, strict=True)), segmenter.fold().digest


@cache
def before():
    return segmented(community())


def test_there_are_segments_that_could_change():
    labels = np.array(list(before()[0].values()))
    assert len(labels) > 300
    assert np.bincount(labels).min() > 10
    assert len(np.bincount(labels)) >= 3


columns = st.lists(st.sampled_from(AUDITED), min_size=1, unique=True)


@settings(max_examples=8, deadline=None)
@given(columns, st.integers(0, 2**32 - 1))
def test_permuting_protected_columns_changes_no_segment(permuted, seed):
    rng = np.random.default_rng(seed)
    orders = {name: rng.permutation(len(community())) for name in permuted}
    table = community().assign(
        **{name: community()[name].to_numpy()[order] for name, order in orders.items()}
    )
    assert not table.equals(community())
    assert segmented(table) == before()


@settings(max_examples=5, deadline=None)
@given(columns)
def test_emptying_protected_columns_changes_no_segment(emptied):
    table = community().assign(**dict.fromkeys(emptied, pd.Series(np.nan, community().index, dtype="str")))
    assert segmented(table) == before()


def test_a_table_and_a_policy_without_protected_columns_have_the_same_segments():
    kept = AUDITED[0]
    short = RAW | {"clustering": QUICK, "protected": {kept: RAW["protected"][kept]}, "proxies": {}}
    short |= {"audit": RAW.get("audit", {}) | {"intersections": []}}
    table = community().drop(columns=[name for name in AUDITED if name != kept])
    assert segmented(table, policy_from(short)) == before()


def test_refusing_the_audit_changes_no_segment():
    table = community().assign(consent_fairness_audit="refused")
    assert residents_from(table, POLICY, as_of=AS_OF).protected.isna().all(axis=None)
    assert segmented(table) == before()


def test_a_need_does_change_segments():
    rng = np.random.default_rng(0)
    table = community().assign(repair_requests=rng.permutation(community()["repair_requests"]))
    assert segmented(table)[1] != before()[1]


@pytest.mark.parametrize("attribute", ["age_band", "sex"])
def test_a_model_that_sees_a_protected_attribute_does_change(attribute):
    def cheat(table):
        residents = residents_from(table, POLICY, as_of=AS_OF)
        encoded = Segmenter.from_policy(POLICY, 1).fit(residents.needs).encoder_.transform(residents.needs)
        seen = pd.get_dummies(residents.protected[attribute], dtype=float).to_numpy()
        return Segmenter(n_segments=4, restarts=2, random_state=0).fit_predict(np.hstack([encoded, 3 * seen]))

    shuffled = np.random.default_rng(0).permutation(community()[attribute])
    assert (cheat(community()) == cheat(community())).all()
    assert (cheat(community()) != cheat(community().assign(**{attribute: shuffled}))).mean() > 0.1
