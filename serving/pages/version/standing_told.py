"""What is live on a version's page: whether it may serve, what stands in the way, and what who asks may do.

The signed card says what the audit found, and goes on saying it; whether the version serves is for the ledger
to say, each time anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.records import HIGHEST
from segmentation.ledger.standing import TRANSITIONS
from segmentation.reviews.diff import last_in_service
from segmentation.reviews.foreseeing import asked_of, refusal_of
from segmentation.reviews.refusals import refusal_told
from segmentation.reviews.stands import why
from serving.pages.page import msg
from serving.pages.table import ACTIONS, KEEPERS, MAY
from serving.pages.version.history_told import passed
from serving.pages.visit import Declined
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from segmentation.card.parts import Tally
    from segmentation.errors import ReviewError
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision, Role, Verdict
    from segmentation.ledger.standing import Standing, State
    from segmentation.reviews.drafting import Deciding
    from segmentation.reviews.refusals import Told
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker

SERVES: Mapping[State, str] = {
    "submitted": msg("No. It waits for signatures."),
    "approved": msg("Not yet. It is approved, and is still to be brought into service."),
    "changes_requested": msg("No. A reviewer asked for changes, and it is to be submitted anew."),
    "rejected": msg("No. It was rejected for good."),
    "active": msg("Yes. It is in service."),
    "suspended": msg("No. It is suspended until two people resume it."),
    "superseded": msg("No. Another version took its place."),
    "expired": msg("No. Its approval has run out; it is to be submitted and approved anew."),
    "revoked": msg("No. It was revoked for good."),
}
"""Whether a version may serve, by its state."""
STOPPED: Mapping[State, str] = {
    "changes_requested": "request_changes",
    "rejected": "reject",
    "suspended": "suspend",
    "revoked": "revoke",
}
"""The action by which a version came to stand there, of which the reason is told with the state."""
RENEWED = {"approved", "active"}
"""States in which an approval renews one that holds."""
BROKEN: tuple[Deciding, ...] = ("suspend", "revoke")
"""What may be done about a version whose files cannot be read."""
UNKNOWN = msg("Version %(version)s was never submitted here. Choose a version on the start page.")
LONGEST = 10
"""Digits of the highest number of a version."""


@dataclass(frozen=True)
class Signature:
    """One approval that counts: by whom, in which role, when, its last day, and its conditions."""

    by: str
    role: Role
    at: datetime
    until: date | None
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class LetPass:
    """Findings that one person let pass with the same reason until the same day.

    Attributes
    ----------
    by, role, reason : str
    until : date
        The last day.
    findings : tuple of str
        What they say; the key, where the files that say it cannot be read.
    """

    by: str
    role: Role
    reason: str
    until: date
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Live:
    """Where a version stands at this moment.

    Attributes
    ----------
    state : State
    serves : bool
    told : str
        Whether it may serve, in one sentence.
    since : datetime or None
    why : str
        By whom or by what it came to stand there.
    verdict : {"kept", "broken", "undetermined"} or None
        Of its audit, as it was submitted.
    found : str
        How many findings are broken, undetermined and kept; empty where nobody can read the card.
    reason : str
        Why it was stopped or sent back; empty of a version that was neither.
    conditions : tuple of str
        Of that decision.
    missing : tuple of Role
        Whose signatures it waits for.
    blocking : int
        Findings that each need a waiver before anybody can approve.
    signed : tuple of Signature
        That count now.
    until : date or None
        Last day on which the approvals hold.
    waived : tuple of LetPass
        In those approvals.
    """

    state: State
    serves: bool
    told: str
    since: datetime | None
    why: str
    verdict: Verdict | None
    found: str
    reason: str
    conditions: tuple[str, ...]
    missing: tuple[Role, ...]
    blocking: int
    signed: tuple[Signature, ...]
    until: date | None
    waived: tuple[LetPass, ...]


@dataclass(frozen=True)
class Acts:
    """What who asks may do with the version now.

    Attributes
    ----------
    allowed : tuple of str
        Actions that the ledger would take from them in this state.
    why_not : Told or None
        Why they may not approve what waits for approval, where their role could; None where they may.
    comments : int
        Their comments that wait to be signed.
    dossier : bool
        Whether they may take the dossier away.
    beside : int or None
        The version with which it is compared; None where there is no other, or nobody can read its files.
    signed : bool
        Whether an approval of theirs holds.
    renews : bool
        Whether to approve is to renew an approval.
    """

    allowed: tuple[str, ...]
    why_not: Told | None
    comments: int
    dossier: bool
    beside: int | None
    signed: bool
    renews: bool


def standing_of(visit: Visit, history: History) -> Standing:
    """Return where the version stands that an address names; raises `Declined` where there is none."""
    digits = visit.path.get("version", "").lstrip("0")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST else 0
    if 0 < number <= HIGHEST:
        standing = history.standing(visit.office.model, number, visit.now, visit.office.catalogue)
        if standing.submission is not None:
            return standing
    raise Declined("not_found", speaker(visit.language).t(UNKNOWN, version=digits[:LONGEST] or "0"))


def live(
    r: Speaker,
    standing: Standing,
    sentences: Mapping[str, str],
    last: Decision | None = None,
    tally: Tally | None = None,
) -> Live:
    """Return where a version stands, in words.

    Parameters
    ----------
    r : Speaker
    standing : Standing
        Of a version that was submitted.
    sentences : mapping of str to str
        What the findings say, by key; empty where nobody can read them.
    last : Decision, optional
        By which it was stopped or sent back; see `last_of`.
    tally : Tally, optional
        Of the findings, where the card can be read.
    """
    blocking = () if standing.submission is None else standing.submission.blocking
    return Live(
        standing.state,
        standing.state == "active",
        r.t(SERVES[standing.state]),
        standing.since,
        why(standing, r),
        None if standing.submission is None else standing.submission.verdict,
        "" if tally is None else _tally(r, tally),
        "" if last is None else last.reason,
        () if last is None else last.conditions,
        standing.missing,
        len(blocking) if standing.state == "submitted" else 0,
        tuple(
            Signature(one.by, one.role, one.at, one.valid_until, one.conditions) for one in standing.approvals
        ),
        standing.valid_until,
        tuple(_let_pass(standing.approvals, sentences)),
    )


def last_of(history: History, standing: Standing) -> Decision | None:
    """Return the decision by which a version was stopped or sent back; None where it was neither."""
    action = STOPPED.get(standing.state)
    records = history.records(standing.model, standing.version)
    return next((one for _, one in reversed(records) if action and one.action == action), None)


def _tally(r: Speaker, tally: Tally) -> str:
    return r.t(
        "%(broken)s broken, %(undetermined)s undetermined, %(kept)s kept",
        broken=r.integer(tally.broken),
        undetermined=r.integer(tally.undetermined),
        kept=r.integer(tally.kept),
    )


def _let_pass(approvals: Iterable[Decision], sentences: Mapping[str, str]) -> Iterator[LetPass]:
    for one in approvals:
        for same in passed(one.waivers):
            told = tuple(sentences.get(key, key) for key in same.keys)
            yield LetPass(one.by, one.role, same.reason, same.until, told)


def acts(visit: Visit, history: History, standing: Standing, *, is_readable: bool, comments: int) -> Acts:
    """Return what who asks may do; who may sign what is the ledger's own rule, which is asked.

    Parameters
    ----------
    visit : Visit
    history : History
    standing : Standing
    is_readable : bool
        Whether the files of the version hold: of one that nobody can read, nothing can be decided but to stop
        it.
    comments : int
        Comments that wait to be signed.
    """
    refusals = dict(_refusals(visit, history, standing, is_readable=is_readable))
    allowed = tuple(action for action, refusal in refusals.items() if refusal is None)
    barred = refusals.get("approve") if standing.state == "submitted" else None
    return Acts(
        ("comment", *allowed) if comments else allowed,
        None if barred is None else refusal_told(barred, visit.language),
        comments,
        is_readable and bool(set(KEEPERS) & set(visit.signed_in.roles)),
        last_in_service(history, visit.office.model, standing.version) if is_readable else None,
        any(one.by == visit.signed_in.name for one in standing.approvals),
        standing.state in RENEWED,
    )


def _refusals(
    visit: Visit, history: History, standing: Standing, *, is_readable: bool
) -> Iterator[tuple[Deciding, ReviewError | None]]:
    """Yield what leads on from here and is for one of their roles, each with why the ledger refuses it."""
    name, catalogue = visit.signed_in.name, visit.office.catalogue
    for action in ACTIONS:
        if (
            action != "comment"
            and action in TRANSITIONS[standing.state]
            and (is_readable or action in BROKEN)
            and set(MAY[action]) & set(visit.signed_in.roles)
        ):
            yield action, refusal_of(asked_of(standing, name, action), history, visit.now, catalogue)
