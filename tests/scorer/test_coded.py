"""Listed values as places: the same segments as from texts, and no place that is none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.clustering.assign import scored_columns, segment_ids
from segmentation.errors import ScorerError
from segmentation.scorer import Coded, FoldedLevels, FoldedScorer
from segmentation.scorer.kernel import JOINT

ROWS = {"app": (0.0, 2.0), "phone": (1.0, 0.0), "desk": (-1.0, -3.0)}
SCORER = FoldedScorer(
    segments=("S1", "S2"),
    constant=(0.0, 0.5),
    numbers=(),
    levels=(FoldedLevels("channel", ROWS, missing=(0.0, -1.0), mean=(0.0, 0.0)),),
    separations=((0.0, 1.0), (1.0, 0.0)),
    borderline=0.1,
)
cells = st.lists(st.sampled_from([*ROWS, None]), max_size=12)


@given(cells, st.permutations([*ROWS, None, "app", "not used"]), st.sampled_from(["i1", "i8", "u2"]))
def test_places_in_any_list_score_and_explain_as_the_texts_do(column, listed, kind):
    places = np.array([listed.index(cell) for cell in column], kind)
    texts, coded = {"channel": np.array(column, object)}, {"channel": Coded(tuple(listed), places)}
    np.testing.assert_array_equal(SCORER.scores(coded), SCORER.scores(texts))
    np.testing.assert_array_equal(SCORER.predict(coded), SCORER.predict(texts))
    np.testing.assert_array_equal(SCORER.explain(coded).contributions, SCORER.explain(texts).contributions)


def test_minus_1_is_a_missing_value():
    assert SCORER.scores({"channel": Coded(("app",), np.array([-1, 0]))}).tolist() == [
        [0.0, -0.5],
        [0.0, 2.5],
    ]
    assert SCORER.scores({"channel": Coded((), np.array([-1]))}).tolist() == [[0.0, -0.5]]
    assert len(Coded(("app",), np.array([0, 0]))) == 2


@pytest.mark.parametrize(
    ("codes", "rule"),
    [
        (np.array([0, 1]), "must be places in its values, or -1 where missing"),
        (np.array([0, -2]), "must be places in its values, or -1 where missing"),
        (np.array([0.0]), "must be a one-dimensional array of whole numbers"),
        (np.array([True]), "must be a one-dimensional array of whole numbers"),
        (np.array([[0]]), "must be a one-dimensional array of whole numbers"),
    ],
)
def test_what_is_no_place_is_refused(codes, rule):
    with pytest.raises(ScorerError, match=rule):
        Coded(("app",), codes)


def test_an_unknown_value_is_refused_once_somebody_has_it():
    listed = ("app", "wang_xiaoming")
    assert SCORER.predict({"channel": Coded(listed, np.array([0, -1]))}).tolist() == [0, 1]
    with pytest.raises(ScorerError, match="'channel' holds an unknown value") as caught:
        SCORER.predict({"channel": Coded(listed, np.array([0, 1]))})
    assert "wang" not in str(caught.value)


def test_places_are_no_numbers():
    number = FoldedScorer.from_json(
        '{"format":2,"segments":["S1"],"constant":[0],"numbers":[{"name":"wish","log":false,"slope":[1],'
        '"missing":[0],"mean":[0]}],"levels":[],"separations":[[0]],"borderline":0}'
    )
    with pytest.raises(ScorerError, match="'wish' holds something that is no number"):
        number.predict({"wish": Coded(("app",), np.array([0]))})


def test_lengths_must_agree_with_the_other_columns():
    two = FoldedScorer(
        SCORER.segments,
        SCORER.constant,
        (),
        (*SCORER.levels, FoldedLevels("slot", ROWS, (0.0, 0.0), (0.0, 0.0))),
        SCORER.separations,
        0.1,
    )
    with pytest.raises(ScorerError, match="one-dimensional and of one length"):
        two.predict({"channel": Coded(("app",), np.array([0])), "slot": ["app", "desk"]})


@pytest.mark.parametrize("values", [3, 300])
def test_many_features_of_many_values_are_looked_up_in_turns(values):
    rng = np.random.default_rng(0)
    levels = [
        FoldedLevels(
            f"f{at}",
            {f"v{value}": tuple(rng.normal(size=2)) for value in range(values)},
            tuple(rng.normal(size=2)),
            (0.0, 0.0),
        )
        for at in range(8)
    ]
    assert (values + 1) ** 8 > JOINT
    scorer = FoldedScorer(("S1", "S2"), (0.0, 0.0), (), tuple(levels), SCORER.separations, 0.1)
    cells = {part.name: rng.choice(np.array([*part.values, None], object), 50) for part in levels}
    expected = [
        [sum(part.row(cells[part.name][row])[at] for part in levels) for at in (0, 1)] for row in range(50)
    ]
    np.testing.assert_allclose(scorer.scores(cells), expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_a_table_of_needs_is_scored_whatever_pandas_makes_of_its_texts(kind):
    needs = pd.DataFrame({"channel": pd.Series(["app", None, "desk"], index=[7, 8, 9]).astype(kind)})
    ids = segment_ids(SCORER, needs)
    assert (ids.tolist(), ids.index.tolist()) == (["S1", "S2", "S2"], [7, 8, 9])
    assert isinstance(scored_columns(SCORER, needs)["channel"], Coded) is (kind == "str")
