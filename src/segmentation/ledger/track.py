"""One version's way through the states as its events tell it; what the day makes of it is asked each time.

An approval counts until its last day, which nobody writes into the ledger. So a track keeps what was signed,
and `stands` says what that means on a day and under a catalogue of law.
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
    submitted : int
        Number of the event that submitted it last.
    opened : int
        Number of the event from which approvals count: the submission, or what reopened it. Who approves must
        have seen that event.
    approvals : tuple of Decision
        Since `opened`, oldest first; a later one replaces an earlier one of the same role under the same
        catalogue. Those that a person's changed record took back are not among them.
    pairs : tuple of pairs of Decision
        Two approvals that were complete when the second was signed, one pair for each catalogue of law, the
        latest last. A pair stays when somebody in it leaves.
    completed : int
        Number of the event that completed the first pair since `opened`; 0 where none did.
    suspended : int
        Number of the event that suspended it last.
    resumes : tuple of Decision
        Since then.
    serving : bool
        Whether its bundle was published since the pair was complete: where a resume leads back to.
    files : mapping of str to str
        Digests of the model files of its first submission; a version is one model for ever.
    """

    model: str
    version: int
    state: State = "draft"
    since: datetime | None = None
    why: str = "Nobody has submitted it."
    submission: Decision | None = None
    submitted: int = 0
    opened: int = 0
    approvals: tuple[Decision, ...] = ()
    pairs: tuple[tuple[Decision, Decision], ...] = ()
    completed: int = 0
    suspended: int = 0
    resumes: tuple[Decision, ...] = ()
    serving: bool = False
    files: Mapping[str, str] | None = None

    def approved_also(self, decision: Decision) -> tuple[Decision, ...]:
        """Return the approvals with one more."""
        same = (decision.role, decision.catalogue)
        return (*(a for a in self.approvals if (a.role, a.catalogue) != same), decision)

    def without(self, gone: Iterable[Decision], why: str) -> Track:
        """Return the track without signatures that count no more, and say so of those that are in no pair."""
        out = {id(decision): decision for decision in gone}
        paired = {id(approval) for pair in self.pairs for approval in pair}
        told = [
            f"The signature of {decision.by} ({decision.role}) counts no more, {why}."
            for key, decision in out.items()
            if key not in paired
        ]
        return replace(
            self,
            approvals=tuple(a for a in self.approvals if id(a) not in out),
            resumes=tuple(r for r in self.resumes if id(r) not in out),
            why=" ".join((self.why, *told)),
        )

    @property
    def signed(self) -> tuple[Decision, ...]:
        """Every approval that counts or counted in a pair, once each."""
        earlier = [a for pair in self.pairs for a in pair if not any(a is b for b in self.approvals)]
        return (*earlier, *self.approvals)

    def pair(self, catalogue: str | None = None) -> tuple[Decision, Decision] | None:
        """Return the pair under a catalogue of law; None asks for the latest, whatever the catalogue."""
        found = [pair for pair in self.pairs if catalogue in {None, pair[0].catalogue}]
        return found[-1] if found else None

    def paired(self, day: date) -> Track:
        """Return the track with the pairs that are complete on a day; the same one where none is new."""
        pairs = self.pairs
        for catalogue in dict.fromkeys(approval.catalogue for approval in self.approvals):
            found = _valid(self, latest_of(self.approvals, catalogue), day)
            pair = tuple(a for a in self.approvals if any(a is b for b in found.values()))
            if is_complete(found) and not any(pair == other for other in pairs):
                pairs = (*(p for p in pairs if p[0].catalogue != catalogue), (pair[0], pair[1]))
        return self if pairs is self.pairs else replace(self, pairs=pairs)

    def until(self, decision: Decision) -> date:
        """Last day of an approval: its own, or that of the last word of the same role where it is earlier."""
        return min(last_day(decision), last_day(latest_of(self.signed)[decision.role]))

    def ends(self) -> date | None:
        """Last day on which the latest pair of approvals holds; None where there is no pair."""
        pair = self.pair()
        return None if pair is None else min(map(self.until, pair))


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
    """Return the approvals that count on a day, by role: a pair, or what there is of one.

    All are under one catalogue of law: the one that is asked for, or else that of the latest pair, or of the
    latest approval. Where the last word of a role has lapsed, an earlier one does not take its place.
    """
    pair = track.pair(catalogue)
    held = {} if pair is None else _valid(track, {a.role: a for a in pair}, day)
    if is_complete(held) or not track.approvals:
        return held
    return _valid(track, latest_of(track.approvals, catalogue or track.approvals[-1].catalogue), day)


def is_complete(signed: Mapping[Role, Decision]) -> bool:
    """Whether both reviewers signed, and are two people."""
    return not missing_of(signed) and len({signed[role].by for role in REVIEWERS}) == len(REVIEWERS)


def _valid(track: Track, signed: Mapping[Role, Decision], day: date) -> dict[Role, Decision]:
    return {role: decision for role, decision in signed.items() if track.until(decision) >= day}


def missing_of(signed: Mapping[Role, object]) -> tuple[Role, ...]:
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
        Digest of the catalogue of law that the asking program has: approvals under another one do not count.
        None does not look. What was approved under another one alone stands as submitted, and two approvals
        under this one bring it back; what is suspended stays so.
    """
    day = day_of(now)
    state = state_on(track, day)
    if state == "expired":
        return _expired(track, day)
    approvals = counting(track, day, catalogue) if "reopen" in TRANSITIONS[state] else {}
    hidden = (
        state in {"submitted", "approved", "active"}
        and bool(missing_of(approvals))
        and catalogue is not None
        and any(a.catalogue != catalogue and track.until(a) >= day for a in track.signed)
    )
    if hidden:
        state = "submitted"
    missing = missing_of({"submitted": approvals, "suspended": latest_of(track.resumes)}.get(state, _BOTH))
    return Standing(
        track.model,
        track.version,
        state,
        track.since,
        _why(track, state, approvals, hidden=hidden),
        track.submission,
        in_order(track, approvals),
        missing,
        min(map(track.until, approvals.values())) if is_complete(approvals) else None,
    )


def names_of(signed: Mapping[Role, Decision]) -> str:
    """Return who signed, and as what: ``Carol (compliance) and Bob (business)``."""
    return " and ".join(f"{signed[role].by} ({role})" for role in REVIEWERS if role in signed)


def in_order(track: Track, approvals: Mapping[Role, Decision]) -> tuple[Decision, ...]:
    """Return approvals, the oldest first."""
    return tuple(a for a in track.signed if any(a is chosen for chosen in approvals.values()))


_BOTH: Mapping[Role, object] = dict.fromkeys(REVIEWERS)


def _why(track: Track, state: State, approvals: Mapping[Role, Decision], *, hidden: bool) -> str:
    """Return by what it stands there, with what one of two reviewers did already."""
    parts = [track.why]
    signed = {"submitted": approvals, "suspended": latest_of(track.resumes)}.get(state, {})
    if hidden:
        parts = ["The law catalogue changed: approvals under another catalogue count no more."]
    if state in {"approved", "active"}:
        paired = [a for pair in track.pairs for a in pair]
        signed = latest_of(a for a in track.approvals if not any(a is b for b in paired))
    if signed:
        done = "resumed" if state == "suspended" else "approved" if state == "submitted" else "renewed"
        parts.append(
            f"{names_of(signed)} {done} it; the signature for {' and '.join(missing_of(signed))} is missing."
        )
    return " ".join(parts)


def _expired(track: Track, day: date) -> Standing:
    ends = track.ends() or day
    return Standing(
        track.model,
        track.version,
        "expired",
        datetime.combine(ends + timedelta(days=1), time(), UTC),
        f"Its approvals, or a waiver in them, held until {ends}.",
        track.submission,
        in_order(track, counting(track, day)),
        (),
        ends,
    )
