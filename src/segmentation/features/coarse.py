"""What an encoder has learned of values that few may have, learned again from rounded shares.

The mean of a feature that is yes or no is a share of residents, to sixteen digits; so are mean and spread of
an ordinal, taken together. Both can be worked out of a scorer that is given away, and with the number of
residents from the card they would say that five of them lack a thing. So these are taken of shares rounded to
the smallest group. Mean and spread of a number tell the same where most residents have one value: they are
rounded to what the smallest group adds to them (`grain`). A standardiser need not be exact to do its work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.features.grain import ALIKE, grain, stepped, usual

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]


def coarsen(encoder: ColumnTransformer, table: pd.DataFrame, smallest: int) -> None:
    """Round what a fitted encoder tells of the shares of residents who have a value.

    Parameters
    ----------
    encoder : ColumnTransformer
        A fitted `needs_encoder`; it is changed.
    table : DataFrame of shape (n_residents, n_features)
        From `needs_table`: those whom it was fitted on.
    smallest : int
        The size of the smallest group; shares are rounded to multiples of what it is of the residents whose
        value is known. With 1 nothing is changed.
    """
    if smallest <= 1:
        return
    for _, fitted, names in encoder.transformers_:
        if names and "one_hot" not in fitted.named_steps:
            _coarsen(fitted, table[names[0]], smallest)


def _coarsen(fitted: Pipeline, cells: pd.Series, smallest: int) -> None:
    steps = dict(fitted["both"].transformer_list)["value"].named_steps
    known = _known(fitted, cells)
    scaler = steps.get("scale")
    if not len(known):
        return
    if scaler is None:
        values, shares = _rounded_shares(known, smallest)
        steps["mean"].statistics_ = np.array([shares @ values])
    elif "rank" in fitted.named_steps:
        values, shares = _rounded_shares(known, smallest)
        mean = float(shares @ values)
        _set(scaler, mean, float(shares @ (values - mean) ** 2), 1.0)
    else:
        _set(scaler, *_rounded_moments(np.log1p(known) if "log1p" in steps else known, smallest), np.inf)


def _set(scaler: StandardScaler, mean: float, variance: float, unvaried: float) -> None:
    """Give a scaler another mean and variance, and the scale of what does not vary."""
    scaler.mean_, scaler.var_ = np.array([mean]), np.array([variance])
    scaler.scale_ = np.sqrt(scaler.var_) if variance > 0 else np.array([unvaried])


def _known(fitted: Pipeline, cells: pd.Series) -> Floats:
    """Return what residents have, as ranks where values are ordered."""
    if "rank" not in fitted.named_steps:
        values = cells.to_numpy(np.float64)
        return np.asarray(values[~np.isnan(values)])
    listed = [str(value) for value in fitted["rank"].categories_[0][:-1]]
    return np.asarray(cells.dropna().map({value: rank for rank, value in enumerate(listed)}), np.float64)


def _rounded_moments(known: Floats, smallest: int) -> tuple[float, float]:
    """Return mean and variance of numbers, rounded to what the smallest group adds to them.

    Where fewer differ from the value that all others have, that value and 0.
    """
    common = usual(known)
    start = 0.0 if np.isnan(common) else common
    gap = np.abs(known - (known.mean() if np.isnan(common) else common))
    other = gap[gap > ALIKE * max(1.0, abs(start))]
    if not len(other) or (len(other) < smallest and len(known) >= 2 * smallest):
        return start, 0.0
    unit = float(grain(*np.array([[len(other)], [other.sum()], [other @ other]], np.float64))[0])
    step = min(smallest / len(known), 1.0)
    mean = start + float(stepped(np.array(known.mean() - start), step * unit))
    square = float(((known - mean) ** 2).mean()) / unit**2
    return mean, max(float(stepped(np.array(square), step)), step) * unit**2


def _rounded_shares(known: Floats, smallest: int) -> tuple[Floats, Floats]:
    """Return the values that residents have, and their shares: rounded, and 1 in all."""
    values, counts = np.unique(known, return_counts=True)
    step = min(smallest / len(known), 1.0)
    shares = np.round(counts / len(known) / step) * step
    shares[counts < smallest] = 0.0
    if not shares.any():  # everybody is in too small a group: no share tells anything
        shares = np.ones(len(values))
    return values, shares / shares.sum()
