"""fairlearn on counted cells: equal to fairlearn on the rows, and its traps shown and kept out of.

Each trap has a test of what fairlearn 0.15 does, so that a version that does otherwise is noticed, and of
what is done here instead.
"""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, count, selection_rate
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.audit.cells import Cells, Crosstab
from segmentation.audit.crossing import EXPLAINED, cross
from segmentation.audit.rates import metric_frame, selection_rates, stratified_rates

EXACT = 1e-12


def residents(size=6000, seed=0):
    rng = np.random.default_rng(seed)
    labels = pd.Series(rng.choice([f"S{at}" for at in range(1, 6)], size))
    people = pd.DataFrame(
        {
            "age": pd.Categorical(rng.choice(["young", "middle", "old"], size, p=[0.5, 0.3, 0.2])),
            "sex": pd.Categorical(rng.choice(["f", "m"], size)),
        }
    )
    needs = pd.DataFrame({"repairs": pd.Categorical(rng.choice(["0", "1-3", "4+"], size, p=[0.5, 0.4, 0.1]))})
    return labels, people, needs


def on_the_rows(labels, people, controls=None, segments=None):
    names = sorted(set(labels)) if segments is None else segments
    return MetricFrame(
        metrics={name: partial(selection_rate, pos_label=name) for name in names},
        y_true=labels,
        y_pred=labels,
        sensitive_features=people,
        control_features=controls,
    )


def assert_equal_within_strata(labels, people, needs):
    """Hold every rate, difference and ratio within strata to fairlearn's on the rows."""
    counted = cross(Crosstab.of(labels, people, needs), smallest=1)
    cells = counted.cells([*people.columns, EXPLAINED])
    ours, theirs = stratified_rates(cells), on_the_rows(labels, people, needs)
    strata = [name.removeprefix("repairs ") for name in dict.fromkeys(group[-1] for group in cells.groups)]
    groups = list(dict.fromkeys(group[:-1] for group in cells.groups))
    for row, segment in enumerate(cells.segments):
        for at, stratum in enumerate(strata):
            for place, group in enumerate(groups):
                rate = theirs.by_group[segment].get((stratum, *group), np.nan)
                found = ours.by_group[row, place, at]
                assert found == pytest.approx(0.0 if np.isnan(rate) else rate, abs=EXACT)
            assert ours.overall[row, at] == pytest.approx(theirs.overall[segment][stratum], abs=EXACT)
            assert ours.difference[row, at] == pytest.approx(theirs.difference()[segment][stratum], abs=EXACT)
            ratio = theirs.ratio()[segment][stratum]
            assert ours.ratio[row, at] == pytest.approx(ratio, abs=EXACT, nan_ok=True)


@pytest.mark.parametrize("attributes", [["age"], ["sex"], ["age", "sex"]])
def test_rates_within_strata_are_those_of_fairlearn_with_control_features(attributes):
    labels, people, needs = residents()
    assert_equal_within_strata(labels, people[attributes], needs)


@given(
    st.lists(
        st.tuples(st.sampled_from(["S1", "S2"]), st.sampled_from("fmx"), st.sampled_from(["0", "1-3", "4+"])),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=8, deadline=None)
def test_rates_within_strata_of_any_residents_are_those_of_fairlearn(listed):
    labels, sexes, levels = (list(values) for values in zip(*listed, strict=True))
    people = pd.DataFrame({"sex": pd.Categorical(sexes, list("fmx"))})
    needs = pd.DataFrame({"repairs": pd.Categorical(levels, ["0", "1-3", "4+"])})
    assert_equal_within_strata(pd.Series(labels), people, needs)


def test_nobody_within_strata_has_no_rate_and_no_ratio():
    nobody = stratified_rates(
        Cells(("sex", EXPLAINED), ("S1",), (("f", "a"), ("m", "a")), np.zeros((1, 2), int))
    )

    assert nobody.by_group.tolist() == [[[0.0], [0.0]]]
    assert np.isnan(nobody.ratio).all()


# ---- The traps of 0.15 ------------------------------------------------------------------------------


def drawn_spread(cells, draws=2000, seed=0):
    """Resample the residents of the cells, and return the spread of the first segment's rates by group."""
    rng = np.random.default_rng(seed)
    total = cells.counts.sum()
    counts = rng.multinomial(total, (cells.counts / total).ravel(), draws).reshape(draws, *cells.counts.shape)
    return (counts[:, 0] / counts.sum(axis=1)).std(axis=0)


def test_its_bootstrap_of_cells_resamples_cells_and_resampled_counts_have_the_right_spread():
    cells = Crosstab.of(*residents()[:2]).cells(["sex"])
    segment, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    theirs = MetricFrame(
        metrics={"S1": partial(selection_rate, pos_label="S1")},
        y_true=np.array(cells.segments)[segment],
        y_pred=np.array(cells.segments)[segment],
        sensitive_features=np.array(["f", "m"])[group],
        sample_params={"S1": {"sample_weight": cells.counts.ravel().astype(float)}},
        n_boot=50,
        ci_quantiles=[0.16, 0.84],
        random_state=0,
    )
    low, high = (quantile["S1"].to_numpy() for quantile in theirs.by_group_ci)
    rates = cells.counts[0] / cells.sizes
    true = np.sqrt(rates * (1 - rates) / cells.sizes)

    assert ((high - low) / 2 > 10 * true).any()
    assert drawn_spread(cells) == pytest.approx(true, rel=0.1)


def test_forgotten_weights_count_cells_and_ours_are_never_forgotten():
    cells = Crosstab.of(*residents()[:2]).cells(["sex"])
    segment, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    labels = np.array(cells.segments)[segment]
    metrics = {name: partial(selection_rate, pos_label=name) for name in cells.segments}
    weights = {"S1": {"sample_weight": cells.counts.ravel().astype(float)}}
    theirs = MetricFrame(
        metrics=metrics, y_true=labels, y_pred=labels, sensitive_features=group, sample_params=weights
    )
    rates = cells.counts / cells.sizes

    assert theirs.by_group["S1"].to_numpy() == pytest.approx(rates[0], abs=EXACT)
    assert theirs.by_group["S2"].to_numpy() == pytest.approx(1 / len(cells.segments))
    assert pytest.approx(rates, abs=EXACT) == metric_frame(cells).by_group.to_numpy().T


def test_its_count_takes_no_weight_and_sizes_come_from_the_counts():
    labels, people, _ = residents()
    cells = Crosstab.of(labels, people).cells(["sex"])
    segment, group = (axis.ravel() for axis in np.indices(cells.counts.shape))
    frame = {"y_true": segment, "y_pred": segment, "sensitive_features": group}

    assert MetricFrame(metrics=count, **frame).by_group.tolist() == [len(cells.segments)] * 2
    with pytest.raises(TypeError, match="sample_weight"):
        MetricFrame(metrics=count, sample_params={"sample_weight": cells.counts.ravel()}, **frame)
    assert cells.sizes.tolist() == [(people["sex"] == sex).sum() for sex in ("f", "m")]


def test_an_empty_intersection_is_skipped_by_its_difference_and_told_here_by_its_size():
    labels, people, _ = residents()
    gone = (people["age"] == "old") & (people["sex"] == "f")
    labels, people = labels[~gone].reset_index(drop=True), people[~gone].reset_index(drop=True)
    theirs = on_the_rows(labels, people)
    cells = Crosstab.of(labels, people).cells(["age", "sex"])
    at = cells.groups.index(("old", "f"))

    assert np.isnan(theirs.by_group["S1"][("old", "f")])
    assert np.isfinite(theirs.difference()["S1"])
    assert cells.sizes[at] == 0
    assert selection_rates(cells).by_group[:, at].tolist() == [0.0] * 5
    assert selection_rates(cells).difference == pytest.approx(theirs.difference().to_numpy(), abs=EXACT)


def test_a_segment_that_nobody_enters_has_no_ratio_there_and_is_never_judged_here():
    labels, people, _ = residents()
    theirs = on_the_rows(labels, people[["sex"]], segments=[*sorted(set(labels)), "S9"])
    named = pd.Series(pd.Categorical(labels, [*sorted(set(labels)), "S9"]))
    crosstab = Crosstab.of(named, people)

    assert theirs.difference()["S9"] == 0.0
    assert np.isnan(theirs.ratio()["S9"])
    assert np.isnan(selection_rates(crosstab.cells(["sex"])).ratio[-1])
    assert "S9" not in crosstab.large_enough(30)[0].segments


def test_a_missing_group_raises_there_and_is_a_group_of_its_own_here():
    labels, people, _ = residents()
    people["sex"] = people["sex"].where(np.arange(len(people)) % 5 > 0)
    with pytest.raises(ValueError, match="contains missing values"):
        on_the_rows(labels, people[["sex"]].astype(object))

    cells = Crosstab.of(labels, people).cells(["sex"])
    known = people["sex"].notna()
    theirs = on_the_rows(labels[known], people.loc[known, ["sex"]])
    assert cells.sizes[-1] == len(people) / 5
    assert selection_rates(cells.known).difference == pytest.approx(theirs.difference().to_numpy(), abs=EXACT)


@pytest.mark.parametrize("mixed", [[1, "b"], [1.5, "b"], [True, "b"]])
def test_labels_of_mixed_types_are_nobodys_there_and_texts_here(mixed):
    labels = pd.Series(mixed * 50, dtype=object)
    people = pd.DataFrame({"sex": pd.Categorical(["f", "f", "m", "m"] * 25)})
    theirs = on_the_rows(labels, people, segments=mixed)

    assert theirs.by_group[mixed[0]].tolist() == [0.0, 0.0]
    rates = selection_rates(Crosstab.of(labels, people).cells(["sex"]))
    assert rates.by_group.tolist() == [[0.5, 0.5], [0.5, 0.5]]


def test_groups_of_mixed_types_raise_there_and_are_texts_here():
    labels = pd.Series(["S1", "S2"] * 50)
    kind = pd.Series([1, 1, "b", "b"] * 25, dtype=object)
    groups = pd.DataFrame({"kind": kind, "sex": ["f"] * 50 + ["m"] * 50})
    with pytest.raises(TypeError, match="not supported between instances"):
        on_the_rows(labels, groups)

    cells = Crosstab.of(labels, groups.astype("category")).cells(["kind", "sex"])
    assert cells.group_names == ("1 × f", "1 × m", "b × f", "b × m")
    assert selection_rates(cells).ratio.tolist() == [1.0, 1.0]
