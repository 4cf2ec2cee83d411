"""What is given away of residents who alone differ: attacked as one would who has scorer and card."""

import json

import numpy as np
import pandas as pd
import pytest

from segmentation.clustering import Segmenter
from segmentation.clustering.centers import means, nearest
from segmentation.clustering.disclosing import Spread, Usual, coarse, rounded
from segmentation.features import Gap, encoded, needs_table
from segmentation.profiles import profiles
from tests.needs import feature, policy_of

LEAST = 30
SIZES = (400, 200)
VALUES = {
    "flag": (0.0, 1.0),
    "count": (0.0, 1.0, 3.0, 7.0),
    "number": (12.5, 40.0, 17.25, 900.0),
    "share": (0.0, 0.35, 0.5, 1.0),
    "ordinal": ("low", "high", "medium"),
    "category": ("app", "desk", "phone"),
}
"""The value of most residents, that of the one who differs, and others that many have elsewhere."""


def community(kind, rare, missing, elsewhere):
    """Return needs of two far segments: in the smaller one so many residents differ, by the second value."""
    usual, other, *_ = values = VALUES[kind]
    rng = np.random.default_rng(5)
    large = rng.choice(np.array(values, object), SIZES[0]) if elsewhere else np.full(SIZES[0], usual, object)
    small = np.array([other] * rare + [usual] * (SIZES[1] - rare), object)
    wish = np.concatenate([large, small])
    if missing:
        wish[rng.random(len(wish)) < 0.15] = None
        wish[SIZES[0] : SIZES[0] + rare] = other
    far = np.repeat([0.0, 80.0], SIZES) + np.round(rng.normal(size=sum(SIZES)), 1)
    listed = kind in {"ordinal", "category"}
    return pd.DataFrame({"far": far, "wish": pd.Series(wish).astype("str" if listed else "float64")})


def given_away(kind, rare, missing, elsewhere):
    """Return scorer and profiles of the feature as they leave the build."""
    policy = policy_of(far=feature("number", weight=10), wish=feature(kind))
    policy = policy.model_copy(update={"audit": policy.audit.model_copy(update={"smallest_group": LEAST})})
    needs = community(kind, rare, missing, elsewhere)
    segmenter = Segmenter.from_policy(policy, 2).fit(needs)
    assert np.bincount(segmenter.labels_).tolist() == list(SIZES)
    at_usual(segmenter, kind)
    told = profiles(policy, needs, segmenter.labels_, segmenter.segments_).shown
    figures = [
        (one.segment, need.level, need.inside, need.outside, need.difference, need.interval)
        for one in told
        for need in one.needs
        if need.feature == "wish"
    ]
    return segmenter.fold().to_json(), sorted(figures, key=str)


def at_usual(segmenter, kind):
    """Assert that the smaller segment's centre stands where its residents but few do."""
    usual = pd.DataFrame({"far": [0.0], "wish": pd.Series([VALUES[kind][0]]).astype("object")})
    usual["wish"] = usual["wish"].astype("str" if kind in {"ordinal", "category"} else "float64")
    value, missing = (
        encoded(segmenter.encoder_, needs_table(segmenter.encoder_, table))[0, 2:]
        for table in (usual, usual.assign(wish=usual["wish"].where([False])))
    )
    center = segmenter.cluster_centers_[1, 2:]
    if kind == "category":  # who is missing has a value of that
        assert center[1] == 0  # desk
        return
    share = center[-1] / missing[-1]
    assert center == pytest.approx(share * missing + (1 - share) * value)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("kind", VALUES)
def test_whether_nobody_one_or_several_differ_is_told_by_no_number(kind, missing, elsewhere):
    nobody, card = given_away(kind, 0, missing, elsewhere)
    for rare in (1, 2, 7):
        scorer, figures = given_away(kind, rare, missing, elsewhere)
        if not elsewhere:  # else a count of many may change its step
            assert json.loads(scorer) == json.loads(nobody)
        assert figures == card


@pytest.mark.parametrize("rare", [1, 7, LEAST - 1])
def test_fewer_than_the_smallest_group_leave_a_centre_where_the_others_are(rare):
    labels = np.zeros(200, np.int64)
    column = np.where(np.arange(200) < rare, 3.7, -0.2)[:, None]
    usual = Usual.of(column, labels, 1)
    told = rounded(Spread.of(column, labels, usual), means(column, labels, 1), np.array([0.15]), LEAST)
    assert told.tolist() == [[-0.2]]


def test_more_than_these_are_counted_in_steps():
    labels = np.zeros(200, np.int64)
    for rare, seen in ((30, 30), (44, 30), (46, 60), (100, 90)):
        column = (np.arange(200) < rare).astype(float)[:, None]
        spread = Spread.of(column, labels, Usual.of(column, labels, 1))
        told = rounded(spread, column.mean(axis=0)[None], np.array([0.15]), LEAST)
        assert told[0, 0] * 200 == pytest.approx(seen)


def test_who_is_missing_is_counted_apart():
    # 40 of 200 are missing and stand at 0.5; one of the others differs.
    column = np.repeat([[0.5, 1.0], [9.0, 0.0], [2.0, 0.0]], [40, 1, 159], axis=0)
    labels = np.zeros(200, np.int64)
    usual = Usual.of(column, labels, 1, (Gap(0, 1, 1.0, 0.5),))
    told = rounded(Spread.of(column, labels, usual), column.mean(axis=0)[None], np.array([0.15]), LEAST)
    share = told[0, 1]
    assert share == pytest.approx(30 / 200)
    assert told[0, 0] == pytest.approx(share * 0.5 + (1 - share) * 2.0)


def test_amounts_keep_their_means_within_a_step():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(-1, 0.5, (3000, 3)), rng.normal(1, 0.5, (2000, 3))])
    centers = means(points, np.repeat([0, 1], [3000, 2000]), 2)
    steps = LEAST / np.array([3000, 2000])
    told = coarse(points, centers, steps)
    assert np.abs(told - centers).max() <= 4 * steps.max() / 2
    assert (nearest(points, told) == nearest(points, centers)).mean() > 0.998
