"""Bounds on needs that a person can read, and who keeps within them: what plain rules are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmentation.profiles.model import Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.policy import Policy
    from segmentation.profiles.measures import Measure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Bound:
    """One side of one column: values at least, or at most, the threshold."""

    column: int
    above: bool
    threshold: float


@dataclass(frozen=True, eq=False)
class Needs:
    """The needs of the residents whom rules are learnt on, as numbers and in words.

    Attributes
    ----------
    policy : Policy
    found : sequence of Measure
        A column each.
    table : ndarray of shape (n_residents, n_measures)
        Their values; NaN where missing.
    """

    policy: Policy
    found: Sequence[Measure]
    table: Floats

    def readable(self, bound: Bound) -> Bound:
        """Return the bound as a whole number where the column holds those, else with three digits."""
        measure = self.found[bound.column]
        if measure.is_mark or self.policy.features[measure.feature].kind in {"count", "ordinal"}:
            return replace(bound, threshold=float(math.floor(bound.threshold) + bound.above))
        return replace(bound, threshold=float(f"{bound.threshold:.3g}"))

    def within(self, bounds: Sequence[Bound]) -> Flags:
        """Return who keeps within all bounds; a value that is missing is within none."""
        held = np.ones(len(self.table), dtype=bool)
        for bound in bounds:
            values = self.table[:, bound.column]
            held &= values >= bound.threshold if bound.above else values <= bound.threshold
        return held

    def condition(self, bound: Bound) -> Condition:
        """Return the bound in the feature's own unit, or with one of its values."""
        measure = self.found[bound.column]
        if measure.is_mark:
            return Condition(measure.feature, "is" if bound.above else "is not", measure.level or "yes")
        feature = self.policy.features[measure.feature]
        value: float | str = bound.threshold
        if feature.kind == "ordinal" and feature.values:
            value = feature.values[int(bound.threshold)]
        return Condition(measure.feature, "at least" if bound.above else "at most", value)
