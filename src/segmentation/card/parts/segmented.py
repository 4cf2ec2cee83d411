"""Who the segments are, and what they are planned."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from segmentation.card.parts.base import Interval, Part, Said
from segmentation.policy import Text

FIDELITY = 0.95
"""Least share of residents whom a rule gets right; of one that gets fewer right the card says so."""


@dataclass(frozen=True)
class Mitigation(Part):
    """What was done against a disparity: its key, as a build takes it, and what it does."""

    key: Said
    text: Text


@dataclass(frozen=True)
class About(Part):
    """Which model the card speaks of; `residents` is how many it was made from.

    `mitigation` is None where nothing was done against a disparity; the card says so.
    """

    name: Said
    title: Text
    residents: Annotated[int, Field(ge=1)]
    segments: Annotated[int, Field(ge=1)]
    mitigation: Mitigation | None = None


@dataclass(frozen=True)
class Condition(Part):
    """One condition of a rule; numbers are in the feature's own unit."""

    feature: Said
    operator: Literal["at least", "at most", "is", "is not"]
    value: float | Said


@dataclass(frozen=True)
class Rule(Part):
    """The best short description of a segment, with the shares of residents that it gets right.

    Attributes
    ----------
    alternatives : tuple of tuple of Condition
        Met where all conditions of any alternative are.
    fidelity, precision, coverage : float
        Of all `residents`, those for whom rule and segment agree; of those who meet it, and of the segment.
    residents : int
    most : float
        The highest fidelity that could be told of so many.
    """

    alternatives: Annotated[
        tuple[Annotated[tuple[Condition, ...], Field(min_length=1)], ...], Field(min_length=1)
    ]
    fidelity: float
    precision: float
    coverage: float
    residents: int
    most: float

    @property
    def is_rough(self) -> bool:
        """Whether the rule may be wrong about more than one resident in twenty, of enough to show it."""
        return self.fidelity < FIDELITY <= self.most

    @property
    def is_unshown(self) -> bool:
        """Whether the residents are too few to show that it is right about 19 in 20, even where it is."""
        return self.most < FIDELITY


@dataclass(frozen=True)
class Trait(Part):
    """A need that sets a segment apart: means inside and outside, and their standardised difference."""

    feature: Said
    level: Said | None
    inside: float
    outside: float
    difference: float
    interval: Interval


@dataclass(frozen=True)
class Withheld(Part):
    """A need of a segment whose figures are hidden, because they stand on too few residents."""

    feature: Said
    level: Said | None


@dataclass(frozen=True)
class PlannedService(Part):
    """What a segment gets of one service, and the features that called for it."""

    service: Said
    amount: float
    contract_floor: float
    is_called: bool
    because: tuple[Said, ...]


@dataclass(frozen=True)
class Segment(Part):
    """One segment: who is in it, by need alone, and what it is planned."""

    id: Said
    name: Text
    size: int
    share: float
    rule: Rule | None
    traits: tuple[Trait, ...]
    withheld: tuple[Withheld, ...]
    plan: tuple[PlannedService, ...]


@dataclass(frozen=True)
class Call(Part):
    """A need that calls for a service: `level` is high, low, or a value of the feature."""

    feature: Said
    level: Said


@dataclass(frozen=True)
class Service(Part):
    """A service of the policy: what everybody gets, what a need adds, and whether more of it is good."""

    key: Said
    title: Text
    unit: Text
    effect: Literal["benefit", "burden"]
    contract_floor: float
    standard: float
    called: float
    match: Literal["any", "all"]
    at_least: float
    calls: Annotated[tuple[Call, ...], Field(min_length=1)]
