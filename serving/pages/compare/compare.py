"""Two versions side by side: who signs a version signs what differs from the one that residents know."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, ClassVar

from segmentation.card.titles import titles_of
from segmentation.errors import SegmentationError
from segmentation.reviews.diff import Diff, last_in_service
from segmentation.wording import Titles
from serving.pages.compare import compare_rows as rows
from serving.pages.compare.differing import differing
from serving.pages.compare.moved import Moved, moved
from serving.pages.declined import NOT_FOUND
from serving.pages.page import Page, msg, told
from serving.pages.terms_in import terms_in
from serving.pages.visit import Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.standing import Standing, State
    from segmentation.reviews.differences.model import Seen
    from segmentation.reviews.submission import Version
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

MISSING = msg("Version %(version)s was never submitted. Choose two of the versions below.")
SAME = msg("Version %(version)s was chosen twice. Choose two that differ.")
NOTHING = msg("No version was submitted yet. Submit one with `segmentation review submit`.")
UNREADABLE = msg(
    "Version %(version)s cannot be compared: its files are missing, were altered, or break a rule of this "
    "program. Read why with `segmentation review show`, and fetch what was submitted."
)
_DIFF = {one.name: one.metadata for one in fields(Diff)}


def _as_told(name: str) -> Mapping[str, object]:
    """Return how a field of `Diff` is told, for the field of the page."""
    return told(_DIFF[name]["title"], _DIFF[name]["help"])


@dataclass(frozen=True)
class Option:
    """A submitted version that may be chosen: its number, where it stands, and whether it is compared."""

    version: int
    state: State


@dataclass(frozen=True)
class Choice:
    """The versions that may be compared, newest first, and those that are; None where none is."""

    options: tuple[Option, ...]
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Stands:
    """One of the two: where it stands now, since when, and its card in figures."""

    state: State
    since: datetime | None
    seen: Seen
    mitigation: str


@dataclass(frozen=True)
class Compare(Page):
    """What differs between two versions of the model."""

    TEMPLATE: ClassVar[str] = "compare.html.j2"
    TITLE: ClassVar[str] = msg("Compare two versions")

    choice: Choice = field(
        metadata=told(
            msg("Versions to compare"),
            msg("Choose the version that residents know, and the one that is to be judged."),
        )
    )
    problem: str = field(
        metadata=told(msg("Not compared"), msg("Why these two cannot be compared, and the way out."))
    )
    before: Stands | None = field(
        metadata=told(msg("Version before"), msg("The version that it is compared with."))
    )
    after: Stands | None = field(
        metadata=told(
            msg("How both stand"),
            msg("Where each version stands in the ledger now, and what the audit said of it."),
        )
    )
    differs: tuple[str, ...] = field(
        metadata=told(msg("What differs"), msg("Sections of this page in which the two are not the same."))
    )
    terms: tuple[str, ...] = field(
        metadata=told(msg("Words of this page"), msg("One line for each term that it uses."))
    )
    same: tuple[str, ...] = field(
        metadata=told(msg("Nothing in these sections"), msg("Sections in which nothing differs."))
    )
    limits: tuple[rows.LimitRow, ...] = field(metadata=_as_told("limits"))
    days: tuple[rows.Row, ...] = field(metadata=_as_told("days"))
    features: tuple[rows.FeatureRow, ...] = field(metadata=_as_told("features"))
    policy: tuple[rows.Row, ...] = field(
        metadata=told(msg("The rest of the policy"), msg("Every other key of it whose value differs."))
    )
    segments: tuple[rows.SegmentRow, ...] = field(metadata=_as_told("segments"))
    is_linked: bool = field(metadata=_as_told("is_linked"))
    migration: Moved | None = field(metadata=_as_told("migration"))
    findings: tuple[rows.Turned, ...] = field(metadata=_as_told("findings"))
    gaps: tuple[rows.GapRow, ...] = field(metadata=_as_told("gaps"))
    stability: tuple[rows.Row, ...] = field(metadata=_as_told("stability"))
    evidence: tuple[rows.Row, ...] = field(metadata=_as_told("evidence"))


SECTIONS = ("limits", "days", "features", "policy", "segments", "findings", "gaps", "stability", "evidence")
"""Fields that are left out where nothing differs; who moves is told even where it is not known."""


def compare(visit: Visit) -> Shown:
    """Show two versions side by side; without a choice, the newest that waits and the last in service."""
    office, now = visit.office, visit.now
    history, r = visit.history, speaker(visit.language)
    standings = {one.version: one for one in office.standings(history, now)}
    known = tuple(standings)
    options = tuple(Option(one.version, one.state) for one in standings.values())
    if not known:
        return Shown(_empty(Choice(options, None, None), r.t(NOTHING)))
    after, strange = _asked(visit.query.get("after", ""), known)
    before, other = _asked(visit.query.get("before", ""), known)
    after = after or _newest(tuple(standings.values()), before)
    before = before or _beside(last_in_service(history, office.model, after), known, after)
    choice = Choice(options, before, after)
    if strange or other:
        return Shown(_empty(choice, r.t(MISSING, version=strange or other)), NOT_FOUND)
    if before == after:
        return Shown(_empty(choice, r.t(SAME, version=after)))
    try:
        found = _compared(visit, history, before, after)
    except _UnreadableError as error:
        return Shown(_empty(choice, r.t(UNREADABLE, version=error.version)))
    return Shown(_page(r, choice, found, standings))


# ---- Which two --------------------------------------------------------------------------------------


def _asked(text: str, known: tuple[int, ...]) -> tuple[int | None, str]:
    """Return the version that an address asks for, or its digits where there is none of them.

    What is no number is nothing that this page wrote, and is as good as nothing.
    """
    if not (text.isascii() and text.isdigit()):
        return None, ""
    digits = text.lstrip("0")[:12]
    found = next((one for one in known if str(one) == digits), None)
    return found, "" if found is not None else (digits or "0")


def _newest(standings: tuple[Standing, ...], before: int | None) -> int:
    """Return the newest version that waits for a signature, or the newest; another than the one before."""
    others = [one for one in standings if one.version != before] or list(standings)
    waiting = (one.version for one in others if one.state == "submitted")
    return next(waiting, others[0].version)


def _beside(served: int | None, known: tuple[int, ...], after: int) -> int | None:
    """Return the version last in service, or the next one below; None where there is only one."""
    if served in known:
        return served
    others = [one for one in known if one != after]
    return next((one for one in others if one < after), others[0] if others else None)


# ---- What differs -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    """What differs, and what both cards call things; those of the version after count."""

    diff: Diff
    titles: Titles


class _UnreadableError(Exception):
    """A version whose files do not hold."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def _compared(visit: Visit, history: History, before: int | None, after: int) -> _Found:
    """Return what differs, of files that hold now: what somebody altered since is not compared."""
    old = None if before is None else _version(visit, history, before)
    new = _version(visit, history, after)
    return _Found(differing(visit.office, old, new), _titles(old, new))


def _version(visit: Visit, history: History, version: int) -> Version:
    try:
        return visit.office.version(history, version, visit.now)
    except SegmentationError as error:
        raise _UnreadableError(version) from error


def _titles(before: Version | None, after: Version) -> Titles:
    new = titles_of(after.card)
    if before is None:
        return new
    old = titles_of(before.card)
    return Titles(
        new.smallest_group,
        {**old.attributes, **new.attributes},
        {**old.groups, **new.groups},
        new.segments,
        {**old.services, **new.services},
        {**old.features, **new.features},
    )


# ---- The page ---------------------------------------------------------------------------------------


def _empty(choice: Choice, problem: str) -> Compare:
    return Compare(
        choice, problem, before=None, after=None, differs=(), same=(), terms=(), limits=(), days=(),
        features=(), policy=(), segments=(), is_linked=True, migration=None, findings=(), gaps=(),
        stability=(), evidence=(),
    )  # fmt: skip


def _page(r: Speaker, choice: Choice, found: _Found, standings: Mapping[int, Standing]) -> Compare:
    """Return the page in the words of a reader who knows what both cards call things."""
    diff, by = found.diff, speaker(r.language, found.titles)
    page = Compare(
        choice=choice,
        problem="",
        before=_stands(r, diff.before, standings),
        after=_stands(r, diff.after, standings),
        differs=(),
        same=(),
        terms=(),
        limits=rows.limit_rows(by, diff.limits),
        days=rows.rows(by, diff.days),
        features=rows.feature_rows(by, diff.features),
        policy=rows.rest_rows(by, diff),
        segments=rows.segment_rows(by, diff.segments),
        is_linked=diff.is_linked,
        migration=moved(by, diff.migration),
        findings=rows.turned(by, diff.findings),
        gaps=rows.gap_rows(by, diff.gaps),
        stability=rows.measure_rows(by, diff.stability),
        evidence=rows.rows(by, diff.evidence),
    )
    differs = tuple(name for name in SECTIONS if getattr(page, name))
    same = tuple(name for name in SECTIONS if name not in differs)
    return replace(page, differs=differs, same=same, terms=terms_in(" ".join(_said(page)), r.language))


def _said(page: Compare) -> Iterator[str]:
    """Yield what figures and findings are called on a page."""
    yield from (row.label for row in (*page.limits, *page.stability))
    yield from (row.label for one in page.gaps for row in one.rows)
    yield from (row.sentence for one in page.findings for row in one.rows)


def _stands(r: Speaker, seen: Seen | None, standings: Mapping[int, Standing]) -> Stands | None:
    if seen is None:
        return None
    standing = standings[seen.version]
    mitigation = "" if seen.mitigation is None else r.text(seen.mitigation)
    return Stands(standing.state, standing.since, seen, mitigation)
