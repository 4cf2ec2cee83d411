"""What one mitigation costs and gains, in figures of residents that it did not see.

Two harms stand side by side, because a mitigation may narrow one and leave the other: that segments go
together with an attribute, and that they fit one group worse than another. So do two qualities: how well
segments are parted in the space that the mitigated model sees, and how much of all needs, as the policy
weighs them, they still tell. The first alone flatters a model that looks at less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score
from threadpoolctl import threadpool_limits

from segmentation.clustering.assign import segment_ids
from segmentation.clustering.centers import means
from segmentation.features import needs_encoder, needs_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from sklearn.compose import ColumnTransformer

    from segmentation.audit import AuditReport, Finding
    from segmentation.clustering import Segmenter
    from segmentation.policy import Policy

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

SAMPLE = 4_000
"""Residents whose silhouette is taken: it looks at every pair of them."""
ERASED = 1e-6
"""What a direction must lose to count as erased."""


@dataclass(frozen=True)
class Disparity:
    """What segments tell of the attribute, and of the others.

    Attributes
    ----------
    association : float or None
        Bias-corrected Cramér's V of segment and attribute, in [0, 1]; None where counts are hidden.
    interval : tuple of float or None
        Of it, at the policy's confidence.
    total_variation : float or None
        The largest of any group, in [0, 1].
    broken, undetermined : int
        Findings about who is in which segment, of the attribute, with that status.
    elsewhere : float or None
        The largest Cramér's V of any other attribute or proxy.
    elsewhere_attribute : str or None
        Of which it is.
    lost : tuple of str
        Other attributes, proxies and intersections with a broken finding about who is in which segment.
    """

    association: float | None
    interval: tuple[float, float] | None
    total_variation: float | None
    broken: int
    undetermined: int
    elsewhere: float | None
    elsewhere_attribute: str | None
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Quality:
    """How good segments are at what they are for.

    Attributes
    ----------
    silhouette : float or None
        Mean silhouette in the model's own space, in [-1, 1]; None where fewer than two segments are there.
    silhouette_of_all_needs : float or None
        The same among all needs as the policy encodes them, whatever the model sees of them.
    explained : float
        Share of the variance of all needs that the segments' means tell, up to 1.
    fit_ratio : float or None
        Social fairness ratio of the attribute: largest over smallest mean squared distance of a group to its
        segments' centres, from 1; 1 is even (Ghadiri et al. 2021). None where fewer than two groups are
        large enough.
    """

    silhouette: float | None
    silhouette_of_all_needs: float | None
    explained: float
    fit_ratio: float | None


def disparity(report: AuditReport, attribute: str, others: Iterable[str]) -> Disparity:
    """Return what an audit without services says of one attribute, and of the others."""
    own = report.of(attribute)
    association = _association(own)
    spreads = [finding.value for finding in own if finding.check == "total_variation"]
    rest = {name: _association(report.of(name)) for name in report.attributes if name != attribute}
    known = {name: one.value for name in others if (one := rest.get(name)) and one.value is not None}
    worst = max(known, key=lambda name: known[name], default=None)
    statuses = [finding.status for finding in own]
    return Disparity(
        association.value if association else None,
        association.interval if association else None,
        max((value for value in spreads if value is not None), default=None),
        statuses.count("broken"),
        statuses.count("undetermined"),
        None if worst is None else known[worst],
        worst,
        tuple(name for name in rest if any(one.status == "broken" for one in report.of(name))),
    )


def _association(findings: Iterable[Finding]) -> Finding | None:
    return next((finding for finding in findings if finding.check == "association"), None)


@dataclass(frozen=True, eq=False)
class Space:
    """The space of all needs, as those who are seen span it, with both halves in it.

    Attributes
    ----------
    seen, unseen : ndarray of shape (n_residents, n_columns)
    """

    seen: Floats
    unseen: Floats

    @classmethod
    def of(cls, policy: Policy, seen: pd.DataFrame, unseen: pd.DataFrame) -> Space:
        """Return the space that an encoder of all the policy's features makes of those who are seen."""
        encoder = needs_encoder(policy)
        fitted = encoder.fit(needs_table(encoder, seen))
        return cls(encoded(fitted, seen), encoded(fitted, unseen))


def quality(
    segmenter: Segmenter,
    space: Space,
    needs: pd.DataFrame,
    groups: pd.Series,
    smallest_group: int,
    seed: int,
) -> Quality:
    """Measure a segmenter on residents that it did not see.

    Parameters
    ----------
    segmenter : Segmenter
        Fitted on those who are seen, with their labels.
    space : Space
    needs : DataFrame of shape (n_unseen, n_features)
        Of those who are not seen.
    groups : Series of shape (n_unseen,)
        Group of each of them; missing where not known.
    smallest_group : int
    seed : int
        Of the sample for the silhouettes.
    """
    labels = np.asarray(segment_ids(segmenter.fold(), needs).cat.codes, np.int64)
    gaps = space.unseen - _centers(segmenter, space.seen)[labels]
    squares = np.einsum("ij,ij->i", gaps, gaps)
    spread = space.unseen - space.unseen.mean(axis=0)
    rows = np.random.default_rng(seed).permutation(len(needs))[:SAMPLE]
    return Quality(
        _silhouette(own_space(segmenter, needs.iloc[rows]), labels[rows]),
        _silhouette(space.unseen[rows], labels[rows]),
        float(1 - squares.sum() / max(float((spread**2).sum()), np.finfo(float).tiny)),
        _fit_ratio(squares, groups, smallest_group),
    )


def encoded(space: ColumnTransformer, needs: pd.DataFrame) -> Floats:
    """Return needs as a fitted encoder sees them."""
    return np.asarray(space.transform(needs_table(space, needs)), np.float64)


def own_space(segmenter: Segmenter, needs: pd.DataFrame) -> Floats:
    """Return needs in the space in which a fitted segmenter takes its distances."""
    points = encoded(segmenter.encoder_, needs)
    return points if segmenter.erase is None else segmenter.erase.apply(points)


def rank_erased(segmenter: Segmenter) -> int:
    """Return in how many directions a segmenter's map changes the encoded needs; 0 without a map."""
    if segmenter.erase is None:
        return 0
    change = np.eye(len(segmenter.erase.offset)) - segmenter.erase.matrix
    return int(np.linalg.matrix_rank(change, tol=ERASED))


def _centers(segmenter: Segmenter, seen: Floats) -> Floats:
    """Return the centres among all needs: the model's own where it sees them all as they are, else means."""
    if segmenter.centers is not None and segmenter.erase is None:
        return np.asarray(segmenter.cluster_centers_)
    return means(seen, segmenter.labels_, segmenter.n_segments_)


def _silhouette(points: Floats, labels: Labels) -> float | None:
    if not 1 < len(np.unique(labels)) < len(labels):
        return None
    with threadpool_limits(1):
        return float(silhouette_score(points, labels))


def _fit_ratio(squares: Floats, groups: pd.Series, smallest_group: int) -> float | None:
    codes = groups.cat.codes.to_numpy()
    known, n_groups = codes >= 0, len(groups.cat.categories)
    sizes = np.bincount(codes[known], minlength=n_groups)
    sums = np.bincount(codes[known], squares[known], n_groups)
    large = sizes >= smallest_group
    means = sums[large] / sizes[large]
    if len(means) < 2 or means.min() <= 0:  # noqa: PLR2004 - a ratio needs two groups
        return None
    return float(means.max() / means.min())
