"""One resident in plain Python: the same as among thousands, for every scorer and every value."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.clustering.fold import HANDICAP
from segmentation.errors import ScorerError
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer, One
from segmentation.scorer.single import NEAR, Single

SECRET = "13800138000"

# Centres at 0 and 4 of one number, and at 0 and 1 of whether somebody phones.
SCORER = FoldedScorer(
    segments=("S1", "S2"),
    constant=(0.0, 17.0),
    numbers=(FoldedNumber("wish", log=False, slope=(0.0, -8.0), missing=(0.0, -8.0), mean=(0.0, -8.0)),),
    levels=(FoldedLevels("channel", {"app": (0.0, 0.0), "phone": (0.0, -2.0)}, (0.0, -0.5), (0.0, -0.5)),),
    separations=((0.0, 17.0), (17.0, 0.0)),
    borderline=0.1,
)
VISITS = FoldedNumber("visits", log=True, slope=(1.0, 0.0), missing=(-7.0, 0.0), mean=(0.0, 0.0))
COUNTING = replace(SCORER, numbers=(*SCORER.numbers, VISITS))


def test_a_resident_is_in_the_nearest_segment_and_the_gap_says_how_much_nearer():
    assert SCORER.one({"wish": 1.0, "channel": "app"}) == One(0, 1, 9.0, 9 / 17, False)
    assert SCORER.one({"wish": 2.0, "channel": "app"}) == One(0, 1, 1.0, 1 / 17, True)
    assert SCORER.one({"wish": 4.0, "channel": "phone"}) == One(1, 0, 17.0, 1.0, False)


@pytest.mark.parametrize("missing", [None, math.nan])
def test_a_missing_value_adds_its_own_row(missing):
    assert SCORER.one({"wish": missing, "channel": "app"}).gap == 9.0
    assert SCORER.one({"wish": 0.0, "channel": missing}).gap == 16.5
    assert COUNTING.one({"wish": 0.0, "channel": "app", "visits": missing}).gap == 24.0


@pytest.mark.parametrize("wish", [4, True, 4.0, np.float64(4.0), np.int8(4)])
def test_every_kind_of_number_is_taken(wish):
    assert SCORER.one({"wish": wish, "channel": "app"}).label == int(wish > 1)


def test_what_it_does_not_read_is_ignored():
    assert SCORER.one({"wish": 4.0, "channel": "app", "name": SECRET}).label == 1


# ---- What it refuses ------------------------------------------------------------------------------------

NO_NUMBER = "'wish' holds something that is no number"


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"wish": SECRET}, NO_NUMBER),
        ({"wish": [1.0]}, "must be one-dimensional"),
        ({"wish": {SECRET: 1}}, NO_NUMBER),
        ({"wish": 1j}, NO_NUMBER),
        ({"wish": 10**400}, NO_NUMBER),
        ({"wish": math.inf}, "'wish' must be finite"),
        ({"wish": -math.inf}, "'wish' must be finite"),
        ({"visits": math.inf}, "'visits' must be a finite count from 0"),
        ({"visits": -0.5}, "'visits' must be a finite count from 0"),
        ({"visits": -1}, "'visits' must be a finite count from 0"),
        ({"visits": -(10**400)}, "'visits' holds something that is no number"),
        ({"channel": SECRET}, "'channel' holds an unknown value"),
        ({"channel": 3.5}, "'channel' holds an unknown value"),
        ({"channel": True}, "'channel' holds an unknown value"),
        ({"channel": {SECRET: 1}}, "'channel' holds an unknown value"),
    ],
)
def test_a_value_that_cannot_be_scored_is_refused_and_not_shown(changed, rule):
    with pytest.raises(ScorerError) as error:
        COUNTING.one({"wish": 1.0, "channel": "app", "visits": 3} | changed)
    assert rule in str(error.value)
    assert SECRET not in repr(error.value)


@pytest.mark.parametrize("name", ["wish", "channel", "visits"])
def test_a_feature_that_is_not_told_is_named(name):
    values = {"wish": 1.0, "channel": "app", "visits": 3}
    with pytest.raises(ScorerError, match=f"'{name}' is missing"):
        COUNTING.one({key: value for key, value in values.items() if key != name})


# ---- The same as among thousands ------------------------------------------------------------------------


def test_whoever_is_as_near_to_two_is_in_the_first_as_the_kernel_says():
    tied = replace(SCORER, constant=(0.0, 16.0 + HANDICAP))
    middle = {"wish": 2.0, "channel": "app"}
    assert Single(tied)(middle) is None
    assert tied.one(middle).label == 0
    assert tied.one(middle).gap == pytest.approx(HANDICAP, abs=1e-14)
    beyond = replace(SCORER, constant=(0.0, 16.0 + 2 * NEAR))
    assert Single(beyond)(middle).label == 0


def test_two_segments_with_one_centre_cannot_be_told_apart():
    twice = replace(SCORER, constant=(0.0, 1.0), separations=((0.0, 0.0), (0.0, 0.0)))
    told = twice.one({"wish": 0.0, "channel": "app"})
    assert (told.margin, told.borderline) == (0.0, True)


def test_a_segment_that_stands_alone_is_its_own_runner_up():
    wish = FoldedNumber("wish", log=True, slope=(2.0,), missing=(1.0,), mean=(0.5,))
    alone = FoldedScorer(("S1",), (3.0,), (wish,), (), separations=((0.0,),), borderline=1.0)
    assert alone.one({"wish": 7}) == One(0, 0, 0.0, 1.0, False)
    with pytest.raises(ScorerError, match="finite count"):
        alone.one({"wish": -7})


eighths = st.integers(-80, 80).map(lambda number: number / 8)
"""Of such numbers sums are exact, so that there are ties."""


@st.composite
def scorers(draw):
    """Scorers of up to three numbers and two listed features, the last segment a twin of the first or not."""
    size = draw(st.integers(1, 5))
    twin = size > 1 and draw(st.booleans())

    def row(values=eighths):
        told = draw(st.lists(values, min_size=size, max_size=size))
        return tuple([*told[:-1], told[0]] if twin else told)

    numbers = tuple(
        FoldedNumber(f"number_{at}", draw(st.booleans()), row(), row(), row())
        for at in range(draw(st.integers(0, 3)))
    )
    levels = tuple(
        FoldedLevels(
            f"level_{at}", {value: row() for value in "abc"[: draw(st.integers(1, 3))]}, row(), row()
        )
        for at in range(draw(st.integers(0 if numbers else 1, 2)))
    )
    apart = tuple(tuple(0.0 if a == b else 4.0 for b in range(size)) for a in range(size))
    names = tuple(f"S{at}" for at in range(size))
    # as `fold` does, without which a tie of two logarithms may end otherwise in another number of rows
    constant = tuple(start + at * HANDICAP for at, start in enumerate(row()))
    return FoldedScorer(names, constant, numbers, levels, apart, draw(st.floats(0, 1)))


@st.composite
def scored(draw):
    """Scorers and residents that they can score, with missing values of both kinds."""
    scorer = draw(scorers())
    missing = st.sampled_from([None, math.nan])
    counts = st.one_of(st.integers(0, 9), st.floats(0, 1e6), missing)
    others = st.one_of(eighths, st.integers(-9, 9), st.booleans(), missing)
    kinds = {part.name: counts if part.log else others for part in scorer.numbers}
    kinds |= {part.name: st.one_of(st.sampled_from([*part.values]), missing) for part in scorer.levels}
    return scorer, draw(st.lists(st.fixed_dictionaries(kinds), min_size=1, max_size=8))


@settings(max_examples=150)
@given(scored())
def test_one_resident_alone_is_where_the_same_one_is_among_others(told):
    scorer, residents = told
    columns = {name: np.array([one[name] for one in residents], object) for name in scorer.features}
    expected, labels = scorer.explain(columns), scorer.predict(columns).tolist()
    for at, resident in enumerate(residents):
        one = scorer.one(resident)
        assert one.label == labels[at] == expected.chosen[at]
        assert one.gap == pytest.approx(expected.gap[at], abs=1e-9)
        assert one.margin == pytest.approx(expected.margin[at], abs=1e-9)
        if abs(one.margin - scorer.borderline) > 1e-9:
            assert one.borderline == expected.borderline[at]
        if one.runner_up != expected.runner_up[at]:  # the next ones are equally far
            scores = scorer.scores(columns)[at]
            assert scores[one.runner_up] == pytest.approx(scores[expected.runner_up[at]], abs=1e-9)


@settings(max_examples=50)
@given(scored())
def test_who_is_far_from_every_boundary_needs_no_kernel(told):
    scorer, residents = told
    for resident in residents:
        one = scorer.one(resident)
        given_up = one.gap < 2 * NEAR or any(value != value for value in resident.values())  # noqa: PLR0124 - NaN
        assert given_up or Single(scorer)(resident) == one


def test_residents_of_a_segmentation_of_everyday_size_are_where_the_kernel_puts_them():
    rng = np.random.default_rng(7)

    def row():
        return tuple(rng.normal(size=6).tolist())

    numbers = tuple(FoldedNumber(f"n{at}", at < 6, row(), row(), row()) for at in range(12))
    levels = tuple(
        FoldedLevels(f"c{at}", {value: row() for value in "abcde"}, row(), row()) for at in range(4)
    )
    apart = tuple(tuple(5.0 * (a != b) for b in range(6)) for a in range(6))
    scorer = FoldedScorer(tuple("ABCDEF"), row(), numbers, levels, apart, 0.1)
    columns = {f"n{at}": rng.poisson(8, 1_000).astype(float) for at in range(12)}
    columns |= {f"c{at}": rng.choice([*"abcde"], 1_000).astype(object) for at in range(4)}
    told = scorer.explain(columns)
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    ones = [scorer.one(row) for row in rows]
    assert [one.label for one in ones] == told.chosen.tolist()
    assert [one.runner_up for one in ones] == told.runner_up.tolist()
    np.testing.assert_allclose([one.gap for one in ones], told.gap, atol=1e-9)
    np.testing.assert_allclose([one.margin for one in ones], told.margin, atol=1e-9)
