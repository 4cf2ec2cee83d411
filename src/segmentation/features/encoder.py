"""The encoder of a policy, made of scikit-learn's transformers and one like them: read, stored and folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from segmentation.features.logarithm import Logarithm
from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Collection

    from segmentation.policy import Feature, Policy

PREFIX = "need:"
"""Opens the name of every transformer: a bare feature name may be one of ColumnTransformer's parameters."""


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
        whatever scikit-learn's global `transform_output` says. Where a table is asked for, its columns are
        called like the feature, ``missingindicator_`` and the feature, or the feature, ``_`` and a value.

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
        verbose_feature_names_out="{feature_name}",
    )
    return encoder.set_output(transform="default")


def is_needs_encoder(encoder: object) -> bool:
    """Return whether an encoder was made by `needs_encoder`."""
    return isinstance(encoder, ColumnTransformer) and all(
        name.startswith(PREFIX) for name, _, _ in encoder.transformers
    )


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
        steps.append(("log1p", Logarithm()))
    if feature.kind == "flag":
        steps.append(("mean", SimpleImputer(keep_empty_features=True)))
    else:
        steps += [("scale", StandardScaler()), ("mean", _mean_of_scaled())]
    unknown = MissingIndicator(features="all")
    both = (
        "both",
        FeatureUnion([("value", Pipeline(steps)), ("unknown", unknown)], verbose_feature_names_out=False),
    )
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
