"""What the policy states, what became of the rows of the table, and what it all rests on."""

# No `from __future__ import annotations`: pydantic reads these when it checks a card.
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from segmentation.card.parts.base import Interval, Part, Said
from segmentation.policy import Text
from segmentation.policy.parts import Check as CheckName


@dataclass(frozen=True)
class Value(Part):
    """A value or a group, and what a reader calls it."""

    key: Said
    title: Text


@dataclass(frozen=True)
class Feature(Part):
    """An allowed feature; `assessment` is named where the law denies it by default."""

    key: Said
    title: Text
    kind: Literal["count", "number", "share", "ordinal", "category", "flag"]
    unit: Text | None
    range: Interval | None
    values: tuple[Value, ...]
    missing: Text | None
    dimension: Literal["need", "habit", "economic"]
    source: Said
    why: Text
    weight: float
    required: bool
    assessment: Said | None


@dataclass(frozen=True)
class Attribute(Part):
    """A protected attribute, or a proxy: then `stands_for` names what it hints at."""

    key: Said
    title: Text
    harm: Text
    groups: Annotated[tuple[Value, ...], Field(min_length=1)]
    stands_for: tuple[Said, ...]


@dataclass(frozen=True)
class Denied(Part):
    """A column that must not be used, why, and whether the table had it."""

    key: Said
    reason: Text
    present: bool


@dataclass(frozen=True)
class Columns(Part):
    """Columns that the model did not see.

    Attributes
    ----------
    denied : tuple of Denied
        Those that the policy denies.
    refused : tuple of str
        Others of the table whose names stand for information that the law protects.
    dropped : tuple of str
        The rest of the table's columns that the policy does not name.
    """

    denied: tuple[Denied, ...]
    refused: tuple[Said, ...]
    dropped: tuple[Said, ...]


@dataclass(frozen=True)
class Rows(Part):
    """How many rows (or faulty cells) there are for one reason, by its id."""

    reason: Said
    rows: int


@dataclass(frozen=True)
class Members(Part):
    """A column, and the values of it that belong to the population."""

    column: Said
    values: Annotated[tuple[Said, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Intake(Part):
    """What became of the rows of the table.

    Attributes
    ----------
    read, outside_population, kept, quarantined_rows : int
    left_out : tuple of Rows
    quarantined : tuple of Rows
        Faulty cells, by rule.
    withheld : int or None
        Residents without consent to the audit: their protected values were not used. None where the audit
        hides a count, which could be worked out from this one.
    population : tuple of Members
        Which rows belong to the model's population; empty for all.
    """

    read: int
    outside_population: int
    left_out: tuple[Rows, ...]
    quarantined_rows: int
    quarantined: tuple[Rows, ...]
    kept: int
    withheld: int | None
    population: tuple[Members, ...]


@dataclass(frozen=True)
class Purpose(Part):
    """A stated purpose, and the consent that it rests on."""

    key: Said
    text: Text
    legal_basis: Said
    consent: Literal["required", "not_required"]
    consent_reason: Text | None
    notice_versions: tuple[Said, ...]


@dataclass(frozen=True)
class Offer(Purpose):
    """An optional purpose, and the features that it uses beside the segment."""

    features: tuple[Said, ...]


@dataclass(frozen=True)
class Duties(Part):
    """Who answers for the model, for which purposes, and within which bounds."""

    owner: Text
    purpose: Purpose
    audit_purpose: Purpose
    prohibited_uses: Annotated[tuple[Text, ...], Field(min_length=1)]
    retention_days: int
    review_days: int
    optional_purposes: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Limits(Part):
    """What the audit tested against, as the policy sets it."""

    smallest_group: int
    confidence: float
    total_variation: float
    association: float
    mutual_information: float
    probe_auc: float
    selection_ratio: float
    intersections: tuple[Said, ...]
    explained_by: tuple[Said, ...]
    gates: tuple[CheckName, ...]


@dataclass(frozen=True)
class Digests(Part):
    """What the card was made from.

    Attributes
    ----------
    policy, data, scorer : str
        SHA-256 of the policy's content, of the residents and of the folded scorer, as ``sha256:…``.
    code_version : str
        Version of this package.
    """

    policy: Said
    data: Said
    scorer: Said
    code_version: Said
