"""A mitigated segmenter: needs alone in and out, less of the attribute, and one segment whoever scores."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from segmentation.errors import MitigationError
from segmentation.mitigation import Mitigation, erasure, prepare
from segmentation.mitigation.targets import group_codes
from segmentation.residents import residents_from
from tests.clustering.test_fold import by_onnx, one_by_one
from tests.needs import arrays, feature, policy_of
from tests.policies import AS_OF, small_policy, small_residents

KEYS = [
    "drop:channel,parking",
    "erase:age_band",
    "erase:age_band,sex:0.5",
    "erase_nonlinear:age_band",
    "erase:age_band:without=channel",
    "fair_centres:age_band",
]


@cache
def residents(n=600):
    return residents_from(small_residents(n), small_policy(), as_of=AS_OF)


@cache
def made(key, n_segments=3):
    needs, protected = residents().needs, residents().protected
    return prepare(Mitigation.parse(key), small_policy(), needs, protected, n_segments).fit(needs)


def plain(n_segments=3):
    return prepare(None, small_policy(), residents().needs, residents().protected, n_segments)


def cramers_v(labels, groups):
    """Return the bias-corrected V (Bergsma 2013)."""
    counts = pd.crosstab(labels, np.asarray(groups)).to_numpy().astype(float)
    (rows, columns), total = counts.shape, counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / total
    excess = ((counts - expected) ** 2 / expected).sum() / total - (rows - 1) * (columns - 1) / (total - 1)
    least = min(side - (side - 1) ** 2 / (total - 1) for side in (rows, columns)) - 1
    return float(np.sqrt(max(0.0, excess) / least)) if least > 0 else 0.0


# ---- What is built in -------------------------------------------------------------------------------


def test_no_mitigation_is_the_plain_segmenter_of_the_policy():
    assert (plain().erase, plain().centers) == (None, None)
    assert plain("auto").n_segments == "auto"


@pytest.mark.parametrize("key", KEYS)
def test_no_protected_column_is_needed_to_predict_and_everybody_scores_alike(key):
    segmenter, needs = made(key), residents().needs
    scorer = segmenter.fold()
    assert (segmenter.predict(needs) == segmenter.labels_).all()
    assert (scorer.predict(arrays(needs)) == segmenter.labels_).all()
    assert (one_by_one(scorer, needs[:50].reset_index(drop=True)) == segmenter.labels_[:50]).all()
    assert (by_onnx(scorer, needs) == segmenter.labels_).all()
    assert not set(scorer.features) & set(residents().protected)


@pytest.mark.parametrize("key", KEYS)
def test_equal_residents_give_equal_digests(key):
    needs, protected = residents().needs, residents().protected
    again = prepare(Mitigation.parse(key), small_policy(), needs, protected, 3).fit(needs)
    assert again.fold().digest == made(key).fold().digest != plain().fit(needs).fold().digest


def test_what_is_left_out_is_asked_of_nobody():
    needs = residents().needs
    segmenter = made("drop:channel,parking")
    kept = [name for name in needs if name not in {"channel", "parking"}]
    assert sorted(segmenter.fold().features) == sorted(kept)
    assert (segmenter.predict(needs[kept]) == segmenter.labels_).all()


def test_erasing_takes_the_attribute_out_of_the_segments():
    age = residents().protected["age_band"]
    before = cramers_v(plain().fit(residents().needs).labels_, age)
    assert before > 0.2
    assert cramers_v(made("erase:age_band").labels_, age) < 0.35 * before


def test_fair_centres_narrow_the_gap_in_fit_and_leave_the_association_about_as_it_was():
    ordinary, moved = plain().fit(residents().needs), made("fair_centres:age_band")
    age = residents().protected["age_band"]

    def worst(segmenter):
        squares = segmenter.transform(residents().needs).min(axis=1) ** 2
        return max(squares[age == group].mean() for group in age.cat.categories)

    assert worst(moved) <= worst(ordinary) * 1.03  # shares in centres are rounded
    assert cramers_v(moved.labels_, age) == pytest.approx(cramers_v(ordinary.labels_, age), abs=0.1)
    assert (moved.labels_ == ordinary.labels_).mean() > 0.8


def test_the_number_of_segments_is_settled_where_the_mitigation_leaves_residents():
    for key in ("erase:sex", "fair_centres:sex"):
        segmenter = made(key, "auto")
        assert segmenter.n_segments_ in {3, 4}
        chosen = [segmenter.choice_.n_segments]
        assert chosen == [segmenter.n_segments_]


def test_the_seed_of_the_policy_is_used_unless_another_is_given():
    needs, protected = residents().needs, residents().protected
    erase = Mitigation("erase_nonlinear", ("age_band",))
    digests = [
        prepare(erase, small_policy(), needs, protected, 3, seed=seed).fit(needs).fold().digest
        for seed in (None, 0)
    ]
    assert digests[0] == digests[1]


# ---- Proxies in the spread --------------------------------------------------------------------------


def spread_out(seed, n=4000):
    """Needs of one mean for both groups, of which one varies six times as much in one need."""
    rng = np.random.default_rng(seed)
    wide = rng.random(n) < 0.5
    needs = pd.DataFrame(
        {
            "wish": rng.normal(0, np.where(wide, 3.0, 0.5)),
            "heaps": np.where(rng.random(n) < 0.5, -2.0, 2.0) + rng.normal(0, 0.3, n),
            **{f"slot_{at}": rng.normal(0, 1, n) for at in range(4)},
        }
    )
    return needs, pd.DataFrame({"sex": pd.Categorical(np.where(wide, "female", "male"))})


def test_what_tells_by_spread_alone_is_left_by_leace_and_taken_by_the_nonlinear_option():
    light = {f"slot_{at}": feature("number", weight=0.3) for at in range(4)}
    policy = policy_of(wish=feature("number"), heaps=feature("number"), **light)
    left = {}
    for kind in (None, "erase", "erase_nonlinear"):
        vs = []
        for seed in range(2):
            needs, protected = spread_out(seed)
            others, other_groups = spread_out(seed + 100)
            mitigation = kind and Mitigation(kind, ("sex",))
            segmenter = prepare(mitigation, policy, needs, protected, 6).fit(needs)
            vs.append(cramers_v(segmenter.predict(others), other_groups["sex"]))
        left[kind] = np.mean(vs)
    assert left[None] > 0.1
    assert left["erase"] > 0.1
    assert left["erase_nonlinear"] < 0.03


def test_where_groups_do_not_differ_in_spread_the_nonlinear_option_is_leace():
    rng = np.random.default_rng(0)
    protected = pd.DataFrame({"sex": pd.Categorical(rng.choice(["female", "male"], 600))})
    found = [
        erasure(Mitigation(kind, ("sex",)), small_policy(), residents().needs, protected)
        for kind in ("erase", "erase_nonlinear")
    ]
    assert found[0].rank == found[1].rank == 1
    np.testing.assert_allclose(found[0].map.matrix, found[1].map.matrix, atol=1e-12)


# ---- Rank, rare groups, unknown groups --------------------------------------------------------------


def test_several_attributes_share_a_capped_rank_that_is_shown():
    needs, protected = residents().needs, residents().protected

    def taken(*attributes, rank=None):
        return erasure(Mitigation("erase", attributes, rank=rank), small_policy(), needs, protected)

    assert (taken("age_band").rank, taken("age_band").available) == (2, 2)
    several = taken("age_band", "sex", "tenure")
    assert several.available == 4
    assert several.rank == min(4, max(2, -(-several.dimensions // 4)))
    assert taken("age_band", "sex", "tenure", rank=1).rank == 1
    assert taken("age_band", rank=40).rank == 2


def codes(*sizes):
    groups = np.repeat([f"g{at}" for at in range(len(sizes))], sizes)
    return group_codes(small_policy(), pd.Series(groups, name="age_band"))


def test_groups_under_the_smallest_are_one_group_together_or_unknown():
    assert np.bincount(codes(20, 6, 30, 7)).tolist() == [20, 30, 13]
    few = codes(20, 4, 30, 5)
    assert np.bincount(few[few >= 0]).tolist() == [20, 30]
    assert (few < 0).sum() == 9


@pytest.mark.parametrize("sizes", [(), (100,), (100, 9), (5, 3)])
def test_an_attribute_without_two_groups_of_the_smallest_size_is_refused(sizes):
    with pytest.raises(MitigationError, match="'age_band' has fewer than two groups of 10 residents"):
        codes(*sizes)


def test_residents_of_unknown_group_do_not_hinder():
    protected = residents().protected.copy()
    protected.loc[::3, "age_band"] = np.nan
    for key in KEYS:
        segmenter = prepare(Mitigation.parse(key), small_policy(), residents().needs, protected, 3)
        assert np.isfinite(segmenter.fit(residents().needs).cluster_centers_).all()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (
            "erase:shoe_size",
            "'shoe_size' is no protected attribute or proxy of the policy; name some of age_",
        ),
        ("fair_centres:repairs", "'repairs' is no protected attribute"),
        ("drop:age_band", "'age_band' cannot be left out, because it is no feature of the policy"),
        (
            "drop:repairs,parcels,evening_share,channel,cleaning_wish,parking",
            "Every feature would be left out",
        ),
    ],
)
def test_what_cannot_be_made_is_refused_with_one_sentence(key, told):
    with pytest.raises(MitigationError, match=told):
        prepare(Mitigation.parse(key), small_policy(), residents().needs, residents().protected)
