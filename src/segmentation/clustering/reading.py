"""Needs into the space of the distances: which tables a `Segmenter` takes, and how it encodes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array
from sklearn.utils.validation import _num_samples, check_is_fitted, validate_data

from segmentation.features import encoded, is_needs_encoder, needs_table
from segmentation.features.coarse import coarsen

if TYPE_CHECKING:
    import pandas as pd

    from segmentation.clustering.segmenter import Segmenter

Floats = NDArray[np.float64]


def first_encoded(segmenter: Segmenter, X: ArrayLike) -> Floats:
    """Fit `encoder_` and return what it makes of the same residents; raises ValueError for no such table."""
    X = validated(segmenter, X, fit=True)
    segmenter.encoder_ = StandardScaler() if segmenter.encoder is None else clone(segmenter.encoder)
    with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
        points = segmenter.encoder_.fit_transform(X)
    if is_needs_encoder(segmenter.encoder_):
        table = cast("pd.DataFrame", X)  # `validated` has made it one
        coarsen(segmenter.encoder_, table, segmenter.smallest_size)
        return encoded(segmenter.encoder_, table)
    return np.asarray(check_array(points, dtype=np.float64))


def later_encoded(segmenter: Segmenter, X: ArrayLike) -> Floats:
    """Return what the fitted encoder makes of residents: shape (n_residents, n_encoded_columns)."""
    check_is_fitted(segmenter)
    if is_needs_encoder(segmenter.encoder_):
        table = needs_table(segmenter.encoder_, X)
        _check_residents(segmenter, table, fit=False)
        return encoded(segmenter.encoder_, table)
    X = validated(segmenter, X, fit=False)
    return np.asarray(check_array(segmenter.encoder_.transform(X), dtype=np.float64))


def validated(segmenter: Segmenter, X: ArrayLike, *, fit: bool) -> ArrayLike:
    """Return the needs in plain form: at least two residents for a `fit`, else columns as it had them."""
    least = 2 if fit else 1
    if segmenter.encoder is None:
        return np.asarray(validate_data(segmenter, X, reset=fit, dtype=np.float64, ensure_min_samples=least))
    if is_needs_encoder(segmenter.encoder):
        X = needs_table(segmenter.encoder, X)
    elif not hasattr(X, "columns"):  # an encoder of one's own may take an array, with gaps or texts
        X = check_array(X, dtype=None, ensure_all_finite="allow-nan", ensure_min_samples=least)
    _check_residents(segmenter, X, fit=fit)
    return X


def _check_residents(segmenter: Segmenter, X: ArrayLike, *, fit: bool) -> None:
    least = 2 if fit else 1
    validate_data(segmenter, X, reset=fit, skip_check_array=True)
    if _num_samples(X) < least:
        raise ValueError(f"At least {least} resident(s) are needed; got {_num_samples(X)}.")
