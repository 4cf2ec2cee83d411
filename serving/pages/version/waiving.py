"""Findings that somebody may let pass: what blocks, what they noted of each, and what they typed.

A version may have dozens of them, and each needs a reason and a last day of its own. So those that say the
same stand together, and one reason may be given to all that are ticked, or to all of an attribute; what is
kept and signed is one waiver for each all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.card.titles import titles_of
from segmentation.ledger.track import day_of
from segmentation.reviews import faulty
from segmentation.reviews.refusals import fault_told
from serving.pages.deciding.typed import latest_day
from serving.pages.fields import day_as_typed, day_of_text, text_fault
from serving.pages.page import msg
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from segmentation.ledger.notes import Note
    from segmentation.ledger.records import Decision
    from segmentation.reviews.submission import Version
    from segmentation.reviews.waivers import Blocking
    from segmentation.wording.findings import Status
    from serving.pages.words import Speaker

LACKING = "structure"
"""What the segments themselves lack, as a group of findings; no attribute is called so in a form."""
NO_DAY = msg("Choose the last day on which this holds.")
OTHER_DAY = msg("Choose a day from %(first)s to %(last)s: the policy allows %(days)s days.")
NONE_TICKED = msg("Tick the findings that you let pass, or choose all of them.")


@dataclass(frozen=True)
class Finding:
    """One finding that blocks.

    Attributes
    ----------
    key : str
        As it is signed.
    status : {"broken", "undetermined"}
    sentence : str
        In the reader's language.
    waived : Note or None
        The waiver that who asks noted, and has not signed.
    is_over : bool
        Whether the last day of that waiver is over.
    ticked : bool
        As it was typed, where the form is shown again.
    """

    key: str
    status: Status
    sentence: str
    waived: Note | None
    is_over: bool
    ticked: bool

    @property
    def open(self) -> bool:
        """Whether it has no waiver that holds."""
        return self.waived is None or self.is_over


@dataclass(frozen=True)
class Group:
    """The findings of one attribute, or what the segments themselves lack, with one form.

    Attributes
    ----------
    number : int
        From 1, for ids.
    name : str
        Of the attribute, as the form sends it back.
    title : str
    claims : tuple of tuple of Finding
        Those that say the same stand together, the first of them told first; those that are left
        to waive come first.
    alike : bool
        Whether any say the same.
    total, open : int
        Findings, and those of them without a waiver that holds.
    unfolded : bool
        Whether somebody began with it, and is not done, or has to mend it.
    typed : WaiverForm
    errors : mapping of str to str
        What is wrong, by the field of the form.
    """

    number: int
    name: str
    title: str
    claims: tuple[tuple[Finding, ...], ...]
    alike: bool
    total: int
    open: int
    unfolded: bool
    typed: WaiverForm
    errors: Mapping[str, str]


@dataclass(frozen=True)
class Waivers:
    """All that is to be waived before who asks may approve.

    Attributes
    ----------
    total, open : int
        Findings that block, and those of them without a waiver that holds.
    first, last : str
        Days between which a waiver may end, as a browser writes them.
    groups : tuple of Group
    """

    total: int
    open: int
    first: str
    last: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class WaiverForm:
    """A form for waivers as it was sent.

    Attributes
    ----------
    group : str
        Name of the attribute.
    reason, until : str
        As they were typed.
    keys : tuple of str
        Findings that were ticked.
    mirrored : bool
        Whether those that say the same shall be waived, too.
    every : bool
        Whether all of the group shall be.
    """

    group: str = ""
    reason: str = ""
    until: str = ""
    keys: tuple[str, ...] = ()
    mirrored: bool = False
    every: bool = False

    @classmethod
    def of(cls, form: Mapping[str, str], chosen: Mapping[str, tuple[str, ...]]) -> WaiverForm:
        """Return what a browser sent."""
        return cls(
            form.get("group", ""),
            form.get("reason", "").strip(),
            day_as_typed(form.get("until", "")),
            chosen.get("key", ()),
            form.get("mirrored") == "yes",
            form.get("what") == "every",
        )

    @property
    def day(self) -> date | None:
        """The last day; None where what was typed is none."""
        return day_of_text(self.until)


def bounds(submission: Decision, now: datetime) -> tuple[date, date]:
    """Return the first and the last day on which a waiver may end: today, and that of an approval."""
    today = day_of(now)
    return today, latest_day(today, submission.review_days)


def waivers_of(
    r: Speaker,
    version: Version,
    claims: tuple[tuple[Blocking, ...], ...],
    pending: Iterable[Note],
    days: tuple[date, date],
    typed: WaiverForm | None = None,
    errors: Mapping[str, str] | None = None,
) -> Waivers:
    """Return what is to be waived, by attribute, the worst first.

    Parameters
    ----------
    r : Speaker
    version : Version
        Knows what attributes are called.
    claims : tuple of tuple of Blocking
        What blocks; see `serving.pages.version.card_parts.Parts`.
    pending : iterable of Note
        What who asks noted.
    days : pair of date
        See `bounds`.
    typed : WaiverForm, optional
        What was typed into one of the forms, if it is to be mended.
    errors : mapping of str to str, optional
        What is wrong with it.
    """
    noted, named = {one.key: one for one in pending}, speaker(r.language, titles_of(version.card))
    grouped: dict[str, list[tuple[Blocking, ...]]] = {}
    for same in claims:
        grouped.setdefault(same[0].attribute or LACKING, []).append(same)
    groups = []
    for number, (name, own) in enumerate(grouped.items(), start=1):
        is_lacking = own[0][0].attribute is None
        title = r.t("What the segments themselves lack") if is_lacking else named.attribute(name)
        mine = typed if typed is not None and typed.group == name else WaiverForm(name)
        told = [tuple(_finding(r, one, noted, days, mine) for one in same) for same in own]
        groups.append(_group(number, title, told, mine, errors if errors and mine is typed else {}))
    total, left = sum(one.total for one in groups), sum(one.open for one in groups)
    return Waivers(total, left, days[0].isoformat(), days[1].isoformat(), tuple(groups))


def _group(
    number: int,
    title: str,
    claims: Iterable[tuple[Finding, ...]],
    typed: WaiverForm,
    wrong: Mapping[str, str],
) -> Group:
    found = tuple(sorted(claims, key=lambda same: not any(one.open for one in same)))
    total, left = _count(found), _open(found)
    return Group(
        number,
        typed.group,
        title,
        found,
        any(len(same) > 1 for same in found),
        total,
        left,
        bool(wrong) or 0 < left < total,
        typed,
        wrong,
    )


def _finding(
    r: Speaker, one: Blocking, noted: Mapping[str, Note], days: tuple[date, date], typed: WaiverForm
) -> Finding:
    waived = noted.get(one.key)
    is_over = waived is not None and (waived.expires is None or not days[0] <= waived.expires <= days[1])
    return Finding(one.key, one.status, r.text(one.sentence), waived, is_over, one.key in typed.keys)


def _count(claims: tuple[tuple[Finding, ...], ...]) -> int:
    return sum(map(len, claims))


def _open(claims: tuple[tuple[Finding, ...], ...]) -> int:
    return sum(one.open for same in claims for one in same)


def chosen_of(typed: WaiverForm, claims: tuple[tuple[Blocking, ...], ...]) -> tuple[str, ...]:
    """Return the keys of the findings that a form waives; what no finding of its group is, is left out."""
    own = [same for same in claims if (same[0].attribute or LACKING) == typed.group]
    if typed.every:
        return tuple(one.key for same in own for one in same)
    ticked = set(typed.keys)
    return tuple(
        one.key
        for same in own
        for one in same
        if one.key in ticked or (typed.mirrored and any(other.key in ticked for other in same))
    )


def faults(r: Speaker, typed: WaiverForm, chosen: tuple[str, ...], days: tuple[date, date]) -> dict[str, str]:
    """Return what is wrong with a form, by its field, in the reader's language; empty where nothing is.

    The rules are those of the file of waivers (`segmentation.reviews.faulty`).
    """
    found = {} if chosen else {"key": r.t(NONE_TICKED)}
    reason = _reason(r, typed.reason)
    if reason:
        found["reason"] = reason
    if typed.day is None:
        found["until"] = r.t(NO_DAY)
    elif not days[0] <= typed.day <= days[1]:
        told = {"first": r.day(days[0]), "last": r.day(days[1]), "days": r.integer((days[1] - days[0]).days)}
        found["until"] = r.t(OTHER_DAY, **told)
    return found


def _reason(r: Speaker, reason: str) -> str:
    wrong = next(faulty.reason(reason, "form"), None)
    if wrong is not None:
        return r.t("The reason %(fault)s", fault=fault_told(wrong, r.language))
    return text_fault(reason, r)
