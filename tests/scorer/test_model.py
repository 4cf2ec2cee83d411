"""The folded scorer, worked by hand, and what it refuses: it fails closed and shows nobody's value."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.errors import ScorerError
from segmentation.scorer import FoldedLevels, FoldedNumber, FoldedScorer
from segmentation.scorer.columns import BLOCK

ROOT = Path(__file__).parents[2]
SECRET = "wang_xiaoming"

SCORER = FoldedScorer(
    segments=("S1", "S2"),
    constant=(0.0, 1.0),
    numbers=(
        FoldedNumber("repairs", log=True, slope=(2.0, -1.0), missing=(0.5, 0.25), mean=(1.0, 0.5)),
        FoldedNumber("evening_share", log=False, slope=(0.0, -4.0), missing=(0.0, -3.0), mean=(0.0, -2.0)),
    ),
    levels=(
        FoldedLevels("channel", {"app": (0.0, 0.0), "phone": (3.0, -3.0)}, (-1.0, 1.0), mean=(1.0, -1.0)),
    ),
    separations=((0.0, 8.0), (8.0, 0.0)),
    borderline=0.1,
)
COLUMNS = {"repairs": [0, 1, 0], "evening_share": [0.0, 0.0, 0.5], "channel": ["app", "app", "phone"]}


# ---- Worked by hand ---------------------------------------------------------------------------------


def test_scores_are_the_constant_and_what_every_feature_adds():
    log2 = np.log(2)
    expected = [[0, 1], [2 * log2, 1 - log2], [3, 1 - 2 - 3]]
    np.testing.assert_allclose(SCORER.scores(COLUMNS), expected, rtol=1e-15)


def test_the_lowest_score_wins():
    assert SCORER.predict(COLUMNS).tolist() == [0, 1, 1]


def test_the_first_segment_wins_where_scores_are_equal():
    assert replace(SCORER, constant=(1.0, 1.0)).predict({name: [of[0]] for name, of in COLUMNS.items()}) == [
        0
    ]


@pytest.mark.parametrize("missing", [None, np.nan, float("nan")])
def test_a_missing_value_adds_its_own_row(missing):
    scores = SCORER.scores({"repairs": [missing], "evening_share": [missing], "channel": [missing]})
    assert scores.tolist() == [[0 + 0.5 + 0 - 1, 1 + 0.25 - 3 + 1]]


def test_labels_are_whole_numbers_one_for_each_resident():
    labels = SCORER.predict(COLUMNS)
    assert (labels.dtype, labels.shape) == (np.int64, (3,))


def test_no_residents_have_no_segments():
    empty = {"repairs": [], "evening_share": [], "channel": []}
    assert SCORER.predict(empty).shape == (0,)
    assert SCORER.scores(empty).shape == (0, 2)


def test_a_long_table_is_scored_in_blocks_like_a_short_one():
    rng = np.random.default_rng(0)
    n = 2 * BLOCK + 7
    long = {
        "repairs": rng.poisson(1, n),
        "evening_share": rng.random(n),
        "channel": rng.choice(["app", "phone"], n).astype(object),
    }
    np.testing.assert_array_equal(SCORER.predict(long), SCORER.scores(long).argmin(axis=1))


@pytest.mark.parametrize(
    "columns",
    [
        pd.DataFrame(COLUMNS),
        COLUMNS | {"repairs": [False, True, False]},
        COLUMNS | {"repairs": np.array([0, 1, 0], dtype=object)},
        COLUMNS | {"channel": np.array(["app", "app", "phone"])},
        COLUMNS | {"name": [SECRET] * 3},
    ],
)
def test_other_forms_of_the_same_columns_have_the_same_segments(columns):
    assert SCORER.predict(columns).tolist() == [0, 1, 1]


@pytest.mark.parametrize("kept", ["numbers", "levels"])
def test_a_scorer_of_numbers_or_of_listed_values_alone_works(kept):
    alone = replace(SCORER, **({"levels": ()} if kept == "numbers" else {"numbers": ()}))
    assert alone.predict(COLUMNS).tolist() == ([0, 1, 1] if kept == "numbers" else [0, 0, 1])


def test_it_names_the_columns_that_it_reads():
    assert SCORER.features == ("repairs", "evening_share", "channel")


# ---- What it refuses --------------------------------------------------------------------------------


def told(error):
    """Return everything that a log would show of an error: its message and those behind it."""
    texts = []
    while error is not None:
        texts += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    return " ".join(texts)


@pytest.mark.parametrize(
    ("name", "cells", "rule"),
    [
        ("repairs", [SECRET, 1, 2], "'repairs' holds something that is no number"),
        ("repairs", ["1", "2", "3"], "'repairs' holds something that is no number"),
        ("repairs", np.array([1, "2", None], dtype=object), "'repairs' holds something that is no number"),
        ("repairs", [{SECRET: 1}, 1, 2], "'repairs' holds something that is no number"),
        (
            "repairs",
            np.array(["2025-06-30"] * 3, "datetime64[D]"),
            "'repairs' holds something that is no number",
        ),
        ("repairs", [1j, 1, 2], "'repairs' holds something that is no number"),
        ("repairs", [10**400, 1, 2], "'repairs' holds something that is no number"),
        ("repairs", [1, -1, 2], "'repairs' must be a finite count from 0"),
        ("repairs", [1, -0.5, 2], "'repairs' must be a finite count from 0"),
        ("repairs", [1, 2, np.inf], "'repairs' must be a finite count from 0"),
        ("evening_share", [0.1, -np.inf, 0], "'evening_share' must be finite"),
        (
            "channel",
            ["app", SECRET, "app"],
            "'channel' holds an unknown value. Allowed: app, phone, and None or NaN",
        ),
        ("channel", ["app", "", None], "'channel' holds an unknown value"),
        ("channel", ["app", "(unknown)", None], "'channel' holds an unknown value"),
        ("channel", [1, 2, 3], "'channel' holds an unknown value"),
        ("channel", np.array(["app", [SECRET], None], dtype=object), "'channel' holds an unknown value"),
        ("channel", np.array(["app", pd.NA, None], dtype=object), "'channel' holds an unknown value"),
    ],
)
def test_a_value_that_cannot_be_scored_is_refused_and_not_shown(name, cells, rule):
    with pytest.raises(ScorerError, match=rule) as caught:
        SCORER.predict(COLUMNS | {name: cells})
    assert SECRET not in told(caught.value)
    assert "2025" not in told(caught.value)


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_missing_column_is_named(name):
    rest = {other: cells for other, cells in COLUMNS.items() if other != name}
    with pytest.raises(ScorerError, match=f"The column '{name}' is missing. Give every feature") as caught:
        SCORER.scores(rest)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("cells", [[0, 1], [], [[0], [1], [0]], 1])
def test_columns_of_different_lengths_or_more_dimensions_are_refused(cells):
    with pytest.raises(ScorerError, match="one-dimensional and of one length"):
        SCORER.predict(COLUMNS | {"repairs": cells})


# ---- JSON -------------------------------------------------------------------------------------------

finite = st.floats(allow_nan=False, allow_infinity=False)
row = st.tuples(finite, finite, finite)
numbers = st.builds(FoldedNumber, st.text(), st.booleans(), row, row, row)
levels = st.builds(FoldedLevels, st.text(), st.dictionaries(st.text(), row), row, row)


@given(row, st.lists(numbers, max_size=3), st.lists(levels, max_size=3), st.floats(0, 1))
def test_every_scorer_survives_its_json_to_the_last_bit(constant, some, others, borderline):
    parts = [replace(part, name=f"{at}{part.name}") for at, part in enumerate([*some, *others])]
    scorer = FoldedScorer(
        ("S1", "S2", "S3"),
        constant,
        (FoldedNumber("x", log=False, slope=constant, missing=constant, mean=constant), *parts[: len(some)]),
        tuple(parts[len(some) :]),
        (tuple(map(abs, constant)),) * 3,
        borderline,
    )
    read = FoldedScorer.from_json(scorer.to_json())
    assert read == scorer
    assert read.to_json() == scorer.to_json()


def test_the_digest_is_that_of_the_json_and_changes_with_every_part():
    others = [
        replace(SCORER, segments=("S2", "S1")),
        replace(SCORER, constant=(0.0, 1.0 + 1e-15)),
        replace(SCORER, numbers=SCORER.numbers[::-1]),
        replace(SCORER, levels=(replace(SCORER.levels[0], missing=(0.0, 0.0)),)),
        replace(SCORER, levels=(replace(SCORER.levels[0], mean=(0.0, 0.0)),)),
        replace(SCORER, separations=((0.0, 9.0), (9.0, 0.0))),
        replace(SCORER, borderline=0.2),
    ]
    assert SCORER.digest == FoldedScorer.from_json(SCORER.to_json()).digest
    assert SCORER.digest.startswith("sha256:")
    assert len({SCORER.digest, *(other.digest for other in others)}) == 1 + len(others)


def test_a_scorer_with_nan_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        replace(SCORER, constant=(0.0, np.nan)).to_json()


@settings(max_examples=60)
@given(st.integers(0, len(SCORER.to_json()) - 1))
def test_a_file_that_was_cut_off_is_refused(at):
    with pytest.raises(ScorerError, match="This is no folded scorer"):
        FoldedScorer.from_json(SCORER.to_json()[:at])


@pytest.mark.parametrize("text", ["", "null", "[]", '"S1"', "12", "{}", "[" * 100_000, "{" + SECRET])
def test_what_is_no_json_object_is_no_scorer(text):
    with pytest.raises(ScorerError, match=r"it is no JSON object with a `format`\. Export it anew") as caught:
        FoldedScorer.from_json(text)
    assert SECRET not in told(caught.value)


@pytest.mark.parametrize("version", [0, 1, 3, "2", None, [2]])
def test_another_format_is_refused(version):
    with pytest.raises(ScorerError, match="not of format 2, the one that this version reads"):
        FoldedScorer.from_json(json.dumps(json.loads(SCORER.to_json()) | {"format": version}))


NO_FORM = "its parts are not of the documented form"
NO_NUMBERS = "does not hold one finite number for each segment everywhere"


@pytest.mark.parametrize(
    ("place", "content", "told"),
    [
        (("segments",), None, NO_FORM),
        (("segments",), [1, 2], NO_FORM),
        (("segments",), ["S1"], NO_NUMBERS),
        (("segments",), ["S1", "S1"], "must name every segment once, and at least one"),
        (("constant",), 1.0, NO_FORM),
        (("constant",), ["0", "1"], NO_FORM),
        (("constant",), [True, False], NO_FORM),
        (("constant",), [0.0], NO_NUMBERS),
        (("constant",), [0.0, float("nan")], NO_NUMBERS),
        (("constant",), [0.0, float("inf")], NO_NUMBERS),
        (("constant",), [0, 10**400], NO_FORM),
        (("segments",), "S1", NO_FORM),
        (("numbers",), {}, NO_FORM),
        (("levels",), {}, NO_FORM),
        (("numbers",), [7], NO_FORM),
        (("numbers", 0, "log"), "false", NO_FORM),
        (("numbers", 0, "name"), None, NO_FORM),
        (("numbers", 0, "name"), "channel", "must name every feature once, and at least one"),
        (("numbers", 0, "slope"), [1.0, 2.0, 3.0], NO_NUMBERS),
        (("numbers", 1, "missing"), [1.0, float("-inf")], NO_NUMBERS),
        (("levels", 0, "values"), [[1.0, 2.0]], NO_FORM),
        (("levels", 0, "values", "app"), [1.0], NO_NUMBERS),
        (("levels", 0, "values", "app"), [1.0, None], NO_FORM),
        (("levels", 0, "missing"), [], NO_NUMBERS),
        (("levels", 0, "mean"), [0.0], NO_NUMBERS),
        (("numbers", 0, "mean"), None, NO_FORM),
        (("separations",), {}, NO_FORM),
        (("separations",), [1.0, 2.0], NO_FORM),
        (("separations",), [[0.0, 1.0]], NO_NUMBERS),
        (("separations",), [[0.0, 1.0], [1.0]], NO_NUMBERS),
        (("separations",), [[0.0, -1.0], [-1.0, 0.0]], "no squared distance between centres below 0"),
        (("borderline",), "0.1", NO_FORM),
        (("borderline",), None, NO_FORM),
        (("borderline",), 1.5, "`borderline` must be within 0 and 1"),
        (("borderline",), float("nan"), "`borderline` must be within 0 and 1"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(place, content, told):
    raw = json.loads(SCORER.to_json())
    inner = raw
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = content
    with pytest.raises(ScorerError, match=told) as caught:
        FoldedScorer.from_json(json.dumps(raw))
    assert caught.value.__context__ is None


@pytest.mark.parametrize("key", ["segments", "constant", "numbers", "levels", "separations", "borderline"])
def test_a_part_that_is_not_there_is_refused(key):
    raw = json.loads(SCORER.to_json())
    del raw[key]
    with pytest.raises(ScorerError, match=NO_FORM):
        FoldedScorer.from_json(json.dumps(raw))


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ({"segments": [], "constant": [], "numbers": [], "levels": []}, "segment"),
        ({"segments": ["S1"], "constant": [0.0], "numbers": [], "levels": []}, "feature"),
    ],
)
def test_a_scorer_of_nothing_is_refused(raw, what):
    with pytest.raises(ScorerError, match=f"must name every {what} once, and at least one"):
        FoldedScorer.from_json(
            json.dumps({"format": 2, "separations": [[0.0]] * len(raw["segments"]), "borderline": 0.1} | raw)
        )


# ---- Light ------------------------------------------------------------------------------------------


def loaded(line):
    """Return the packages that a fresh Python has loaded after a line."""
    run = subprocess.run(
        [sys.executable, "-c", f"{line}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


def test_scoring_loads_numpy_and_nothing_else_that_is_installed():
    line = (
        "from segmentation.scorer import FoldedScorer\n"
        f"FoldedScorer.from_json({SCORER.to_json()!r}).predict({COLUMNS!r})"
    )
    extra = loaded(line) - loaded("import numpy") - sys.stdlib_module_names
    assert extra == {"segmentation"}


def test_the_check_above_sees_what_the_segmenter_loads():
    assert {"pandas", "sklearn"} <= loaded("import segmentation.clustering")
