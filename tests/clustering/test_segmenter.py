"""The estimator: a citizen of scikit-learn that forgets its residents and finds the planted segments."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from segmentation.clustering import Segmenter
from segmentation.clustering.centers import largest_first, nearest
from segmentation.policy import read_policy
from segmentation.residents import residents_from
from segmentation.simulate import simulate
from tests.needs import arrays, feature, needs_of, policies, policy_of
from tests.policies import AS_OF, small_policy, small_residents, small_segments

ROOT = Path(__file__).parents[2]


@cache
def needs(n=300):
    return residents_from(small_residents(n), small_policy(), as_of=AS_OF).needs


@cache
def fitted():
    return Segmenter.from_policy(small_policy()).fit(needs())


# ---- A citizen of scikit-learn ----------------------------------------------------------------------


@parametrize_with_checks(
    [
        Segmenter(splits=2, restarts=2, max_segments=4, bootstraps=2, shuffles=19, shuffle_p=0.05),
        Segmenter(n_segments=3, restarts=2),
        Segmenter(n_segments=3, restarts=2, fit_sample=12),
        Segmenter(MinMaxScaler(), n_segments=3, restarts=2),
    ]
)
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


def test_a_segmenter_of_a_policy_has_its_limits_and_its_seed():
    policy = small_policy(
        clustering={
            "segments": [3, 5],
            "seed": 11,
            "smallest_share": 0.1,
            "prediction_strength": 0.7,
            "splits": 3,
            "sample_size": 200,
            "restarts": 6,
            "bootstrap_jaccard": 0.6,
            "bootstraps": 20,
            "shuffles": 49,
            "shuffle_p": 0.05,
            "fit_sample": 5000,
            "borderline": 0.2,
        },
        audit={"smallest_group": 12},
    )
    own = {
        name: value
        for name, value in Segmenter.from_policy(policy, 4).get_params(deep=False).items()
        if name != "encoder"
    }
    assert own == {
        "n_segments": 4,
        "min_segments": 3,
        "max_segments": 5,
        "smallest_share": 0.1,
        "smallest_size": 12,
        "prediction_strength": 0.7,
        "splits": 3,
        "bootstrap_jaccard": 0.6,
        "bootstraps": 20,
        "shuffles": 49,
        "shuffle_p": 0.05,
        "sample_size": 200,
        "fit_sample": 5000,
        "restarts": 6,
        "borderline": 0.2,
        "random_state": 11,
        "erase": None,
        "centers": None,
    }


def test_a_clone_fits_alike_and_leaves_the_original_unfitted():
    segmenter = Segmenter.from_policy(small_policy(), 3)
    assert clone(segmenter).fit(needs()).fold() == clone(segmenter).fit(needs()).fold()
    with pytest.raises(NotFittedError):
        segmenter.predict(needs())


def test_a_fit_leaves_the_encoder_that_was_given_unfitted():
    segmenter = Segmenter.from_policy(small_policy(), 3).fit(needs())
    assert not hasattr(segmenter.encoder, "transformers_")
    assert hasattr(segmenter.encoder_, "transformers_")


def test_a_stored_segmenter_predicts_alike(tmp_path):
    joblib.dump(fitted(), tmp_path / "segmenter")
    loaded = joblib.load(tmp_path / "segmenter")
    np.testing.assert_array_equal(loaded.predict(needs()), fitted().labels_)
    assert loaded.fold().digest == fitted().fold().digest


def test_distances_come_as_a_table_where_one_is_asked_for():
    segmenter = clone(fitted()).set_output(transform="pandas").fit(needs())
    table = segmenter.transform(needs())
    assert list(table.columns) == ["S1", "S2", "S3"]
    assert (table.to_numpy().argmin(axis=1) == segmenter.labels_).all()
    assert table.index.equals(needs().index)


def test_the_global_output_of_scikit_learn_changes_no_segment():
    with config_context(transform_output="pandas"):
        other = Segmenter.from_policy(small_policy()).fit(needs())
        assert (other.predict(needs()) == fitted().predict(needs())).all()
    assert other.fold() == fitted().fold()


def test_it_knows_the_names_of_the_needs():
    assert list(fitted().feature_names_in_) == list(small_policy().features)
    assert fitted().n_features_in_ == 6


def test_it_works_at_the_end_of_a_pipeline():
    pipeline = make_pipeline(FunctionTransformer(), Segmenter.from_policy(small_policy(), 3))
    np.testing.assert_array_equal(
        pipeline.fit(needs()).predict(needs()), Segmenter.from_policy(small_policy(), 3).fit_predict(needs())
    )


def test_another_encoder_may_be_given():
    points = np.vstack([np.zeros((20, 2)), np.full((10, 2), 9.0)]) + np.random.default_rng(0).random((30, 2))
    labels = Segmenter(MinMaxScaler(), n_segments=2, random_state=0).fit_predict(points)
    assert labels.tolist() == [0] * 20 + [1] * 10


def test_distances_are_those_to_the_centres():
    encoded = fitted().encoder_.transform(needs())
    gaps = np.linalg.norm(encoded[:, None] - fitted().cluster_centers_[None], axis=2)
    np.testing.assert_allclose(fitted().transform(needs()), gaps, atol=1e-7)
    assert fitted().inertia_ == pytest.approx((gaps.min(axis=1) ** 2).sum())


# ---- Which tables it takes --------------------------------------------------------------------------


def test_columns_are_read_by_name_at_fit_and_after():
    turned = needs()[list(needs())[::-1]]
    assert (fitted().predict(turned) == fitted().labels_).all()
    assert Segmenter.from_policy(small_policy()).fit(turned).fold() == fitted().fold()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda table: table.drop(columns="parking"), "columns are missing: parking"),
        (lambda table: table.assign(age_band="65+"), "which the policy does not allow: age_band"),
        (
            lambda table: table.assign(channel="wang_xiaoming"),
            "column 'channel' holds a value that is none of",
        ),
        (lambda table: table.assign(repairs=-1.0), "column 'repairs' holds a count below 0"),
    ],
)
def test_a_table_that_is_not_the_needs_is_refused_at_fit_and_after(change, told):
    for call in (Segmenter.from_policy(small_policy()).fit, fitted().predict, fitted().transform):
        with pytest.raises(ValueError, match=told) as caught:
            call(change(needs()))
        assert "wang_xiaoming" not in str(caught.value)


def test_an_array_is_refused_with_the_names_of_the_columns():
    for call in (Segmenter.from_policy(small_policy()).fit, fitted().predict):
        with pytest.raises(TypeError, match="pandas DataFrame with the columns repairs, parcels"):
            call(needs().to_numpy())


@pytest.mark.parametrize("rows", [0, 1])
def test_fewer_than_two_residents_are_refused(rows):
    with pytest.raises(ValueError, match=rf"At least 2 resident\(s\) are needed; got {rows}"):
        Segmenter.from_policy(small_policy()).fit(needs()[:rows])


def test_nobody_is_refused_and_one_resident_is_not():
    with pytest.raises(ValueError, match=r"At least 1 resident\(s\) are needed; got 0"):
        fitted().predict(needs()[:0])
    assert fitted().predict(needs()[:1]) == fitted().labels_[:1]


@pytest.mark.parametrize("n_segments", [0, -1, 2.0, True, "three", None])
def test_a_number_of_segments_that_is_none_is_refused(n_segments):
    with pytest.raises(ValueError, match="`n_segments` must be 'auto' or a whole number from 1"):
        Segmenter.from_policy(small_policy(), n_segments).fit(needs())


@pytest.mark.parametrize("n_segments", [1, np.int64(3)])
def test_any_whole_number_is_a_number_of_segments(n_segments):
    assert Segmenter.from_policy(small_policy(), n_segments).fit(needs()).n_segments_ == n_segments


@pytest.mark.parametrize(("fewest", "most"), [(0, 5), (6, 5)])
def test_limits_that_leave_no_number_are_refused(fewest, most):
    with pytest.raises(ValueError, match=rf"`min_segments` must be at least 1 .*got {fewest} and {most}"):
        Segmenter(min_segments=fewest, max_segments=most).fit(needs()[["repairs", "parcels"]])


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"shuffles": 0}, "`shuffles` must be a whole number from 1; got 0"),
        ({"restarts": 0}, "`restarts` must be a whole number from 1; got 0"),
        ({"bootstraps": 0}, "`bootstraps` must be a whole number from 1; got 0"),
        ({"splits": 1}, "`splits` must be a whole number from 2; got 1"),
        ({"sample_size": True}, "`sample_size` must be a whole number from 4; got True"),
        ({"fit_sample": 2.5}, "`fit_sample` must be a whole number from 2; got 2.5"),
        ({"prediction_strength": 5}, "`prediction_strength` must be above 0 and at most 1; got 5"),
        ({"smallest_share": 0.6}, "`smallest_share` must be above 0 and at most 0.5; got 0.6"),
        ({"borderline": 1.0}, "`borderline` must be above 0 and under 1; got 1.0"),
        ({"shuffle_p": float("nan")}, "`shuffle_p` must be above 0 and under 0.5; got nan"),
        ({"shuffles": 10}, "`shuffle_p` must be at least 0.091, the least p value that 10 `shuffles` reach"),
    ],
)
def test_a_number_by_which_nothing_could_pass_is_refused(changes, rule):
    with pytest.raises(ValueError, match=re.escape(rule)):
        Segmenter(**changes).fit(needs()[["repairs", "parcels"]])


def test_numbers_at_their_bounds_are_taken():
    least = {"shuffles": 3, "shuffle_p": 0.25, "restarts": 1, "bootstraps": 1, "splits": 2}
    most = {"prediction_strength": 1, "bootstrap_jaccard": 1, "smallest_share": 0.5, "borderline": 0.99}
    Segmenter(max_segments=3, **least, **most).fit(needs()[["repairs", "parcels"]])


def test_more_segments_than_residents_are_refused():
    with pytest.raises(ValueError, match="`n_segments` is 21, and there are 20 residents; ask for fewer"):
        Segmenter.from_policy(small_policy(), 21).fit(needs()[:20])


def test_more_segments_than_residents_who_differ_are_refused():
    twins = needs().iloc[[0, 1] * 20].reset_index(drop=True)
    with pytest.raises(ValueError, match="`n_segments` is 3, and fewer residents differ from each other"):
        Segmenter.from_policy(small_policy(), 3).fit(twins)
    assert Segmenter.from_policy(small_policy(), 2).fit(twins).labels_.tolist() in ([0, 1] * 20, [1, 0] * 20)


def test_columns_without_a_value_do_not_hinder():
    empty = needs().assign(evening_share=np.nan, parking=np.nan, channel=pd.Series(dtype="str"))
    segmenter = Segmenter.from_policy(small_policy(), 3).fit(empty)
    assert np.isfinite(segmenter.cluster_centers_).all()
    assert (segmenter.fold().predict(arrays(empty)) == segmenter.labels_).all()


# ---- What the labels mean ---------------------------------------------------------------------------


def test_it_finds_the_three_segments_of_the_small_table_largest_first():
    assert fitted().n_segments_ == 3
    assert adjusted_rand_score(small_segments(), fitted().labels_) > 0.85
    assert np.bincount(fitted().labels_).tolist() == sorted(np.bincount(fitted().labels_), reverse=True)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_largest_segment_comes_first(data):
    policy = data.draw(policies())
    table = data.draw(needs_of(policy, st.integers(2, 25)))
    n_segments = data.draw(st.integers(1, min(5, len(table.drop_duplicates()))))
    segmenter = Segmenter.from_policy(policy, n_segments).set_params(restarts=1).fit(table)
    sizes = np.bincount(segmenter.labels_, minlength=n_segments)
    assert (np.diff(sizes) <= 0).all()
    assert sizes.sum() == len(table)


def test_sorting_goes_on_where_residents_at_equal_distances_change_sides():
    # Those at 15 first count for 20: 4, 9 and 10 residents. Sorted so, they count for 10: 10, 11 and 2.
    points = np.repeat([-100.0, 10.0, 15.0, 20.0], [10, 9, 2, 2])[:, None]
    centers = largest_first(points, np.array([[20.0], [10.0], [-100.0]]))
    assert centers.ravel().tolist() == [10.0, -100.0, 20.0]
    assert np.bincount(nearest(points, centers)).tolist() == [11, 10, 2]


def test_segments_of_one_size_come_by_their_centres():
    segmenter = Segmenter.from_policy(policy_of(parking=feature("flag")), 2)
    assert segmenter.fit(pd.DataFrame({"parking": [1.0, 0.0, 1.0, 0.0]})).labels_.tolist() == [1, 0, 1, 0]


def test_equal_seeds_draw_equal_samples_and_others_do_not():
    def strengths(seed):
        segmenter = Segmenter.from_policy(small_policy()).set_params(sample_size=100, random_state=seed)
        return [rival.prediction_strength for rival in segmenter.fit(needs()).choice_.rivals]

    assert strengths(1) == strengths(1) != strengths(2)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_seed_changes_no_segment_where_they_are_clear(seed):
    policy = small_policy(clustering={"seed": seed})
    assert (Segmenter.from_policy(policy, 3).fit(needs()).labels_ == fitted().labels_).mean() > 0.98


def test_the_order_of_the_residents_changes_no_segment():
    order = np.random.default_rng(0).permutation(len(needs()))
    labels = Segmenter.from_policy(small_policy()).fit(needs().iloc[order]).labels_
    assert (labels == fitted().labels_[order]).mean() > 0.98


def test_a_heavier_need_rules_the_segments():
    needs = pd.DataFrame({"a": [0.0, 0.0, 1.0, 1.0, 0.0, 1.0], "b": [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]})
    for heavy in ("a", "b"):
        weights = {name: feature("flag", weight=5.0 if name == heavy else 1.0) for name in needs}
        labels = Segmenter.from_policy(policy_of(**weights), 2).fit(needs).labels_
        assert (labels == needs[heavy]).all()


# ---- What can be asked of a fitted one --------------------------------------------------------------


def quick(n_segments):
    """Return a fitted segmenter that measures little, for what does not depend on how much."""
    changes = {"bootstraps": 10, "splits": 2, "shuffles": 19, "shuffle_p": 0.05, "restarts": 2}
    return Segmenter.from_policy(small_policy(), n_segments).set_params(**changes).fit(needs())


def test_a_choice_is_on_record_where_the_number_was_found_and_is_none_where_it_was_given():
    assert fitted().choice_.n_segments == 3
    assert fitted().choice_.structure.is_there
    assert quick(3).choice_ is None


def test_shuffled_columns_are_one_segment():
    rng = np.random.default_rng(0)
    shuffled = needs().apply(lambda column: column.to_numpy()[rng.permutation(len(column))])
    segmenter = Segmenter.from_policy(small_policy()).fit(shuffled)
    assert segmenter.n_segments_ == 1
    assert segmenter.fold().segments == ("S1",)
    assert segmenter.choice_.structure is None or not segmenter.choice_.structure.is_there


def test_a_number_that_was_given_is_measured_like_those_that_are_tried():
    choice = quick(3).assess(needs())
    assert choice.is_given
    assert choice.n_segments == 3
    assert choice.rivals[0].prediction_strength > 0.8
    assert choice.structure.is_there


def test_stability_is_told_for_every_segment():
    stability = quick(3).set_params(borderline=0.2).stability(needs())
    assert len(stability.jaccard) == 3
    assert min(stability.jaccard) > 0.75
    assert stability.borderline == 0.2
    assert 0 < stability.borderline_share < 0.5


def test_an_explanation_adds_up_to_the_gap_and_names_the_segments():
    segmenter = fitted().named(["S2", "S5", "S1"])
    told = segmenter.explain(needs())
    assert told.segments == ("S2", "S5", "S1")
    assert set(told.features) == set(needs())
    np.testing.assert_array_equal(told.chosen, fitted().labels_)
    np.testing.assert_allclose(told.contributions.sum(axis=1) + told.constant, told.gap, atol=1e-9)
    squares = np.sort(segmenter.transform(needs()) ** 2, axis=1)
    np.testing.assert_allclose(told.gap, squares[:, 1] - squares[:, 0], atol=1e-7)
    assert (told.borderline == (told.margin < segmenter.borderline)).all()


def test_only_a_segmenter_of_a_policy_explains_and_only_needs():
    points = np.random.default_rng(0).random((20, 2))
    with pytest.raises(ValueError, match=r"Only a segmenter made by Segmenter\.from_policy folds"):
        Segmenter(n_segments=2).fit(points).explain(points)
    with pytest.raises(ValueError, match="columns are missing: parking"):
        fitted().explain(needs().drop(columns="parking"))


def test_other_ids_change_no_segment_and_not_the_original():
    other = fitted().named(("S7", "S2", "S9"))
    assert other.segments_ == other.fold().segments == ("S7", "S2", "S9")
    assert list(other.set_output(transform="pandas").transform(needs())) == ["S7", "S2", "S9"]
    np.testing.assert_array_equal(other.predict(needs()), fitted().labels_)
    assert fitted().segments_ == fitted().fold().segments == ("S1", "S2", "S3")
    assert other.without_residents().segments_ == other.segments_


@pytest.mark.parametrize("ids", [["S1", "S2"], ["S1", "S2", "S2"], ["S1", "S2", 3], []])
def test_ids_that_do_not_name_every_segment_once_are_refused(ids):
    with pytest.raises(ValueError, match="`ids` must be 3 different texts"):
        fitted().named(ids)


def test_the_average_is_the_mean_resident_with_its_shares_rounded():
    encoded = fitted().encoder_.transform(needs())
    np.testing.assert_allclose(fitted().average_, encoded.mean(axis=0), atol=10 / len(needs()))
    parking = list(fitted().encoder_.get_feature_names_out()).index("parking")
    counted = fitted().average_[parking] * len(needs()) / 10  # in steps of the smallest group
    assert counted == pytest.approx(round(counted))
    assert encoded[:, parking].sum() % 10 != 0


# ---- Forgetting residents ---------------------------------------------------------------------------


def test_without_residents_nothing_of_any_resident_is_left_and_everything_else_is():
    bare = fitted().without_residents()
    assert set(vars(fitted())) - set(vars(bare)) == {"labels_", "sizes_", "choice_"}
    assert not any(
        isinstance(value, np.ndarray) and len(needs()) in value.shape for value in vars(bare).values()
    )
    np.testing.assert_array_equal(bare.predict(needs()), fitted().labels_)
    assert bare.fold() == fitted().fold()
    assert bare.get_params(deep=False).keys() == fitted().get_params(deep=False).keys()


def test_the_original_still_knows_its_residents():
    before = fitted().labels_.copy()
    fitted().without_residents().set_params(n_segments=9)
    np.testing.assert_array_equal(fitted().labels_, before)
    assert fitted().n_segments == "auto"


def test_what_is_stored_does_not_grow_with_the_residents(tmp_path):
    sizes = []
    for n in (300, 1200):
        segmenter = Segmenter.from_policy(small_policy(), 3).fit(needs(n)).without_residents()
        joblib.dump(segmenter, tmp_path / str(n))
        sizes.append((tmp_path / str(n)).stat().st_size)
    assert sizes[0] == pytest.approx(sizes[1], abs=50)


def test_only_a_fitted_segmenter_forgets():
    with pytest.raises(NotFittedError):
        Segmenter().without_residents()


# ---- The planted truth ------------------------------------------------------------------------------


def test_the_planted_segments_of_the_default_community_are_recovered():
    policy = read_policy(ROOT / "models" / "resident_needs" / "policy.toml")
    community = simulate()
    residents = residents_from(community.residents, policy, as_of=date(2026, 6, 30))
    segmenter = Segmenter.from_policy(policy).fit(residents.needs)
    truth = [community.truth.segments[ref] for ref in residents.ids]
    assert segmenter.n_segments_ == 6
    assert adjusted_rand_score(truth, segmenter.labels_) >= 0.9


def test_no_share_in_a_centre_gives_a_count_under_the_smallest_size_away():
    rng = np.random.default_rng(3)
    far = np.repeat([0.0, 50.0], 200)[:, None] + rng.normal(size=(400, 2))
    rare = np.zeros((400, 1))
    rare[:7] = 1.0
    common = (np.arange(400) % 2 == 0).astype(float)[:, None]
    table = np.hstack([far, rare, common])

    exact = Segmenter(n_segments=2, random_state=0).fit(table)
    coarse = Segmenter(n_segments=2, smallest_size=30, random_state=0).fit(table)

    def shares(fitted, column):
        scaled = fitted.cluster_centers_[:, column] * fitted.encoder_.scale_[column]
        return np.sort(scaled + fitted.encoder_.mean_[column])

    assert shares(exact, 2) == pytest.approx([0.0, 7 / 200])
    assert shares(coarse, 2) == pytest.approx([0.0, 0.0])
    assert shares(coarse, 3) == pytest.approx([0.45, 0.45])
    assert coarse.cluster_centers_[:, :2] == pytest.approx(exact.cluster_centers_[:, :2], abs=30 / 200)
