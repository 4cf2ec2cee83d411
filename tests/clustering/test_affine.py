"""A map of encoded needs: the same segment for everybody, and no small count comes through it."""

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from sklearn.base import clone

from segmentation.clustering import AffineMap, Segmenter
from segmentation.clustering.fold import linear
from tests.clustering.test_fold import by_onnx, one_by_one, small_needs
from tests.needs import arrays, feature, needs_of, policies, policy_of
from tests.policies import small_policy


def columns_of(policy, needs):
    return Segmenter.from_policy(policy, 1).fit(needs).cluster_centers_.shape[1]


def random_map(columns, seed=0, rank=None):
    """Return a map that flattens some directions, as an erasure does."""
    rng = np.random.default_rng(seed)
    axes, _ = np.linalg.qr(rng.normal(size=(columns, columns)))
    kept = np.arange(columns) < (columns if rank is None else rank)
    return AffineMap((axes * kept) @ axes.T, rng.normal(size=columns))


def small(erase_rank=9, **changes):
    erase = random_map(columns_of(small_policy(), small_needs()), rank=erase_rank)
    return Segmenter.from_policy(small_policy(), 3, erase=erase).set_params(**changes)


# ---- The map ----------------------------------------------------------------------------------------


def test_a_map_turns_stretches_and_shifts():
    erase = AffineMap(np.array([[0.0, 2.0], [1.0, 0.0]]), np.array([10.0, 20.0]))
    assert erase.apply(np.array([[1.0, 3.0], [0.0, 0.0]])).tolist() == [[16.0, 21.0], [10.0, 20.0]]
    assert repr(erase) == "AffineMap(2 columns)"


@pytest.mark.parametrize(
    ("matrix", "offset", "told"),
    [
        (np.eye(2), np.zeros(3), r"must be square .* got the shapes \(2, 2\) and \(3,\)"),
        (np.ones((2, 3)), np.zeros(2), "must be square"),
        (np.eye(2), np.zeros((2, 1)), "must be square"),
        (np.diag([1.0, np.nan]), np.zeros(2), "must be finite"),
        (np.eye(2), np.array([0.0, np.inf]), "must be finite"),
    ],
)
def test_what_is_no_map_is_refused(matrix, offset, told):
    with pytest.raises(ValueError, match=told):
        AffineMap(matrix, offset)


def test_the_fold_of_a_map_worked_by_hand():
    # |2z + 1 - c|² is 4z² + 4z(1 - c) + (1 - c)²; less what all share, -4c z + c² - 2c
    constant, slopes = linear(np.array([[0.0], [3.0]]), AffineMap(np.array([[2.0]]), np.array([1.0])))
    np.testing.assert_allclose(constant, [0.0, 3.0], atol=1e-9)
    np.testing.assert_allclose(slopes, [[0.0], [-12.0]])


# ---- The same segment for everybody -----------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_scorer_estimator_and_onnx_agree_on_mapped_needs_of_any_policy(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(2, 20)))
    others = data.draw(needs_of(policy, st.integers(1, 10)))
    columns = columns_of(policy, needs)
    erase = random_map(columns, data.draw(st.integers(0, 99)), data.draw(st.integers(0, columns)))
    segmenter = Segmenter.from_policy(policy, data.draw(st.integers(1, 3)), erase=erase)
    try:
        segmenter.set_params(restarts=1).fit(needs)
    except ValueError:  # the map may leave fewer residents who differ
        reject()
    everybody = pd.concat([needs, others], ignore_index=True)
    labels, scorer = segmenter.predict(everybody), segmenter.fold()
    np.testing.assert_array_equal(labels[: len(needs)], segmenter.labels_)
    np.testing.assert_array_equal(scorer.predict(arrays(everybody)), labels)
    np.testing.assert_array_equal(by_onnx(scorer, everybody), labels)


def test_scorer_estimator_and_onnx_agree_with_categories_and_missing_values():
    segmenter, needs = small().fit(small_needs()), small_needs()
    assert needs.isna().to_numpy().any()
    labels = segmenter.predict(needs)
    assert set(labels) == {0, 1, 2}
    np.testing.assert_array_equal(segmenter.fold().predict(arrays(needs)), labels)
    np.testing.assert_array_equal(one_by_one(segmenter.fold(), needs), labels)
    np.testing.assert_array_equal(by_onnx(segmenter.fold(), needs), labels)
    scores, squares = segmenter.fold().scores(arrays(needs)), segmenter.transform(needs) ** 2
    np.testing.assert_allclose(scores - scores[:, :1], squares - squares[:, :1], rtol=0, atol=1e-8)
    assert segmenter.inertia_ == pytest.approx(squares.min(axis=1).sum())


def test_residents_whom_the_map_makes_alike_share_a_segment():
    policy = policy_of(wish=feature("share"), slot=feature("share"))
    rng = np.random.default_rng(0)
    needs = pd.DataFrame({"wish": rng.random(200).round(2), "slot": np.repeat([0.0, 1.0], 100)})
    onto_slot = AffineMap(np.diag([0.0, 0.0, 1.0, 0.0]), np.zeros(4))
    segmenter = Segmenter.from_policy(policy, 2, erase=onto_slot).fit(needs)
    assert pd.crosstab(segmenter.labels_, needs["slot"]).to_numpy().tolist() in (
        [[100, 0], [0, 100]],
        [[0, 100], [100, 0]],
    )
    with pytest.raises(ValueError, match="`n_segments` is 3, and fewer residents differ from each other"):
        Segmenter.from_policy(policy, 3, erase=onto_slot).fit(needs)


def test_a_map_makes_no_segments_of_shuffled_needs():
    # A map mixes features and takes directions away. Mixtures that are shuffled would have these back, and
    # any residents would lie closer together than they.
    rng = np.random.default_rng(0)
    columns, found = columns_of(small_policy(), small_needs()), []
    for seed in range(6):
        needs = small_needs().apply(lambda column: column.to_numpy()[rng.permutation(len(column))])
        segmenter = Segmenter.from_policy(small_policy(), 3, erase=random_map(columns, seed, rank=10))
        choice = segmenter.set_params(bootstraps=2, splits=2, restarts=2).fit(needs).assess(needs)
        found.append(choice.structure.p_value)
    assert np.median(found) > 0.2


def test_a_map_leaves_the_segments_that_are_there():
    segmenter = Segmenter.from_policy(small_policy(), erase=random_map(14, rank=13)).fit(small_needs())
    assert segmenter.choice_.structure.is_there
    assert segmenter.n_segments_ == 3


def test_a_segmenter_with_a_map_is_cloned_and_stored_with_it(tmp_path):
    segmenter = small().fit(small_needs())
    joblib.dump(segmenter.without_residents(), tmp_path / "segmenter")
    stored = joblib.load(tmp_path / "segmenter")
    assert stored.fold().digest == segmenter.fold().digest
    assert clone(segmenter).fit(small_needs()).fold().digest == segmenter.fold().digest
    assert repr(segmenter.get_params()["erase"]).startswith("AffineMap(")


def test_the_map_must_fit_the_encoded_columns():
    with pytest.raises(ValueError, match=r"`erase` maps 3 columns, and the needs have \d+"):
        small(erase=random_map(3)).fit(small_needs())


# ---- What a centre must not give away ---------------------------------------------------------------


def test_shares_are_rounded_before_the_map_so_no_small_count_comes_through():
    rng = np.random.default_rng(3)
    far = np.repeat([0.0, 50.0], 200)
    rare = np.zeros(400)
    rare[:7] = 1.0
    needs = pd.DataFrame({"wish": far + rng.normal(size=400), "rare": rare})
    policy = policy_of(wish=feature("number"), rare=feature("flag"))
    erase = random_map(4)
    segmenter = Segmenter.from_policy(policy, 2, erase=erase).set_params(smallest_size=30).fit(needs)
    exact = Segmenter.from_policy(policy, 2, erase=erase).set_params(smallest_size=1).fit(needs)
    shares, told = (
        np.linalg.solve(erase.matrix, (fitted.cluster_centers_ - erase.offset).T)[2]
        for fitted in (segmenter, exact)
    )
    assert np.sort(told) == pytest.approx([0.0, 7 / 200])
    assert shares == pytest.approx([0.0, 0.0], abs=1e-12)


# ---- Given centres ----------------------------------------------------------------------------------


def test_given_centres_are_used_and_sorted_by_the_size_of_their_segments():
    points = np.concatenate([np.linspace(0, 1, 80), np.linspace(5, 6, 20)])[:, None]
    scale, mean = points.std(), points.mean()
    given_centers = (np.array([[5.0], [0.4]]) - mean) / scale
    segmenter = Segmenter(n_segments=2, centers=given_centers, random_state=0).fit(points)
    np.testing.assert_allclose(segmenter.cluster_centers_ * scale + mean, [[0.4], [5.0]])
    assert np.bincount(segmenter.labels_).tolist() == [80, 20]
    assert segmenter.choice_ is None


def test_given_centres_are_mapped_like_the_needs():
    plain = Segmenter.from_policy(small_policy(), 3).fit(small_needs())
    given_centers = plain.cluster_centers_
    same = Segmenter.from_policy(small_policy(), 3, centers=given_centers).fit(small_needs())
    assert (same.labels_ == plain.labels_).all()
    turned = random_map(given_centers.shape[1])  # keeps every distance
    moved = Segmenter.from_policy(small_policy(), 3, erase=turned, centers=given_centers).fit(small_needs())
    assert (moved.labels_ == plain.labels_).all()


def test_the_numbers_of_segments_are_still_tried_for_the_record_where_none_is_given():
    given_centers = Segmenter.from_policy(small_policy(), 4).fit(small_needs()).cluster_centers_
    segmenter = Segmenter.from_policy(small_policy(), centers=given_centers).fit(small_needs())
    assert segmenter.n_segments_ == 4
    assert [rival.n_segments for rival in segmenter.choice_.rivals] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("shape", "n_segments"), [((3, 4), 3), ((2, 14), 3), ((0, 14), "auto"), ((14,), "auto"), ((3, 14), 2)]
)
def test_centres_of_another_shape_are_refused(shape, n_segments):
    segmenter = Segmenter.from_policy(small_policy(), n_segments, centers=np.zeros(shape))
    with pytest.raises(ValueError, match=r"`centers` must have one row per segment and 14 columns"):
        segmenter.fit(small_needs())


# ---- Features left out ------------------------------------------------------------------------------


def test_features_left_out_may_be_in_the_table_and_are_asked_of_nobody():
    needs = small_needs()
    segmenter = Segmenter.from_policy(small_policy(), 3, without=["parking", "channel"]).fit(needs)
    bare = needs.drop(columns=["parking", "channel"])
    assert list(segmenter.feature_names_in_) == list(bare)
    assert set(segmenter.fold().features) == set(bare)
    assert (segmenter.predict(needs) == segmenter.predict(bare)).all()
    assert (segmenter.fold().predict(arrays(bare)) == segmenter.labels_).all()
    assert clone(segmenter).fit(bare).fold() == segmenter.fold()


def test_what_stands_in_a_feature_that_is_left_out_changes_nothing():
    segmenter = Segmenter.from_policy(small_policy(), 3, without=["channel"])
    strange = small_needs().assign(channel="fax")
    assert clone(segmenter).fit(strange).fold() == clone(segmenter).fit(small_needs()).fold()


def test_other_columns_are_still_refused_and_other_features_still_needed():
    segmenter = Segmenter.from_policy(small_policy(), 3, without=["channel"])
    with pytest.raises(ValueError, match="which the policy does not allow: age_band"):
        segmenter.fit(small_needs().assign(age_band="65+"))
    with pytest.raises(ValueError, match="columns are missing: parking"):
        segmenter.fit(small_needs().drop(columns=["channel", "parking"]))


@pytest.mark.parametrize(
    ("without", "told"),
    [
        (["income"], "'income' cannot be left out, because it is no feature of the policy; name some of rep"),
        (list(small_policy().features), "Every feature would be left out"),
    ],
)
def test_what_cannot_be_left_out_is_refused(without, told):
    with pytest.raises(ValueError, match=told):
        Segmenter.from_policy(small_policy(), without=without)
