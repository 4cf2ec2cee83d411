"""The ONNX twin gives the scorer's segments, and refuses what the scorer refuses."""

import json
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from segmentation.errors import ScorerError
from segmentation.onnx_twin import onnx_twin
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer

NONE = (0.0, 0.0, 0.0)
SCORER = FoldedScorer(
    segments=("S1", "S2", "S3"),
    constant=(0.0, 1.0, 0.5),
    numbers=(
        FoldedNumber("repairs", log=True, slope=(2.0, -1.0, 0.0), missing=(0.5, 0.25, 0.75), mean=NONE),
        FoldedNumber("evening_share", log=False, slope=(0.0, -4.0, 1.0), missing=(0.0, -3.0, 2.0), mean=NONE),
    ),
    levels=(
        FoldedLevels(
            "channel",
            {"app": (0.0, 0.0, 0.0), "phone": (3.0, -3.0, 1.0)},
            missing=(-1.0, 1.0, 0.0),
            mean=NONE,
        ),
    ),
    separations=(NONE, NONE, NONE),
    borderline=0.1,
)


def run(scorer, columns):
    """Return segments and scores of ONNX Runtime."""
    feeds = {part.name: np.array(columns[part.name], np.float64)[:, None] for part in scorer.numbers}
    for part in scorer.levels:
        cells = ["" if cell is None else cell for cell in columns[part.name]]
        feeds[part.name] = np.array(cells, dtype=object)[:, None]
    return onnxruntime.InferenceSession(onnx_twin(scorer)).run(["segment", "scores"], feeds)


def random_columns(n=500):
    rng = np.random.default_rng(0)
    return {
        "repairs": np.where(rng.random(n) < 0.2, np.nan, rng.poisson(2, n)),
        "evening_share": np.where(rng.random(n) < 0.2, np.nan, rng.random(n)),
        "channel": rng.choice(np.array(["app", "phone", None], dtype=object), n),
    }


def test_segments_and_scores_are_those_of_the_scorer():
    columns = random_columns()
    segments, scores = run(SCORER, columns)
    assert set(segments) == {0, 1, 2}
    np.testing.assert_array_equal(segments, SCORER.predict(columns))
    np.testing.assert_allclose(scores, SCORER.scores(columns), rtol=0, atol=1e-12)


def test_the_first_segment_wins_where_scores_are_equal():
    tied = FoldedScorer(
        ("S1", "S2"),
        (1.0, 1.0),
        (),
        (FoldedLevels("wish", {"a": (2.0, 2.0)}, (0.0, 0.0), (0.0, 0.0)),),
        ((0.0, 1.0), (1.0, 0.0)),
        0.1,
    )
    assert run(tied, {"wish": ["a", None]})[0].tolist() == [0, 0]


def test_no_residents_have_no_segments():
    segments, scores = run(SCORER, {"repairs": [], "evening_share": [], "channel": []})
    assert (segments.shape, scores.shape) == ((0,), (0, 3))


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("repairs", -1.0),
        ("repairs", -0.5),
        ("repairs", -7.0),
        ("repairs", np.inf),
        ("evening_share", np.inf),
        ("evening_share", -np.inf),
        ("channel", "fax"),
        ("channel", "(unknown)"),
    ],
)
def test_a_resident_whom_the_scorer_refuses_has_segment_minus_1_and_the_others_keep_theirs(name, cell):
    columns = {of: list(cells) for of, cells in random_columns(9).items()}
    expected = SCORER.predict(columns)
    expected[4] = -1
    columns[name][4] = cell
    with pytest.raises(ScorerError, match=f"'{name}'"):
        SCORER.predict(columns)
    assert run(SCORER, columns)[0].tolist() == expected.tolist()


def test_equal_scorers_have_equal_bytes_and_others_do_not():
    again = FoldedScorer.from_json(SCORER.to_json())
    other = replace(SCORER, constant=(0.0, 1.0, 0.25))
    assert onnx_twin(SCORER) == onnx_twin(again)
    assert onnx_twin(SCORER) != onnx_twin(other)


def test_it_says_which_segments_and_which_scorer_it_stands_for():
    model = onnx.load_model_from_string(onnx_twin(SCORER))
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert (json.loads(told["segments"]), told["scorer"]) == (["S1", "S2", "S3"], SCORER.digest)


def test_it_uses_only_the_operators_of_the_standard():
    model = onnx.load_model_from_string(onnx_twin(SCORER))
    assert [(opset.domain, opset.version) for opset in model.opset_import] == [("", 19)]
    assert {node.domain for node in model.graph.node} == {""}
    assert model.ir_version == 9


def test_inputs_are_one_column_for_each_feature():
    session = onnxruntime.InferenceSession(onnx_twin(SCORER))
    assert [(of.name, of.type, of.shape) for of in session.get_inputs()] == [
        ("repairs", "tensor(double)", ["n", 1]),
        ("evening_share", "tensor(double)", ["n", 1]),
        ("channel", "tensor(string)", ["n", 1]),
    ]


@pytest.mark.parametrize(
    "name", ["constant", "zero", "number_0", "number_0_log", "levels_0", "nearest", "报修次数"]
)
def test_a_feature_may_be_called_like_anything_inside(name):
    scorer = replace(SCORER, numbers=(replace(SCORER.numbers[0], name=name),))
    columns = {name: [0, 3, np.nan], "channel": ["app", "phone", None]}
    np.testing.assert_array_equal(run(scorer, columns)[0], scorer.predict(columns))


@pytest.mark.parametrize("name", ["segment", "scores"])
def test_a_feature_called_like_an_output_is_refused(name):
    scorer = replace(SCORER, numbers=(replace(SCORER.numbers[0], name=name),), levels=())
    with pytest.raises(ScorerError, match=f"The feature '{name}' is named like an output"):
        onnx_twin(scorer)


@pytest.mark.parametrize("kept", [SCORER.numbers[:1], SCORER.numbers[1:], ()])
def test_onnx_runtime_has_nothing_to_complain_of(kept, capfd):
    levels = SCORER.levels if not kept else ()
    onnxruntime.InferenceSession(onnx_twin(replace(SCORER, numbers=kept, levels=levels)))
    assert capfd.readouterr().err == ""
