"""What one person may decide about one version: who, from which state, about what, and with which waivers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from segmentation.errors import ReviewError
from segmentation.ledger.apart import another, outed, separate
from segmentation.ledger.facts import Change
from segmentation.ledger.records import Decision
from segmentation.ledger.signatures import entitled, read, seen, signer, words
from segmentation.ledger.standing import FOLLOWING, TRANSITIONS, State, Step
from segmentation.ledger.track import (
    Track,
    day_of,
    is_complete,
    latest_of,
    missing_of,
    names_of,
    state_on,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Person

SAME = ("digests", "verdict", "blocking", "trained_by", "review_days", "limits")
"""What every decision repeats of the submission that it is about."""
NAMED = 3
"""Findings that a refusal names; a version may have dozens."""


def decides(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow a decision, and say what it makes of the version.

    Only an approval carries waivers and a last day: a resume leads back to what was approved, until the day
    that was approved, and no other action would give them any effect.
    """
    decision, signed = read(facts, draft, Decision, now)
    if (draft.model, draft.version) != (decision.model, decision.version):
        raise ReviewError(
            f"The record is about version {decision.version} of {decision.model}, and the event names "
            "another one."
        )
    person = signer(facts, decision, signed)
    seen(facts, decision)
    return judged(facts, decision, person, now)


def judged(facts: Facts, decision: Decision, person: Person, now: datetime) -> Change:
    """Allow a decision for what it says and who says it; that they signed it is for `decides` to see."""
    track = facts.track(decision.model, decision.version)
    separate(facts, decision, person, track)
    entitled(person, decision.role, decision.action, now)
    _of_this_law(track, decision, day_of(now))
    step(track, decision.action, day_of(now))
    if decision.action == "submit":
        after = _submitted(facts, track, decision, now)
        return Change(decision=decision, tracks=(after, *outed(facts, decision)))
    _about_this_round(facts, track, decision)
    if decision.action in {"approve", "resume"}:
        in_force(facts, track)
    after = _EFFECTS[decision.action](facts, track, decision, now)
    return Change(decision=decision, tracks=(after,))


def step(track: Track, name: Step, day: date) -> State:
    """Return where a step leads from the state on a day.

    Raises
    ------
    ReviewError
        It leads nowhere; the sentence lists the steps that do.
    """
    state = state_on(track, day)
    if name in TRANSITIONS[state]:
        return TRANSITIONS[state][name]
    possible = [s for s in get_args(Step) if s in TRANSITIONS[state] and s not in FOLLOWING]
    if not possible:
        raise ReviewError(
            f"A version that is {state} takes no step any more, so version {track.version} of {track.model} "
            f"is not one to {words(name)}; register a new version."
        )
    raise ReviewError(
        f"Version {track.version} of {track.model} is {words(state)}. From {words(state)} these steps lead "
        f"on: {', '.join(possible)}; {name} does not."
    )


def in_force(facts: Facts, track: Track) -> None:
    """Refuse a version that rests on another policy than the one that was adopted for its model.

    Raises
    ------
    ReviewError
        The sentence says since when, and the way out.
    """
    adopted = facts.adopted.get(track.model)
    if adopted is None or track.submission is None or track.submission.digests.policy == adopted.policy:
        return
    raise ReviewError(
        f"Version {track.version} of {track.model} rests on another policy than the one that {adopted.by} "
        f"adopted on {adopted.at:%Y-%m-%d} (event {adopted.seq}); build a version under that policy, or "
        "adopt the policy of this one with `segmentation review adopt`."
    )


def _of_this_law(track: Track, decision: Decision, day: date) -> None:
    """Say what stops a version that looks submitted by another law than it was approved under."""
    state = state_on(track, day)
    turned = decision.action in {"request_changes", "reject"} and decision.action not in TRANSITIONS[state]
    if turned and state in {"approved", "active"} and track.pair(decision.catalogue) is None:
        raise ReviewError(
            f"Version {track.version} of {track.model} is {state} under the law catalogue it was approved "
            "under; revoke or suspend it."
        )


def _submitted(facts: Facts, track: Track, decision: Decision, now: datetime) -> Track:
    unknown = [name for name in decision.trained_by if name not in facts.people]
    if unknown:
        raise ReviewError(
            f"Nobody is entered as {', '.join(unknown)}, who trained the version; enter them with "
            "`segmentation people add`, so that they cannot approve what they made."
        )
    _bare(decision)
    if len(set(decision.blocking)) < len(decision.blocking):
        raise ReviewError("The submission names a blocking finding twice; name each once.")
    if decision.verdict == "broken" and not decision.blocking:
        raise ReviewError(
            "The verdict is broken, and the submission names no finding that blocks; name each broken "
            "finding."
        )
    if track.files is not None and dict(track.files) != decision.digests.model:
        raise ReviewError(
            f"Version {track.version} of {track.model} was submitted with other model files before; register "
            "what changed as a new version."
        )
    return replace(
        Track(track.model, track.version),
        state=step(track, "submit", day_of(now)),
        since=now,
        why=f"{decision.by} submitted it on {now:%Y-%m-%d}.",
        submission=decision,
        submitted=facts.seq + 1,
        opened=facts.seq + 1,
        files=decision.digests.model,
    )


def _about_this_round(facts: Facts, track: Track, decision: Decision) -> None:
    """Refuse a decision about something else than what was submitted, or made before it was."""
    submission = track.submission
    if submission is None:  # no state but draft lacks one, and from there only a submission leads on
        raise ReviewError(f"Version {track.version} of {track.model} was never submitted; submit it.")
    differs = [name for name in SAME if getattr(decision, name) != getattr(submission, name)]
    if differs:
        raise ReviewError(
            f"The decision is about something else than what was submitted as version {track.version} of "
            f"{track.model}: {' and '.join(differs)} differ; look at the submission again, and sign anew."
        )
    since = {
        "approve": track.opened,
        "resume": track.suspended,
        "request_changes": track.submitted,
        "reject": track.submitted,
    }.get(decision.action)
    if since is not None and facts.places is not None and facts.places[decision.previous] < since:
        raise ReviewError(
            f"{decision.by} signed before version {track.version} of {track.model} was "
            f"{_HAPPENED.get(decision.action, 'submitted')} (event {since}), and "
            "cannot have known; sign anew."
        )


def _bare(decision: Decision) -> None:
    if decision.valid_until is not None or decision.waivers:
        raise ReviewError(
            f"Only an approval has waivers and a last day; leave them out to {words(decision.action)}."
        )


def _approved(facts: Facts, track: Track, decision: Decision, now: datetime) -> Track:
    day = day_of(now)
    _valid_for(decision, day)
    _waived(decision, day)
    another(facts, decision, track.opened)
    after = replace(track, approvals=track.approved_also(decision), state=step(track, "approve", day)).paired(
        day
    )
    pair = after.pair()
    if pair is None or after.pairs is track.pairs:
        return after
    if "complete" not in TRANSITIONS[track.state]:
        told = f"{names_of(latest_of(pair))} approved it, {decision.by} anew on {now:%Y-%m-%d};"
        shorter = [a.role for a in pair if after.until(a) == after.ends()]
        told += f" it holds until {after.ends()}, as long as the approval for {' and '.join(shorter)}."
        return replace(after, why=told)
    return replace(
        after,
        state=step(track, "complete", day),
        since=now,
        completed=facts.seq + 1,
        why=f"{names_of(latest_of(pair))} approved it, until {after.ends()}.",
    )


def _valid_for(decision: Decision, day: date) -> None:
    if decision.valid_until is None:
        raise ReviewError("An approval has a last day; say until when it holds.")
    days = (decision.valid_until - day).days
    if days < 0:
        raise ReviewError(
            f"The approval would hold until {decision.valid_until}, which is over; choose a later day."
        )
    if days > decision.review_days:
        raise ReviewError(
            f"The approval would hold until {decision.valid_until}, {days} days from now, and the policy "
            f"reviews every {decision.review_days} days; choose an earlier day."
        )


def _waived(decision: Decision, day: date) -> None:
    """Refuse what blocks and is not waived, and waivers that are for nothing, doubled or over."""
    named = [waiver.finding for waiver in decision.waivers]
    lacking = [finding for finding in decision.blocking if finding not in named]
    if lacking:
        raise ReviewError(
            f"What blocks approval needs a waiver of its own, and {_some(lacking)} none; waive it "
            "with a reason and a day, or request changes."
        )
    odd = [finding for finding in named if finding not in decision.blocking]
    if odd:
        raise ReviewError(f"A waiver is for {', '.join(odd)}, which does not block; leave it out.")
    if len(set(named)) < len(named):
        raise ReviewError("A finding is waived twice; waive each once.")
    over = [waiver.finding for waiver in decision.waivers if waiver.expires < day]
    if over:
        raise ReviewError(
            f"The waiver of {', '.join(over)} has expired; give it a later day, or request changes."
        )


def _some(findings: list[str]) -> str:
    """Return the first findings, how many more there are, and the verb that follows."""
    rest = len(findings) - NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return f"{', '.join(findings[:NAMED])}{more} {'has' if len(findings) == 1 else 'have'}"


def _resumed(facts: Facts, track: Track, decision: Decision, now: datetime) -> Track:
    _bare(decision)
    another(facts, decision, track.suspended)
    if any((r.by, r.role) == (decision.by, decision.role) for r in track.resumes):
        raise ReviewError(
            f"{decision.by} resumed version {track.version} of {track.model} as {decision.role} already; the "
            f"signature for {' and '.join(missing_of(latest_of(track.resumes)))} is missing."
        )
    after = replace(track, resumes=(*(r for r in track.resumes if r.role != decision.role), decision))
    signed = latest_of(after.resumes)
    state = step(track, "resume", day_of(now))
    if not is_complete(signed):
        return after
    return replace(
        after,
        state=state if track.serving else "approved",
        resumes=(),
        since=now,
        why=f"{names_of(signed)} resumed it on {now:%Y-%m-%d}.",
    )


def _suspended(facts: Facts, track: Track, decision: Decision, now: datetime) -> Track:
    return replace(_ended(facts, track, decision, now), suspended=facts.seq + 1, resumes=())


def _ended(facts: Facts, track: Track, decision: Decision, now: datetime) -> Track:
    del facts
    _bare(decision)
    return replace(
        track,
        state=step(track, decision.action, day_of(now)),
        since=now,
        why=f"{decision.by} ({decision.role}) {_DONE[decision.action]} on {now:%Y-%m-%d}.",
    )


_HAPPENED = {"approve": "submitted or reopened", "resume": "suspended"}
_DONE = {
    "request_changes": "requested changes",
    "reject": "rejected it",
    "revoke": "revoked it",
    "suspend": "suspended it",
}
_EFFECTS = {
    "approve": _approved,
    "request_changes": _ended,
    "reject": _ended,
    "revoke": _ended,
    "suspend": _suspended,
    "resume": _resumed,
}
