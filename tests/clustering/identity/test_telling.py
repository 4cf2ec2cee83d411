"""What is told of a table of movers names the large moves, and lets nobody work out a small one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from segmentation.clustering.identity.telling import Told, hidden, telling, width

SMALLEST = 30
MERGE = np.array(
    [[1200, 3, 0, 5], [2, 1500, 4, 0], [1, 0, 1300, 6], [4, 3, 2, 1220], [0, 5, 740, 8]], np.int64
)
"""Four segments stay, and the fifth goes into the third, but for thirteen residents."""
STAY = ((0, 0), (1, 1), (2, 2), (3, 3))
TURNED = tuple((new, old) for old, new in STAY)


def attack(counts, told, stay):
    """Return the least and the most of each count for who knows the sums and all that is told."""
    before, now = counts.shape
    at = np.arange(counts.size).reshape(counts.shape)
    sums = np.zeros((before + now + 1, counts.size))
    for row in range(before):
        sums[row, at[row]] = 1
    for column in range(now):
        sums[before + column, at[:, column]] = 1
    sums[-1, [at[place] for place in stay]] = 1
    known = np.concatenate([counts.sum(axis=1), counts.sum(axis=0)])
    low, high = told.least.astype(float), np.where(told.exact, told.least, np.inf)
    for place, overlap in zip(stay, told.overlaps, strict=True):
        sizes = counts[place[0]].sum() + counts[:, place[1]].sum()
        low[place] = overlap * sizes / (1 + overlap) - 1e-6
    rules = LinearConstraint(sums, np.append(known, told.staying), np.append(known, np.inf))
    ends = [
        [milp(sign * one, bounds=Bounds(low.ravel(), high.ravel()), constraints=rules).fun * sign
         for one in np.eye(counts.size)]
        for sign in (1, -1)
    ]  # fmt: skip
    return tuple(np.reshape(end, counts.shape) for end in ends)


def assert_nothing_small_follows(counts, told, stay, smallest=SMALLEST):
    low, high = attack(counts, told, stay)
    assert (low <= counts + 1e-4).all()
    assert (counts <= high + 1e-4).all()
    assert (high - low >= width(counts, smallest) - 1e-4).all()


# ---- The main move is told --------------------------------------------------------------------------


def test_a_segment_that_goes_into_another_is_told_from_below():
    told = telling(MERGE, STAY, SMALLEST)
    assert np.argwhere(told.least).tolist() == [[4, 2]]
    assert (told.least[4, 2], told.exact[4, 2]) == (720, False)
    assert_nothing_small_follows(MERGE, told, STAY)


def test_a_segment_that_splits_is_told_from_below():
    told = telling(MERGE.T.copy(), TURNED, SMALLEST)
    assert np.argwhere(told.least).tolist() == [[2, 4]]
    assert (told.least[2, 4], told.exact[2, 4]) == (720, False)
    assert_nothing_small_follows(MERGE.T.copy(), told, TURNED)


def test_how_few_others_move_makes_no_difference_to_what_is_told_of_the_main_move():
    other = MERGE.copy()
    other[4] = [7, 0, 740, 6]
    assert (telling(other, STAY, SMALLEST).least == telling(MERGE, STAY, SMALLEST).least).all()


def test_large_counts_alone_are_told_as_they_are():
    counts = np.array([[0, 400, 300], [200, 0, 500], [600, 100, 0]], np.int64) + 50
    told = telling(counts, (), SMALLEST)
    assert told.exact.all()
    assert (told.least == counts).all()


# ---- And nothing small follows ----------------------------------------------------------------------


def test_the_attack_catches_a_count_from_below_that_is_too_close():
    told = telling(MERGE, STAY, SMALLEST)
    close = Told(told.least * 0 + np.where(told.least > 0, 740, 0), told.exact, 0, (0.0,) * 4)
    low, high = attack(MERGE, close, STAY)
    assert high[4, 0] - low[4, 0] == pytest.approx(13)


def test_the_attack_catches_a_share_of_those_who_stay_that_is_too_close():
    told = telling(MERGE, STAY, SMALLEST)
    low, high = attack(MERGE, Told(told.least, told.exact, 5220, told.overlaps), STAY)
    assert (high - low)[0, 1] < SMALLEST


@given(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**32 - 1), st.integers(2, 15))
@settings(max_examples=60, deadline=None)
def test_who_knows_both_cards_works_out_no_small_move(before, now, seed, smallest):
    random = np.random.default_rng(seed)
    counts = random.poisson(random.choice([0, 1, 5, 40, 300], (before, now))).astype(np.int64)
    places = zip(random.permutation(before).tolist(), random.permutation(now).tolist(), strict=False)
    stay = tuple(places)[: random.integers(0, min(before, now) + 1)]
    told = telling(counts, stay, smallest)
    assert (told.exact == ~hidden(counts, stay, smallest)).all()
    assert not told.exact[counts < smallest].any()
    assert not told.least[counts < smallest].any()
    assert not any(told.least[place] or told.exact[place] for place in stay)
    assert (told.least <= counts).all()
    assert not (told.least[~told.exact] % smallest).any()
    assert told.staying <= sum(counts[place] for place in stay)
    assert_nothing_small_follows(counts, told, stay, smallest)


@given(st.integers(0, 2**32 - 1), st.booleans())
@settings(max_examples=20, deadline=None)
def test_a_split_and_a_merge_of_some_size_name_their_main_move(seed, split):
    random = np.random.default_rng(seed)
    counts = np.diag(random.integers(400, 2_000, 5)).astype(np.int64) + random.poisson(3, (5, 5))
    moving = int(random.integers(300, 1_000))
    counts = np.vstack([counts, random.poisson(3, (1, 5))])
    counts[5, 2] += moving
    stay = tuple((at, at) for at in range(5))
    counts = counts.T.copy() if split else counts
    main = (2, 5) if split else (5, 2)
    told = telling(counts, stay, SMALLEST)
    assert told.least[main] >= 0.75 * moving
    assert_nothing_small_follows(counts, told, stay)
