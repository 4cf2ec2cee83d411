"""What differs between two versions, as the rows of a page: in the reader's words, and in their figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from segmentation.wording import msg

if TYPE_CHECKING:
    from collections.abc import Iterable

    from segmentation.policy import Text
    from segmentation.reviews.differences.model import (
        Change,
        Diff,
        Direction,
        FeatureChange,
        FindingChange,
        GapChange,
        LimitChange,
        Measure,
        SegmentChange,
        Turn,
    )
    from segmentation.wording.findings import Status
    from serving.pages.words import Speaker

LABELS = {
    "audit.smallest_group": msg("Smallest group"),
    "audit.confidence": msg("Confidence"),
    "audit.total_variation": msg("Share that would need another segment (total variation)"),
    "audit.association": msg("Association (Cramér's V)"),
    "audit.mutual_information": msg("Normalised mutual information"),
    "audit.probe_auc": msg("Guessing a group from the segment (AUC)"),
    "audit.selection_ratio": msg("Ratio of rates, by segment and by service"),
    "audit.gates": msg("Gates"),
    "audit.intersections": msg("Intersections"),
    "audit.explained_by": msg("May explain a difference"),
    "clustering.prediction_strength": msg("Least prediction strength"),
    "clustering.bootstrap_jaccard": msg("Least Jaccard similarity of a segment"),
    "clustering.smallest_share": msg("Least share of residents in a segment"),
    "clustering.shuffle_p": msg("Most that a p-value of the structure may be"),
    "retention_days": msg("Days for which rows are kept"),
    "review_days": msg("Days until the next review"),
    "policy": msg("Digest of the policy"),
    "data": msg("Digest of the residents' data"),
    "scorer": msg("Digest of the scorer"),
    "code_version": msg("Version of the program"),
    "residents": msg("Number of residents"),
    "segments": msg("Number of segments"),
    "mitigation": msg("Mitigation"),
}
"""What keys are called; another one is shown as it is written."""
KINDS = {"added": msg("added"), "removed": msg("removed"), "changed": msg("described otherwise")}
SEGMENTS = {"new": msg("new"), "gone": msg("gone"), "changed": msg("changed")}
TURNS: dict[Turn, tuple[str, str]] = {
    "newly broken": (msg("Newly broken"), msg("The data show now that the limit does not hold.")),
    "newly undetermined": (
        msg("Newly undetermined"),
        msg("The data leave open now whether the limit holds."),
    ),
    "no longer asked": (
        msg("No longer asked"),
        msg("These blocked the signature before, and the version after does not test them."),
    ),
    "healed": (msg("Healed"), msg("The limit holds now.")),
}
"""Findings that turned, in the order of the page, and what that says."""


@dataclass(frozen=True)
class Row:
    """A key that differs: what it is called, as it is written, and both values; empty where there is none."""

    label: str
    path: str
    before: str
    after: str


@dataclass(frozen=True)
class LimitRow(Row):
    """A limit that differs, and what the change does."""

    direction: Direction


@dataclass(frozen=True)
class FeatureRow:
    """A feature that came, went or is described otherwise, and what of it differs."""

    key: str
    title: str
    kind: Literal["added", "removed", "changed"]
    told: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class SegmentRow:
    """A segment that came, went or differs, and what of it differs."""

    id: str
    kind: Literal["new", "gone", "changed"]
    told: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class TurnedRow:
    """A finding whose status differs; a status is empty where it was not asked."""

    sentence: str
    before: Status | Literal[""]
    after: Status | Literal[""]
    blocks: bool


@dataclass(frozen=True)
class Turned:
    """The findings that turned alike."""

    turn: Turn
    title: str
    help: str
    rows: tuple[TurnedRow, ...]


@dataclass(frozen=True)
class GapRow:
    """The worst of one attribute; a status is empty where it was not audited."""

    title: str
    before: Status | Literal[""]
    after: Status | Literal[""]
    rows: tuple[Row, ...]


def rows(r: Speaker, changes: Iterable[Change], prefix: str = "") -> tuple[Row, ...]:
    """Return keys that differ; `prefix` is left out of what they are called."""
    return tuple(_row(r, one, prefix) for one in changes)


def limit_rows(r: Speaker, limits: Iterable[LimitChange]) -> tuple[LimitRow, ...]:
    """Return limits that differ, those that are looser first."""
    order: dict[Direction, int] = {"looser": 0, "other": 1, "stricter": 2}
    return tuple(
        LimitRow(_label(r, one.path), one.path, _said(r, one.before), _said(r, one.after), one.direction)
        for one in sorted(limits, key=lambda one: order[one.direction])
    )


def rest_rows(r: Speaker, diff: Diff) -> tuple[Row, ...]:
    """Return keys of the policy that no other section of the page tells."""
    elsewhere = ("features.", "audit.", *(one.path for one in (*diff.days, *diff.limits)))
    return rows(r, (one for one in diff.policy if not one.path.startswith(elsewhere)))


def feature_rows(r: Speaker, features: Iterable[FeatureChange]) -> tuple[FeatureRow, ...]:
    """Return features that came, went or are described otherwise."""
    return tuple(
        FeatureRow(
            one.key,
            r.text(one.title),
            one.kind,
            r.t(KINDS[one.kind]),
            rows(r, one.changes, f"features.{one.key}."),
        )
        for one in features
    )


def segment_rows(r: Speaker, segments: Iterable[SegmentChange]) -> tuple[SegmentRow, ...]:
    """Return segments that came, went or differ."""
    return tuple(_segment(r, one) for one in segments)


def turned(r: Speaker, findings: Iterable[FindingChange]) -> tuple[Turned, ...]:
    """Return findings that turned: newly broken first, and of each kind those that block first."""
    by: dict[Turn, list[TurnedRow]] = {turn: [] for turn in TURNS}
    for one in findings:
        by[one.turn].append(
            TurnedRow(r.text(one.sentence), one.before or "", one.after or "", blocks=one.blocks)
        )
    return tuple(
        Turned(turn, r.t(TURNS[turn][0]), r.t(TURNS[turn][1]), tuple(found))
        for turn, found in by.items()
        if found
    )


def gap_rows(r: Speaker, gaps: Iterable[GapChange]) -> tuple[GapRow, ...]:
    """Return the worst of each attribute in which it differs."""
    return tuple(
        GapRow(r.text(one.title), one.before or "", one.after or "", measure_rows(r, one.measures))
        for one in gaps
    )


def measure_rows(r: Speaker, measures: Iterable[Measure]) -> tuple[Row, ...]:
    """Return figures of both versions."""
    return tuple(
        Row(r.text(one.what), "", _figure(r, one, one.before), _figure(r, one, one.after)) for one in measures
    )


def _segment(r: Speaker, one: SegmentChange) -> SegmentRow:
    pairs = (
        (r.t("Name of the segment"), _said(r, one.before_name), _said(r, one.after_name)),
        (r.t("Share of residents"), _share(r, one.before_share), _share(r, one.after_share)),
        (r.t("In plain words"), _said(r, one.before_rule), _said(r, one.after_rule)),
    )
    told = tuple(Row(what, "", was, now) for what, was, now in pairs if was != now)
    plan = tuple(
        Row(
            r.t("Planned: %(service)s", service=r.service(change.path)),
            "",
            _said(r, change.before),
            _said(r, change.after),
        )
        for change in one.plan
    )
    name = one.after_name or one.before_name
    return SegmentRow(
        one.id, one.kind, r.t(SEGMENTS[one.kind]), "" if name is None else r.text(name), told + plan
    )


def _row(r: Speaker, one: Change, prefix: str) -> Row:
    path = one.path.removeprefix(prefix)
    return Row(_label(r, one.path), path, _said(r, one.before), _said(r, one.after))


def _label(r: Speaker, path: str) -> str:
    return r.t(LABELS[path]) if path in LABELS else ""


def _said(r: Speaker, text: Text | None) -> str:
    return "" if text is None else r.text(text)


def _share(r: Speaker, share: float | None) -> str:
    return "" if share is None else r.percent(share)


def _figure(r: Speaker, one: Measure, value: float | None) -> str:
    if value is None:
        return r.t("hidden, or no test possible")
    return r.percent(value) if one.form == "share" else r.ratio(value)
