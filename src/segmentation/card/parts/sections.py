"""What the audit shows beside its findings, by attribute, as `segmentation.audit.sections` has it."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass

from segmentation.card.parts.base import Interval, Part, Said


@dataclass(frozen=True)
class StratumRate(Part):
    """The rates of one segment among residents who are alike in what may explain a difference."""

    stratum: Said
    rate: float | None
    others_rate: float | None
    size: int | None


@dataclass(frozen=True)
class Conditional(Part):
    """A group's ratio of rates in a segment, raw and within strata; the raw finding keeps its status."""

    group: Said
    segment: Said
    raw: float | None
    value: float | None
    interval: Interval | None
    strata: tuple[StratumRate, ...]
    left_out: int


@dataclass(frozen=True)
class GroupAuc(Part):
    """How well one group is told from the rest."""

    group: Said
    value: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Carrier(Part):
    """What one feature, or all together (None), tell of an attribute and carry of it into the segments."""

    feature: Said | None
    aucs: tuple[GroupAuc, ...]
    moved: float | None
    fall: float | None
    residents: int


@dataclass(frozen=True)
class Trace(Part):
    """Which segment a group enters most above others, and through which feature."""

    group: Said
    segment: Said
    feature: Said
    gap: float
    closed: float


@dataclass(frozen=True)
class GroupFit(Part):
    """How well the segments fit one group."""

    group: Said
    squared_distance: float | None
    silhouette: float | None


@dataclass(frozen=True)
class Fit(Part):
    """Fit of the segments by group, with the social fairness ratio; silhouettes are of so many residents."""

    ratio: float | None
    groups: tuple[GroupFit, ...]
    residents: int


@dataclass(frozen=True)
class GroupOpportunity(Part):
    """Of those of one group who needed a service, and of those who did not, who was planned it."""

    group: Said
    needed: int | None
    planned: int | None
    true_positive_rate: float | None
    false_positive_rate: float | None


@dataclass(frozen=True)
class Opportunity(Part):
    """Equal opportunity of one service, with fairlearn's differences between groups."""

    service: Said
    groups: tuple[GroupOpportunity, ...]
    true_positive_difference: float | None
    false_positive_difference: float | None


@dataclass(frozen=True)
class Demand(Part):
    """How well segments predict who needs a service in the following period."""

    service: Said
    auc: float | None
    interval: Interval | None
    share: float | None
    residents: int


@dataclass(frozen=True)
class Balance(Part):
    """Measures of the literature, for comparison with it."""

    balance: float | None
    minimum_cluster_ratio: float | None
