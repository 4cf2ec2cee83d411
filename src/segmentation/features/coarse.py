"""What an encoder has learned of values that few may have, learned again from rounded shares.

The mean of a feature that is yes or no is a share of residents, to sixteen digits; so are mean and spread of
an ordinal, taken together. Both can be worked out of a scorer that is given away, and with the number of
residents from the card they would say that five of them lack a thing. So these are taken of shares rounded to
the smallest group, as the shares in centres are. A standardiser need not be exact to do its work; what it
says of features with many values, an average of amounts, stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

Floats = NDArray[np.float64]

FEW = 3
"""Numbers with more values than this are amounts; their mean and spread do not say who has which."""
GLANCE = 1_000


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
    listed = scaler is None or "rank" in fitted.named_steps
    if not len(known) or not (listed or _are_few(known)):
        return
    values, shares = _rounded_shares(np.log1p(known) if "log1p" in steps else known, smallest)
    mean = shares @ values
    if scaler is None:
        steps["mean"].statistics_ = np.array([mean])
        return
    variance = shares @ (values - mean) ** 2
    scaler.mean_, scaler.var_ = np.array([mean]), np.array([variance])
    scaler.scale_ = np.sqrt(scaler.var_) if variance > 0 else np.ones(1)


def _known(fitted: Pipeline, cells: pd.Series) -> Floats:
    """Return what residents have, as ranks where values are ordered."""
    if "rank" not in fitted.named_steps:
        values = cells.to_numpy(np.float64)
        return np.asarray(values[~np.isnan(values)])
    listed = [str(value) for value in fitted["rank"].categories_[0][:-1]]
    return np.asarray(cells.dropna().map({value: rank for rank, value in enumerate(listed)}), np.float64)


def _are_few(known: Floats) -> bool:
    return all(len(np.unique(values)) <= FEW for values in (known[:GLANCE], known))


def _rounded_shares(known: Floats, smallest: int) -> tuple[Floats, Floats]:
    """Return the values that residents have, and their shares: rounded, and 1 in all."""
    values, counts = np.unique(known, return_counts=True)
    step = min(smallest / len(known), 1.0)
    shares = np.round(counts / len(known) / step) * step
    if not shares.any():  # everybody is in too small a group: no share tells anything
        shares = np.ones(len(values))
    return values, shares / shares.sum()
