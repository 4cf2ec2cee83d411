"""Who the segments are, what they are planned, and how their number was found."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from segmentation.card.parts.base import Interval, Part, Said
from segmentation.policy import Text

RivalReason = Literal[
    "chosen", "passes, but a larger one does too", "does not repeat itself", "too small a segment"
]


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
    """The best short description of a segment, with the shares of residents that it gets right."""

    conditions: Annotated[tuple[Condition, ...], Field(min_length=1)]
    precision: float
    coverage: float


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


@dataclass(frozen=True)
class Rival(Part):
    """One number of segments that was tried, and why it was chosen or lost."""

    n_segments: int
    prediction_strength: float
    smallest_share: float
    reason: RivalReason


@dataclass(frozen=True)
class Choice(Part):
    """How the number of segments was found; without rivals it was given by hand."""

    rivals: tuple[Rival, ...]
    fewest: int
    most: int
    least_strength: float
    smallest_share: float
    splits: int
    sample_size: int
    restarts: int
    seed: int
