"""What waits for a person: signatures, renewals, changes to be made, notes to be signed, their own training.

Who may sign what is never worked out here: the rules of the ledger are asked, as they will be asked when the
person signs. Nothing is read but the history and the person's own notes, so fifty versions cost little.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from segmentation.ledger.records import REVIEWERS
from segmentation.ledger.track import day_of, last_day, latest_of
from segmentation.reviews.foreseeing import asked_of, lasting, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from segmentation.ledger.history import History
    from segmentation.ledger.records import Decision, Role
    from segmentation.ledger.standing import Standing
    from serving.pages.visit import Visit

Kind = Literal["training", "sign", "resume", "suspended", "ending", "changes", "notes"]
SOON = timedelta(days=30)
"""What ends within this time is told."""


@dataclass(frozen=True)
class Need:
    """One thing that waits.

    Attributes
    ----------
    kind : {"training", "sign", "resume", "suspended", "ending", "changes", "notes"}
        A signature to approve, one to resume (the other is there), a suspension that nobody answered, an
        approval or a waiver that ends soon, changes that a reviewer asked for, notes that are not signed.
    version : int or None
        None of their own training.
    mine : bool
        Whether who is signed in can do something about it now.
    by : str
        Who submitted, suspended or asked for changes.
    role : str or None
        Of who did: a monitor suspends, too.
    at : datetime or None
        When they did.
    day : date or None
        Last day of what ends; None of training that was never entered.
    is_over : bool
        Whether that day is over.
    is_waiver : bool
        Whether it is a waiver that ends first, and not the approval.
    roles : tuple of Role
        In which signatures are missing: theirs where it is `mine`.
    reason : str
        Why it was suspended, or changes were asked for.
    conditions : tuple of str
        Of that decision.
    n : int
        Notes that are not signed.
    """

    kind: Kind
    version: int | None
    mine: bool = True
    by: str = ""
    role: Role | None = None
    at: datetime | None = None
    day: date | None = None
    is_over: bool = False
    is_waiver: bool = False
    roles: tuple[Role, ...] = ()
    reason: str = ""
    conditions: tuple[str, ...] = ()
    n: int = 0


def needs_of(visit: Visit, history: History, standings: Iterable[Standing]) -> tuple[Need, ...]:
    """Return what waits for a person or, where it is not `mine`, for others; one's own training first."""
    found = list(standings)
    return (
        *_training(visit, history),
        *(need for one in found for need in _of_version(visit, history, one)),
        *_unsigned(visit, found),
    )


def _training(visit: Visit, history: History) -> Iterator[Need]:
    """Yield the person's training where it ended, or ends soon; signing is refused without it."""
    person = history.people.get(visit.signed_in.name)
    if person is None or not person.roles:
        return
    day, today = person.training_until, day_of(visit.now)
    if day is None or day <= today + SOON:
        yield Need("training", None, day=day, is_over=day is None or day < today)


def _of_version(visit: Visit, history: History, standing: Standing) -> Iterator[Need]:
    if standing.state == "submitted":
        yield from _to_sign(visit, history, standing)
    elif standing.state == "suspended":
        yield _held(visit, history, standing)
    elif standing.state == "changes_requested":
        yield from _to_change(visit, history, standing)
    if standing.valid_until is not None and standing.state in {"approved", "active"}:
        yield from _ending(visit, history, standing, standing.valid_until)


def _to_sign(visit: Visit, history: History, standing: Standing) -> Iterator[Need]:
    roles = _may(visit, history, standing, "approve", standing.missing)
    submission = standing.submission
    if roles and submission is not None:
        yield Need("sign", standing.version, by=submission.by, at=submission.at, roles=roles)
    elif submission is not None and _lacks_training(visit, history, standing):
        roles = standing.missing
        yield Need("sign", standing.version, mine=False, by=submission.by, at=submission.at, roles=roles)


def _lacks_training(visit: Visit, history: History, standing: Standing) -> bool:
    """Whether somebody has a role that is missing, and may not sign in it for want of training."""
    person = history.people.get(visit.signed_in.name)
    if person is None or not set(person.roles) & set(standing.missing):
        return False
    return person.training_until is None or person.training_until < day_of(visit.now)


def _held(visit: Visit, history: History, standing: Standing) -> Need:
    last = _last(history, standing, "suspend")
    mine = _may(visit, history, standing, "resume", standing.missing)
    return Need(
        "suspended" if set(standing.missing) == set(REVIEWERS) else "resume",
        standing.version,
        mine=bool(mine),
        by="" if last is None else last.by,
        role=None if last is None else last.role,
        at=standing.since,
        roles=mine or standing.missing,
        reason="" if last is None else last.reason,
        conditions=() if last is None else last.conditions,
    )


def _to_change(visit: Visit, history: History, standing: Standing) -> Iterator[Need]:
    submission, last = standing.submission, _last(history, standing, "request_changes")
    if submission is None or last is None:
        return
    if visit.signed_in.name in {submission.by, *submission.trained_by}:
        yield Need(
            "changes",
            standing.version,
            by=last.by,
            role=last.role,
            at=last.at,
            reason=last.reason,
            conditions=last.conditions,
        )


def _ending(visit: Visit, history: History, standing: Standing, until: date) -> Iterator[Need]:
    """Yield an approval that ends soon, for the roles that did not sign a longer one yet."""
    soon = day_of(visit.now) + SOON
    if until > soon:
        return
    latest = latest_of(history.track(standing.model, standing.version).signed)
    short = tuple(role for role in REVIEWERS if role in latest and last_day(latest[role]) <= soon)
    mine = _may(visit, history, standing, "approve", short)
    ends = [lasting(one) for one in standing.approvals if last_day(one) == until]
    yield Need(
        "ending",
        standing.version,
        mine=bool(mine),
        day=until,
        is_waiver=any(one is not None and bool(one.early) for one in ends),
        roles=mine or short,
    )


def _unsigned(visit: Visit, standings: Iterable[Standing]) -> Iterator[Need]:
    """Yield the person's notes about submissions that stand; those about earlier ones wait for nothing."""
    counts = visit.office.notes.counts(visit.signed_in.name, visit.office.model)
    for one in standings:
        n = 0 if one.submission is None else counts.get((one.version, one.submission.digests.bundle), 0)
        if n:
            yield Need("notes", one.version, n=n)


def _may(
    visit: Visit,
    history: History,
    standing: Standing,
    action: Literal["approve", "resume"],
    roles: Iterable[Role],
) -> tuple[Role, ...]:
    """Return in which of the roles the ledger would take the person's signature."""
    name, catalogue = visit.signed_in.name, visit.office.catalogue
    asks = [asked_of(standing, name, action, role) for role in roles if role in visit.signed_in.roles]
    return tuple(
        ask.role for ask in asks if ask.role and refusal_of(ask, history, visit.now, catalogue) is None
    )


def _last(history: History, standing: Standing, action: str) -> Decision | None:
    records = history.records(standing.model, standing.version)
    return next((one for _, one in reversed(records) if one.action == action), None)
