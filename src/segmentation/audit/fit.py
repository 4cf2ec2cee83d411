"""Whom the segments fit badly: distance to the centre of one's segment, and silhouette, by group.

A group may enter every segment as often as others and still be served worse by all of them, because the
segments were drawn around others. Segments of any origin are measured in the space of the policy's needs, so
that those of a model and those made by hand can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import silhouette_samples

from segmentation.audit.samples import indices, places, rounded
from segmentation.audit.sections import AttributeFit, GroupFit
from segmentation.clustering.centers import sums
from segmentation.errors import AuditError
from segmentation.features import encoded, needs_encoder, needs_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sklearn.compose import ColumnTransformer

    from segmentation.audit.disclosure import Shown
    from segmentation.policy import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_SILHOUETTES = 3_000
"""Residents in the sample of the silhouettes: every two of them are compared."""
BLOCK = 1 << 16
"""Residents who are encoded at a time."""
DECIMALS = 4


@dataclass(frozen=True, eq=False)
class Silhouettes:
    """How much closer residents are to their own segment than to the next one.

    Attributes
    ----------
    rows : ndarray of int64, shape (n_sampled,)
        Places of the residents whose silhouettes were taken; none where there is only one segment, or where
        each resident is one.
    values : ndarray of shape (n_sampled,)
        In [-1, 1]; 0 for a resident who is alone in the segment (Rousseeuw 1987).
    """

    rows: Ints
    values: Floats


@dataclass(frozen=True, eq=False)
class FitSpace:
    """The space of a policy's needs, with the mean of each segment in it: what a fit is measured against.

    Attributes
    ----------
    encoder : ColumnTransformer
        Fitted.
    segments : tuple of str
    means : ndarray of shape (n_segments + 1, n_columns)
        The last row is the mean of all: for a segment that none of them is in.
    """

    encoder: ColumnTransformer
    segments: tuple[str, ...]
    means: Floats

    @classmethod
    def of(cls, policy: Policy, needs: pd.DataFrame, segments: pd.Series) -> Self:
        """Return the space that some residents span.

        Parameters
        ----------
        policy : Policy
            Gives features, their kinds and weights.
        needs : DataFrame of shape (n_residents, n_features)
            `Residents.needs`.
        segments : Series of shape (n_residents,)
            Labels of any kind, told apart by how they read.

        Raises
        ------
        AuditError
            Lengths differ, or somebody has no segment.
        """
        code, names = _labels(needs, segments)
        encoder = needs_encoder(policy)
        needs = needs_table(encoder, needs)
        with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
            encoder.fit(needs)
        sizes = np.bincount(code, minlength=len(names))
        blocks = _blocks(encoder, needs)
        total = np.sum([sums(block, code[rows], len(names)) for rows, block in blocks], axis=0)
        means = np.vstack([total / sizes[:, None], total.sum(axis=0) / len(needs)])
        return cls(encoder, names, means)

    def squared(self, needs: pd.DataFrame, segments: pd.Series) -> Floats:
        """Return the squared distance of each resident to the mean of the segment: shape (n_residents,).

        Takes and raises what `of` does; residents of a segment that is new to the space are measured from the
        mean of all.
        """
        code, names = _labels(needs, segments)
        place = indices(names, self.segments)[code]  # -1 for a new one: the last row
        squared = np.empty(len(needs))
        for rows, block in _blocks(self.encoder, needs_table(self.encoder, needs)):
            gap = block - self.means[place[rows]]
            squared[rows] = np.einsum("ij,ij->i", gap, gap)
        return squared

    def silhouettes(self, needs: pd.DataFrame, segments: pd.Series, *, seed: int) -> Silhouettes:
        """Return the silhouettes of a sample of residents.

        Takes and raises what `of` does; `seed` is of the sample.

        References
        ----------
        Rousseeuw, P. (1987). Silhouettes. Journal of Computational and Applied Mathematics 20.
        """
        code, _ = _labels(needs, segments)
        rows = _sample(code, seed)
        if not rows.size:
            return Silhouettes(rows, np.zeros(0))
        near = encoded(self.encoder, needs_table(self.encoder, needs.iloc[rows]))
        return Silhouettes(rows, np.asarray(silhouette_samples(near, code[rows]), np.float64))


def _blocks(encoder: ColumnTransformer, needs: pd.DataFrame) -> Iterator[tuple[slice, Floats]]:
    """Yield encoded residents some at a time, with their places; all at once would fill the memory."""
    for start in range(0, len(needs), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, encoded(encoder, needs.iloc[rows])


def _labels(needs: pd.DataFrame, segments: pd.Series) -> tuple[Ints, tuple[str, ...]]:
    """Return the place of each resident's segment among the segments, which are sorted by name."""
    if len(needs) != len(segments):
        raise AuditError(f"There are {len(segments)} segments for the needs of {len(needs)} residents.")
    code, distinct = pd.factorize(np.asarray(segments))
    if (code < 0).any():
        without = f"{int((code < 0).sum())} of {len(segments)} residents have no segment."
        raise AuditError(f"{without} Leave them out, or name a segment.")
    names, place = np.unique([str(name) for name in distinct], return_inverse=True)
    return np.asarray(place[code], np.int64), tuple(names.tolist())


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
    silhouettes: Silhouettes | None = None,
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
    silhouettes : Silhouettes, optional
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
    own, n_sampled = _by_group(shown, is_open, smallest, silhouettes, column)
    return AttributeFit(
        cells.name,
        round(max(known) / min(known), DECIMALS) if is_defined else None,
        tuple(
            GroupFit(cells.name, group, rounded(mean, DECIMALS), rounded(silhouette, DECIMALS))
            for group, mean, silhouette in zip(cells.group_names, means, own, strict=True)
        ),
        n_sampled,
    )


def _by_group(
    shown: Shown,
    is_open: NDArray[np.bool_],
    smallest: int,
    taken: Silhouettes | None,
    column: pd.Series | None,
) -> tuple[list[float | None], int]:
    """Return the mean silhouette of each group, and how many sampled residents are of shown groups."""
    n_groups = len(shown.cells.groups)
    if taken is None or column is None:
        return [None] * n_groups, 0
    place = places(column.iloc[taken.rows], shown.cells.group_names)
    known = np.append(is_open, False)[place]  # who is in no group has the place -1, which is the last
    sizes = np.bincount(place[known], minlength=n_groups)
    sums = np.asarray(np.bincount(place[known], taken.values[known], n_groups), np.float64)
    return _means(sums, sizes, is_open & (sizes >= smallest)), int(known.sum())


def _means(sums: Floats, sizes: Ints, is_open: NDArray[np.bool_]) -> list[float | None]:
    listed = zip(sums.tolist(), sizes.tolist(), is_open.tolist(), strict=True)
    return [total / size if seen and size else None for total, size, seen in listed]
