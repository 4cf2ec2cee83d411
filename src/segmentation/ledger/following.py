"""What follows for other versions: a policy is adopted, or the bundle of an approved version is published.

`activated` is the one event that nobody signs, so it can do no more than bring into service what two people
approved and nobody stopped. Whoever can write the database can add one for a version that stands approved,
and no other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.decisions import in_force, step
from segmentation.ledger.facts import Change
from segmentation.ledger.records import Adoption
from segmentation.ledger.signatures import entitled, read, seen, signer
from segmentation.ledger.standing import TRANSITIONS
from segmentation.ledger.track import Track, counting, day_of, state_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Decision


def adopts(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the adoption of a policy, and reopen the approvals that rest on another one."""
    adoption, signed = read(facts, draft, Adoption, now)
    if draft.model != adoption.model or draft.version is not None:
        raise ReviewError(f"The record is about {adoption.model}, and the event names something else.")
    person = signer(facts, adoption, signed)
    seen(facts, adoption)
    entitled(person, adoption.role, "adopt", now)
    _latest(facts, adoption)
    by = f"{adoption.by} adopted another policy on {now:%Y-%m-%d}"
    others = facts.tracks.get(adoption.model, {}).values()
    reopened = _reopened(facts, others, adoption.policy, adoption.limits, by, now)
    return Change(adoption=adoption, tracks=(*reopened, *_welcomed(others, adoption, now)))


def _welcomed(tracks: Iterable[Track], adoption: Adoption, now: datetime) -> Iterator[Track]:
    """Yield the versions that were reopened by another policy, and whose own one comes into force again."""
    for track in tracks:
        submission = track.submission
        if submission is None or submission.digests.policy != adoption.policy:
            continue
        if track.state == "submitted" and track.opened > track.submitted:
            told = f"{adoption.by} adopted its policy on {now:%Y-%m-%d}; approvals from before count no more."
            yield replace(track, why=told)


def _latest(facts: Facts, adoption: Adoption) -> None:
    """Refuse an adoption that was signed before another one, and kept back until after it."""
    last = facts.adopted.get(adoption.model)
    if last is not None and facts.places is not None and facts.places[adoption.previous] < last.seq:
        raise ReviewError(
            f"{adoption.by} signed before {last.by} adopted another policy for {adoption.model} (event "
            f"{last.seq}), and cannot have known; sign anew."
        )


def activates(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the note that an approved version's bundle was published, and say what it takes the place of.

    Superseded are the version active before, and every other one whose pair was complete before that of this
    one: nobody signs an activation, so an older version that was held back could otherwise be brought into
    service after it. Those that were complete later stay, unless the policy differs.
    """
    model, version = draft.model, draft.version
    if draft.signed is not None or model is None or version is None or set(draft.body or {}) != {"bundle"}:
        raise ReviewError(
            "The note that a bundle was published names its model, version and digest, and nothing else."
        )
    track = facts.track(model, version)
    state = step(track, "activate", day_of(now))
    in_force(facts, track)
    if track.submission is None or (draft.body or {})["bundle"] != track.submission.digests.bundle:
        raise ReviewError(
            f"The bundle that was published is not the one approved as version {version} of {model}; publish "
            "that one."
        )
    active = replace(
        track,
        state=state,
        since=now,
        why=f"Its bundle was published on {now:%Y-%m-%d}. {track.why}",
        serving=True,
    )
    return Change(tracks=(active, *_others(facts, active, track.submission, now)), activated=True)


def _others(facts: Facts, active: Track, submission: Decision, now: datetime) -> Iterator[Track]:
    """Give the model's other versions that give way to the active one, or rest on another policy."""
    tracks = facts.tracks[active.model].values()
    others = [t for t in tracks if t.version != active.version and "reopen" in TRANSITIONS[t.state]]
    kept = [t for t in others if not _gives_way(t, active, now)]
    for track in others:
        if _gives_way(track, active, now):
            yield replace(
                track,
                state=step(track, "supersede", day_of(now)),
                since=now,
                why=f"Version {active.version} took its place on {now:%Y-%m-%d}.",
            )
    by = f"Version {active.version}, of another policy, was activated on {now:%Y-%m-%d}"
    yield from _reopened(facts, kept, submission.digests.policy, submission.limits, by, now)


def _gives_way(track: Track, active: Track, now: datetime) -> bool:
    earlier = track.serving or track.completed < active.completed
    return earlier and "supersede" in TRANSITIONS[state_on(track, day_of(now))]


def _reopened(
    facts: Facts, tracks: Iterable[Track], policy: str, limits: str, by: str, now: datetime
) -> tuple[Track, ...]:
    """Take back the approvals that rest on another policy: approved, active or suspended, or half so."""
    day = day_of(now)
    found = []
    for track in tracks:
        submission = track.submission
        if submission is None or submission.digests.policy == policy:
            continue
        state = state_on(track, day)
        if "reopen" not in TRANSITIONS[state] or (state == "submitted" and not counting(track, day)):
            continue
        what = (
            "the audit limits differ"
            if submission.limits != limits
            else "the audit limits are the same, the rest differs"
        )
        found.append(
            replace(
                track,
                state=step(track, "reopen", day),
                since=now,
                why=f"{by}: {what}. Its approvals count no more.",
                opened=facts.seq + 1,
                approvals=(),
                pairs=(),
                completed=0,
                resumes=(),
                serving=False,
            )
        )
    return tuple(found)
