"""What the audit found: findings, verdict, gaps, what stays open, and the tables behind them."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from segmentation.card.parts.base import Interval, Part, Said
from segmentation.card.parts.chosen import Shortfall
from segmentation.card.parts.sections import Balance, Carrier, Conditional, Demand, Fit, Opportunity, Trace
from segmentation.policy.parts import Check as CheckName
from segmentation.wording.findings import Reason, Role, Status, Unchecked


@dataclass(frozen=True)
class Finding(Part):
    """One checked claim, field by field as `segmentation.audit.Finding` has it."""

    check: CheckName
    role: Role
    attribute: Said
    group: Said | None
    target: Said | None
    status: Status
    reason: Reason
    limit: float
    value: float | None = None
    interval: Interval | None = None
    count: int | None = None
    size: int | None = None
    rate: float | None = None
    rate_interval: Interval | None = None
    others_rate: float | None = None
    difference: float | None = None
    by_chance: float | None = None
    detectable: float | None = None
    settled_by: int | None = None
    p_value: float | None = None
    hidden: bool = False

    @property
    def is_partial(self) -> bool:
        """Whether its value is of the groups that may be shown alone, while its status rests on all."""
        return self.value is not None and self.p_value is None

    @property
    def blocks(self) -> bool:
        """Whether it stands in the way of a signature: broken, or a gate that the data leave open."""
        return self.status == "broken" or (self.status == "undetermined" and self.role == "gate")


@dataclass(frozen=True)
class Tally(Part):
    """How many findings have each status."""

    broken: int
    undetermined: int
    kept: int


@dataclass(frozen=True)
class Verdict(Part):
    """What the findings of the audit add up to, and those that block a signature, worst first.

    `structure` is what the segments themselves lack; it blocks a signature too, whatever the audit found.
    """

    status: Status
    tally: Tally
    blocking: tuple[Finding, ...]
    structure: tuple[Shortfall, ...]


@dataclass(frozen=True)
class Gap(Part):
    """The worst of one attribute or intersection.

    Attributes
    ----------
    attribute : str
    status : {"kept", "broken", "undetermined"}
        What its findings add up to.
    tally : Tally
        Of its findings.
    total_variation : Finding or None
        Of the group of which most would need another segment.
    association : Finding or None
    worst : Finding or None
        The rate furthest from the others' that may be shown; None where none may.
    """

    attribute: Said
    status: Status
    tally: Tally
    total_variation: Finding | None
    association: Finding | None
    worst: Finding | None


@dataclass(frozen=True)
class OpenClaims(Part):
    """Claims about one attribute that the data could not settle, for one reason.

    `claims` is how many, `gates` how many of them block; `groups` is empty for the whole attribute. About
    `settled_by` residents would settle `settleable` of the claims; both are None where no number is known.
    """

    attribute: Said
    reason: Reason
    groups: tuple[Said, ...]
    claims: int
    gates: int
    settleable: int | None
    settled_by: int | None


@dataclass(frozen=True)
class Coverage(Part):
    """What is not known of one attribute, or not shown.

    Attributes
    ----------
    attribute : str
    unknown : int or None
        Residents whose group is not known; None where that would tell a hidden count.
    hidden, cells : int
        Hidden counts of its table, and all of them.
    """

    attribute: Said
    unknown: int | None
    hidden: int
    cells: int


@dataclass(frozen=True)
class Unjudged(Part):
    """What the audit could not say: checks not made, claims left open, residents not known, counts hidden."""

    checks: tuple[Unchecked, ...]
    claims: tuple[OpenClaims, ...]
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True)
class GroupRow(Part):
    """The residents of one group: how many, and how many in each segment; None where hidden."""

    group: Said
    size: int | None
    counts: tuple[int | None, ...]


@dataclass(frozen=True)
class Spread(Part):
    """fairlearn's difference and ratio of rates in one target between all groups that may be shown."""

    check: CheckName
    target: Said
    difference: float | None
    ratio: float | None


@dataclass(frozen=True)
class AttributeAudit(Part):
    """Everything the audit found about one attribute or intersection.

    Attributes
    ----------
    attribute : str
    findings : tuple of Finding
        Worst first.
    groups : tuple of GroupRow
        Those of the worst findings first.
    spreads : tuple of Spread
        Of each segment and service of which two groups or more may be shown.
    conditional : tuple of Conditional
        Of the ratios by segment that are not kept; the audit's own JSON has all.
    carriers : tuple of Carrier
        Strongest first; the audit's own JSON has all.
    traces : tuple of Trace
        Largest gap first.
    fit : Fit or None
    opportunity : tuple of Opportunity
    balance : Balance or None
    """

    attribute: Said
    findings: tuple[Finding, ...]
    groups: tuple[GroupRow, ...]
    spreads: tuple[Spread, ...]
    conditional: tuple[Conditional, ...] = ()
    carriers: tuple[Carrier, ...] = ()
    traces: tuple[Trace, ...] = ()
    fit: Fit | None = None
    opportunity: tuple[Opportunity, ...] = ()
    balance: Balance | None = None


@dataclass(frozen=True)
class Fairness(Part):
    """The audit, attribute by attribute; `segments` names the columns of every table of counts."""

    segments: Annotated[tuple[Said, ...], Field(min_length=1)]
    confidence: float
    attributes: Annotated[tuple[AttributeAudit, ...], Field(min_length=1)]
    demand: tuple[Demand, ...] = ()
