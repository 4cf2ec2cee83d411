"""What is stored of a small group leaves many tables of its answers possible: attacked as one would."""

import json
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
import pytest

from segmentation.features import encoded_features, needs_encoder, needs_table
from segmentation.mitigation import Mitigation, erasure, fair_centres, leace, prepare
from segmentation.mitigation.coarse import Units, covariances, differences, products, stepped
from segmentation.mitigation.targets import one_hot
from segmentation.residents import residents_from
from tests.policies import AS_OF, small_policy, small_residents

LEAST, WOMEN, N = 30, 40, 4000
POLICY = small_policy(audit={"smallest_group": LEAST, "intersections": []})
CHANNELS = ("app", "phone", "desk")


@cache
def community(app, phone, desk):
    """Return residents with the same needs whatever the answers of the few women are."""
    frame = small_residents(N, seed=3)
    women = [
        at
        for channel, count in zip(CHANNELS, (app, phone, desk), strict=True)
        for at in np.flatnonzero(frame["channel"] == channel)[:count]
    ]
    frame["sex"] = "male"
    frame.loc[women, "sex"] = "female"
    return residents_from(frame, POLICY, as_of=AS_OF)


@cache
def stored(*counts, kind="erase"):
    residents = community(*counts)
    made = prepare(Mitigation(kind, ("sex",)), POLICY, residents.needs, residents.protected, 3)
    return made.fit(residents.needs)


def channels_of(segmenter):
    """Return the direction of the stored map over the columns of the channel, with how long all of it is."""
    bare = segmenter.without_residents()
    (columns,) = (
        part.columns for part in encoded_features(bare.encoder_) if getattr(part, "name", "") == "channel"
    )
    change = np.eye(len(bare.erase.offset)) - bare.erase.matrix
    axes, sizes, _ = np.linalg.svd(change)
    assert (sizes > 1e-9).sum() == 1
    return axes[columns, 0][:3], axes[:, 0]


def encoded_of(needs):
    encoder = needs_encoder(small_policy())
    return np.asarray(encoder.fit_transform(needs_table(encoder, needs)), float)


def tables():
    return [(app, phone, WOMEN - app - phone) for app, phone in product(range(WOMEN + 1), repeat=2)
            if app + phone <= WOMEN]  # fmt: skip


def possible(segmenter, counts):
    """Return the tables of the women's channels whose exact direction is the stored one."""
    found, _ = channels_of(segmenter)
    totals = counts.needs["channel"].value_counts()[list(CHANNELS)].to_numpy()
    gaps = np.array(tables()) - WOMEN * totals / N
    if np.linalg.norm(found) < 1e-9:
        return []
    cosines = np.abs(gaps @ found) / np.linalg.norm(gaps, axis=1) / np.linalg.norm(found)
    return [table for table, cosine in zip(tables(), cosines, strict=True) if cosine > 1 - 1e-9]


def units(channel, n_women=WOMEN, least=LEAST):
    """Return a community of which the first are women, and their codes."""
    encoded = np.eye(3)[channel] * 0.8
    return Units.of(encoded, [np.arange(3)], least), (np.arange(len(channel)) < n_women).astype(np.int64)


def test_exact_directions_would_give_the_table_of_the_women_away():
    residents = community(30, 4, 6)
    columns = np.eye(3)[[CHANNELS.index(one) for one in residents.needs["channel"]]]
    noise = np.random.default_rng(0).normal(size=(N, 1))  # a need that none of it rests on
    exact = leace(
        np.hstack([columns, noise]), (residents.protected["sex"] == "female").to_numpy(float)[:, None]
    )
    axes, *_ = np.linalg.svd(np.eye(4) - exact.map.matrix)
    gaps = np.array(tables()) - WOMEN * columns.mean(axis=0)
    cosines = np.abs(gaps @ axes[:3, 0]) / np.linalg.norm(gaps, axis=1) / np.linalg.norm(axes[:3, 0])
    assert [one for one, cosine in zip(tables(), cosines, strict=True) if cosine > 1 - 1e-9] == [(30, 4, 6)]


@pytest.mark.parametrize("counts", [(16, 9, 15), (30, 4, 6), (0, 0, 40)])
def test_the_stored_map_does_not_single_out_the_table_of_the_women(counts):
    assert counts not in possible(stored(*counts), community(*counts))


def test_other_answers_of_the_women_leave_the_same_direction_over_the_channels():
    ordinary = [channels_of(stored(*counts))[0] for counts in ((16, 9, 15), (20, 14, 6), (10, 20, 10))]
    np.testing.assert_allclose(ordinary, np.zeros((3, 3)), atol=1e-9)


def test_the_served_scorer_says_no_more_of_the_women_than_the_map():
    scorer = json.loads(stored(16, 9, 15).fold().to_json())
    levels = next(part for part in scorer["levels"] if part["name"] == "channel")
    assert levels  # its slopes are at right angles to the direction, which is 0 over these columns
    assert np.abs(channels_of(stored(16, 9, 15))[0]).max() < 1e-9


def alike(totals, sizes, rows):
    """Return the tables of the groups' counts that tell the same, each as a list."""
    found = {}
    men = sum(totals) - sum(sizes)
    for table in rows:
        rest = np.subtract(totals, np.sum(table, axis=0))
        counts = np.array([*table, rest], float)
        if (counts >= 0).all():
            told = stepped(counts, np.array([*sizes, men]), [np.arange(len(totals))], LEAST)
            found.setdefault(tuple(told.round(6).ravel()), []).append(np.ravel(table))
    return list(found.values())


@pytest.mark.parametrize(
    "totals", [(1667, 1334, 999), (3000, 985, 15), (3900, 60, 40), (3985, 8, 7), (100, 90, 80)]
)
@pytest.mark.parametrize("women", [30, 40, 75, 100])
def test_whoever_knows_all_but_the_counts_is_left_with_many_tables(totals, women):
    counts = [
        ((first, second, women - first - second),)
        for first, second in product(range(women + 1), repeat=2)
        if first + second <= women
    ]
    told = alike(totals, [women], counts)
    every = sum(map(len, told))
    assert min(map(len, told)) >= min(every, LEAST // 2)
    if len(told) > 1:
        assert min(np.ptp(np.array(tables), axis=0).max() for tables in told) >= LEAST // 2 - 1


def test_two_small_groups_of_a_rare_value_do_not_give_each_other_away():
    sizes, totals = (40, 60), (900, 75)
    counts = [((40 - a, a), (60 - b, b)) for a, b in product(range(41), range(61))]
    assert min(map(len, alike(totals, sizes, counts))) >= LEAST // 2


def test_groups_of_ordinary_size_keep_what_they_differ_by_and_sums_stay_0():
    rng = np.random.default_rng(0)
    codes = rng.integers(-1, 3, 6000)
    channel = np.where(rng.random(6000) < 0.4, np.maximum(codes, 0), rng.integers(0, 3, 6000))
    unit, _ = units(channel)
    found = differences(unit, codes)
    exact = np.array([unit.values[codes == group].sum(axis=0) for group in range(3)])
    exact -= np.outer(np.bincount(codes[codes >= 0]), unit.values[codes >= 0].mean(axis=0))
    assert np.abs(found - exact).max() <= 2 * LEAST
    np.testing.assert_allclose(found.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 0, atol=1e-9)


def test_numbers_keep_their_exact_means():
    rng = np.random.default_rng(0)
    encoded, codes = rng.normal(size=(500, 2)), rng.integers(0, 2, 500)
    unit = Units.of(encoded, [], LEAST)
    marks = one_hot(codes)
    exact = encoded.T @ (marks - marks.mean(axis=0)) / 500
    np.testing.assert_allclose(covariances(unit, [codes]), exact, atol=1e-12)


def test_covariances_of_large_groups_differ_by_about_what_they_do_and_those_of_few_residents_by_nothing():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, 8000)
    encoded = rng.normal(size=(8000, 2)) * np.where(codes, 2.0, 0.5)[:, None]
    large = products(Units.of(encoded, [], LEAST), codes)
    assert large[1] == pytest.approx(np.cov(encoded[codes == 1].T) - np.cov(encoded.T), abs=0.1)
    few = products(Units.of(rng.normal(size=(500, 2)), [], LEAST), (np.arange(500) < LEAST).astype(int))
    assert few[1] == pytest.approx(np.zeros((2, 2)), abs=1.5)


def test_ordinary_groups_are_erased_about_as_well_as_exactly():
    residents = residents_from(small_residents(N), small_policy(), as_of=AS_OF)
    needs, protected = residents.needs, residents.protected
    found = erasure(Mitigation("erase", ("age_band",)), small_policy(), needs, protected)
    assert found.rank == 2
    after = found.map.apply(encoded_of(needs))
    for group in protected["age_band"].cat.categories:
        is_in = (protected["age_band"] == group).to_numpy()
        assert np.abs(after[is_in].mean(axis=0) - after.mean(axis=0)).max() < 0.03


def test_a_centre_that_rests_on_few_residents_is_as_coarse_as_they_are_few():
    rng = np.random.default_rng(0)
    few = np.arange(1000) < WOMEN
    encoded = np.where(few[:, None], 9.0, 0.0) + rng.normal(size=(1000, 2))
    moved = fair_centres(encoded, np.column_stack([few, ~few]), np.array([[1.0, 1.0]]))
    assert moved.heaviest == pytest.approx([0.5 / WOMEN], rel=0.1)
    plain = fair_centres(encoded, np.ones((1000, 1), bool), encoded.mean(axis=0)[None])
    assert plain.heaviest == pytest.approx([1 / 1000])


def test_residents_of_unknown_sex_are_not_part_of_what_is_expected():
    channel = np.repeat([0, 1, 2, 0, 1, 2], [200, 100, 100, 200, 100, 100])
    unit, _ = units(channel)
    codes = np.repeat([0, 1, -1], [300, 300, 200])
    assert differences(unit, codes).shape == (2, 3)
    assert pd.notna(covariances(unit, [codes])).all()
