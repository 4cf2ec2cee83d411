"""What a fitted encoder gives, bit for bit, without its dozens of steps.

scikit-learn checks and copies a column at each step, several times what the arithmetic takes. To fit an
encoder that is no matter; every resident passes here several times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.features.fitted import EncodedLevels, EncodedNumber, encoded_features
from segmentation.policy.features import UNKNOWN

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

Floats = NDArray[np.float64]


def encoded(encoder: ColumnTransformer, table: pd.DataFrame) -> Floats:
    """Return what ``encoder.transform(table)`` does.

    Parameters
    ----------
    encoder : ColumnTransformer
        A fitted `needs_encoder`.
    table : DataFrame of shape (n_residents, n_features)
        From `needs_table`.

    Returns
    -------
    ndarray of shape (n_residents, n_encoded_columns)
    """
    parts = tuple(encoded_features(encoder))
    columns = max(_columns(part).stop for part in parts)
    result = np.empty((columns, len(table))).T  # a column lies in one piece: it is written as one
    for part in parts:
        if isinstance(part, EncodedLevels):
            _write_levels(part, table[part.name], result[:, part.columns])
        else:
            _write_number(part, table[part.name].to_numpy(np.float64), result[:, _columns(part)])
    return result


def _columns(part: EncodedNumber | EncodedLevels) -> slice:
    return part.columns if isinstance(part, EncodedLevels) else slice(part.column, part.column + 2)


def _write_number(part: EncodedNumber, values: Floats, into: Floats) -> None:
    absent = np.isnan(values)
    known = np.log1p(values) if part.log else values
    known = (known - part.mean) / part.scale
    known[absent] = part.at_missing
    np.multiply(known, part.weight, out=into[:, 0])
    np.multiply(absent, part.weight, out=into[:, 1])


def _write_levels(part: EncodedLevels, cells: pd.Series, into: Floats) -> None:
    codes, found = pd.factorize(cells)  # a missing one is -1, the last
    vectors = np.array([part.vectors[str(value)] for value in found] + [part.vectors[UNKNOWN]])
    for column, own in enumerate(vectors.T):
        np.take(own, codes, out=into[:, column], mode="wrap")
