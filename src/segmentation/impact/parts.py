"""What an assessment is prefilled with: plain data and whole sentences in both languages.

The sentences are stored, not made anew when a page is shown: an assessment must say in three years what it
said on the day, whatever has become of the policy, the card and the words of this package.
"""

# No `from __future__ import annotations`: pydantic reads these.
from operator import not_
from typing import Annotated, Literal

from pydantic import Field

from segmentation.policy.base import Part, Text
from segmentation.signing.canonical import DIGEST
from segmentation.wording.findings import Status

Digest = Annotated[str, Field(pattern=DIGEST)]
Said = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]


class Subject(Part):
    """Which version of which model is assessed, and on which evidence."""

    model: Said
    version: Annotated[int, Field(ge=1)]
    title: Text
    owner: Text
    residents: Count
    segments: Count
    policy: Digest
    card: Digest


class Trigger(Part):
    """One reason of PIPL Art. 55 for an assessment, whether it applies here, and why."""

    article: Text
    title: Text
    applies: bool
    why: Text


class Purpose(Part):
    """A stated purpose, and the consent that it rests on."""

    key: Said
    text: Text
    legal_basis: Said
    consent: Literal["required", "not_required"]
    consent_reason: Text | None
    notice_versions: tuple[Said, ...]


class Offer(Purpose):
    """An optional purpose, and the features that it uses beside the segment."""

    features: tuple[Said, ...]


class Bounds(Part):
    """What the model is for, what it must not be used for, and for how long."""

    purpose: Purpose
    audit_purpose: Purpose
    prohibited_uses: Annotated[tuple[Text, ...], Field(min_length=1)]
    retention_days: int
    review_days: int
    # Left out where none is said: assessments of policies without any stay what they were.
    optional_purposes: tuple[Offer, ...] = Field((), exclude_if=not_)


class Feature(Part):
    """An allowed feature, why the purpose needs it, and whether it is used: a mitigation may leave it out."""

    key: Said
    title: Text
    source: Said
    why: Text
    assessment: Said | None
    used: bool


class Denied(Part):
    """A column that must not be used, why, and whether the table had it."""

    key: Said
    reason: Text
    present: bool


class LeftOut(Part):
    """How many rows were left out for one reason."""

    reason: Text
    rows: Count


class Minimal(Part):
    """What is used and what is not.

    Attributes
    ----------
    features : tuple of Feature
    denied : tuple of Denied
    unread : tuple of str
        Columns of the table that were dropped unread.
    read, kept : int
        Rows of the table, and residents that the segments were made from.
    left_out : tuple of LeftOut
        Who is left out, by reason.
    """

    features: Annotated[tuple[Feature, ...], Field(min_length=1)]
    denied: tuple[Denied, ...]
    unread: tuple[Said, ...]
    read: Count
    kept: Count
    left_out: tuple[LeftOut, ...]


class Audited(Part):
    """What the audit found about one attribute or intersection, and the answer to it.

    Attributes
    ----------
    key : str
    title : Text
    harm : Text or None
        The harm to watch for; an intersection has none of its own.
    status : {"kept", "broken", "undetermined"}
    broken, undetermined, kept : int
        Findings of each status.
    blocking : tuple of Text
        Every finding that blocks a signature, worst first; those that say the same are told at once.
    worst : tuple of Text
        Of the worst gaps those that block nothing.
    answer : Text or None
        None where every finding is kept.
    """

    key: Said
    title: Text
    harm: Text | None
    status: Status
    broken: Count
    undetermined: Count
    kept: Count
    blocking: tuple[Text, ...]
    worst: tuple[Text, ...]
    answer: Text | None


class Audit(Part):
    """The verdict of the audit.

    Attributes
    ----------
    status : {"kept", "broken", "undetermined"}
    signature : Text
        Whether the model may be signed as it is.
    attributes : tuple of Audited
        Worst first.
    lacking : tuple of Text
        What the segments themselves lack.
    blocking : int
        How many findings, and things that the segments lack, stand against a signature unless waived.
    answer : Text or None
        The answer to that.
    unchecked : tuple of Text
        What was not judged.
    mitigation : Text or None
        What was done against a disparity; None where nothing was.
    """

    status: Status
    signature: Text
    attributes: Annotated[tuple[Audited, ...], Field(min_length=1)]
    lacking: tuple[Text, ...]
    blocking: Count
    answer: Text | None
    unchecked: tuple[Text, ...]
    mitigation: Text | None


class Service(Part):
    """What the contract promises of a service, and what is planned; `least` is the least of all segments."""

    key: Said
    title: Text
    unit: Text
    effect: Literal["benefit", "burden"]
    contract_floor: float
    least: float
    standard: float
    called: float
