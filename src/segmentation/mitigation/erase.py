"""LEACE: the least change to encoded needs after which no linear rule tells a group from the others.

Written against numpy, because the public package brings a deep-learning toolkit with it, and because encoded
categories make the covariance singular, where inverses must be pseudo-inverses. A boosted guess of the group
adds nothing to the targets: the covariance of the needs with the best guess of the group from these needs is
the covariance with the group. What a curved rule tells is taken up by `spread`, as far as distances see it.

`leace` is exact. What is stored with a model is estimated from `coarse` covariances by `leace_of`.

References
----------
Belrose, N., Schneider-Joseph, D., Ravfogel, S., Cotterell, R., Raff, E. & Biderman, S. (2023). LEACE: Perfect
linear concept erasure in closed form. Advances in Neural Information Processing Systems 36.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from segmentation.clustering import AffineMap

Floats = NDArray[np.float64]

FLAT = 1e-10
"""Share of the largest variance under which a direction counts as constant."""
UNRELATED = 1e-8
"""Canonical correlation under which a direction counts as unrelated to the targets."""


@dataclass(frozen=True)
class Erasure:
    """A map that erases, and how much of the space it takes.

    Attributes
    ----------
    map : AffineMap
        For `Segmenter.from_policy(policy, erase=...)`.
    rank : int
        Directions that it erases.
    available : int
        Directions that are related to the targets at all; where `rank` is smaller, something linear remains.
    dimensions : int
        Directions in which residents differ.
    """

    map: AffineMap
    rank: int
    available: int
    dimensions: int


def leace(encoded: Floats, targets: Floats, *, strength: float = 1.0, rank: int | None = None) -> Erasure:
    """Erase what is linearly related to the targets, with the least change.

    The map is ``z - strength * W⁺ P W (z - mean)``, where W whitens the residents and P projects on the
    whitened cross-covariance with the targets. Of all maps after which the covariance with the targets is
    zero, it moves residents least, in the metric of their covariance and in any other (Belrose et al. 2023,
    theorem 4.3).

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
        Any rank: columns may be collinear or constant.
    targets : ndarray of shape (n_residents, n_targets)
        What shall not be told: one 0/1 column per group, or real values. NaN where unknown: that resident
        then counts for the spread of the needs and not for their relation to that target.
    strength : float, default 1.0
        In (0, 1]: the share of the covariance that is taken away.
    rank : int or None, default None
        Most directions to erase; the most strongly related ones go first, by canonical correlation. None
        erases all that are related.

    Returns
    -------
    Erasure
    """
    with threadpool_limits(1):  # threads add up in any order, and equal residents give equal digests
        return leace_of(
            encoded, _cross(encoded, targets), own_covariance(targets), strength=strength, rank=rank
        )


def leace_of(
    encoded: Floats, cross: Floats, own: Floats, *, strength: float = 1.0, rank: int | None = None
) -> Erasure:
    """Erase what covariances with targets say, whoever has which target: as `leace`, from these alone.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    cross : ndarray of shape (n_columns, n_targets)
        Covariance of the encoded needs with the targets, exact or coarse.
    own : ndarray of shape (n_targets, n_targets)
        Covariance of the targets; it decides the order in which directions go.
    strength : float, default 1.0
    rank : int or None, default None
    """
    with threadpool_limits(1):
        mean = encoded.mean(axis=0)
        whiten, unwhiten, dimensions = _whitening((encoded - mean).T @ (encoded - mean) / len(encoded))
        directions, correlations, _ = np.linalg.svd(whiten @ cross @ _whitening(own)[0], full_matrices=False)
        available = int((correlations > UNRELATED).sum())
        kept = directions[:, : available if rank is None else min(rank, available)]
        change = strength * (unwhiten @ kept) @ (kept.T @ whiten)
    return Erasure(AffineMap(np.eye(len(mean)) - change, change @ mean), kept.shape[1], available, dimensions)


def _whitening(covariance: Floats) -> tuple[Floats, Floats, int]:
    """Return the pseudo-inverse square root of a covariance, its square root, and its rank."""
    variances, axes = np.linalg.eigh(covariance)
    kept = variances > FLAT * max(float(variances[-1]), FLAT)
    axes, spread = axes[:, kept], np.sqrt(variances[kept])
    return (axes / spread) @ axes.T, (axes * spread) @ axes.T, int(kept.sum())


def _cross(encoded: Floats, targets: Floats) -> Floats:
    return np.asarray(encoded.T @ _centred(targets) / len(encoded))


def _centred(targets: Floats) -> Floats:
    """Return targets less their known mean, 0 where unknown: what adds nothing to a covariance."""
    known = ~np.isnan(targets)
    means = np.where(known, targets, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, targets - means, 0.0)


def own_covariance(targets: Floats) -> Floats:
    """Return the covariance of targets, as `leace_of` takes it; unknown ones add nothing."""
    centred = _centred(targets)
    return np.asarray(centred.T @ centred / len(centred))
