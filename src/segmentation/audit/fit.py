"""Whom the segments fit badly: distance to the centre of one's segment, and silhouette, by group.

A group may enter every segment as often as others and still be served worse by all of them, because the
segments were drawn around others. Segments of any origin are measured in the space of the policy's needs, so
that those of a model and those made by hand can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import silhouette_samples

from segmentation.audit.samples import places, rounded
from segmentation.audit.sections import AttributeFit, GroupFit
from segmentation.errors import AuditError
from segmentation.features import needs_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.audit.disclosure import Shown
    from segmentation.policy import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SILHOUETTES = 3_000
"""Residents in the sample of the silhouettes: every two of them are compared."""
DECIMALS = 4


@dataclass(frozen=True, eq=False)
class RowFit:
    """How well the segments fit each resident.

    Attributes
    ----------
    squared : ndarray of shape (n_residents,)
        Squared distance to the mean of the segment, in encoded units, from 0.
    sampled : ndarray of int64, shape (n_sampled,)
        Places of the residents whose silhouettes were taken; none where there is only one segment, or where
        each resident is one.
    silhouettes : ndarray of shape (n_sampled,)
        In [-1, 1]; 0 for a resident who is alone in the segment (Rousseeuw 1987).
    """

    squared: Floats
    sampled: Ints
    silhouettes: Floats


def row_fit(policy: Policy, needs: pd.DataFrame, segments: pd.Series, *, seed: int) -> RowFit:
    """Measure how well segments of any origin fit each resident.

    Parameters
    ----------
    policy : Policy
        Gives the space: its features, their kinds and weights.
    needs : DataFrame of shape (n_residents, n_features)
        `Residents.needs`.
    segments : Series of shape (n_residents,)
        Labels of any kind, told apart by how they read.
    seed : int
        Of the sample of the silhouettes.

    Raises
    ------
    AuditError
        Lengths differ, or somebody has no segment.

    References
    ----------
    Rousseeuw, P. (1987). Silhouettes. Journal of Computational and Applied Mathematics 20.
    """
    labels = _labels(needs, segments)
    rows = _sample(labels, seed)
    squared, sampled = np.zeros(len(labels)), []
    for encoded in _encoded(policy, needs):
        squared += _squared(encoded, labels)
        sampled.append(encoded[rows])
    silhouettes = silhouette_samples(np.hstack(sampled), labels[rows]) if rows.size else np.zeros(0)
    return RowFit(squared, rows, np.asarray(silhouettes, np.float64))


def _labels(needs: pd.DataFrame, segments: pd.Series) -> Ints:
    if len(needs) != len(segments):
        raise AuditError(f"There are {len(segments)} segments for the needs of {len(needs)} residents.")
    code, distinct = pd.factorize(np.asarray(segments))
    if (code < 0).any():
        without = f"{int((code < 0).sum())} of {len(segments)} residents have no segment."
        raise AuditError(f"{without} Leave them out, or name a segment.")
    _, place = np.unique([str(name) for name in distinct], return_inverse=True)
    return np.asarray(place[code], np.int64)


def _encoded(policy: Policy, needs: pd.DataFrame) -> Iterator[Floats]:
    """Yield the columns that `needs_encoder` makes of each feature; all at once would fill the memory."""
    encoder = needs_encoder(policy)
    for name, transformer, columns in encoder.transformers:
        with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
            encoded = np.asarray(transformer.fit_transform(needs[columns]), np.float64)
        yield encoded * encoder.transformer_weights[name]


def _squared(encoded: Floats, labels: Ints) -> Floats:
    """Return the squared distance of each resident to the mean of the segment, in some columns."""
    sizes = np.bincount(labels)
    squared = np.zeros(len(labels))
    for column in encoded.T:
        gap = column - (np.bincount(labels, column) / sizes)[labels]
        squared += gap * gap
    return squared


def _sample(labels: Ints, seed: int) -> Ints:
    """Return the residents to compare: none where no silhouette is defined."""
    rows = np.arange(len(labels))
    if len(rows) > MOST_SILHOUETTES:
        rows = np.sort(np.random.default_rng([seed, 4]).choice(rows, MOST_SILHOUETTES, replace=False))
    n_segments = len(np.unique(labels[rows]))
    return rows if 1 < n_segments < len(rows) else rows[:0]


# ---- By group ---------------------------------------------------------------------------------------


def attribute_fit(
    shown: Shown,
    squared: Floats | None,
    smallest: int,
    rows: RowFit | None = None,
    column: pd.Series | None = None,
) -> AttributeFit:
    """Return the fit of the segments by group of one attribute.

    The social fairness ratio is ``max_g m(g) / min_g m(g)``, with `m(g)` the mean squared distance of group
    `g` to the centres of their segments: from 1, which is even, upwards. It has no value where a group has no
    distance at all. Ghadiri et al. minimise its numerator.

    Parameters
    ----------
    shown : Shown
        The table of the attribute; a group whose size it hides has no figure and no part in the ratio.
    squared : ndarray of shape (n_segments, n_groups), or None
        Sums of squared distances, as `Crosstab.squared_distances` gives them: a last column of residents
        whose group is not known is not looked at.
    smallest : int
        Fewest residents, or sampled residents, that give a figure.
    rows : RowFit, optional
        For the silhouettes.
    column : Series of shape (n_residents,), optional
        The attribute of the same residents.

    References
    ----------
    Ghadiri, M., Samadi, S. & Vempala, S. (2021). Socially fair k-means clustering. FAccT.
    """
    cells = shown.cells
    is_open = ~shown.hidden_sizes & (cells.sizes >= smallest)
    summed = np.zeros(len(cells.groups)) if squared is None else squared.sum(axis=0)[: len(cells.groups)]
    means = _means(summed, cells.sizes, is_open & (squared is not None))
    known = [mean for mean in means if mean is not None]
    is_defined = len(known) > 1 and min(known) > 0
    silhouettes, n_sampled = _silhouettes(shown, is_open, smallest, rows, column)
    return AttributeFit(
        cells.name,
        round(max(known) / min(known), DECIMALS) if is_defined else None,
        tuple(
            GroupFit(cells.name, group, rounded(mean, DECIMALS), rounded(silhouette, DECIMALS))
            for group, mean, silhouette in zip(cells.group_names, means, silhouettes, strict=True)
        ),
        n_sampled,
    )


def _silhouettes(
    shown: Shown,
    is_open: NDArray[np.bool_],
    smallest: int,
    rows: RowFit | None,
    column: pd.Series | None,
) -> tuple[list[float | None], int]:
    """Return the mean silhouette of each group, and how many sampled residents are of shown groups."""
    n_groups = len(shown.cells.groups)
    if rows is None or column is None:
        return [None] * n_groups, 0
    place = places(column.iloc[rows.sampled], shown.cells.group_names)
    known = np.append(is_open, False)[place]  # who is in no group has the place -1, which is the last
    sizes = np.bincount(place[known], minlength=n_groups)
    sums = np.asarray(np.bincount(place[known], rows.silhouettes[known], n_groups), np.float64)
    return _means(sums, sizes, is_open & (sizes >= smallest)), int(known.sum())


def _means(sums: Floats, sizes: Ints, is_open: NDArray[np.bool_]) -> list[float | None]:
    listed = zip(sums.tolist(), sizes.tolist(), is_open.tolist(), strict=True)
    return [total / size if seen and size else None for total, size, seen in listed]
