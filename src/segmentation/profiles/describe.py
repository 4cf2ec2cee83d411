"""From needs and segments to profiles: one table, or batches of any number of residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.clustering.blocks import drawn
from segmentation.profiles.distinctions import distinctions
from segmentation.profiles.measures import measures
from segmentation.profiles.model import Profile
from segmentation.profiles.moments import tallies, usual_values
from segmentation.profiles.names import segment_names
from segmentation.profiles.rules import plain_rules
from segmentation.profiles.together import Profiles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from segmentation.policy import Policy, Text

    Segmented = tuple[pd.DataFrame, NDArray[np.int64]]

MOST_ROWS = 20_000
"""Residents that the plain rules look at, drawn with the policy's seed."""


def profiles(
    policy: Policy,
    needs: pd.DataFrame,
    labels: NDArray[np.int64],
    ids: tuple[str, ...],
    names: Mapping[str, Text] | None = None,
) -> Profiles:
    """Describe every segment of one table.

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
    names : mapping of str to Text, optional
        Names that segments had in the version before, by id. A name that the policy gives comes first.

    Returns
    -------
    Profiles
        In the order of `ids`.
    """
    table = (needs, labels)
    return profiles_of(policy, [table], ids, sample=table, names=names)


def profiles_of(
    policy: Policy,
    batches: Iterable[Segmented],
    ids: tuple[str, ...],
    *,
    sample: Segmented,
    names: Mapping[str, Text] | None = None,
    read: Collection[str] | None = None,
) -> Profiles:
    """Describe every segment of residents who come in batches, in the memory of one batch.

    Parameters
    ----------
    policy : Policy
        Gives titles, kinds and the smallest group.
    batches : iterable of (DataFrame, ndarray)
        Needs, and each resident's position in `ids`: every resident once.
    ids : tuple of str
        Segment ids.
    sample : (DataFrame, ndarray)
        Some of the same residents, drawn at random: the plain rules are learnt and measured on up to 20,000
        of them, and the value that most of a segment have is found among them.
    names : mapping of str to Text, optional
        Names that segments had in the version before, by id. A name that the policy gives comes first.
    read : collection of str, optional
        Features that the segments are found by; a name that is made tells no other. All where not given.

    Returns
    -------
    Profiles
        In the order of `ids`; as from one table, but for rounding.
    """
    sizes, found = tallies(policy, batches, len(ids), usual_values(policy, sample, len(ids)))
    differences = distinctions(found, len(ids), policy.audit.smallest_group)
    naming = [[one for one in told if read is None or one.feature in read] for told in differences]
    called = segment_names(policy, naming, ids, names)
    needs, labels = _some(*sample, policy.clustering.seed)
    rules = plain_rules(policy, list(measures(policy, needs)), labels, len(ids))
    shares = sizes / max(int(sizes.sum()), 1)
    return Profiles(
        (
            Profile(segment, name, int(size), float(share), told, rule)
            for segment, name, size, share, told, rule in zip(
                ids, called, sizes, shares, differences, rules, strict=True
            )
        ),
        policy,
    )


def _some(needs: pd.DataFrame, labels: NDArray[np.int64], seed: int) -> Segmented:
    """Return as many rows as the rules look at."""
    if len(labels) <= MOST_ROWS:
        return needs, labels
    chosen = drawn(len(labels), MOST_ROWS, seed)
    return needs.iloc[chosen], labels[chosen]
