"""Who the segments are, by need alone: this never sees a protected attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmentation.profiles.distinctions import distinctions
from segmentation.profiles.measures import measures
from segmentation.profiles.model import Condition, Distinction, Profile, Rule
from segmentation.profiles.names import segment_names
from segmentation.profiles.rules import plain_rules

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.policy import Policy

__all__ = ["Condition", "Distinction", "Profile", "Rule", "profiles"]


def profiles(
    policy: Policy, needs: pd.DataFrame, labels: NDArray[np.int64], ids: tuple[str, ...]
) -> tuple[Profile, ...]:
    """Describe every segment.

    Parameters
    ----------
    policy : Policy
        Gives titles, kinds and the smallest group.
    needs : DataFrame of shape (n_residents, n_features)
        `Residents.needs`.
    labels : ndarray of shape (n_residents,)
        Positions in `ids`.
    ids : tuple of str
        Segment ids.

    Returns
    -------
    tuple of Profile
        In the order of `ids`.
    """
    found = list(measures(policy, needs))
    differences = distinctions(found, labels, len(ids), policy.audit.smallest_group)
    names = segment_names(policy, differences, ids)
    rules = plain_rules(policy, found, labels, len(ids))
    sizes = np.bincount(labels, minlength=len(ids))
    return tuple(
        Profile(segment, name, int(size), float(size / len(labels)), told, rule)
        for segment, name, size, told, rule in zip(ids, names, sizes, differences, rules, strict=True)
    )
