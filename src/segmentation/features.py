"""From what residents need to numbers that distances can be taken of.

Made of scikit-learn's own transformers, so that a fitted encoder can be read, stored and folded: counts are
log1p and standardised; numbers, shares and ordinal ranks standardised; categories and flags stay 0/1
(standardising one-hot columns lets rare values rule the distance). A missing value is never guessed: it
stands at the mean and has a 0/1 column of its own; a missing category is a value of its own. All columns of a
feature are multiplied by its weight.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from segmentation.policy import Feature, Policy

PREFIX = "need:"
"""Opens the name of every transformer: a bare feature name may be one of ColumnTransformer's parameters."""

NUMBERS = frozenset({"boolean", "integer", "floating", "mixed-integer-float", "empty"})
"""What pandas calls the content of a column that holds numbers or nothing."""


@dataclass(frozen=True)
class EncodedNumber:
    """How a fitted encoder maps a count, number, share or flag into the space of the distances.

    The value `x` becomes ``(f(x) - mean) / scale * weight``, with `f` log1p or the identity; a missing one
    becomes ``at_missing * weight``, and `weight` in the column after it, which is 0 for all others.

    Attributes
    ----------
    name : str
        The column of the residents table.
    column : int
        Its column in the encoded matrix; the next one says whether it was missing.
    weight : float
        The policy's weight.
    log : bool
        Whether log1p comes first.
    mean, scale : float
        Of the training residents, after log1p; 0 and 1 where the feature is not standardised, 0 and infinity
        where it is and nobody gave a value: then every value stands at 0.
    at_missing : float
        The training residents' mean in encoded units, before the weight.
    """

    name: str
    column: int
    weight: float
    log: bool
    mean: float
    scale: float
    at_missing: float


@dataclass(frozen=True)
class EncodedLevels:
    """How a fitted encoder maps an ordinal or a category: one encoded vector for each value.

    Attributes
    ----------
    name : str
        The column of the residents table.
    columns : slice
        Its columns in the encoded matrix.
    vectors : dict of str to ndarray of shape (columns,)
        The encoded values, weight included; `UNKNOWN` is a missing one.
    """

    name: str
    columns: slice
    vectors: dict[str, np.ndarray]


def needs_encoder(policy: Policy, without: Collection[str] = ()) -> ColumnTransformer:
    """Return the unfitted encoder of a policy's features.

    Parameters
    ----------
    policy : Policy
        Gives kinds, values and weights.
    without : collection of str, default ()
        Features that it leaves out. A table may still have them; they are not looked at.

    Returns
    -------
    ColumnTransformer
        Takes a table of the policy's features (`Residents.needs`), gives float64 columns, as an array
        whatever scikit-learn's global `transform_output` says.

    Raises
    ------
    ValueError
        A feature to be left out is none of the policy's, or no feature would remain.
    """
    _refuse_without(policy, without)
    encoder = ColumnTransformer(
        [
            # a feature left out is named, so that a table may have it, and is given no column to read
            (PREFIX + name, "drop", []) if name in without else (PREFIX + name, _transformer(feature), [name])
            for name, feature in policy.features.items()
        ],
        transformer_weights={PREFIX + name: feature.weight for name, feature in policy.features.items()},
        sparse_threshold=0,
    )
    return encoder.set_output(transform="default")


def is_needs_encoder(encoder: object) -> bool:
    """Return whether an encoder was made by `needs_encoder`."""
    return isinstance(encoder, ColumnTransformer) and all(
        name.startswith(PREFIX) for name, _, _ in encoder.transformers
    )


def needs_table(encoder: ColumnTransformer, X: object) -> pd.DataFrame:
    """Return the needs that a `needs_encoder` reads, by name and in plain form.

    Parameters
    ----------
    encoder : ColumnTransformer
        Fitted or not.
    X : DataFrame of shape (n_residents, n_features)
        The policy's features in any order, and nothing else. Those that the encoder leaves out may be absent.

    Returns
    -------
    DataFrame
        In the policy's order: numbers and flags as float64, listed values as ``str``, NaN where missing; only
        what the encoder reads.

    Raises
    ------
    TypeError
        This is no DataFrame.
    ValueError
        This is no such table. Columns and rules are named, never a value: scikit-learn would quote one.
    """
    parts = {column: fitted for _, fitted, columns in encoder.transformers for column in columns}
    ignored = {key.removeprefix(PREFIX) for key, _, columns in encoder.transformers if not columns}
    if not isinstance(X, pd.DataFrame):
        raise TypeError(f"The needs must be a pandas DataFrame with the columns {', '.join(parts)}.")
    faults = list(_column_faults(list(parts), ignored, X))
    faults = faults or [fault for column, part in parts.items() for fault in _value_faults(part, X[column])]
    if faults:
        raise ValueError(f"The table does not hold the needs of the policy: {'; '.join(faults)}.")
    return pd.DataFrame({column: _plain(part, X[column]) for column, part in parts.items()})


def encoded_features(encoder: ColumnTransformer) -> Iterator[EncodedNumber | EncodedLevels]:
    """Yield how a fitted `needs_encoder` maps each feature, in the order of its columns."""
    for key, fitted, names in encoder.transformers_:
        if not names:
            continue
        name, columns = names[0], encoder.output_indices_[key]
        weight = float(encoder.transformer_weights[key])
        if "one_hot" in fitted.named_steps:
            yield _read_category(name, fitted, columns, weight)
        else:
            yield _read_value(name, fitted, columns, weight)


def feature_blocks(encoder: ColumnTransformer) -> list[slice]:
    """Return the columns of each feature of a fitted `needs_encoder`."""
    return [encoder.output_indices_[key] for key, _, names in encoder.transformers_ if names]


def _refuse_without(policy: Policy, without: Collection[str]) -> None:
    strange = sorted(set(without) - set(policy.features))
    if strange:
        raise ValueError(
            f"'{strange[0]}' cannot be left out, because it is no feature of the policy; "
            f"name some of {', '.join(policy.features)}."
        )
    if set(policy.features) <= set(without):
        raise ValueError("Every feature would be left out, and nothing remains to segment by; keep one.")


def _transformer(feature: Feature) -> Pipeline:
    if feature.kind == "category":
        return _category(feature)
    steps: list[tuple[str, object]] = []
    if feature.kind == "count":
        steps.append(("log1p", FunctionTransformer(np.log1p, feature_names_out="one-to-one")))
    if feature.kind == "flag":
        steps.append(("mean", SimpleImputer(keep_empty_features=True)))
    else:
        steps += [("scale", StandardScaler()), ("mean", _mean_of_scaled())]
    unknown = MissingIndicator(features="all")
    both = ("both", FeatureUnion([("value", Pipeline(steps)), ("unknown", unknown)]))
    return Pipeline([("rank", _ranks(feature)), both] if feature.kind == "ordinal" else [both])


def _mean_of_scaled() -> SimpleImputer:
    return SimpleImputer(strategy="constant", fill_value=0.0, keep_empty_features=True)


def _ranks(feature: Feature) -> OrdinalEncoder:
    values = np.array([*(feature.values or ()), np.nan], dtype=object)
    return OrdinalEncoder(categories=[values], encoded_missing_value=np.nan)


def _category(feature: Feature) -> Pipeline:
    values = np.array([*(feature.values or ()), UNKNOWN], dtype=object)
    return Pipeline(
        [
            ("unknown", SimpleImputer(strategy="constant", fill_value=UNKNOWN, keep_empty_features=True)),
            ("one_hot", OneHotEncoder(categories=[values], sparse_output=False)),
        ]
    )


def _read_category(name: str, fitted: Pipeline, columns: slice, weight: float) -> EncodedLevels:
    levels = [str(level) for level in fitted["one_hot"].categories_[0]]
    vectors = np.eye(len(levels)) * weight
    return EncodedLevels(name, columns, dict(zip(levels, vectors, strict=True)))


def _read_value(name: str, fitted: Pipeline, columns: slice, weight: float) -> EncodedNumber | EncodedLevels:
    steps = dict(fitted["both"].transformer_list)["value"].named_steps
    scaler = steps.get("scale")
    mean, scale = (0.0, 1.0) if scaler is None else (scaler.mean_[0], scaler.scale_[0])
    if np.isnan(mean):  # nobody gave a value, and scikit-learn lets whoever gives one later stand at 0
        mean, scale = 0.0, np.inf
    at_missing = steps["mean"].statistics_[0]
    number = EncodedNumber(
        name, columns.start, weight, "log1p" in steps, float(mean), float(scale), float(at_missing)
    )
    return _read_ordinal(number, fitted, columns) if "rank" in fitted.named_steps else number


def _read_ordinal(number: EncodedNumber, fitted: Pipeline, columns: slice) -> EncodedLevels:
    values = [str(value) for value in fitted["rank"].categories_[0][:-1]]
    vectors = {
        value: np.array([(rank - number.mean) / number.scale, 0.0]) * number.weight
        for rank, value in enumerate(values)
    }
    vectors[UNKNOWN] = np.array([number.at_missing, 1.0]) * number.weight
    return EncodedLevels(number.name, columns, vectors)


def _column_faults(columns: list[str], ignored: set[str], table: pd.DataFrame) -> Iterator[str]:
    missing = [column for column in columns if column not in table.columns]
    others = [str(column) for column in table.columns if column not in {*columns, *ignored}]
    twice = [column for column in columns if list(table.columns).count(column) > 1]
    if missing:
        yield f"columns are missing: {', '.join(missing)}"
    if others:
        yield f"it holds other columns, which the policy does not allow: {', '.join(others)}"
    if twice:
        yield f"columns stand in it twice: {', '.join(twice)}"


def _value_faults(part: Pipeline, cells: pd.Series) -> Iterator[str]:
    values = _listed(part)
    if values is not None:
        if not (cells.isin(values) | cells.isna()).all():
            yield f"column '{cells.name}' holds a value that is none of {', '.join(values)}"
    elif pd.api.types.infer_dtype(cells, skipna=True) not in NUMBERS:
        yield f"column '{cells.name}' holds something that is no number"
    else:
        numbers = _floats(cells)
        if np.isinf(numbers).any():
            yield f"column '{cells.name}' holds a number that is not finite"
        if _is_count(part) and (numbers < 0).any():
            yield f"column '{cells.name}' holds a count below 0"


def _listed(part: Pipeline) -> list[str] | None:
    """Return the values that an ordinal or a category may have."""
    step = part.named_steps.get("rank") or part.named_steps.get("one_hot")
    return None if step is None else [str(value) for value in step.categories[0][:-1]]


def _is_count(part: Pipeline) -> bool:
    return "log1p" in dict(part["both"].transformer_list)["value"].named_steps


def _plain(part: Pipeline, cells: pd.Series) -> pd.Series:
    if _listed(part) is not None:
        return cells.astype("str")
    return pd.Series(_floats(cells), index=cells.index)


def _floats(cells: pd.Series) -> np.ndarray:
    return cells.to_numpy(dtype=np.float64, na_value=np.nan)
