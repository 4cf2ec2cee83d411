"""What is known of every need by segment, added up batch by batch, so that no table need fit into memory.

Batches are merged by the pairwise update of Chan, Golub & LeVeque, which loses no digits where a mean is far
larger than what varies about it, as sums of squares do.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.clustering.disclosing import Spread, Usual
from segmentation.profiles.measures import levels_of, numbers, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from segmentation.policy import Feature, Policy

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Segmented = tuple[pd.DataFrame, Labels]


@dataclass(frozen=True, eq=False)
class Moments:
    """One measure by segment; every array has shape (n_segments,).

    Attributes
    ----------
    size : ndarray
        Residents whose value is known.
    total : ndarray
        Sum of the values, in the feature's own unit: of marks, how many residents have it.
    mean : ndarray
        Of the values as differences are taken (counts after log1p); 0 where nobody is known.
    square : ndarray
        Sum of squared deviations from that mean.

    References
    ----------
    Chan, T. F., Golub, G. H. & LeVeque, R. J. (1983). Algorithms for computing the sample variance: analysis
    and recommendations. The American Statistician 37(3).
    """

    size: Floats
    total: Floats
    mean: Floats
    square: Floats

    @classmethod
    def of(cls, values: Floats, labels: Labels, n_segments: int, *, log: bool) -> Self:
        """Measure numbers; NaN is a value that is not known."""
        known = ~np.isnan(values)
        if not known.all():
            values, labels = values[known], labels[known]
        size = np.bincount(labels, minlength=n_segments).astype(np.float64)
        total = np.bincount(labels, values, n_segments).astype(np.float64)
        scaled = np.log1p(values) if log else values
        mean = np.bincount(labels, scaled, n_segments) / np.maximum(size, 1)
        square = np.bincount(labels, (scaled - mean[labels]) ** 2, n_segments).astype(np.float64)
        return cls(size, total, mean, square)

    @classmethod
    def of_marks(cls, marked: NDArray[np.int64], known: NDArray[np.int64]) -> Self:
        """Measure marks of 0 and 1: how many residents have the mark, of those whose value is known."""
        share = marked / np.maximum(known, 1)
        return cls(known.astype(np.float64), marked.astype(np.float64), share, marked * (1 - share))

    @property
    def own(self) -> Floats:
        """Means in the feature's own unit."""
        return np.asarray(self.total / np.maximum(self.size, 1))

    @property
    def variance(self) -> Floats:
        """Variances, divided by the size."""
        return np.asarray(self.square / np.maximum(self.size, 1))

    @property
    def others(self) -> Moments:
        """The same of everybody outside each segment."""
        weight = 1.0 - np.eye(len(self.size))
        size = weight @ self.size
        mean = weight @ (self.size * self.mean) / np.maximum(size, 1)
        apart = (self.mean[None, :] - mean[:, None]) ** 2
        square = weight @ self.square + (weight * self.size[None, :] * apart).sum(axis=1)
        return Moments(size, weight @ self.total, mean, square)

    def merged(self, other: Moments) -> Moments:
        """Return the moments of the residents of both."""
        size = self.size + other.size
        part = other.size / np.maximum(size, 1)
        gap = other.mean - self.mean
        square = self.square + other.square + gap**2 * self.size * part
        return Moments(size, self.total + other.total, self.mean + gap * part, square)


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of the needs, by segment.

    Attributes
    ----------
    feature : str
    level : str or None
        The value of a category that is marked.
    is_mark : bool
        Whether a mean is a share of residents.
    moments : Moments
    spreads : tuple of Spread
        How the values that are no marks stand about the usual one of their segment: in the feature's own
        unit, and as differences are taken.
    """

    feature: str
    level: str | None
    is_mark: bool
    moments: Moments
    spreads: tuple[Spread, ...] = ()

    def __add__(self, other: Measured) -> Measured:
        """Return the measure of the residents of both."""
        spreads = tuple(one + more for one, more in zip(self.spreads, other.spreads, strict=True))
        return replace(self, moments=self.moments.merged(other.moments), spreads=spreads)


def usual_values(policy: Policy, sample: Segmented, n_segments: int) -> dict[str, tuple[Usual, ...]]:
    """Return the value that most of each segment have, for each feature whose values are no marks.

    Parameters
    ----------
    policy : Policy
    sample : (DataFrame, ndarray)
        Needs and segments of residents.
    n_segments : int

    Returns
    -------
    dict of str to tuple of Usual
        In the feature's own unit, and as differences are taken.
    """
    needs, labels = sample
    return {
        name: tuple(
            Usual.of(values, own, n_segments) for values, own in _scales(feature, needs[name], labels)
        )
        for name, feature in policy.features.items()
        if not _is_marks(feature)
    }


def tallies(
    policy: Policy,
    batches: Iterable[Segmented],
    n_segments: int,
    usual: Mapping[str, tuple[Usual, ...]],
) -> tuple[Labels, tuple[Measured, ...]]:
    """Return the residents of each segment, and all measures in the policy's order.

    Parameters
    ----------
    policy : Policy
    batches : iterable of (DataFrame, ndarray)
        Needs (`Residents.needs`) and segments from 0; each is looked at once and then forgotten.
    n_segments : int
    usual : mapping of str to tuple of Usual
        From `usual_values` of some of them.
    """
    sizes = np.zeros(n_segments, dtype=np.int64)
    found: list[Measured] | None = None
    for needs, labels in itertools.chain(batches, [_nobody(policy)]):
        sizes = sizes + np.bincount(labels, minlength=n_segments)
        batch = [
            measured
            for name, feature in policy.features.items()
            for measured in _measured(name, feature, needs[name], labels, n_segments, usual.get(name, ()))
        ]
        found = batch if found is None else [one + more for one, more in zip(found, batch, strict=True)]
    return sizes, tuple(found or ())


def _nobody(policy: Policy) -> Segmented:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in policy.features}), np.empty(0, np.int64)


def _is_marks(feature: Feature) -> bool:
    return feature.kind in {"category", "flag"}


def _measured(
    name: str,
    feature: Feature,
    column: pd.Series,
    labels: Labels,
    n_segments: int,
    usual: tuple[Usual, ...],
) -> list[Measured]:
    if feature.kind != "category":
        log = feature.kind == "count"
        moments = Moments.of(numbers(feature, column), labels, n_segments, log=log)
        scales = _scales(feature, column, labels)
        spreads = tuple(
            Spread.of(values, own, about) for (values, own), about in zip(scales, usual, strict=False)
        )
        return [Measured(name, None, _is_marks(feature), moments, spreads)]
    at, levels = places(feature, column), levels_of(feature)
    known = at >= 0
    cells = np.bincount(labels[known] * len(levels) + at[known], minlength=n_segments * len(levels))
    table = cells.reshape(n_segments, len(levels))
    return [
        Measured(name, level, is_mark=True, moments=Moments.of_marks(marked, table.sum(axis=1)))
        for level, marked in zip(levels, table.T, strict=True)
    ]


def _scales(feature: Feature, column: pd.Series, labels: Labels) -> Iterator[tuple[Floats, Labels]]:
    """Yield the values that are known, a column of them, with their segments: as they are, and scaled."""
    values = numbers(feature, column)
    known = ~np.isnan(values)
    values, labels = values[known, None], labels[known]
    yield values, labels
    yield (np.log1p(values) if feature.kind == "count" else values), labels
