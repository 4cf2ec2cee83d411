"""The number of segments: planted ones are found, noise has none, and every rival says why it lost."""

from dataclasses import replace

import numpy as np
import pytest

from segmentation.clustering import parallel
from segmentation.clustering.choice import Choice, choose
from tests.clustering.choice.tables import QUICK, apart, planted


def chosen(points, criteria=QUICK, seed=0, **given) -> Choice:
    return choose(points, criteria, np.random.RandomState(seed), **given)


def tried(points, criteria=QUICK, seed=0):
    return {rival.n_segments: rival for rival in chosen(points, criteria, seed).rivals}


# ---- What is chosen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("n_segments", "seed"), [(4, 0), (6, 1), (8, 2), (8, 3)])
def test_planted_segments_are_counted_and_are_there(n_segments, seed):
    found = chosen(planted([90] * n_segments, seed), seed=seed)
    assert (found.n_segments, found.is_given) == (n_segments, False)
    assert found.structure.is_there
    rival = {one.n_segments: one for one in found.rivals}[n_segments]
    assert rival.prediction_strength > 0.95
    assert rival.weakest > 0.95
    assert rival.reason == "chosen"


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("draw", [lambda rng: rng.normal(0, 1, (600, 6)), lambda rng: rng.random((600, 6))])
def test_noise_has_no_segments_and_every_number_is_measured(draw, seed):
    found = chosen(draw(np.random.default_rng(seed)), seed=seed)
    assert [rival.n_segments for rival in found.rivals] == list(range(2, 11))
    assert {rival.reason for rival in found.rivals} == {"does not repeat itself"}
    assert (found.n_segments, found.structure) == (None, None)


def test_a_long_tail_that_repeats_itself_stays_on_the_record_as_chosen_and_is_no_structure():
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.random(600) > 0.7, *rng.normal(0, 0.05, (3, 600))]).astype(float)
    found = chosen(points, replace(QUICK, most=4))
    assert found.n_segments == 2
    assert not found.structure.is_there


def test_planted_segments_shuffled_apart_are_no_structure():
    found = chosen(apart(planted([90] * 4)), replace(QUICK, most=5))
    assert found.structure is None or not found.structure.is_there


def test_the_largest_number_that_repeats_itself_is_chosen_and_smaller_ones_say_so():
    # two far pairs of two near clusters: 2 and 4 repeat themselves, 3 does not
    centers = np.array([[0, 0], [8, 8], [60, 0], [68, 8]])
    points = np.repeat(centers, 100, axis=0) + np.random.default_rng(0).normal(0, 1, (400, 2))
    found = tried(points, replace(QUICK, most=5))
    assert {k: rival.reason for k, rival in found.items()} == {
        2: "passes, but a larger one does too",
        3: "does not repeat itself",
        4: "chosen",
        5: "does not repeat itself",
    }


@pytest.mark.parametrize(("smallest_share", "number"), [(0.05, 2), (0.02, 3)])
def test_a_number_with_too_small_a_segment_is_not_chosen(smallest_share, number):
    found = chosen(planted([290, 290, 20], gap=20), replace(QUICK, most=4, smallest_share=smallest_share))
    three = found.rivals[1]
    assert found.n_segments == number
    assert three.prediction_strength > 0.95
    assert three.smallest_share == pytest.approx(20 / 600)
    assert three.reason == ("too small a segment" if number == 2 else "chosen")


def test_a_number_that_just_reaches_every_limit_passes_and_one_just_below_does_not():
    points = planted([290, 290, 20], gap=6)
    three = tried(points, replace(QUICK, most=3))[3]
    limits = {
        "least_strength": three.prediction_strength,
        "least_jaccard": three.weakest,
        "smallest_share": three.smallest_share,
    }
    assert 0.5 < three.prediction_strength < 1
    assert 0.5 < three.weakest < 1
    assert tried(points, replace(QUICK, most=3, **limits))[3].reason == "chosen"
    for limit, reason in (
        ("least_strength", "does not repeat itself"),
        ("least_jaccard", "a segment is not stable"),
        ("smallest_share", "too small a segment"),
    ):
        above = limits | {limit: limits[limit] + 1e-9}
        assert tried(points, replace(QUICK, most=3, **above))[3].reason == reason


def test_measures_are_shares_and_segments_stand_largest_first():
    points = planted([300, 200, 100], gap=6)
    for k, rival in tried(points).items():
        assert 0 <= rival.prediction_strength <= 1
        assert len(rival.jaccard) == k
        assert all(0 <= one <= 1 for one in rival.jaccard)
        assert 0 < rival.smallest_share <= 1 / k
        assert -1 <= rival.silhouette <= 1
    # a tenth of the smallest segment is moved into the middle: it, and it alone, comes back less
    points = np.repeat([[0.0, 0], [60, 0], [0, 12]], [300, 200, 40], axis=0)
    points += np.random.default_rng(0).normal(size=points.shape) * 2.5
    first, second, third = tried(points, replace(QUICK, fewest=3, most=3, bootstraps=20))[3].jaccard
    assert third < first < second == 1.0


@pytest.mark.parametrize("seed", range(3))
def test_a_flag_that_says_nothing_makes_no_segment_more(seed):
    # whichever planted segment the flag cuts in two, the halves repeat themselves perfectly
    rng = np.random.default_rng(seed)
    points = np.column_stack([planted([300, 150, 150], seed, gap=10), 5.0 * rng.integers(0, 2, 600)])
    found = chosen(points, replace(QUICK, most=5, shuffles=99, shuffle_p=0.01), seed)
    assert found.n_segments == 3
    assert found.rivals[2].prediction_strength > 0.99
    assert found.rivals[2].reason == "fewer segments and shuffled columns do as well"


def paired(apart_in, seed=0, sizes=(600, 300, 300)):
    """Return segments of which the last two differ in one need alone, whose values there are given."""
    rng = np.random.default_rng(seed)
    points = np.repeat([[0.0] * 4, [8.0] * 4, [8.0] * 4], sizes, axis=0)
    one = np.concatenate([rng.permutation(apart_in(rng, size, at)) for at, size in enumerate(sizes)])
    return np.column_stack([points + rng.normal(size=points.shape), one])


ONE_NEED = {
    "a mark": lambda _, size, at: np.full(size, 5.0 * (at == 2)),
    "a few ranks": lambda rng, size, at: (rng.integers(0, 3, size) + 3 * (at == 2)) * 2.0,
    "nothing, or some": lambda rng, size, at: rng.lognormal(2, 0.3, size) * (at == 2),
}
THOROUGH = replace(QUICK, most=4, shuffles=99, shuffle_p=0.01)


@pytest.mark.parametrize("need", ONE_NEED)
def test_two_segments_that_differ_in_one_need_of_few_values_are_not_told_apart(need):
    # the price of refusing to be cut in two by any mark: this is deliberate, and said on every card
    found = chosen(paired(ONE_NEED[need]), THOROUGH)
    three = found.rivals[1]
    assert found.n_segments == 2
    assert min(three.prediction_strength, three.weakest) > 0.95
    assert three.reason == "fewer segments and shuffled columns do as well"


@pytest.mark.parametrize("seed", range(2))
def test_two_segments_that_differ_in_one_amount_with_an_empty_middle_are_told_apart(seed):
    found = chosen(paired(lambda rng, size, at: rng.normal(8.0 * (at == 2), 1, size), seed), THOROUGH, seed)
    assert found.n_segments == 3
    assert found.structure.is_there


@pytest.mark.parametrize(
    "tail",
    [
        lambda rng, size: rng.lognormal(0, 1, size) * 2,
        lambda rng, size: rng.lognormal(2.5, 0.7, size).round() * (rng.random(size) > 0.75),
        lambda rng, size: rng.beta(0.7, 2, size) * 12,
        lambda rng, size: rng.poisson(0.5, size) * 4.0,
    ],
)
def test_a_long_tail_that_says_nothing_makes_no_segment_more(tail):
    rng = np.random.default_rng(0)
    points = np.column_stack([planted([400, 200, 200], gap=10), tail(rng, 800)])
    assert chosen(points, THOROUGH).n_segments == 3


# ---- A number that somebody insists on --------------------------------------------------------------


@pytest.mark.parametrize("given", [2, 4, 9])
def test_a_number_that_is_given_is_measured_alone_whatever_it_reaches(given):
    found = chosen(planted([90] * 4), given=given)
    assert [(rival.n_segments, rival.reason) for rival in found.rivals] == [(given, "given")]
    assert (found.n_segments, found.is_given) == (given, True)
    assert found.structure.n_segments == given


def test_a_given_number_has_no_structure_where_there_is_none():
    found = chosen(np.random.default_rng(1).normal(size=(400, 6)), given=3)
    assert found.n_segments == 3
    assert not found.structure.is_there


def test_one_segment_that_is_given_repeats_itself_and_needs_no_test():
    found = chosen(planted([90, 90]), given=1)
    (rival,) = found.rivals
    assert (rival.prediction_strength, rival.jaccard, rival.smallest_share) == (1.0, (1.0,), 1.0)
    assert (rival.silhouette, found.structure, found.n_segments) == (None, None, 1)


def test_more_segments_than_residents_who_differ_are_measured_and_reach_nothing():
    (rival,) = chosen(np.repeat([[0.0], [1.0]], 20, axis=0), given=4).rivals
    assert rival.prediction_strength == 0.0
    assert rival.weakest == 0.0


# ---- What is tried ----------------------------------------------------------------------------------


def test_every_number_from_the_fewest_to_the_most_is_tried():
    assert list(tried(planted([50, 50]), replace(QUICK, fewest=3, most=5))) == [3, 4, 5]


def test_no_number_is_tried_that_is_larger_than_how_many_residents_differ():
    points = np.repeat([[0.0], [1.0], [2.0]], 40, axis=0)
    assert list(tried(points)) == [2, 3]


@pytest.mark.parametrize("points", [np.ones((50, 3)), np.zeros((1, 2)), np.eye(3)])
def test_residents_who_are_all_equal_or_too_few_to_halve_have_nothing_to_try(points):
    assert chosen(points) == Choice((), None)


def test_a_feature_is_shuffled_as_one():
    points = np.column_stack([np.eye(3)[np.arange(300) % 3], np.arange(300) / 1e4])
    assert chosen(points, given=3).structure.is_there
    assert not chosen(points, given=3, blocks=[slice(0, 3), slice(3, 4)]).structure.is_there


# ---- The same again ---------------------------------------------------------------------------------


def test_the_same_seed_chooses_alike_and_another_one_measures_otherwise():
    points = planted([60, 60, 60], gap=3)
    assert chosen(points, seed=1) == chosen(points, seed=1) != chosen(points, seed=2)


def test_the_number_of_threads_changes_nothing(monkeypatch):
    points, found = planted([60, 60, 60], gap=3), []
    for threads in (1, 2, 4):
        monkeypatch.setattr(parallel, "cpu_count", lambda threads=threads: threads)
        found.append(chosen(points))
    assert found[0] == found[1] == found[2]
