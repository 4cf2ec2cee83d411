"""`Need`: one feature that the policy allows, as requests are held to it.

The policy is the schema, and a version may read less of it. Clients cannot change at the moment in which
another version takes over, so what either of them reads may be sent to both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from segmentation.policy.features import LISTED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

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
    is_read : bool
        Whether the scorer reads it. One that it does not read is held to the policy, and thrown away.
    """

    name: str
    feature: Feature
    values: tuple[str, ...]
    is_read: bool = True

    @property
    def required(self) -> bool:
        """Whether every resident must have it."""
        return self.is_read and self.feature.required

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


def needs_under(policy: Policy, scorer: FoldedScorer) -> tuple[Need, ...]:
    """Return every feature of a policy, in its order, as requests to a scorer are held to it."""
    read = set(scorer.features)
    known = {part.name: frozenset(part.values) for part in scorer.levels}
    return tuple(
        Need(name, feature, _values(feature, known.get(name) if name in read else None), name in read)
        for name, feature in policy.features.items()
    )


def _values(feature: Feature, known: Collection[str] | None) -> tuple[str, ...]:
    """Return those of the policy that a scorer knows; all of them where it does not read the feature."""
    return tuple(value for value in feature.values or () if known is None or value in known)
