"""Measures of the fair-clustering literature, so that a segmentation can be held against published ones.

They compare shares within segments and know no sampling error, so no limit of a policy is set on them. All
are defined for any number of groups, and for segments and groups of nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.audit.evidence import PAIR
from segmentation.audit.sections import Balance

if TYPE_CHECKING:
    from segmentation.audit.disclosure import Shown

Counts = NDArray[np.int64]


def minimum_cluster_ratio(counts: Counts) -> float:
    """Return the least, over segments, of the smallest over the largest group in it.

    min over s of min over g of n_sg / max over g of n_sg. In [0, 1]: 1 is as many of every group in every
    segment, 0 a segment that a group is absent from. Of two groups it is what Chierichetti et al. (2017) call
    balance. Unlike `balance` it takes no account of how large the groups are: with groups of 90 % and 10 % it
    stays below 0.12 however they are spread.

    Parameters
    ----------
    counts : ndarray of shape (n_segments, n_groups)
        Segments of nobody, and groups of nobody, say nothing. With one group, or nobody at all: 1.

    References
    ----------
    The holisticai library's `min_cluster_ratio`, here the same whichever group is named first.
    """
    held = _held(counts)
    return float((held.min(axis=1) / held.max(axis=1)).min()) if held.size else 1.0


def balance(counts: Counts) -> float:
    """Return the balance of any number of groups: the least of share over share overall, and its inverse.

    With r_g the share of group g among all residents and r_sg among those of segment s: min over s and g of
    min(r_g / r_sg, r_sg / r_g). In [0, 1]: 1 is every segment composed like all residents, 0 a segment that a
    group is absent from. For two groups this is what the holisticai library calls cluster balance.

    Parameters
    ----------
    counts : ndarray of shape (n_segments, n_groups)
        Segments of nobody, and groups of nobody, say nothing. With one group, or nobody at all: 1.

    References
    ----------
    Bera, S. K., Chakrabarty, D., Flores, N. & Negahbani, M. (2019). Fair algorithms for clustering.
    NeurIPS 32.
    """
    held = _held(counts).astype(np.float64)
    if not held.size:
        return 1.0
    relative = held / held.sum(axis=1, keepdims=True) / (held.sum(axis=0) / held.sum())
    inverse = np.divide(1, relative, out=np.zeros_like(held), where=held > 0)
    return float(np.minimum(relative, inverse).min())


def distribution_distance(counts: Counts) -> float:
    """Return the largest total variation between two groups' distributions over segments.

    max over pairs of groups g and h of half the sum over s of |P(s | g) - P(s | h)|. In [0, 1]: 0 is all
    groups spread alike, 1 two groups that share no segment.

    Parameters
    ----------
    counts : ndarray of shape (n_segments, n_groups)
        Groups of nobody say nothing. With fewer than two groups: 0.

    References
    ----------
    The holisticai library's `cluster_dist_l1`, here for any number of groups.
    """
    held = _held(counts)
    if held.shape[1] < PAIR:
        return 0.0
    spread = held / held.sum(axis=0)
    return float(0.5 * np.abs(spread[:, :, None] - spread[:, None, :]).sum(axis=0).max())


def balances(shown: Shown) -> Balance:
    """Return what the literature measures of one attribute, for a report.

    It is None where any count is hidden: each measure is of the worst segment, and a hidden one may be that.
    """
    counts, name = shown.cells.counts, shown.cells.name
    if not shown.complete.all():
        return Balance(name, None, None)
    return Balance(name, balance(counts), minimum_cluster_ratio(counts))


def _held(counts: Counts) -> Counts:
    """Return the counts of segments and of groups with somebody in them."""
    return np.asarray(counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0], np.int64)
