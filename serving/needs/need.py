"""`Need`: one feature that the served scorer reads, as requests are held to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from segmentation.policy.features import LISTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.policy import Feature, Policy
    from segmentation.scorer import FoldedScorer

ABSENT_NUMBER = math.nan
ABSENT_VALUE = ""
"""Stand for what a request does not hold: no JSON writes the one, and no policy lists the other."""
MISSING = 255
"""Code of a missing value while codes are bytes without a sign; a policy lists at most 60 values."""
LEAST_NUMBER = 1e10
"""No number below this has the digits of a phone, a card or a document; tables are read by the same limit."""


@dataclass(frozen=True)
class Need:
    """A need that a request may hold.

    Attributes
    ----------
    name : str
        Of the column.
    feature : Feature
        What the policy says of it.
    values : tuple of str
        Those that may be given, of an ordinal or a category; empty for others.
    """

    name: str
    feature: Feature
    values: tuple[str, ...]

    @property
    def required(self) -> bool:
        """Whether every resident must have it."""
        return self.feature.required

    @property
    def is_listed(self) -> bool:
        """Whether it is an ordinal or a category."""
        return self.feature.kind in LISTED

    @property
    def may_be_large(self) -> bool:
        """Whether its range holds numbers that have the digits of a phone or a document."""
        return not self.is_listed and max(abs(self.feature.low), abs(self.feature.high)) >= LEAST_NUMBER

    @cached_property
    def places(self) -> Mapping[str | None, int]:
        """The code of each value, and of a missing one."""
        places: dict[str | None, int] = {value: at for at, value in enumerate(self.values)}
        return {**places, None: MISSING, ABSENT_VALUE: MISSING}


def read_by(scorer: FoldedScorer, policy: Policy) -> tuple[Need, ...]:
    """Return what a scorer reads, in the policy's order: a feature that it does not read is not needed."""
    read = set(scorer.features)
    known = {part.name: part.values for part in scorer.levels}
    return tuple(
        Need(name, feature, tuple(value for value in feature.values or () if value in known.get(name, ())))
        for name, feature in policy.features.items()
        if name in read
    )
