"""Residents who are correlated as these are and not clustered: a Gaussian copula with their own margins.

Shuffled columns have no correlation, so correlated needs alone beat them. How the segments do against this
stands beside the test, for information: a mixture of segments is itself a way of being correlated.

A feature is drawn as one: its block of columns is put in order along the direction in which it goes most with
the other features, and a whole row of the block is taken at the rank that was drawn. So a category stays one
value, and an unknown value stays unknown. Ties (flags, categories, small counts) share the mean normal score
of their ranks; correlations are divided by what the ties took from the variance of both scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Floats = NDArray[np.float64]

MOST_CORRELATED = 0.999
LEAST = 1e-9


def gaussian_copula(
    encoded: Floats, blocks: Sequence[slice]
) -> Callable[[np.random.Generator], Floats] | None:
    """Return a function that draws as many residents anew, each block with just the rows that it has.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    blocks : sequence of slice
        The columns of each feature.

    Returns
    -------
    callable or None
        None where fewer than two features vary: there is nothing to correlate.
    """
    varied = [block for block in blocks if np.ptp(encoded[:, block], axis=0).any()]
    if len(varied) <= 1:
        return None
    sides = [_along(encoded, block) for block in varied]
    root = _root(np.column_stack([_scores(side) for side in sides]))
    ordered = [
        encoded[np.argsort(side, kind="stable"), block] for side, block in zip(sides, varied, strict=True)
    ]

    def drawn(random: np.random.Generator) -> Floats:
        latent = random.standard_normal((len(encoded), len(varied))) @ root.T
        made = encoded.copy()
        for rows, block, column in zip(ordered, varied, latent.T, strict=True):
            made[np.argsort(column), block] = rows
        return made

    return drawn


def _along(encoded: Floats, block: slice) -> Floats:
    """Return where each resident lies along the direction in which a block goes most with the others."""
    gaps = encoded - encoded.mean(axis=0)
    outside = np.delete(gaps, np.r_[block], axis=1)
    directions, *_ = np.linalg.svd(gaps[:, block].T @ outside, full_matrices=False)
    first = directions[:, 0]
    return np.asarray(encoded[:, block] @ (first * np.sign(first[np.abs(first).argmax()])))


def _scores(side: Floats) -> Floats:
    """Return normal scores of ranks; residents at the same place share the mean of theirs."""
    normal = ndtri((np.arange(len(side)) + 0.5) / len(side))
    _, place, sizes = np.unique(side.round(9), return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    means = np.add.reduceat(normal, ends - sizes) / sizes
    return np.asarray(means[place])


def _root(scores: Floats) -> Floats:
    """Return a matrix that gives independent normals the correlations behind the scores."""
    variances = np.maximum(scores.var(axis=0), LEAST)
    correlations = np.cov(scores, rowvar=False, bias=True) / np.outer(variances, variances)
    correlations = np.clip(correlations, -MOST_CORRELATED, MOST_CORRELATED)
    np.fill_diagonal(correlations, 1.0)
    values, vectors = np.linalg.eigh(correlations)
    root = vectors * np.sqrt(np.maximum(values, LEAST))
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))
