"""One version's way through the states, as far as its events tell; what the day makes of it is asked anew each time.

An approval counts until its last day, which nobody writes into the ledger. So a track keeps what was signed, and
`stands` says what that means on a day and under a catalogue of law.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from segmentation.ledger.records import REVIEWERS
from segmentation.ledger.standing import TRANSITIONS, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from segmentation.ledger.records import Decision, Role
    from segmentation.ledger.standing import State


@dataclass(frozen=True)
class Track:
    """What the events so far make of a version.

    Attributes
    ----------
    model, version : str, int
    state : State
        After the last event about it; `state_on` looks at the day as well.
    since : datetime or None
    why : str
    submission : Decision or None
        Of the round that runs, or ran last.
    opened : int
        Number of the event from which approvals count: the submission, or what reopened it. Who approves must
        have seen that event.
    approvals : tuple of Decision
        Since `opened`, oldest first; a later one replaces an earlier one of the same role under the same catalogue.
    completed : bool
        Whether the pair was complete once since `opened`.
    suspended : int
        Number of the event that suspended it last.
    resumes : tuple of Decision
        Since then.
    serving : bool
        Whether its bundle was published since the pair was complete: where a resume leads back to.
    published : bool
        Whether its bundle was ever published.
    files : mapping of str to str
        Digests of the model files of its first submission; a version is one model for ever.
    """

    model: str
    version: int
    state: State = "draft"
    since: datetime | None = None
    why: str = "Nobody has submitted it."
    submission: Decision | None = None
    opened: int = 0
    approvals: tuple[Decision, ...] = ()
    completed: bool = False
    suspended: int = 0
    resumes: tuple[Decision, ...] = ()
    serving: bool = False
    published: bool = False
    files: Mapping[str, str] | None = None

    def approved_also(self, decision: Decision) -> tuple[Decision, ...]:
        """Return the approvals with one more."""
        same = (decision.role, decision.catalogue)
        return (*(a for a in self.approvals if (a.role, a.catalogue) != same), decision)

    def ends(self, catalogue: str | None = None) -> date | None:
        """Last day on which the pair of approvals holds; None where there is no pair."""
        latest = latest_of(self.approvals, catalogue)
        return min(map(last_day, latest.values())) if set(REVIEWERS) <= latest.keys() else None


def day_of(now: datetime) -> date:
    """Return the day that counts for training, approvals and waivers: that of UTC."""
    return now.astimezone(UTC).date()


def last_day(decision: Decision) -> date:
    """Last day of an approval: its own, or that of the waiver that expires first."""
    days: list[date] = [] if decision.valid_until is None else [decision.valid_until]
    return min([*days, *(waiver.expires for waiver in decision.waivers)])


def latest_of(decisions: Iterable[Decision], catalogue: str | None = None) -> dict[Role, Decision]:
    """Return the last word of each role, of those under a catalogue of law; None does not look."""
    return {d.role: d for d in decisions if catalogue is None or d.catalogue == catalogue}


def counting(track: Track, day: date, catalogue: str | None = None) -> dict[Role, Decision]:
    """Return the approvals that count on a day, by role: the last word of each, where it has not lapsed."""
    return {role: d for role, d in latest_of(track.approvals, catalogue).items() if last_day(d) >= day}


def missing_of(signed: Mapping[Role, Decision]) -> tuple[Role, ...]:
    """Which of the two reviewers' signatures are not there."""
    return tuple(role for role in REVIEWERS if role not in signed)


def state_on(track: Track, day: date) -> State:
    """Return the state on a day: what the events say, or expired."""
    expired = TRANSITIONS[track.state].get("expire")
    ends = track.ends() if expired else None
    return expired if expired and ends is not None and ends < day else track.state


def stands(track: Track, now: datetime, catalogue: str | None = None) -> Standing:
    """Return where a version stands.

    Parameters
    ----------
    track : Track
    now : datetime
    catalogue : str or None
        Digest of the catalogue of law that the asking program has: approvals under another one do not count. None
        does not look.
    """
    day = day_of(now)
    state = state_on(track, day)
    if state == "expired":
        return _expired(track, day, catalogue)
    if catalogue is not None and "reopen" in TRANSITIONS[state] and state != "submitted":
        ends = track.ends(catalogue)
        if ends is None:
            return _under_other_law(track, day, catalogue)
        if ends < day:
            return _expired(track, day, catalogue)
    return _as_told(track, state, day, catalogue)


def _as_told(track: Track, state: State, day: date, catalogue: str | None) -> Standing:
    live = "reopen" in TRANSITIONS[state]
    approvals = counting(track, day, catalogue) if live else {}
    missing: tuple[Role, ...] = ()
    if state == "submitted":
        missing = missing_of(approvals)
    elif state == "suspended":
        missing = missing_of(latest_of(track.resumes))
    ends = None if not live or missing_of(approvals) else track.ends(catalogue)
    standing = Standing(
        track.model, track.version, state, track.since, track.why, track.submission, (), missing, ends
    )
    return replace(standing, approvals=_in_order(track, approvals))


def _expired(track: Track, day: date, catalogue: str | None) -> Standing:
    ends = track.ends(catalogue) or track.ends()
    own = track.ends()
    ends = min(d for d in (ends, own) if d is not None)
    return Standing(
        track.model,
        track.version,
        "expired",
        datetime.combine(ends + timedelta(days=1), time(), UTC),
        f"Its approvals, or a waiver in them, held until {ends}.",
        track.submission,
        _in_order(track, counting(track, day, catalogue)),
        (),
        ends,
    )


def _under_other_law(track: Track, day: date, catalogue: str) -> Standing:
    approvals = counting(track, day, catalogue)
    return Standing(
        track.model,
        track.version,
        "submitted",
        track.since,
        "The law catalogue changed since it was approved: approvals under another catalogue count no more.",
        track.submission,
        _in_order(track, approvals),
        missing_of(approvals),
        None,
    )


def _in_order(track: Track, approvals: Mapping[Role, Decision]) -> tuple[Decision, ...]:
    chosen = list(approvals.values())
    return tuple(a for a in track.approvals if any(a is c for c in chosen))
