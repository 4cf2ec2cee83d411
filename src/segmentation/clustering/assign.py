"""Tables of needs, and what a scorer says of them as tables: the scorer itself knows arrays alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from segmentation.scorer import Coded

if TYPE_CHECKING:
    from segmentation.scorer import Explanation, FoldedScorer
    from segmentation.scorer.columns import Given

CONTRIBUTION = "contribution:"
"""Opens the names of the columns that hold what a feature contributes: a feature may be called `gap`."""


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
    labels = scorer.predict(scored_columns(scorer, needs))
    segments = pd.Categorical.from_codes(labels, pd.Index(scorer.segments))
    return pd.Series(segments, index=needs.index, name="segment")


def explanation(scorer: FoldedScorer, needs: pd.DataFrame) -> Explanation:
    """Return why each resident is in a segment and not in the next one; takes and raises as `segment_ids`."""
    return scorer.explain(scored_columns(scorer, needs))


def explanation_table(told: Explanation, index: pd.Index | None = None) -> pd.DataFrame:
    """Return an explanation as a table.

    Parameters
    ----------
    told : Explanation
    index : Index or None, default None
        Of the residents.

    Returns
    -------
    DataFrame of shape (n_residents, 6 + n_features)
        ``segment``, ``runner_up``, ``gap``, ``margin``, ``borderline``, ``constant``, and for each feature
        ``contribution:NAME``; `constant` and the contributions of a row sum to its `gap`.
    """
    ids = pd.Index(told.segments)
    stated = {
        "segment": pd.Categorical.from_codes(told.chosen, ids),
        "runner_up": pd.Categorical.from_codes(told.runner_up, ids),
        "gap": told.gap,
        "margin": told.margin,
        "borderline": told.borderline,
        "constant": told.constant,
    }
    names = [CONTRIBUTION + feature for feature in told.features]
    return pd.DataFrame(stated | dict(zip(names, told.contributions.T, strict=True)), index=index)


def scored_columns(scorer: FoldedScorer, needs: pd.DataFrame) -> dict[str, Given]:
    """Return the columns of a table that a scorer reads; texts as places, which pandas finds quicker."""
    listed = {part.name for part in scorer.levels if part.name in needs}
    columns: dict[str, Given] = {
        name: needs[name].to_numpy() for name in scorer.features if name in needs and name not in listed
    }
    return columns | {name: _coded(needs[name]) for name in listed}


def _coded(cells: pd.Series) -> Given:
    if not isinstance(cells.dtype, pd.StringDtype):
        return cells.to_numpy()
    codes, values = pd.factorize(cells)
    return Coded(tuple(map(str, values)), codes)
