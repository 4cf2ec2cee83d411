"""From a mitigation and residents to a segmenter that has it built in.

This is the one place where needs and protected attributes meet before the audit. What leaves it is an
unfitted `Segmenter` that holds a map, centres or fewer features, and no resident.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from segmentation.clustering import Segmenter
from segmentation.clustering.disclosing import coarse
from segmentation.errors import MitigationError
from segmentation.features import EncodedLevels, encoded_features, needs_encoder, needs_table
from segmentation.mitigation.coarse import Units, covariances, products
from segmentation.mitigation.erase import Erasure, leace_of, own_covariance
from segmentation.mitigation.fair_centres import fair_centres
from segmentation.mitigation.spread import erase_directions, spread_directions
from segmentation.mitigation.targets import group_codes, one_hot

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from segmentation.mitigation.model import Mitigation
    from segmentation.policy import Policy

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Number = int | Literal["auto"]

MOST_SHARE = 4
"""An erasure takes at most one in so many directions unless told otherwise: more costs the segments."""
SPREADS = 2
"""Directions of spread that are always allowed beside those of the groups' means."""
MOST_MOVED = 50_000
"""Residents at most from whom fair centres are found."""


def prepare(
    mitigation: Mitigation | None,
    policy: Policy,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    n_segments: Number = "auto",
    *,
    seed: int | None = None,
) -> Segmenter:
    """Return an unfitted segmenter that has a mitigation built in.

    Fit it on the same needs: a map or centres are in the units of their encoding. No protected value is
    needed to fit it or to predict.

    Parameters
    ----------
    mitigation : Mitigation or None
        None gives the plain segmenter of the policy.
    policy : Policy
    needs : DataFrame of shape (n_residents, n_features)
        `Residents.needs`.
    protected : DataFrame of shape (n_residents, n_audited)
        `Residents.protected`, with the same index.
    n_segments : "auto" or int, default "auto"
        "auto" is settled by the fit, in the space that the mitigation leaves. "fair_centres" settles it
        first, by an ordinary fit.
    seed : int or None, default None
        Of samples and folds; None takes the policy's.

    Raises
    ------
    MitigationError
        An attribute or a feature is unknown, no feature would remain, or an attribute has fewer than two
        groups of the policy's smallest size.
    """
    if mitigation is None:
        return Segmenter.from_policy(policy, n_segments)
    if mitigation.kind == "drop":
        return _dropped(mitigation, policy, n_segments)
    seed = policy.clustering.seed if seed is None else seed
    codes = [group_codes(policy, protected[name]) for name in _known(mitigation, protected)]
    if mitigation.kind == "fair_centres":
        return Segmenter.from_policy(
            policy, n_segments, centers=_centres(policy, needs, codes, n_segments, seed)
        )
    erase = _erasure(mitigation, policy, needs, codes, seed).map
    return Segmenter.from_policy(policy, n_segments, without=mitigation.features, erase=erase)


def erasure(
    mitigation: Mitigation,
    policy: Policy,
    needs: pd.DataFrame,
    protected: pd.DataFrame,
    *,
    seed: int | None = None,
) -> Erasure:
    """Return the map that `prepare` builds in, with its rank: for a report that shows what it takes.

    Takes and raises what `prepare` does; the mitigation is one that erases.
    """
    seed = policy.clustering.seed if seed is None else seed
    codes = [group_codes(policy, protected[name]) for name in _known(mitigation, protected)]
    return _erasure(mitigation, policy, needs, codes, seed)


def _dropped(mitigation: Mitigation, policy: Policy, n_segments: Number) -> Segmenter:
    try:
        return Segmenter.from_policy(policy, n_segments, without=mitigation.features)
    except ValueError as error:
        raise MitigationError(str(error)) from None


def _known(mitigation: Mitigation, protected: pd.DataFrame) -> tuple[str, ...]:
    strange = [name for name in mitigation.attributes if name not in protected]
    if strange:
        listed = ", ".join(map(str, protected.columns))
        raise MitigationError(
            f"'{strange[0]}' is no protected attribute or proxy of the policy; name some of {listed}."
        )
    return mitigation.attributes


def _encoded(
    policy: Policy, needs: pd.DataFrame, without: Collection[str] = ()
) -> tuple[Floats, list[NDArray[np.int64]]]:
    """Return the encoded needs, and which of their columns are each category's."""
    try:
        encoder = needs_encoder(policy, without)
    except ValueError as error:
        raise MitigationError(str(error)) from None
    with np.errstate(invalid="ignore"):  # a column without a value has no mean, and does without
        encoded = np.asarray(encoder.fit_transform(needs_table(encoder, needs)), np.float64)
    columns = np.arange(encoded.shape[1])
    levels = [part for part in encoded_features(encoder) if isinstance(part, EncodedLevels)]
    return encoded, [columns[one.columns] for one in levels if policy.features[one.name].kind == "category"]


def _erasure(
    mitigation: Mitigation, policy: Policy, needs: pd.DataFrame, codes: list[Codes], seed: int
) -> Erasure:
    """Return the map, estimated from what `coarse` leaves of the groups: it is stored with the model."""
    encoded, categories = _encoded(policy, needs, mitigation.features)
    units = Units.of(encoded, categories, policy.audit.smallest_group)
    cross = covariances(units, codes)
    own = block_diag(*(own_covariance(one_hot(groups)) for groups in codes))  # no count of two groups at once
    whole = leace_of(encoded, cross, own)
    most = mitigation.rank or _most(whole.dimensions, codes[0], mitigation)
    linear = leace_of(encoded, cross, own, strength=mitigation.strength, rank=most)
    if mitigation.kind == "erase":
        return linear
    after = whole.map.matrix
    directions = spread_directions(
        whole.map.apply(encoded),
        codes,
        seed,
        lambda groups: [after @ product @ after.T for product in products(units, groups)],
    )[:, : most - linear.rank]
    return erase_directions(linear, directions, encoded.mean(axis=0), mitigation.strength)


def _most(dimensions: int, codes: Codes, mitigation: Mitigation) -> int:
    """Return a quarter of the directions there are, or what the first attribute needs where that is more."""
    needed = int(codes.max()) + (SPREADS if mitigation.kind == "erase_nonlinear" else 0)
    return max(-(-dimensions // MOST_SHARE), needed)


def _centres(
    policy: Policy, needs: pd.DataFrame, codes: list[Codes], n_segments: Number, seed: int
) -> Floats:
    plain = Segmenter.from_policy(policy, n_segments).fit(needs)
    encoded, _ = _encoded(policy, needs)
    members = np.hstack([groups[:, None] == np.arange(groups.max() + 1) for groups in codes])
    drawn = np.random.default_rng(seed).permutation(len(encoded))[:MOST_MOVED]
    moved = fair_centres(encoded[drawn], members[drawn], plain.cluster_centers_)
    # the weights may make a small group most of a centre: a step is what so many of its residents make there
    return coarse(encoded, moved.centers, policy.audit.smallest_group * moved.heaviest)
