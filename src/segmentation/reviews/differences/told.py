"""A `Diff` in English for a terminal and for a notebook: what a reviewer must see first, short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.shown import listed
from segmentation.wording import Voice
from segmentation.wording.sentences import STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from segmentation.policy import Text
    from segmentation.reviews.differences.model import (
        Change,
        Diff,
        FindingChange,
        GapChange,
        LimitChange,
        Measure,
        Migrated,
        Seen,
        SegmentChange,
    )

MOST = 24
"""Lines of a section that are told."""
EN = Voice("en")
SHORT = 80
"""Letters of a value that are told."""
DIGEST = 19
"""Letters of a digest that are told."""


def text(diff: Diff) -> str:
    """Return what differs, a heading and indented lines for each section that holds something."""
    title, opening = _opening(diff)
    lines = [title, *_indented(opening)]
    for heading, told in _differing(diff):
        lines += ["", heading, *_indented(told)]
    return "\n".join(lines)


def html(diff: Diff) -> str:
    """Return what differs as HTML, a list for each section that holds something."""
    title, opening = _opening(diff)
    lists = [listed(heading, _short(told)) for heading, told in _differing(diff)]
    return listed(title, opening) + Markup("").join(lists)


def _opening(diff: Diff) -> tuple[str, list[str]]:
    """Return what is compared with what, and where both stand."""
    if diff.before is None:
        first = "no other version was in service to compare it with."
        return f"{diff.model} version {diff.after.version}: {first}", [_stands(diff.after)]
    title = f"{diff.model}: version {diff.after.version} against version {_which(diff.before)}"
    if diff.is_empty:
        return title, ["Nothing differs but the number of the version."]
    return title, _verdicts(diff.before, diff.after)


def _differing(diff: Diff) -> Iterator[tuple[str, list[str]]]:
    if diff.before is not None and not diff.is_empty:
        yield from ((heading, told) for heading, told in _sections(diff) if told)


def _sections(diff: Diff) -> Iterator[tuple[str, list[str]]]:
    elsewhere = ("features.", "audit.", *(one.path for one in (*diff.days, *diff.limits)))
    yield "Limits", [_limit(one) for one in diff.limits]
    yield "Retention and review", [_change(one) for one in diff.days]
    yield (
        "Features",
        [line for one in diff.features for line in _feature(one.kind, one.key, one.title, one.changes)],
    )
    yield "Policy, the rest", [_change(one) for one in diff.policy if not one.path.startswith(elsewhere)]
    yield "Findings that turned", _turned(diff.findings)
    yield "Worst gaps", [line for one in diff.gaps for line in _gap(one)]
    yield "Segments", [*_links(diff), *(line for one in diff.segments for line in _segment(one))]
    yield "Who moves", _moves(diff.migration) or [_unknown(diff)]
    yield "Stability", [_measure(one) for one in diff.stability]
    yield "What they rest on", [_change(one) for one in diff.evidence]


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in _short(lines, "with --json")]


def _short(lines: Sequence[str], where: str = "in diff.to_dict()") -> list[str]:
    rest = len(lines) - MOST
    return list(lines) if rest <= 1 else [*lines[:MOST], f"… and {rest} more, {where}"]


# ---- Versions ---------------------------------------------------------------------------------------


def _verdicts(before: Seen, after: Seen) -> list[str]:
    return [f"before: {_stands(before)}", f"now:    {_stands(after)}"]


def _which(seen: Seen) -> str:
    return f"{seen.version}" if seen.state is None else f"{seen.version} ({seen.state.replace('_', ' ')})"


def _stands(seen: Seen) -> str:
    told = [
        f"{STATUS[seen.status]}, {EN.integer(seen.blocking)} block the signature",
        f"{seen.broken} broken, {seen.undetermined} undetermined, {seen.kept} kept",
        f"{EN.integer(seen.residents)} residents in {seen.segments} segments",
        *([] if seen.mitigation is None else [f"mitigation: {seen.mitigation.en}"]),
    ]
    return "; ".join(told)


# ---- Lines ------------------------------------------------------------------------------------------


def _value(value: Text | None) -> str:
    if value is None:
        return "nothing"
    if value.en.startswith("sha256:"):
        return f"{value.en[:DIGEST]}…"
    return value.en if len(value.en) <= SHORT else f"{value.en[: SHORT - 1]}…"


def _change(one: Change) -> str:
    return f"{one.path}: {_value(one.before)} → {_value(one.after)}"


def _limit(one: LimitChange) -> str:
    return _change(one) + ("" if one.direction == "other" else f" ({one.direction})")


def _feature(kind: str, key: str, title: Text, changes: tuple[Change, ...]) -> list[str]:
    if kind != "changed":
        return [f"{kind}: {key}, {title.en}"]
    return [_change(one).removeprefix("features.") for one in changes]


def _turned(findings: tuple[FindingChange, ...]) -> list[str]:
    """Return what blocks now, each; of the rest, how many there are, and the first."""
    told = [f"{one.turn}, and blocks: {one.sentence.en}" for one in findings if one.blocks]
    rest: dict[str, list[FindingChange]] = {}
    for one in findings:
        if not one.blocks:
            rest.setdefault(one.turn, []).append(one)
    for turn, same in rest.items():
        such = "" if len(same) == 1 else f"{len(same)} findings, such as: "
        told.append(f"{turn}: {such}{same[0].sentence.en}")
    return told


def _gap(one: GapChange) -> list[str]:
    status = (
        "" if one.before == one.after else f": {one.before or 'not audited'} → {one.after or 'not audited'}"
    )
    told = [f"  {_measure(measure)}" for measure in one.measures if _differs(measure)]
    return [f"{one.title.en}{status}", *told]


def _measure(one: Measure) -> str:
    return f"{one.what.en}: {_figure(one, one.before)} → {_figure(one, one.after)}"


def _differs(one: Measure) -> bool:
    return _figure(one, one.before) != _figure(one, one.after)


def _figure(one: Measure, value: float | None) -> str:
    if value is None:
        return "not known"
    return EN.percent(value) if one.form == "share" else EN.ratio(value)


# ---- Segments ---------------------------------------------------------------------------------------


def _links(diff: Diff) -> list[str]:
    if diff.is_linked or diff.before is None:
        return []
    return [
        (
            f"Version {diff.after.version} was built without a version before it (build --previous), "
            f"so its ids have nothing to do with those of version {diff.before.version}."
        )
    ]


def _segment(one: SegmentChange) -> list[str]:
    name = one.after_name or one.before_name
    called = one.id if name is None else f"{one.id} {EN.quoted(name.en)}"
    if one.kind != "changed":
        share = one.after_share if one.after_share is not None else one.before_share
        return [f"{one.kind}: {called}{'' if share is None else f', {EN.percent(share)} of residents'}"]
    told = []
    if one.before_name != one.after_name:
        told.append(f"name: {_value(one.before_name)} → {_value(one.after_name)}")
    if one.before_share != one.after_share and one.before_share is not None and one.after_share is not None:
        told.append(f"share: {EN.percent(one.before_share)} → {EN.percent(one.after_share)}")
    if one.before_rule != one.after_rule:
        told.append(f"rule: {_value(one.before_rule)} → {_value(one.after_rule)}")
    return [called, *(f"  {line}" for line in told), *(f"  plan, {_change(plan)}" for plan in one.plan)]


def _moves(migration: Migrated | None) -> list[str]:
    if migration is None:
        return []
    since = migration.since
    told = [f"At least {EN.whole_percent(since.staying)} of {EN.integer(since.residents)} residents stay."]
    for move in migration.moves:
        least = "" if move.exact else "at least "
        need = "" if move.need is None else f", moved by {move.need}"
        told.append(f"{move.source} → {move.target}: {least}{EN.integer(move.residents)} residents{need}")
    return told


def _unknown(diff: Diff) -> str:
    before = 0 if diff.before is None else diff.before.version
    return f"Not known: the new card was not compared with version {before} (build --previous {before})."
