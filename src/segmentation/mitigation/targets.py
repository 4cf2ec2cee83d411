"""Who is in which group, as a mitigation counts it.

Residents whose group is unknown say nothing about it, and groups smaller than the policy's smallest group are
taken together with each other, because a direction estimated from a few people would describe these people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from segmentation.errors import MitigationError

if TYPE_CHECKING:
    from segmentation.policy import Policy

Floats = NDArray[np.float64]

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
