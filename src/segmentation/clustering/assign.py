"""Segment ids for a table of needs: what the audit's trace, the registry and the frontier ask of a scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from segmentation.scorer import FoldedScorer


def segment_ids(scorer: FoldedScorer, needs: pd.DataFrame) -> pd.Series:
    """Return the segment id of each resident.

    Parameters
    ----------
    scorer : FoldedScorer
    needs : DataFrame of shape (n_residents, n_features)
        As `segmentation.residents` gives it; features that the scorer does not read may be there or not.

    Returns
    -------
    Series of shape (n_residents,)
        Categorical, with the index of `needs`.

    Raises
    ------
    ScorerError
        A feature is missing, or holds what the policy does not allow.
    """
    labels = scorer.predict({name: needs[name] for name in scorer.features if name in needs})
    segments = pd.Categorical.from_codes(labels, pd.Index(scorer.segments))
    return pd.Series(segments, index=needs.index, name="segment")
