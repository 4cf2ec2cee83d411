"""The encoder, worked by hand for each kind of need, and held to its own description of itself."""

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import StandardScaler

from segmentation.features import (
    UNKNOWN,
    EncodedLevels,
    encoded_features,
    feature_blocks,
    is_needs_encoder,
    needs_encoder,
    needs_table,
)
from segmentation.features import encoded as encode
from tests.needs import KINDS, LEVELS, feature, needs_of, policies, policy_of
from tests.policies import small_policy

SECRET = "wang_xiaoming"


def encoded(policy, needs):
    encoder = needs_encoder(policy)
    with np.errstate(invalid="ignore"):
        return encoder.fit_transform(needs_table(encoder, needs))


def one(kind, cells, **rest):
    """Encode one column of that kind."""
    dtype = "str" if kind in {"ordinal", "category"} else "float64"
    return encoded(
        policy_of(wish=feature(kind, **rest)), pd.DataFrame({"wish": pd.Series(cells, dtype=dtype)})
    )


# ---- Toys, worked by hand ---------------------------------------------------------------------------


def test_a_count_is_standardised_after_log1p():
    # log1p is 0 and log 4: mean and standard deviation are both log 2
    np.testing.assert_allclose(one("count", [0, 3, 0, 3]), [[-1, 0], [1, 0], [-1, 0], [1, 0]], atol=1e-12)


@pytest.mark.parametrize(
    ("kind", "cells"), [("number", [10, 20, 30]), ("share", [0.2, 0.4, 0.6]), ("ordinal", LEVELS)]
)
def test_numbers_shares_and_ranks_are_standardised(kind, cells):
    # three even steps have a standard deviation of sqrt(2/3) steps
    step = np.sqrt(1.5)
    np.testing.assert_allclose(one(kind, cells), [[-step, 0], [0, 0], [step, 0]], atol=1e-12)


def test_a_flag_stays_0_and_1_whatever_its_share():
    assert one("flag", [1, 0, 0, 0]).tolist() == [[1, 0], [0, 0], [0, 0], [0, 0]]


def test_a_category_has_a_column_for_each_value_and_one_for_unknown():
    assert one("category", ["app", "desk", "app"]).tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]]


@pytest.mark.parametrize("kind", ["count", "number", "share"])
def test_a_missing_number_stands_at_the_mean_and_is_marked_in_a_column_of_its_own(kind):
    with_gap = one(kind, [0, 1, None])
    assert with_gap[2].tolist() == [0, 1]
    # the mean and the spread are those of the known values
    np.testing.assert_allclose(with_gap[:2], [[-1, 0], [1, 0]], atol=1e-12)


def test_a_missing_rank_stands_at_the_mean_rank_and_is_marked():
    np.testing.assert_allclose(one("ordinal", ["low", None, "high"]), [[-1, 0], [0, 1], [1, 0]], atol=1e-12)


def test_a_missing_flag_stands_at_the_share_of_the_known_ones_and_is_marked():
    np.testing.assert_allclose(one("flag", [1, 0, 0, 0, None])[4], [0.25, 1])


def test_a_missing_category_is_a_value_of_its_own():
    assert one("category", ["app", None])[1].tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize(("kind", "cells"), [("count", [0, 3, None]), ("category", ["app", None, "desk"])])
def test_the_weight_multiplies_every_column_of_its_feature(kind, cells):
    np.testing.assert_allclose(one(kind, cells, weight=2.5), 2.5 * one(kind, cells))


def test_the_weight_of_one_feature_leaves_the_others():
    needs = pd.DataFrame({"a": [0.0, 1.0, 1.0], "b": [0.1, 0.5, 0.6]})
    light, heavy = (
        encoded(policy_of(a=feature("flag", weight=w), b=feature("share")), needs) for w in (1, 3)
    )
    np.testing.assert_allclose(heavy, light * [3, 3, 1, 1])


# ---- Nothing is ever NaN ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_column_without_any_value_says_only_that_it_is_unknown(kind):
    empty = one(kind, [None, None, None])
    assert np.isfinite(empty).all()
    assert empty.sum(axis=0).tolist() == ([0, 0, 0, 3] if kind == "category" else [0, 3])


@pytest.mark.parametrize(
    ("kind", "cell"), [("count", 7), ("number", 12.5), ("share", 0.3), ("ordinal", "high")]
)
@pytest.mark.parametrize("rows", [1, 4])
def test_a_column_of_one_value_is_0_for_everybody(kind, cell, rows):
    np.testing.assert_allclose(one(kind, [cell] * rows), 0, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_table_is_encoded_as_nan(data):
    policy = data.draw(policies())
    matrix = encoded(policy, data.draw(needs_of(policy, st.integers(1, 12))))
    assert matrix.dtype == np.float64
    assert np.isfinite(matrix).all()


def test_a_column_that_was_empty_at_fit_adds_nothing_later():
    encoder = needs_encoder(policy_of(wish=feature("number")))
    with np.errstate(invalid="ignore"):
        encoder.fit(pd.DataFrame({"wish": [np.nan, np.nan]}))
    assert encoder.transform(pd.DataFrame({"wish": [5.0, np.nan]})).tolist() == [[0, 0], [0, 1]]


# ---- What it says of itself -------------------------------------------------------------------------


def by_description(part, cells):
    """Encode a column from what `encoded_features` says of it, as its docstring says."""
    if isinstance(part, EncodedLevels):
        return np.array([part.vectors[UNKNOWN if pd.isna(cell) else cell] for cell in cells])
    x = cells.to_numpy()
    value = ((np.log1p(x) if part.log else x) - part.mean) / part.scale
    known = np.column_stack([value, np.zeros(len(x))])
    return np.where(np.isnan(x)[:, None], [part.at_missing, 1.0], known) * part.weight


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_what_is_said_of_a_fitted_encoder_is_what_it_does(data):
    policy = data.draw(policies())
    needs = data.draw(needs_of(policy, st.integers(2, 12)))
    encoder = needs_encoder(policy)
    with np.errstate(invalid="ignore"):
        matrix = encoder.fit_transform(needs)
    parts = list(encoded_features(encoder))
    assert [part.name for part in parts] == list(policy.features)
    columns = np.hstack([by_description(part, needs[part.name]) for part in parts])
    has_value = [needs[part.name].notna().any() for part in parts for _ in range(columns_of(part))]
    np.testing.assert_allclose(matrix[:, has_value], columns[:, has_value], atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_many_residents_are_encoded_as_by_the_encoder_to_the_last_bit(data):
    policy = data.draw(policies())
    encoder = needs_encoder(policy)
    with np.errstate(invalid="ignore"):
        encoder.fit(needs_table(encoder, data.draw(needs_of(policy, st.integers(2, 12)))))
    table = needs_table(encoder, data.draw(needs_of(policy, st.integers(1, 12))))
    np.testing.assert_array_equal(encode(encoder, table), encoder.transform(table))


def test_a_feature_that_is_left_out_has_no_column_among_many_residents_either():
    needs = some()
    encoder = needs_encoder(small_policy(), without=["channel"])
    matrix = encoder.fit_transform(needs_table(encoder, needs))
    np.testing.assert_array_equal(encode(encoder, needs_table(encoder, needs)), matrix)
    assert matrix.shape[1] == sum(part.stop - part.start for part in feature_blocks(encoder))


def columns_of(part):
    return len(part.vectors[UNKNOWN]) if isinstance(part, EncodedLevels) else 2


def test_the_parts_lie_side_by_side_in_the_matrix():
    policy = policy_of(a=feature("count"), b=feature("category"), c=feature("ordinal"))
    needs = pd.DataFrame({"a": [1.0, 2.0], "b": ["app", "desk"], "c": ["low", "high"]})
    count, category, ordinal = encoded_features(needs_encoder(policy).fit(needs))
    assert (count.column, category.columns, ordinal.columns) == (0, slice(2, 6), slice(6, 8))


# ---- A citizen of scikit-learn ----------------------------------------------------------------------


def some(n=30):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "repairs": rng.poisson(3, n).astype(float),
            "parcels": rng.poisson(30, n).astype(float),
            "evening_share": pd.Series(rng.random(n)).mask(rng.random(n) < 0.2),
            "channel": rng.choice(["app", "phone", "desk"], n),
            "cleaning_wish": pd.Series(rng.choice(LEVELS, n)).mask(rng.random(n) < 0.2),
            "parking": rng.integers(0, 2, n).astype(float),
        }
    )


def test_a_clone_encodes_alike_and_leaves_the_original_unfitted():
    encoder = needs_encoder(small_policy())
    first, second = clone(encoder).fit_transform(some()), clone(encoder).fit_transform(some())
    np.testing.assert_array_equal(first, second)
    assert not hasattr(encoder, "transformers_")


def test_a_stored_encoder_encodes_alike(tmp_path):
    encoder = needs_encoder(small_policy()).fit(some())
    joblib.dump(encoder, tmp_path / "encoder")
    np.testing.assert_array_equal(
        joblib.load(tmp_path / "encoder").transform(some()), encoder.transform(some())
    )


def test_its_columns_have_names_that_a_person_can_read():
    encoder = needs_encoder(small_policy()).set_output(transform="pandas")
    table = encoder.fit_transform(some())
    assert list(table.columns) == list(encoder.get_feature_names_out())
    assert list(table.columns)[4:8] == [
        "evening_share",
        "missingindicator_evening_share",
        "channel_app",
        "channel_phone",
    ]
    assert table.columns.is_unique


def test_the_global_output_of_scikit_learn_does_not_change_it():
    with config_context(transform_output="pandas"):
        assert isinstance(needs_encoder(small_policy()).fit_transform(some()), np.ndarray)


@pytest.mark.parametrize("name", ["remainder", "transformers", "verbose", "n_jobs", "住户需求"])
def test_a_need_may_be_called_like_a_parameter_of_scikit_learn(name):
    needs = pd.DataFrame({name: [0.0, 1.0]})
    encoder = needs_encoder(policy_of(**{name: feature("flag")})).fit(needs)
    assert [part.name for part in encoded_features(encoder)] == [name]


def test_an_encoder_of_a_policy_is_told_from_others():
    assert is_needs_encoder(needs_encoder(small_policy()))
    assert not is_needs_encoder(ColumnTransformer([("repairs", StandardScaler(), ["repairs"])]))
    assert not is_needs_encoder(StandardScaler())


# ---- Reading a table --------------------------------------------------------------------------------


@pytest.fixture
def encoder():
    return needs_encoder(small_policy())


def test_a_plain_table_is_read_as_it_is(encoder):
    pd.testing.assert_frame_equal(needs_table(encoder, some()), some())


def test_columns_are_read_by_name(encoder):
    pd.testing.assert_frame_equal(needs_table(encoder, some()[list(some())[::-1]]), some())


def test_other_forms_of_the_same_cells_are_the_same_needs(encoder):
    needs = some()
    other = needs.assign(
        repairs=needs["repairs"].astype("Int64"),
        parking=needs["parking"].astype(bool),
        channel=needs["channel"].astype("category"),
        cleaning_wish=needs["cleaning_wish"].astype(object).where(needs["cleaning_wish"].notna(), None),
        evening_share=needs["evening_share"].astype(object).where(needs["evening_share"].notna(), None),
    )
    before = other.copy()
    pd.testing.assert_frame_equal(needs_table(encoder, other), needs)
    pd.testing.assert_frame_equal(other, before)


@pytest.mark.parametrize(
    "of", [lambda needs: needs.to_numpy(), lambda needs: needs.to_dict("list"), lambda _: None]
)
def test_what_is_no_table_is_refused_with_the_names_of_the_columns(encoder, of):
    with pytest.raises(
        TypeError, match="must be a pandas DataFrame with the columns repairs, parcels, evening_share"
    ):
        needs_table(encoder, of(some()))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"repairs": SECRET}, "column 'repairs' holds something that is no number"),
        ({"parking": "1"}, "column 'parking' holds something that is no number"),
        ({"repairs": pd.Timestamp("2025-06-30")}, "column 'repairs' holds something that is no number"),
        ({"repairs": -1.0}, "column 'repairs' holds a count below 0"),
        ({"evening_share": np.inf}, "column 'evening_share' holds a number that is not finite"),
        ({"channel": SECRET}, "column 'channel' holds a value that is none of app, phone, desk"),
        ({"channel": UNKNOWN}, "column 'channel' holds a value that is none of app, phone, desk"),
        ({"cleaning_wish": 2}, "column 'cleaning_wish' holds a value that is none of low, medium, high"),
        ({"age_band": SECRET}, "it holds other columns, which the policy does not allow: age_band"),
    ],
)
def test_a_table_that_does_not_fit_is_refused_without_showing_a_value(encoder, change, told):
    with pytest.raises(ValueError, match=told) as caught:
        needs_table(encoder, some().assign(**change))
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


def test_one_odd_cell_among_many_is_enough(encoder):
    needs = some()
    needs.loc[17, "repairs"] = -1.0
    with pytest.raises(ValueError, match="'repairs' holds a count below 0"):
        needs_table(encoder, needs)


def test_missing_and_doubled_columns_are_named_together(encoder):
    needs = some().drop(columns=["repairs", "parking"])
    needs = pd.concat([needs, needs[["channel"]]], axis=1)
    with pytest.raises(ValueError, match=r"columns are missing: repairs, parking; .* in it twice: channel"):
        needs_table(encoder, needs)


def test_every_faulty_column_is_named_at_once(encoder):
    with pytest.raises(ValueError, match=r"'repairs' .*; column 'channel' .*; column 'parking' "):
        needs_table(encoder, some().assign(repairs=-1.0, channel="fax", parking="yes"))
