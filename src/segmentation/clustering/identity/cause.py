"""Which need moved residents between segments: the one that speaks more for the target than before.

The gap between two segments (squared distance to the source, less that to the target) is a sum over features
in both versions. The part of a feature is taken as its deviation from the mean of all residents of today, who
are the same in both, so that what changed is the versions and not the residents; what deviates from nobody is
where the centres stand for everybody, the constant. A version that lacks one of both segments has no gap.
Where a segment splits, or goes into another, the gap of the other version tells what sets those who move
apart from the segment that they leave or come to: deviations are from the mean of its residents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.scorer import FoldedNumber

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from segmentation.policy import Policy
    from segmentation.scorer import FoldedLevels, FoldedScorer

Floats = NDArray[np.float64]
Parts = dict[str, float]
"""What each feature, and the constant, adds to a gap."""

CONSTANT = ""
"""Stands for the constant among the names of features."""
ROUNDING = 1e-9
"""What a part that is none may be off."""


def moved_by(before: Parts, now: Parts) -> str | None:
    """Return the feature whose part in a gap rose most; None where the constant rose more, or nothing did.

    Where one version alone has the gap, no centre has moved for everybody, and the constant does not count.

    Parameters
    ----------
    before, now : dict of str to float
        The same gap in both versions, from `gap`.
    """
    names = sorted({*before, *now, CONSTANT} if before and now else {*before, *now} - {CONSTANT})
    change = {name: now.get(name, 0.0) - before.get(name, 0.0) for name in names}
    most = max(change, key=lambda name: change[name], default=CONSTANT)
    return most if most != CONSTANT and change[most] > ROUNDING else None


def gap(
    scorer: FoldedScorer,
    policy: Policy,
    absent: Collection[str],
    ends: tuple[str, str],
    movers: Mapping[str, Floats],
    others: Mapping[str, Floats],
) -> Parts:
    """Return what each feature, and the constant, adds to the gap between two segments for some residents.

    Parameters
    ----------
    scorer : FoldedScorer
    policy : Policy
        That the means are of.
    absent : collection of str
        Features that were given to the scorer as missing for everybody.
    ends : tuple of str
        The source and the target.
    movers, others : mapping of str to ndarray
        Means by feature, as `segmentation.clustering.identity.pairs` sums them: of those who move, and of
        those from whom they deviate.

    Returns
    -------
    dict of str to float
        Positive speaks for the target. Empty where the scorer lacks one of both segments.
    """
    if not set(ends) <= set(scorer.segments):
        return {}
    source, target = map(scorer.segments.index, ends)
    found = {CONSTANT: scorer.constant[source] - scorer.constant[target]}
    parts: tuple[FoldedNumber | FoldedLevels, ...] = (*scorer.numbers, *scorer.levels)
    for part in parts:
        weights = np.array([part.missing] if part.name in absent else _rows(part, policy))
        between = weights[:, source] - weights[:, target]
        mean = np.ones(1) if part.name in absent else others[part.name]
        found[CONSTANT] += float(mean @ between)
        if part.name not in absent:
            found[part.name] = float((movers[part.name] - mean) @ between)
    return found


def _rows(part: FoldedNumber | FoldedLevels, policy: Policy) -> list[tuple[float, ...]]:
    """Return what one unit of each sum of a feature adds to the scores, in the order of the sums."""
    if isinstance(part, FoldedNumber):
        return [part.slope, part.missing]
    return [*(part.values[value] for value in policy.features[part.name].values or ()), part.missing]
