"""How residents of today are read by a version of before, whose policy may have asked for something else.

A feature that the policy now lacks, or reads in another way, is given to the version before as missing: its
values would mean something else to it. What that concerns is declared as `unlike`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from segmentation.clustering.identity.model import Previous
    from segmentation.policy import Feature, Policy
    from segmentation.scorer import FoldedScorer

Labels = NDArray[np.int64]


def unlike(previous: Previous, policy: Policy) -> tuple[str, ...]:
    """Return the features that the version before reads, and that this policy lacks or reads in another way.

    Values, kind and unit must be the same; the values of a category may stand in another order.
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


def labels_before(previous: Previous, policy: Policy, needs: pd.DataFrame) -> Labels:
    """Return the segment of each resident in the version before, as positions in its segments.

    Parameters
    ----------
    previous : Previous
    policy : Policy
        That `needs` are of.
    needs : DataFrame of shape (n_residents, n_features)

    Raises
    ------
    ScorerError
        A feature is missing, or holds what the policy does not allow.
    """
    away = set(unlike(previous, policy))
    scorer = previous.scorer
    absent: dict[str, NDArray[Any]] = {
        **{part.name: np.full(len(needs), np.nan) for part in scorer.numbers if part.name in away},
        **{part.name: np.full(len(needs), None, dtype=object) for part in scorer.levels if part.name in away},
    }
    columns: dict[str, ArrayLike] = {name: needs[name] for name in scorer.features if name not in away}
    return scorer.predict(columns | absent)


def labels_now(scorer: FoldedScorer, needs: pd.DataFrame) -> Labels:
    """Return the segment of each resident as positions in the scorer's segments; raises as above."""
    return scorer.predict({name: needs[name] for name in scorer.features})


def crossed(before: Labels, now: Labels, shape: tuple[int, int]) -> NDArray[np.int64]:
    """Return how many residents are in each pair of segments, shape (segments before, segments now)."""
    return np.bincount(before * shape[1] + now, minlength=shape[0] * shape[1]).reshape(shape)


def _form(feature: Feature) -> tuple[object, ...]:
    values = feature.values or ()
    listed = frozenset(values) if feature.kind == "category" else values
    return feature.kind, listed, feature.unit and feature.unit.en
