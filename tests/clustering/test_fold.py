"""The folded scorer, the estimator and ONNX Runtime are one segmentation, on every row and at every tie."""

import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

from segmentation.clustering import Segmenter, segment_id
from segmentation.clustering.fold import HANDICAP, fold
from segmentation.onnx_twin import onnx_twin
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.scorer import FoldedScorer
from segmentation.simulate import simulate
from tests.needs import arrays, feature, needs_of, policies, policy_of
from tests.policies import AS_OF, small_policy, small_residents

ROOT = Path(__file__).parents[2]


@cache
def small_needs(seed=0):
    return residents_from(small_residents(seed=seed), small_policy(), as_of=AS_OF).needs


def by_onnx(scorer, needs):
    """Return the labels of ONNX Runtime."""
    feeds = {part.name: needs[part.name].to_numpy(np.float64)[:, None] for part in scorer.numbers}
    for part in scorer.levels:
        feeds[part.name] = needs[part.name].astype(object).fillna("").to_numpy()[:, None]
    return onnxruntime.InferenceSession(onnx_twin(scorer)).run(["segment"], feeds)[0]


def one_by_one(scorer, needs):
    """Return the labels of residents who are scored alone, as a service does."""
    columns = arrays(needs)
    rows = [{name: cells[[row]] for name, cells in columns.items()} for row in range(len(needs))]
    return np.concatenate([scorer.predict(row) for row in rows])


# ---- Worked by hand ---------------------------------------------------------------------------------


def test_the_fold_of_two_flags_worked_by_hand():
    # Half have parking, so the centres are (1, 0) and (0, 0); sizes are equal, so (0, 0) comes first.
    needs = pd.DataFrame({"parking": [0.0, 0.0, 1.0, 1.0]})
    scorer = Segmenter.from_policy(policy_of(parking=feature("flag")), 2).fit(needs).fold()
    assert scorer.segments == ("S1", "S2")
    assert scorer.constant == (0.0, 1.0 + HANDICAP)
    assert scorer.numbers[0].slope == (0.0, -2.0)
    # a missing flag stands at 0.5 and has a column of its own, in which both centres are 0
    assert scorer.numbers[0].missing == (0.0, -1.0)


def test_the_fold_of_a_count_worked_by_hand():
    # log1p is 0 and log 4, so encoded counts are -w and +w with mean and scale log 2; |x - c|² drops x².
    needs = pd.DataFrame({"repairs": [0.0, 0.0, 0.0, 3.0]})
    segmenter = Segmenter.from_policy(policy_of(repairs=feature("count", weight=2.0)), 2)
    segmenter.set_params(smallest_size=1).fit(needs)
    mean, scale = np.log(4) / 4, np.log(4) * np.sqrt(3) / 4
    low, high = 2 * (0 - mean) / scale, 2 * (np.log(4) - mean) / scale
    number = segmenter.fold().numbers[0]
    assert number.log
    np.testing.assert_allclose(number.slope, [-4 * low / scale, -4 * high / scale])
    np.testing.assert_allclose(segmenter.cluster_centers_, [[low, 0], [high, 0]], atol=1e-12)


def test_segment_ids_are_labels_counted_from_one():
    assert [segment_id(label) for label in (0, 1, 11)] == ["S1", "S2", "S12"]


# ---- The same segment for everybody -----------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_scorer_estimator_and_onnx_agree_for_any_policy_and_any_resident(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(2, 20)))
    others = data.draw(needs_of(policy, st.integers(1, 10)))
    n_segments = data.draw(st.integers(1, min(4, len(needs.drop_duplicates()))))
    segmenter = Segmenter.from_policy(policy, n_segments).set_params(restarts=2).fit(needs)
    scorer = segmenter.fold()
    everybody = pd.concat([needs, others], ignore_index=True)
    labels = segmenter.predict(everybody)
    np.testing.assert_array_equal(labels[: len(needs)], segmenter.labels_)
    np.testing.assert_array_equal(scorer.predict(arrays(everybody)), labels)
    np.testing.assert_array_equal(one_by_one(scorer, everybody), labels)
    np.testing.assert_array_equal(by_onnx(scorer, everybody), labels)
    # and score differences are those of squared distances
    scores, squares = scorer.scores(arrays(everybody)), segmenter.transform(everybody) ** 2
    rounding = 1e-9 * max(1.0, squares.max())  # nearly constant columns have distances in the thousands
    np.testing.assert_allclose(scores - scores[:, :1], squares - squares[:, :1], rtol=0, atol=rounding)


@pytest.mark.parametrize("low", [0.1, 0.2, 0.3])
@pytest.mark.parametrize("weight", [3.0, 3.7, 9.9])
def test_residents_half_way_between_two_segments_go_to_the_first_whoever_scores_them(low, weight):
    policy = policy_of(wish=feature("share", weight=weight), slot=feature("share"))
    rows = [(wish, slot) for wish in (low, low + 0.4) for slot in (0.1, 0.3, 0.9)]
    segmenter = Segmenter.from_policy(policy, 2).fit(pd.DataFrame(rows, columns=["wish", "slot"]))
    half_way = pd.DataFrame({"wish": low + 0.2, "slot": np.linspace(0, 1, 101)})
    np.testing.assert_allclose(np.diff(segmenter.transform(half_way), axis=1), 0, atol=1e-12)
    for labels in (
        segmenter.predict(half_way),
        segmenter.fold().predict(arrays(half_way)),
        one_by_one(segmenter.fold(), half_way),
        by_onnx(segmenter.fold(), half_way),
    ):
        assert set(labels) == {0}


def test_scorer_estimator_and_onnx_agree_on_twenty_thousand_residents():
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    needs = residents_from(simulate().residents, policy, as_of=date(2026, 6, 30)).needs
    segmenter = Segmenter.from_policy(policy, 6).fit(needs)
    labels = segmenter.predict(needs)
    assert set(labels) == set(range(6))
    np.testing.assert_array_equal(labels, segmenter.labels_)
    np.testing.assert_array_equal(segmenter.fold().predict(arrays(needs)), labels)
    np.testing.assert_array_equal(by_onnx(segmenter.fold(), needs), labels)


# ---- The same fold, again and elsewhere -------------------------------------------------------------


def test_the_fold_survives_its_json():
    scorer = Segmenter.from_policy(small_policy(), 3).fit(small_needs()).fold()
    assert FoldedScorer.from_json(scorer.to_json()) == scorer


def test_equal_fits_have_equal_digests_and_other_residents_another():
    digests = [
        Segmenter.from_policy(small_policy()).fit(small_needs(seed)).fold().digest for seed in (0, 0, 1)
    ]
    assert digests[0] == digests[1] != digests[2]


ELSEWHERE = """
from segmentation.clustering import Segmenter
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents
needs = residents_from(small_residents(), small_policy(), as_of=AS_OF).needs
print(Segmenter.from_policy(small_policy()).fit(needs).fold().digest)
"""


def test_another_process_with_other_hashes_and_threads_has_the_same_digest():
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        cwd=ROOT,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
            "PYTHONHASHSEED": "2",
            "OMP_NUM_THREADS": "2",
            "OPENBLAS_NUM_THREADS": "2",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == Segmenter.from_policy(small_policy()).fit(small_needs()).fold().digest


@pytest.mark.parametrize("encoder", [None, ColumnTransformer([("scaled", StandardScaler(), ["repairs"])])])
def test_only_a_segmenter_of_a_policy_folds(encoder):
    segmenter = Segmenter(encoder, n_segments=2).fit(small_needs()[["repairs", "parcels"]])
    with pytest.raises(ValueError, match=r"Only a segmenter made by Segmenter\.from_policy folds"):
        segmenter.fold()


def test_a_segmenter_folds_only_once_it_is_fitted():
    with pytest.raises(NotFittedError):
        Segmenter.from_policy(small_policy()).fold()


# ---- What an explanation needs ----------------------------------------------------------------------


def test_the_mean_resident_adds_what_the_average_adds_in_encoded_units():
    policy, needs = small_policy(), small_needs()
    segmenter = Segmenter.from_policy(policy, 3).fit(needs)
    encoded = segmenter.encoder_.transform(needs)
    scorer = fold(
        segmenter.encoder_,
        segmenter.cluster_centers_,
        ids=segmenter.segments_,
        average=encoded.mean(axis=0),
        borderline=0.1,
    )
    adding = np.sum([part.mean for part in (*scorer.numbers, *scorer.levels)], axis=0)
    everybody = scorer.scores(arrays(needs)).mean(axis=0)
    np.testing.assert_allclose(adding + scorer.constant, everybody, rtol=0, atol=1e-9)


def test_separations_are_squared_distances_between_the_centres():
    segmenter = Segmenter.from_policy(small_policy(), 3).fit(small_needs())
    expected = squareform(pdist(segmenter.cluster_centers_)) ** 2
    np.testing.assert_allclose(segmenter.fold().separations, expected, atol=1e-12)


def test_ids_and_borderline_are_those_that_are_given():
    segmenter = Segmenter.from_policy(small_policy(), 2).fit(small_needs())
    scorer = segmenter.named(["S4", "S1"]).set_params(borderline=0.25).fold()
    assert (scorer.segments, scorer.borderline) == (("S4", "S1"), 0.25)


# ---- What a scorer must not give away ---------------------------------------------------------------


def rare_needs(n=400):
    """Return two crowds, and of each other need a few residents who have it, or lack it."""
    rng = np.random.default_rng(0)
    urgent = np.array(["low"] * 4 + ["medium"] * (n - 11) + ["high"] * 7)
    return pd.DataFrame(
        {
            "wish": np.repeat([0.0, 50.0], n // 2) + rng.normal(size=n),
            "lift": np.repeat([0.0, 1.0], [5, n - 5]),
            "moves": np.repeat([0.0, 1.0], [n - 3, 3]),
            "urgency": pd.Series(urgent, dtype="str"),
        }
    )


def worked_out(smallest_size):
    """Return what its numbers say of how many residents have what, with slopes divided out."""
    policy = policy_of(
        wish=feature("number"), lift=feature("flag"), moves=feature("count"), urgency=feature("ordinal")
    )
    needs = rare_needs()
    scorer = Segmenter.from_policy(policy, 2).set_params(smallest_size=smallest_size).fit(needs).fold()
    found = {}
    for part in scorer.numbers[1:]:
        unit = np.log(2) if part.log else 1.0
        shown = [
            (row, slope) for row, slope in zip(part.missing, part.slope, strict=True) if abs(slope) > 1e-9
        ]
        found[part.name] = {round(row / slope / unit * len(needs), 6) for row, slope in shown}
    low, medium = (np.array(scorer.levels[0].values[value]) for value in ("low", "medium"))
    apart = medium - low
    found["urgency"] = {
        round(-row / gap * len(needs), 6) for row, gap in zip(low, apart, strict=True) if abs(gap) > 1e-9
    }
    return found


def test_no_number_of_few_residents_can_be_worked_out_of_a_scorer():
    told = worked_out(30)
    assert all(found <= {0.0, 400.0} for found in told.values())
    exact = worked_out(1)
    assert exact == {"lift": {395.0}, "moves": {3.0}, "urgency": {403.0}}
