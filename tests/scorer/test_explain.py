"""Explanations, worked by hand and held to the distances that scikit-learn gives, mitigated or not."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from segmentation.clustering import AffineMap, Segmenter
from segmentation.clustering.assign import explanation, explanation_table
from segmentation.clustering.fold import HANDICAP, fold
from segmentation.features import encoded_features
from segmentation.scorer import Coded, FoldedLevels, FoldedNumber, FoldedScorer
from segmentation.scorer.columns import BLOCK
from tests.needs import KINDS, LEVELS, arrays, feature, needs_of, policies, policy_of

# Centres at 0 and 4 of one number, and at 0 and 1 of whether somebody phones; the mean is at 1 and 0.25.
SCORER = FoldedScorer(
    segments=("S1", "S2"),
    constant=(0.0, 17.0),
    numbers=(FoldedNumber("wish", log=False, slope=(0.0, -8.0), missing=(0.0, -8.0), mean=(0.0, -8.0)),),
    levels=(FoldedLevels("channel", {"app": (0.0, 0.0), "phone": (0.0, -2.0)}, (0.0, -0.5), (0.0, -0.5)),),
    separations=((0.0, 17.0), (17.0, 0.0)),
    borderline=0.1,
)
COLUMNS = {"wish": [0.0, 4.0, 2.0, np.nan], "channel": ["app", "phone", "app", None]}


# ---- Worked by hand ---------------------------------------------------------------------------------


def test_a_contribution_is_the_weight_times_the_deviation_from_the_mean_resident():
    told = SCORER.explain(COLUMNS)
    assert (told.segments, told.features) == (("S1", "S2"), ("wish", "channel"))
    assert told.chosen.tolist() == [0, 1, 0, 0]
    assert told.runner_up.tolist() == [1, 0, 1, 1]
    assert told.gap.tolist() == [17.0, 17.0, 1.0, 8.5]
    # S1 against S2 weighs -8 a unit and the mean is 1; S2 against S1 weighs 8 a unit
    assert told.contributions[:, 0].tolist() == [8.0, 24.0, -8.0, 0.0]
    assert told.contributions[:, 1].tolist() == [0.5, 1.5, 0.5, 0.0]
    assert told.constant.tolist() == [8.5, -8.5, 8.5, 8.5]


def test_the_margin_is_1_at_the_centres_and_beyond_and_falls_to_0_at_the_boundary():
    wishes = [-3.0, 0.0, 1.0, 2.0, 2.125, 2.2, 4.0, 9.0]
    told = SCORER.explain({"wish": wishes, "channel": ["app"] * 8})
    np.testing.assert_allclose(
        told.margin, [1.0, 1.0, 9 / 17, 1 / 17, 0.0, 0.6 / 17, 15 / 17, 1.0], atol=1e-12
    )
    assert told.borderline.tolist() == [False, False, False, True, True, True, False, False]


@pytest.mark.parametrize(
    ("limit", "borderline"), [(0.0, [False, False]), (0.06, [True, False]), (1.0, [True, True])]
)
def test_who_is_borderline_is_for_the_policy_to_say(limit, borderline):
    told = replace(SCORER, borderline=limit).explain({"wish": [2.0, 1.0], "channel": ["app", "app"]})
    assert told.borderline.tolist() == borderline


def test_a_segment_that_stands_alone_is_its_own_runner_up_and_nobody_is_borderline():
    wish = FoldedNumber("wish", log=True, slope=(2.0,), missing=(1.0,), mean=(0.5,))
    alone = FoldedScorer(("S1",), (3.0,), (wish,), (), separations=((0.0,),), borderline=1.0)
    told = alone.explain({"wish": [0, 7, np.nan]})
    assert told.chosen.tolist() == told.runner_up.tolist() == [0, 0, 0]
    assert not told.contributions.any()
    assert not told.gap.any()
    assert not told.constant.any()
    assert told.margin.tolist() == [1.0, 1.0, 1.0]
    assert not told.borderline.any()


def test_two_segments_with_one_centre_cannot_be_told_apart():
    twice = replace(
        SCORER,
        constant=(0.0, HANDICAP),
        numbers=(replace(SCORER.numbers[0], slope=(-8.0, -8.0), missing=(-8.0, -8.0), mean=(-8.0, -8.0)),),
        levels=(),
        separations=((0.0, 0.0), (0.0, 0.0)),
    )
    told = twice.explain({"wish": [0.0, 5.0]})
    assert told.chosen.tolist() == [0, 0]
    assert told.margin.tolist() == [0.0, 0.0]
    assert told.borderline.all()


def test_no_residents_have_no_explanation():
    told = SCORER.explain({"wish": [], "channel": []})
    assert (told.gap.shape, told.contributions.shape) == ((0,), (0, 2))
    labels, margins = SCORER.margins({"wish": [], "channel": []})
    assert (labels.shape, margins.shape) == ((0,), (0,))


def test_margins_alone_are_those_of_the_explanation_in_a_long_table_too():
    rng = np.random.default_rng(0)
    n = BLOCK + 9
    columns = {
        "wish": np.where(rng.random(n) < 0.1, np.nan, rng.normal(2, 2, n)),
        "channel": Coded(("phone", None, "app"), rng.integers(-1, 3, n)),
    }
    labels, margins = SCORER.margins(columns)
    told = SCORER.explain(columns)
    np.testing.assert_array_equal(labels, SCORER.predict(columns))
    np.testing.assert_array_equal(told.chosen, labels)
    np.testing.assert_array_equal(told.margin, margins)


def test_the_table_of_an_explanation_says_who_and_sums_to_the_gap():
    table = explanation_table(SCORER.explain(COLUMNS), pd.Index(["a", "b", "c", "d"]))
    assert table["segment"].tolist() == ["S1", "S2", "S1", "S1"]
    assert table["runner_up"].tolist() == ["S2", "S1", "S2", "S2"]
    parts = table[["constant", "contribution:wish", "contribution:channel"]]
    assert parts.sum(axis=1).tolist() == table["gap"].tolist()
    assert table.index.tolist() == ["a", "b", "c", "d"]


# ---- Held to the distances --------------------------------------------------------------------------


def fitted(policy, needs, n_segments=3, erase=None, **changes):
    """Return a fitted segmenter and its scorer, told against the true mean resident."""
    segmenter = Segmenter.from_policy(policy, n_segments, erase=erase, **changes)
    segmenter.set_params(restarts=1).fit(needs)
    average = segmenter.encoder_.transform(needs).mean(axis=0)
    scorer = fold(
        segmenter.encoder_,
        segmenter.cluster_centers_,
        erase,
        ids=segmenter.segments_,
        average=average,
        borderline=0.1,
    )
    return segmenter, scorer


def hold_to_distances(told, segmenter, needs):
    """Fail where an explanation is not that of the distances from residents to centres."""
    squares = segmenter.transform(needs) ** 2
    rows, size = np.arange(len(needs)), max(1.0, squares.max())
    gap = squares[rows, told.runner_up] - squares[rows, told.chosen]
    close = {"rtol": 0, "atol": 1e-9 * size}  # nearly constant columns have distances in the thousands
    np.testing.assert_array_equal(told.chosen, segmenter.predict(needs))
    if squares.shape[1] > 1:
        assert (told.runner_up != told.chosen).all()
        np.testing.assert_allclose(squares[rows, told.runner_up], np.sort(squares, axis=1)[:, 1], **close)
    np.testing.assert_allclose(told.gap, gap, **close)
    np.testing.assert_allclose(told.contributions.sum(axis=1) + told.constant, gap, **close)


def by_distances(segmenter, needs, told, average):
    """Return contributions from centres and encoded columns, without the scorer's arithmetic."""
    centers = segmenter.cluster_centers_
    matrix = np.eye(centers.shape[1]) if segmenter.erase is None else segmenter.erase.matrix
    away = segmenter.encoder_.transform(needs) - average
    weights = 2 * (centers[told.chosen] - centers[told.runner_up]) @ matrix
    parts = [
        part.columns if hasattr(part, "columns") else slice(part.column, part.column + 2)
        for part in sorted(encoded_features(segmenter.encoder_), key=lambda part: hasattr(part, "columns"))
    ]
    return np.column_stack([(weights[:, columns] * away[:, columns]).sum(axis=1) for columns in parts])


def random_map(columns, seed, rank):
    rng = np.random.default_rng(seed)
    axes, _ = np.linalg.qr(rng.normal(size=(columns, columns)))
    kept = np.arange(columns) < rank
    return AffineMap((axes * kept) @ axes.T, rng.normal(size=columns))


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_contributions_sum_to_the_gap_between_the_two_nearest_centres_for_any_policy(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(2, 20)))
    others = data.draw(needs_of(policy, st.integers(1, 10)))
    erase = None
    if data.draw(st.booleans()):
        columns = Segmenter.from_policy(policy, 1).fit(needs).cluster_centers_.shape[1]
        erase = random_map(columns, data.draw(st.integers(0, 99)), data.draw(st.integers(0, columns)))
    try:
        segmenter, scorer = fitted(policy, needs, data.draw(st.integers(1, 4)), erase)
    except ValueError:  # fewer residents differ
        reject()
    everybody = pd.concat([needs, others], ignore_index=True)
    told = scorer.explain(arrays(everybody))
    hold_to_distances(told, segmenter, everybody)
    assert ((told.margin >= 0) & (told.margin <= 1)).all()


def mixed_policy():
    return policy_of(**{kind: feature(kind) for kind in KINDS})


def mixed_needs(n=200):
    """Return residents with needs of every kind, some of them missing."""
    rng = np.random.default_rng(0)
    crowd = rng.integers(0, 3, n)
    cells = {
        "count": rng.poisson(1 + 5 * crowd),
        "number": rng.normal(crowd, 1),
        "share": rng.random(n).round(2),
        "flag": rng.random(n) < 0.2 + 0.3 * crowd,
        "ordinal": np.array(LEVELS)[crowd],
        "category": rng.choice(["app", "phone", "desk"], n),
    }
    return pd.DataFrame(
        {
            kind: pd.Series(column, dtype="str" if kind in {"ordinal", "category"} else "float64").mask(
                rng.random(n) < 0.1
            )
            for kind, column in cells.items()
        }
    )


@pytest.mark.parametrize("without", [[], ["category", "flag"]])
@pytest.mark.parametrize("rank", [None, 7])
def test_each_contribution_is_that_of_the_columns_of_its_feature(rank, without):
    policy, needs = mixed_policy(), mixed_needs()
    assert needs.isna().to_numpy().any()
    kept = needs.drop(columns=without)
    columns = Segmenter.from_policy(policy, 1, without=without).fit(kept).cluster_centers_.shape[1]
    erase = None if rank is None else random_map(columns, 0, rank)
    segmenter, scorer = fitted(policy, kept, 4, erase, without=without)
    told = explanation(scorer, needs)
    hold_to_distances(told, segmenter, kept)
    average = segmenter.encoder_.transform(kept).mean(axis=0)
    np.testing.assert_allclose(
        told.contributions, by_distances(segmenter, kept, told, average), rtol=0, atol=1e-9
    )
    assert set(told.features) == set(kept)


def test_the_mean_deviation_of_all_residents_is_none():
    segmenter, scorer = fitted(mixed_policy(), mixed_needs(), 2)
    told = scorer.explain(arrays(mixed_needs()))
    weighed = np.where(told.chosen == 0, 1.0, -1.0)[:, None] * told.contributions
    np.testing.assert_allclose(weighed.mean(axis=0), 0, atol=1e-9)
    assert segmenter.n_segments_ == 2


@pytest.mark.parametrize("field", ["slope", "missing"])
def test_the_check_above_sees_one_weight_that_is_a_little_off(field):
    segmenter, scorer = fitted(mixed_policy(), mixed_needs())
    at = next(at for at, part in enumerate(scorer.numbers) if mixed_needs()[part.name].isna().any())
    part = scorer.numbers[at]
    wrong = replace(part, **{field: (*getattr(part, field)[:-1], getattr(part, field)[-1] + 1e-6)})
    numbers = (*scorer.numbers[:at], wrong, *scorer.numbers[at + 1 :])
    hold_to_distances(scorer.explain(arrays(mixed_needs())), segmenter, mixed_needs())
    with pytest.raises(AssertionError):
        hold_to_distances(
            replace(scorer, numbers=numbers).explain(arrays(mixed_needs())), segmenter, mixed_needs()
        )


def test_who_lies_nearer_to_the_boundary_has_a_smaller_margin():
    policy = policy_of(wish=feature("share"))
    exact = Segmenter.from_policy(policy, 2).set_params(smallest_size=1)
    segmenter = exact.fit(pd.DataFrame({"wish": [0.0, 0.1, 0.9, 1.0]}))
    told = segmenter.fold().explain({"wish": np.linspace(0.05, 0.95, 31)})
    assert told.margin[[0, -1]] == pytest.approx([1.0, 1.0])
    assert all(left > right for left, right in pairwise(told.margin[:16]))
    assert all(left < right for left, right in pairwise(told.margin[15:]))
    assert told.margin[15] == pytest.approx(0.0, abs=1e-9)
    assert segmenter.predict(pd.DataFrame({"wish": [0.5]}))[0] == told.chosen[15]
