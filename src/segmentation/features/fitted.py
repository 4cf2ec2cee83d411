"""What a fitted encoder does to each feature, in numbers: for the scorer, and for encoding many residents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline


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
class Gap:
    """A column of values, and the one that says whose value is missing.

    Attributes
    ----------
    value, marker : int
        Their places in the encoded matrix.
    weight : float
        What stands in the marker of a resident whose value is missing; 0 of all others.
    at_missing : float
        What then stands in the column of values.
    """

    value: int
    marker: int
    weight: float
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
    is_ordered : bool
        Whether they are ranks in one column, and the next says whose is missing.
    """

    name: str
    columns: slice
    vectors: dict[str, np.ndarray]
    is_ordered: bool = False


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


def gaps(encoder: ColumnTransformer) -> tuple[Gap, ...]:
    """Return which columns of a fitted `needs_encoder` mark what others have no value of."""
    return tuple(
        Gap(at, at + 1, float(missing[1]), float(missing[0]))
        for part in encoded_features(encoder)
        for at, missing in _missing(part)
    )


def feature_blocks(encoder: ColumnTransformer) -> list[slice]:
    """Return the columns of each feature of a fitted `needs_encoder`."""
    return [encoder.output_indices_[key] for key, _, names in encoder.transformers_ if names]


def _missing(part: EncodedNumber | EncodedLevels) -> Iterator[tuple[int, np.ndarray]]:
    """Yield where a part's values stand and what a missing one is; nothing of the marks of a category."""
    if isinstance(part, EncodedNumber):
        yield part.column, np.array([part.at_missing, 1.0]) * part.weight
    elif part.is_ordered:
        yield part.columns.start, part.vectors[UNKNOWN]


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
    return EncodedLevels(number.name, columns, vectors, is_ordered=True)
