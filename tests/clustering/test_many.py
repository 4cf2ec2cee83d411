"""More residents than the restarts look at: all of them move the centres, in any order and in any batches."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from segmentation.clustering import AffineMap, Segmenter
from segmentation.clustering.disclosing import Spread, Usual
from segmentation.clustering.found import in_passes
from segmentation.clustering.lloyd import tallied
from segmentation.residents import residents_from
from tests.needs import arrays, feature, needs_of, policies, policy_of
from tests.policies import AS_OF, small_policy, small_residents

N = 1500


@cache
def residents():
    return residents_from(small_residents(N), small_policy(), as_of=AS_OF)


def sampling(**changes):
    return Segmenter.from_policy(small_policy(), 3).set_params(fit_sample=500, **changes)


def drawn(n=500):
    return residents().sample(n, seed=0).needs


def batches(needs, rows=130):
    return lambda: (needs[start : start + rows] for start in range(0, len(needs), rows))


# ---- The same segments as of all at once ------------------------------------------------------------


def test_a_fit_on_a_sample_ends_where_all_residents_put_it():
    needs = residents().needs
    all_at_once = Segmenter.from_policy(small_policy(), 3).fit(needs)
    sampled = sampling().fit(needs)
    assert adjusted_rand_score(all_at_once.labels_, sampled.labels_) > 0.98
    # The encoders differ by their samples: both are held to the space of the first.
    space = all_at_once.encoder_.transform(needs)

    def inertia(labels):
        parts = [space[labels == label] for label in range(3)]
        return sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts)

    assert inertia(sampled.labels_) == pytest.approx(inertia(all_at_once.labels_), rel=1e-3)


def test_its_labels_inertia_and_average_are_those_of_all_residents():
    needs = residents().needs
    sampled = sampling(smallest_size=1).fit(needs)
    encoded = sampled.encoder_.transform(needs)
    gaps = encoded - sampled.cluster_centers_[sampled.labels_]
    assert sampled.inertia_ == pytest.approx((gaps**2).sum(), rel=1e-12)
    np.testing.assert_array_equal(sampled.labels_, sampled.predict(needs))
    np.testing.assert_array_equal(sampled.fold().predict(arrays(needs)), sampled.labels_)
    sizes = np.bincount(sampled.labels_)
    assert sizes.tolist() == sorted(sizes, reverse=True)
    np.testing.assert_allclose(sampled.average_, encoded.mean(axis=0), atol=1 / N)


def test_up_to_the_size_of_the_sample_nothing_is_sampled():
    needs = residents().needs
    plain = Segmenter.from_policy(small_policy(), 3).fit(needs)
    same = Segmenter.from_policy(small_policy(), 3).set_params(fit_sample=N).fit(needs)
    assert same.fold() == plain.fold()


def test_batches_give_what_the_table_gives_whatever_their_sizes():
    needs = residents().needs
    seed = small_policy().clustering.seed
    sample = residents().sample(500, seed).needs
    whole = sampling().fit(needs)
    for rows in (97, 400, N):
        fitted = sampling().fit_batches(batches(needs, rows), sample)
        assert fitted.fold().digest == whole.fold().digest
        assert fitted.inertia_ == pytest.approx(whole.inertia_)


def test_a_file_sorted_by_segment_gives_the_same_segments():
    needs = residents().needs
    plain = sampling().fit_batches(batches(needs), drawn())
    order = np.argsort(plain.predict(needs), kind="stable")
    turned = sampling().fit_batches(batches(needs.iloc[order]), drawn())
    assert turned.fold().digest == plain.fold().digest


def test_the_number_of_segments_is_found_on_the_sample():
    fitted = sampling(n_segments="auto", bootstraps=10).fit(residents().needs)
    assert fitted.n_segments_ == fitted.choice_.n_segments > 1
    assert fitted.choice_.structure.is_there


def test_given_centres_do_not_move():
    needs = residents().needs
    plain = sampling().fit(needs)
    given_centers = plain.cluster_centers_[::-1]
    kept = sampling(centers=given_centers, smallest_size=1).fit(needs)
    assert np.bincount(kept.labels_).tolist() == sorted(np.bincount(kept.labels_), reverse=True)
    order = [np.abs(given_centers - center).sum(axis=1).argmin() for center in kept.cluster_centers_]
    assert sorted(order) == [0, 1, 2]


def test_a_map_stands_before_the_distances_of_all():
    needs = residents().needs
    columns = sampling().fit(needs).cluster_centers_.shape[1]
    axes, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(columns, columns)))
    erase = AffineMap((axes * (np.arange(columns) > 1)) @ axes.T, np.ones(columns))
    fitted = sampling(erase=erase).fit(needs)
    squares = fitted.transform(needs).min(axis=1) ** 2
    assert fitted.inertia_ == pytest.approx(squares.sum())
    np.testing.assert_array_equal(fitted.fold().predict(arrays(needs)), fitted.labels_)


# ---- What could go wrong ----------------------------------------------------------------------------


def test_no_resident_is_kept_of_batches():
    needs = residents().needs
    fitted = sampling().fit(needs)
    assert len(fitted.labels_) == N
    assert not hasattr(fitted.fit_batches(batches(needs), drawn()), "labels_")


def test_batches_of_nobody_are_refused_and_an_empty_one_among_others_is_not():
    needs = residents().needs
    with pytest.raises(ValueError, match="`batches` yields nobody"):
        sampling().fit_batches(lambda: iter([needs[:0]]), drawn())
    with_gap = sampling().fit_batches(lambda: iter([needs[:700], needs[:0], needs[700:]]), drawn())
    assert with_gap.fold().digest == sampling().fit_batches(batches(needs), drawn()).fold().digest


def test_a_batch_that_is_not_the_needs_is_refused_without_showing_a_value():
    needs = residents().needs
    spoilt = needs.assign(channel=needs["channel"].where(needs.index != N - 1, "wang_xiaoming"))
    for call in (sampling().fit, lambda table: sampling().fit_batches(batches(table), drawn())):
        with pytest.raises(ValueError, match="column 'channel' holds a value that is none of") as caught:
            call(spoilt)
        assert "wang_xiaoming" not in str(caught.value)


def test_columns_without_a_value_do_not_hinder_many_either():
    empty = residents().needs.assign(evening_share=np.nan, parking=np.nan, channel=pd.Series(dtype="str"))
    fitted = sampling().fit(empty)
    assert np.isfinite(fitted.cluster_centers_).all()
    assert np.isfinite(fitted.average_).all()
    assert (fitted.fold().predict(arrays(empty)) == fitted.labels_).all()


def test_a_segment_that_nobody_is_in_keeps_its_centre():
    # The sample has somebody at 50; nobody of the others is near, so the middle centre stays where it was.
    points, start = np.array([[0.0], [1.0], [99.0], [101.0]]), np.array([[0.0], [50.0], [100.0]])
    found = in_passes(lambda centers, common: tallied(points, centers, None, common), start, smallest_size=1)
    assert found.centers.ravel().tolist() == [0.5, 100.0, 50.0]
    assert found.inertia == pytest.approx(0.5 + 2.0)


def test_residents_who_are_all_twins_are_two_segments_at_most():
    twins = residents().needs.iloc[[0, 1] * 400].reset_index(drop=True)
    two = sampling(n_segments=2).fit(twins)
    assert np.bincount(two.labels_).tolist() == [400, 400]
    assert two.inertia_ == pytest.approx(0.0, abs=1e-9) or two.smallest_size > 1
    with pytest.raises(ValueError, match="`n_segments` is 3, and fewer residents differ from each other"):
        sampling().fit(twins)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_many_residents_of_any_policy_get_the_segments_that_the_scorer_gives_them(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(6, 20)))
    n_segments = data.draw(st.integers(1, min(3, len(needs[:4].drop_duplicates()))))
    segmenter = Segmenter.from_policy(policy, n_segments).set_params(restarts=1)
    fitted = segmenter.fit_batches(batches(needs, 3), needs[:4])
    assert np.isfinite(fitted.cluster_centers_).all()
    np.testing.assert_array_equal(fitted.fold().predict(arrays(needs)), fitted.predict(needs))


def test_a_share_of_few_is_rounded_though_their_column_is_one_only_by_later_batches():
    needs = pd.DataFrame({"wish": np.repeat([0.0, 50.0], 200), "rare": np.zeros(400)})
    needs.loc[390:396, "rare"] = 1.0
    policy = policy_of(wish=feature("number"), rare=feature("flag"))
    coarse, exact = (
        Segmenter.from_policy(policy, 2)
        .set_params(smallest_size=size)
        .fit_batches(batches(needs, 100), needs[::8])
        for size in (30, 1)
    )
    assert np.sort(exact.cluster_centers_[:, 2]) == pytest.approx([0.0, 7 / 200])
    assert coarse.cluster_centers_[:, 2].tolist() == [0.0, 0.0]
    assert coarse.average_[2] == 0.0


# ---- Usual values ------------------------------------------------------------------------------------


def test_what_is_told_of_two_batches_is_what_is_told_of_both_together():
    rng = np.random.default_rng(0)
    table = np.column_stack([rng.integers(0, 2, 60), np.zeros(60), rng.integers(0, 5, 60), rng.random(60)])
    labels = rng.integers(0, 2, 60)
    usual = Usual.of(table, labels, 2)
    one, other, both = (
        Spread.of(table[part], labels[part], usual) for part in (slice(20), slice(20, 60), ...)
    )
    for name in ("differ", "away", "square", "grain"):
        np.testing.assert_allclose(getattr(one + other, name), getattr(both, name))
