"""How residents of today are read by both versions, of which the one before may have asked something else.

A feature that the policy now lacks, or reads in another way, is given to the version before as missing: its
values would mean something else to it. What that concerns is declared as `unlike`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.scorer import Coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.clustering.identity.model import Previous
    from segmentation.policy import Feature, Policy
    from segmentation.scorer import FoldedScorer

Labels = NDArray[np.int64]
Column = NDArray[Any] | Coded


def unlike(previous: Previous, policy: Policy) -> tuple[str, ...]:
    """Return the features that the version before reads, and that this policy lacks or reads in another way.

    Kind, unit and values must be the same; the values of a category may stand in another order.
    """
    before = previous.policy.features
    return tuple(
        name
        for name in previous.scorer.features
        if name not in policy.features or _form(before[name]) != _form(policy.features[name])
    )


def common(previous: Previous, policy: Policy, scorer: FoldedScorer) -> tuple[str, ...]:
    """Return the features that both versions read, and read in the same way, in the policy's order."""
    both = set(scorer.features) & set(previous.scorer.features) - set(unlike(previous, policy))
    return tuple(name for name in policy.features if name in both)


def columns_of(policy: Policy, needs: pd.DataFrame) -> dict[str, Column]:
    """Return the needs as arrays that a scorer reads quickly; listed values by their places in the policy."""
    return {name: _column(feature, needs[name]) for name, feature in policy.features.items()}


def both_labels(
    previous: Previous, policy: Policy, scorer: FoldedScorer, columns: Mapping[str, Column]
) -> tuple[Labels, Labels]:
    """Return the segment of each resident in the version before and in the new one, as positions.

    Parameters
    ----------
    previous : Previous
    policy : Policy
        That `columns` are of.
    scorer : FoldedScorer
        The new version.
    columns : mapping of str to array or Coded
        From `columns_of`.

    Raises
    ------
    ScorerError
        A column holds what the policy does not allow.
    """
    now = scorer.predict(columns)
    away = set(unlike(previous, policy))
    absent: dict[str, Column] = {part.name: np.full(len(now), np.nan) for part in previous.scorer.numbers}
    absent |= {part.name: Coded((None,), np.zeros(len(now), np.int8)) for part in previous.scorer.levels}
    read = {name: absent[name] if name in away else columns[name] for name in previous.scorer.features}
    return previous.scorer.predict(read), now


def _form(feature: Feature) -> tuple[object, ...]:
    values = feature.values or ()
    listed = frozenset(values) if feature.kind == "category" else values
    return feature.kind, listed, feature.unit and feature.unit.en


def _column(feature: Feature, cells: pd.Series) -> Column:
    if feature.values is None:
        return cells.to_numpy(np.float64, na_value=np.nan)
    return Coded(feature.values, np.asarray(pd.Categorical(cells, categories=list(feature.values)).codes))
