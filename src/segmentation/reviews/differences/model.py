"""`Diff`: what a reviewer must know of a version who knows the one before it.

Each field is one section of a page and carries its heading and a line of help, as those of a card do. All
figures come from the two cards, which hide small counts already.
"""

# No `from __future__ import annotations`: pydantic reads these when it writes them as plain data.
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter

from segmentation.card.parts import Move, Since
from segmentation.ledger.standing import State
from segmentation.policy import Text
from segmentation.wording import msg
from segmentation.wording.findings import Status

DIFF_VERSION = 1
"""Version of the plain form."""

Direction = Literal["looser", "stricter", "other"]
"""What a change of a limit does: more passes, less passes, or neither follows."""
Turn = Literal["newly broken", "newly undetermined", "healed", "no longer asked"]
"""What became of a finding."""
Form = Literal["share", "ratio"]


def _section(title: str, help_text: str) -> dict[str, str]:
    return {"title": title, "help": help_text}


@dataclass(frozen=True)
class Seen:
    """One of the two versions in figures; `blocking` is how many findings stand against a signature.

    `state` is where it stands, such as "suspended"; None where that was not asked.
    """

    version: int
    state: State | None
    status: Status
    blocking: int
    broken: int
    undetermined: int
    kept: int
    residents: int
    segments: int
    mitigation: Text | None


@dataclass(frozen=True)
class Change:
    """One key whose value differs; None where the key, or its value, is not there."""

    path: str
    before: Text | None
    after: Text | None


@dataclass(frozen=True)
class LimitChange(Change):
    """A limit that differs, and what that does."""

    direction: Direction


@dataclass(frozen=True)
class FeatureChange:
    """A feature that came, went, or is described otherwise."""

    key: str
    title: Text
    kind: Literal["added", "removed", "changed"]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class SegmentChange:
    """A segment that came, went, or differs.

    Attributes
    ----------
    id : str
    kind : {"new", "gone", "changed"}
    before_name, after_name, before_rule, after_rule : Text or None
    before_share, after_share : float or None
        Of the residents, in [0, 1], as the cards tell it.
    plan : tuple of Change
        Amounts of services, by the key of the service.
    """

    id: str
    kind: Literal["new", "gone", "changed"]
    before_name: Text | None
    after_name: Text | None
    before_share: float | None
    after_share: float | None
    before_rule: Text | None
    after_rule: Text | None
    plan: tuple[Change, ...]


@dataclass(frozen=True)
class FindingChange:
    """A finding whose status differs; `blocks` is whether it stands against a signature now."""

    key: str
    turn: Turn
    before: Status | None
    after: Status | None
    blocks: bool
    sentence: Text


@dataclass(frozen=True)
class Measure:
    """A figure of both versions, a share or a ratio; None where it is hidden or was not measured."""

    what: Text
    form: Form
    before: float | None
    after: float | None


@dataclass(frozen=True)
class GapChange:
    """The worst of one attribute, where it differs; a status is None where it was not audited."""

    attribute: str
    title: Text
    before: Status | None
    after: Status | None
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Migrated:
    """Who moved between the versions, as the new card tells it."""

    since: Since
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Diff:
    """What differs between the version that is active and one that is submitted."""

    model: str = field(metadata=_section(msg("Model"), msg("Which model both versions are of.")))
    before: Seen | None = field(
        metadata=_section(
            msg("Version compared with"),
            msg("The version that is active; none where this is the first one submitted."),
        )
    )
    after: Seen = field(metadata=_section(msg("Version submitted"), msg("The version that is reviewed.")))
    evidence: tuple[Change, ...] = field(
        metadata=_section(
            msg("What they rest on"),
            msg("Fingerprints of policy, residents, scorer and program that are not the same."),
        )
    )
    limits: tuple[LimitChange, ...] = field(
        metadata=_section(
            msg("Limits changed"),
            msg(
                "What the audit and the choice of segments test against. A looser limit lets pass what "
                "was refused before."
            ),
        )
    )
    days: tuple[Change, ...] = field(
        metadata=_section(
            msg("Retention and review"),
            msg("Days for which rows are kept, and after which an approval must be renewed."),
        )
    )
    policy: tuple[Change, ...] = field(
        metadata=_section(
            msg("Policy"),
            msg("Every key of the policy whose value differs."),
        )
    )
    features: tuple[FeatureChange, ...] = field(
        metadata=_section(
            msg("Features"),
            msg("Columns that the model may see in one version alone, or that are described otherwise."),
        )
    )
    findings: tuple[FindingChange, ...] = field(
        metadata=_section(
            msg("Findings that turned"),
            msg("Findings that are broken now and were not, that healed, or that the data leave open now."),
        )
    )
    gaps: tuple[GapChange, ...] = field(
        metadata=_section(
            msg("Worst gaps before and after"), msg("The worst of each attribute, in both versions.")
        )
    )
    segments: tuple[SegmentChange, ...] = field(
        metadata=_section(
            msg("Segments that differ"),
            msg("Names, rules, shares and service plans that differ; segments that came or went."),
        )
    )
    is_linked: bool = field(
        metadata=_section(
            msg("Ids last"),
            msg(
                "Whether a segment's id means the same in both versions. It does where the new one was "
                "built from one before it."
            ),
        )
    )
    migration: Migrated | None = field(
        metadata=_section(
            msg("Who moves"),
            msg("Residents who change segment; known where the new card was compared with this version."),
        )
    )
    stability: tuple[Measure, ...] = field(
        metadata=_section(
            msg("Stability before and after"),
            msg("How well the segments are found again, and how many residents lie between two."),
        )
    )

    @property
    def is_empty(self) -> bool:
        """Whether there is a version before, and nothing differs but its number."""
        lists = (
            self.evidence, self.limits, self.days, self.policy, self.features,
            self.findings, self.gaps, self.segments, self.stability,
        )  # fmt: skip
        return self.before is not None and not any(lists)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, ready for JSON, with the version of its form."""
        return {"version": DIFF_VERSION, **_form().dump_python(self, mode="json"), "is_empty": self.is_empty}

    def text(self) -> str:
        """Return it in English for a terminal, a section for each thing that differs."""
        from segmentation.reviews.differences.told import text  # noqa: PLC0415 - it reads what stands here

        return text(self)

    def __repr__(self) -> str:
        """Return which versions are compared, and how many findings and limits differ."""
        before = "none" if self.before is None else f"version {self.before.version}"
        told = f"{len(self.findings)} findings turned, {len(self.limits)} limits changed"
        return f"Diff({self.model!r} version {self.after.version} against {before}, {told})"

    def _repr_html_(self) -> str:
        from segmentation.reviews.differences.told import html  # noqa: PLC0415 - it reads what stands here

        return html(self)


@cache
def _form() -> TypeAdapter[Diff]:
    return TypeAdapter(Diff)
