"""What an encoder tells of shares of residents: rounded to the smallest group, and nothing else changed."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from segmentation.features import encoded, encoded_features, needs_encoder, needs_table
from segmentation.features.coarse import coarsen
from tests.needs import KINDS, LEVELS, feature, policy_of

N = 400


def fitted(kind, cells, smallest):
    """Return how the only feature of a policy is encoded, exactly and coarsened."""
    encoder = needs_encoder(policy_of(wish=feature(kind)))
    table = needs_table(encoder, pd.DataFrame({"wish": cells}))
    exact, coarse = (clone(encoder).fit(table) for _ in range(2))
    coarsen(coarse, table, smallest)
    return table, exact, coarse


def learned(encoder):
    (part,) = encoded_features(encoder)
    return part


def few(kind, rare):
    """Return cells of which `rare` say another thing than all others."""
    common, other = {"flag": (1.0, 0.0), "ordinal": ("high", "low")}.get(kind, (0.0, 1.0))
    return pd.Series([other] * rare + [common] * (N - rare), dtype="str" if kind == "ordinal" else "float64")


def told(kind, encoder):
    """Return how many of the residents the numbers of an encoder say the rare value has."""
    part = learned(encoder)
    if kind == "flag":
        return N - part.at_missing * N
    if kind == "ordinal":  # low is 0, high is 2
        low, medium = part.vectors["low"][0], part.vectors["medium"][0]
        return N - (-low / (medium - low)) * N / 2
    return part.mean * N / (np.log(2) if part.log else 1)


@pytest.mark.parametrize("rare", [1, 7, 14])
@pytest.mark.parametrize("kind", ["flag", "ordinal", "count", "number", "share"])
def test_no_number_of_few_residents_can_be_worked_out(kind, rare):
    _, exact, coarse = fitted(kind, few(kind, rare), 30)
    assert told(kind, exact) == pytest.approx(rare)
    assert told(kind, coarse) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kind", ["flag", "ordinal", "count", "number", "share"])
def test_shares_of_many_are_rounded_to_the_smallest_group(kind):
    _, _, coarse = fitted(kind, few(kind, 130), 30)
    is_listed = kind in {"flag", "ordinal"}  # of these 120 and 270 remain, which are 390
    assert told(kind, coarse) == pytest.approx(120 / 390 * N if is_listed else 120, abs=1e-6)


@pytest.mark.parametrize("kind", ["flag", "ordinal", "count"])
def test_a_smallest_group_of_one_changes_nothing(kind):
    table, exact, coarse = fitted(kind, few(kind, 7), 1)
    np.testing.assert_array_equal(coarse.transform(table), exact.transform(table))


def test_amounts_are_encoded_almost_as_before_and_categories_just_so():
    rng = np.random.default_rng(0)
    for kind, cells in (
        ("count", rng.poisson(3, N).astype(float)),
        ("number", rng.normal(size=N)),
        ("share", rng.random(N)),
        ("category", rng.choice(["app", "desk"], N)),
    ):
        table, exact, coarse = fitted(
            kind, pd.Series(cells).astype("str" if kind == "category" else float), 30
        )
        within = 0.0 if kind == "category" else 0.1  # 30 of 400 are so much
        np.testing.assert_allclose(coarse.transform(table), exact.transform(table), rtol=0, atol=within)


def test_who_alone_differs_by_any_amount_leaves_no_trace_in_the_encoder():
    for kind, amounts in (("count", [1, 2, 9]), ("number", [0.3, 7.0, 1e6]), ("share", [0.1, 0.5, 1.0])):
        found = set()
        for rare in (1, 2, 5, 29):
            cells = pd.Series(np.resize(amounts, rare).tolist() + [0.0] * (N - rare))
            part = learned(fitted(kind, cells, 30)[2])
            found.add((part.mean, part.scale, part.at_missing))
        assert found == {(0.0, np.inf, 0.0)}


@pytest.mark.parametrize("kind", KINDS)
def test_gaps_empty_columns_and_fewer_residents_than_a_group_leave_numbers(kind):
    values = {"ordinal": LEVELS[0], "category": "app"}.get(kind, 1.0)
    for cells in ([values, None] * 3, [None] * 4, [values] * 2):
        column = pd.Series(cells, dtype="str" if isinstance(values, str) else "float64")
        with np.errstate(invalid="ignore"):
            table, _, coarse = fitted(kind, column, 30)
        assert np.isfinite(encoded(coarse, table)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learn_transforms_as_the_encoder_is_read(kind):
    rng = np.random.default_rng(1)
    levels = {"ordinal": LEVELS, "category": ("app", "desk")}.get(kind, (0.0, 1.0))
    cells = pd.Series(rng.choice(np.array([*levels, None], object), N)).astype(
        "str" if kind in {"ordinal", "category"} else "float64"
    )
    table, _, coarse = fitted(kind, cells, 30)
    np.testing.assert_array_equal(encoded(coarse, table), coarse.transform(table))
