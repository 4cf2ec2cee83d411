"""The trace: what is permuted, what moves, what of an association is gone."""

import numpy as np
import pandas as pd
import pytest

from segmentation.audit import Crosstab
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.samples import places
from segmentation.audit.sections import Trace
from segmentation.audit.trace import _in_steps, falls, permuted, trace
from segmentation.errors import AuditError
from tests.policies import small_policy

SMALLEST = 10


def needs(size=4_000, seed=0):
    """A phone habit that follows age, a number of repairs that follows nothing, and a constant."""
    rng = np.random.default_rng(seed)
    old = rng.random(size) < 0.4
    phone = np.where(rng.random(size) < 0.9, old, ~old).astype(float)
    table = pd.DataFrame({"phone": phone, "repairs": rng.poisson(4, size).astype(float), "constant": 1.0})
    table["word"] = pd.Series(np.where(old, "a", None), dtype="str")
    protected = pd.DataFrame(
        {
            "age_band": pd.Categorical(np.where(old, "65+", "18-39"), ["18-39", "65+"]),
            "sex": pd.Categorical(rng.choice(["female", "male"], size)),
        }
    )
    return table, protected


def assign(table):
    """Phone or not, and a second segment of those who repair much: two needs rule, by hand."""
    return pd.Series(np.where(table["phone"] > 0.5, "S1", np.where(table["repairs"] > 5, "S3", "S2")))


def moved(size=4_000, seed=0):
    table, protected = needs(size)
    return permuted(table, assign(table), assign, seed=seed), protected


def tables(protected, labels, names=("age_band", "sex")):
    return disclose([Crosstab.of(labels, protected).cells([name]) for name in names], SMALLEST)


def test_the_need_that_carries_an_attribute_takes_the_association_with_it():
    moves, protected = moved()
    fall = falls(moves, places(protected["age_band"], ["18-39", "65+"]), 2, moves.order(["S1", "S2", "S3"]))

    assert moves.features == ("phone", "repairs", "constant", "word")
    assert fall[0] > 0.6
    assert np.abs(fall[1:]).max() < 0.05


def test_no_need_carries_an_attribute_that_follows_none():
    moves, protected = moved()
    fall = falls(moves, places(protected["sex"], ["female", "male"]), 2, moves.order(["S1", "S2", "S3"]))
    assert np.abs(fall).max() < 0.03


def test_a_need_that_the_rule_does_not_read_moves_nobody():
    moves, protected = moved()
    fall = falls(moves, places(protected["age_band"], ["18-39", "65+"]), 2, moves.order(["S1", "S2", "S3"]))
    assert moves.moved[2:].tolist() == [0.0, 0.0]
    assert fall[2:].tolist() == [0.0, 0.0]


def test_a_permuted_need_moves_as_many_as_counted_by_hand():
    # A share p of residents phone; two residents differ with 2 p (1 - p), and only a phone call moves to S1.
    moves, _ = moved()
    share = (moves.before == moves.segments.index("S1")).mean()
    assert moves.moved[0] == pytest.approx(2 * share * (1 - share), abs=0.01)


def test_the_trace_names_segment_and_need():
    moves, protected = moved()
    labels = assign(needs()[0])
    found = trace(small_policy(), protected, moves, tables(protected, labels))

    assert [(one.attribute, one.group, one.segment, one.feature) for one in found] == [
        ("age_band", "65+", "S1", "phone"),
        ("age_band", "18-39", "S2", "phone"),
    ]
    rates = labels.eq("S1").groupby(protected["age_band"], observed=True).mean()
    assert found[0].gap == round(rates["65+"] - rates["18-39"], 3)
    assert all(one.closed > 0.7 for one in found)


def test_the_trace_says_nothing_of_gaps_that_may_be_chance():
    moves, protected = moved()
    found = trace(small_policy(), protected, moves, tables(protected, assign(needs()[0]), ["sex"]))
    assert found == ()


def test_what_is_closed_of_a_gap_comes_in_steps_of_the_smallest_group():
    # A gap of 40 residents: a quarter of it is ten of them. One of 10,000 is told as closely as it is shown.
    assert _in_steps(np.array([0.1, 0.3, 0.9, 1.0]), 10, 40.0).tolist() == [0.0, 0.25, 1.0, 1.0]
    assert _in_steps(np.array([0.8125]), 10, 10_000.0) == pytest.approx([0.8125], abs=0.001)
    assert _in_steps(np.array([0.4]), 10, 0.0).tolist() == [0.0]


def test_the_trace_says_nothing_of_counts_that_are_hidden():
    moves, protected = moved()
    (one,) = tables(protected, assign(needs()[0]), ["age_band"])
    hidden = Shown(one.cells, one.hidden | (np.array(one.cells.segments) == "S1")[:, None], one.hidden_sizes)

    assert all(found.segment != "S1" for found in trace(small_policy(), protected, moves, [hidden]))
    nothing = Shown(one.cells, np.ones_like(one.hidden), one.hidden_sizes)
    assert trace(small_policy(), protected, moves, [nothing]) == ()


def test_a_segment_that_the_rule_no_longer_fills_is_passed_over():
    moves, protected = moved()
    labels = assign(needs()[0]).where(np.arange(4_000) % 40 > 0, "(small segments)")
    found = trace(small_policy(), protected, moves, tables(protected, labels, ["age_band"]))
    assert {one.segment for one in found} == {"S1", "S2"}
    assert isinstance(found[0], Trace)


def test_the_same_seed_gives_the_same_moves():
    one, same, other = (moved(seed=seed)[0].after for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_rule_that_made_other_segments_is_refused():
    table, _ = needs()
    with pytest.raises(AuditError, match=r"only 0.0 % of residents\. Give the rule that made the segments"):
        permuted(table, pd.Series(["vip"] * 4_000), assign, seed=0)


def test_a_rule_that_agrees_for_most_residents_alone_is_refused_and_the_share_named():
    table, _ = needs()
    labels = assign(table)
    half = labels.where(np.arange(4_000) % 20 > 0, "vip")
    with pytest.raises(AuditError, match=r"the segment that is audited to only 95.0 % of residents"):
        permuted(table, half, assign, seed=0)


def test_a_rule_that_differs_for_one_in_a_hundred_is_taken():
    table, _ = needs()
    labels = assign(table)
    almost = labels.where(np.arange(4_000) % 100 > 0, "vip")
    assert (
        permuted(table, almost, assign, seed=0).after == permuted(table, labels, assign, seed=0).after
    ).all()


def test_needs_of_other_residents_are_refused():
    table, _ = needs()
    with pytest.raises(AuditError, match="3999 segments for the needs of 4000 residents"):
        permuted(table, assign(table)[1:], assign, seed=0)


def test_one_segment_or_one_group_has_no_association_to_fall():
    moves, protected = moved()
    group = places(protected["age_band"], ["18-39", "65+"])
    assert falls(moves, group, 2, moves.order(["S1"])) is None
    assert falls(moves, np.where(group > 0, -1, group), 2, moves.order(["S1", "S2"])) is None
