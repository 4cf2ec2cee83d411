"""What an erasure aims at: who is in which group, and what boosted trees could guess of it.

Residents whose group is unknown say nothing about it, and groups smaller than the policy's smallest group are
taken together with each other, because a direction estimated from a few people would describe these people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits

from segmentation.errors import MitigationError

if TYPE_CHECKING:
    from segmentation.policy import Policy

Floats = NDArray[np.float64]

FOLDS = 3
TREES = 50
LEAVES = 15
MOST_GUESSED = 30_000
"""Residents at most who are guessed; more add time and nothing to a covariance."""
FEWEST_GROUPS = 2


def group_codes(policy: Policy, groups: pd.Series) -> NDArray[np.int64]:
    """Return each resident's group as a number from 0, and -1 where it is unknown or the group too small.

    Groups under the policy's smallest group are one group together if they reach it, else unknown.

    Parameters
    ----------
    policy : Policy
    groups : Series of shape (n_residents,)
        One column of `Residents.protected`.

    Raises
    ------
    MitigationError
        Fewer than two groups are left.
    """
    least = policy.audit.smallest_group
    codes, _ = pd.factorize(groups.astype(object), sort=False)
    sizes = np.bincount(codes[codes >= 0], minlength=int(codes.max(initial=-1)) + 1)
    small = np.flatnonzero(sizes < least)
    pooled = len(sizes) if sizes[small].sum() >= least else -1
    codes = np.where(np.isin(codes, small), pooled, codes)
    known = np.unique(codes[codes >= 0])
    if len(known) < FEWEST_GROUPS:
        raise MitigationError(
            f"'{groups.name}' has fewer than two groups of {least} residents (smallest_group) with a known "
            "value, so there is nothing to weaken; choose another attribute, or bring more residents."
        )
    return np.where(codes >= 0, np.searchsorted(known, codes), -1)


def one_hot(codes: NDArray[np.int64]) -> Floats:
    """Return one 0/1 column per group, NaN where unknown: shape (n_residents, n_groups)."""
    marks = (codes[:, None] == np.arange(codes.max() + 1)).astype(np.float64)
    marks[codes < 0] = np.nan
    return np.asarray(marks)


def guesses(encoded: Floats, codes: NDArray[np.int64], seed: int) -> Floats:
    """Return what boosted trees guess of each resident's group from the needs of others.

    Parameters
    ----------
    encoded : ndarray of shape (n_residents, n_columns)
    codes : ndarray of shape (n_residents,)
        From `group_codes`.
    seed : int

    Returns
    -------
    ndarray of shape (n_residents, n_groups)
        Probabilities out of fold; NaN where the group is unknown, or a resident was not drawn.
    """
    known = np.flatnonzero(codes >= 0)
    if len(known) > MOST_GUESSED:
        known = np.sort(np.random.default_rng(seed).choice(known, MOST_GUESSED, replace=False))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    trees = HistGradientBoostingClassifier(
        max_iter=TREES, max_leaf_nodes=LEAVES, early_stopping=False, random_state=seed
    )
    with threadpool_limits(1):  # so small a table is split faster than it is shared between threads
        found = cross_val_predict(trees, encoded[known], codes[known], cv=folds, method="predict_proba")
    probabilities = np.full((len(codes), found.shape[1]), np.nan)
    probabilities[known] = found
    return probabilities
