"""Whom the segments fit badly: distances and silhouettes by group."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import silhouette_samples

from segmentation.audit.cells import Crosstab
from segmentation.audit.disclosure import Shown, disclose
from segmentation.audit.fit import MOST_SILHOUETTES, FitSpace, Silhouettes, attribute_fit
from segmentation.clustering import Segmenter
from segmentation.errors import AuditError
from segmentation.features import needs_encoder
from segmentation.residents import residents_from
from tests.needs import feature, policy_of
from tests.policies import AS_OF, small_policy, small_residents, small_segments

SMALLEST = 10


def small(n=300):
    policy = small_policy()
    residents = residents_from(small_residents(n), policy, as_of=AS_OF)
    return policy, residents.needs, residents.protected


def squared_distances(policy, needs, labels):
    return FitSpace.of(policy, needs, labels).squared(needs, labels)


def silhouettes(policy, needs, labels, seed=0):
    return FitSpace.of(policy, needs, labels).silhouettes(needs, labels, seed=seed)


def by_group(policy, needs, labels, protected, name="age_band", seed=0):
    taken = silhouettes(policy, needs, labels, seed)
    crosstab = Crosstab.of(labels, protected, squared=squared_distances(policy, needs, labels))
    (shown,) = disclose([crosstab.cells([name])], SMALLEST)
    return attribute_fit(shown, crosstab.squared_distances([name]), SMALLEST, taken, protected[name])


def test_distances_are_those_worked_by_hand():
    # Flags stay 0 and 1. Segment a: 1, 1, 1, 0 with the mean 3/4; segment b: 0, 0.
    policy = policy_of(pets=feature("flag"))
    needs = pd.DataFrame({"pets": [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]})
    labels = pd.Series(["a", "a", "a", "a", "b", "b"])
    assert squared_distances(policy, needs, labels) == pytest.approx(
        [1 / 16, 1 / 16, 1 / 16, 9 / 16, 0.0, 0.0]
    )


def test_distances_add_up_to_the_inertia_of_the_model():
    # Less, by so much as centres are rounded, and stopped before they came to the means.
    policy, needs, _ = small()
    model = Segmenter.from_policy(policy, 3).set_params(restarts=1).fit(needs)
    found = squared_distances(policy, needs, pd.Series(model.labels_)).sum()
    assert model.inertia_ * 0.97 < found <= model.inertia_ * (1 + 1e-12)


def test_distances_are_those_in_the_space_of_the_encoder():
    policy, needs, _ = small()
    labels = small_segments(300)
    encoded = needs_encoder(policy).fit_transform(needs)
    means = np.stack([encoded[labels == label].mean(axis=0) for label in range(3)])
    expected = ((encoded - means[labels]) ** 2).sum(axis=1)

    assert np.abs(squared_distances(policy, needs, pd.Series(labels)) - expected).max() < 1e-10


def test_weights_count():
    policy = policy_of(pets=feature("flag", weight=2.0), parking=feature("flag", weight=0.5))
    needs = pd.DataFrame({"pets": [1.0, 0.0], "parking": [1.0, 0.0]})
    assert squared_distances(policy, needs, pd.Series(["a", "a"])) == pytest.approx([1 + 1 / 16] * 2)


def test_residents_outside_the_sample_are_measured_in_its_space():
    policy, needs, _ = small()
    labels = pd.Series(small_segments(300)).map({0: "x", 1: "y", 2: "z"})
    space = FitSpace.of(policy, needs, labels)
    whole = space.squared(needs, labels)
    assert space.squared(needs[200:], labels[200:]) == pytest.approx(whole[200:])
    # A segment that nobody of the sample is in is measured from the mean of all.
    strange = space.squared(needs, pd.Series(["new"] * 300))
    assert strange == pytest.approx(
        FitSpace.of(policy, needs, pd.Series(["all"] * 300)).squared(needs, pd.Series(["all"] * 300))
    )


def test_a_need_that_nobody_gave_has_no_distance():
    policy, needs, _ = small()
    labels = pd.Series(small_segments(300))
    unasked = needs.assign(evening_share=np.nan, parcels=np.nan)
    assert np.isfinite(squared_distances(policy, unasked, labels)).all()
    assert np.isfinite(silhouettes(policy, unasked, labels).values).all()


def test_silhouettes_are_those_of_scikit_learn():
    policy, needs, protected = small()
    labels = pd.Series(small_segments(300))
    taken = silhouettes(policy, needs, labels)
    expected = silhouette_samples(needs_encoder(policy).fit_transform(needs), labels)

    assert taken.rows.tolist() == list(range(300))
    assert np.abs(taken.values - expected).max() < 1e-12
    mean = pd.Series(expected).groupby(protected["sex"], observed=True).mean()
    groups = by_group(policy, needs, labels, protected, "sex").groups
    assert [group.silhouette for group in groups] == pytest.approx([mean["female"], mean["male"]], abs=1e-4)


def test_many_residents_have_silhouettes_on_a_sample():
    policy, needs, protected = small(MOST_SILHOUETTES + 500)
    labels = pd.Series(small_segments(len(needs))).map({0: "x", 1: "y", 2: "z"})
    one, same = (silhouettes(policy, needs, labels, 5) for _ in range(2))

    assert len(np.unique(one.rows)) == MOST_SILHOUETTES == len(one.values)
    assert (one.rows == same.rows).all()
    assert by_group(policy, needs, labels, protected).residents == MOST_SILHOUETTES


def test_a_resident_alone_in_a_segment_has_the_silhouette_zero():
    policy, needs, _ = small(100)
    labels = pd.Series(["alone", *["a", "b", "b"] * 33])
    assert silhouettes(policy, needs, labels).values[0] == 0.0


@pytest.mark.parametrize("labels", [["a"] * 100, [f"S{at}" for at in range(100)]])
def test_one_segment_or_one_each_has_no_silhouettes(labels):
    policy, needs, _ = small(100)
    taken = silhouettes(policy, needs, pd.Series(labels))
    assert taken.rows.size == taken.values.size == 0
    assert np.isfinite(squared_distances(policy, needs, pd.Series(labels))).all()


def test_the_planted_group_fits_badly_and_the_clean_one_as_well_as_others():
    # Half of the old residents ask for no repair and half for 60, all others for about seven.
    policy, needs, protected = small(2_000)
    old = protected["age_band"].eq("65+").to_numpy()
    rng = np.random.default_rng(0)
    needs = needs.assign(repairs=np.where(old, rng.choice([0.0, 60.0], 2_000), rng.integers(6, 9, 2_000)))
    labels = pd.Series(rng.choice(["a", "b"], 2_000))
    age = by_group(policy, needs, labels, protected)
    distance = {group.group: group.squared_distance for group in age.groups}

    assert distance["65+"] > distance["18-39"] * 1.1
    assert age.ratio == pytest.approx(max(distance.values()) / min(distance.values()), abs=1e-3)
    assert by_group(policy, needs, labels, protected, "sex").ratio < 1.05


def table(sums, sizes, hidden):
    """A table of one segment, and what its groups' distances add up to."""
    groups = [f"g{at}" for at in range(len(sizes))]
    people = pd.DataFrame({"g": pd.Categorical(np.repeat(groups, sizes), groups)})
    cells = Crosstab.of(pd.Series(["S1"] * sum(sizes)), people).cells(["g"])
    return Shown(cells, np.zeros((1, len(sizes)), bool), np.array(hidden)), np.array([sums], float)


def test_the_ratio_is_that_worked_by_hand():
    shown, sums = table([20, 60, 40], [20, 30, 40], [False] * 3)
    found = attribute_fit(shown, sums, SMALLEST)

    assert [group.squared_distance for group in found.groups] == [1.0, 2.0, 1.0]
    assert (found.ratio, found.residents) == (2.0, 0)
    assert {group.silhouette for group in found.groups} == {None}


def test_a_group_that_is_hidden_or_small_has_no_figure_and_no_part_in_the_ratio():
    shown, sums = table([20, 900, 60, 1], [20, 30, 40, 5], [False, True, False, False])
    found = attribute_fit(shown, sums, SMALLEST)

    assert [group.squared_distance for group in found.groups] == [1.0, None, 1.5, None]
    assert found.ratio == 1.5


def test_residents_whose_group_is_not_known_are_left_out():
    shown, sums = table([20, 60], [20, 30], [False] * 2)
    found = attribute_fit(shown, np.append(sums, [[1e9]], axis=1), SMALLEST)
    assert found.ratio == 2.0


@pytest.mark.parametrize(("sums", "hidden"), [([0, 60], [False, False]), ([20, 60], [False, True])])
def test_no_distance_at_all_or_one_group_alone_has_no_ratio(sums, hidden):
    shown, summed = table(sums, [20, 30], hidden)
    assert attribute_fit(shown, summed, SMALLEST).ratio is None


def test_without_distances_there_are_no_figures():
    shown, _ = table([20, 60], [20, 30], [False] * 2)
    found = attribute_fit(shown, None, SMALLEST)
    assert found.ratio is None
    assert {group.squared_distance for group in found.groups} == {None}


def test_a_group_of_few_sampled_residents_has_no_silhouette():
    shown, sums = table([20, 60], [20, 30], [False] * 2)
    rows = Silhouettes(np.arange(15, 50), np.full(35, 0.25))
    column = pd.Series(pd.Categorical(["g0"] * 20 + ["g1"] * 30))
    found = attribute_fit(shown, sums, SMALLEST, rows, column)
    assert [group.silhouette for group in found.groups] == [None, 0.25]


def test_how_many_were_sampled_tells_no_hidden_size():
    shown, sums = table([20, 900, 60], [20, 30, 40], [False, True, False])
    rows = Silhouettes(np.arange(95), np.full(95, 0.25))
    column = pd.Series(pd.Categorical(["g0"] * 20 + ["g1"] * 30 + ["g2"] * 40 + [None] * 5))
    found = attribute_fit(shown, sums, SMALLEST, rows, column)
    assert [group.silhouette for group in found.groups] == [0.25, None, 0.25]
    assert found.residents == 60


def test_labels_that_read_the_same_are_one_segment():
    policy, needs, _ = small(100)
    mixed = pd.Series([1, "1", 2, "2"] * 25, dtype="object")
    assert squared_distances(policy, needs, mixed) == pytest.approx(
        squared_distances(policy, needs, mixed.astype(int))
    )


def test_who_has_no_segment_is_refused():
    policy, needs, _ = small(100)
    with pytest.raises(AuditError, match="1 of 100 residents have no segment"):
        squared_distances(policy, needs, pd.Series([None, *["a"] * 99]))
    with pytest.raises(AuditError, match="99 segments for the needs of 100 residents"):
        FitSpace.of(policy, needs, pd.Series(["a"] * 99))
