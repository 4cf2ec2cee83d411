"""Keeps apart who makes a version, who keeps the people, and each of the two who approve it.

What counts is everything that the ledger was ever told of the model, not the last round alone: who made it
once stays who made it, under whatever number and catalogue of law.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.facts import identity
from segmentation.ledger.standing import TRANSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Decision, Person
    from segmentation.ledger.track import Track


def separate(facts: Facts, decision: Decision, person: Person, track: Track) -> None:
    """Refuse an approval or a resume by who keeps the people, or by who ever made the model.

    Raises
    ------
    ReviewError
        The person is an administrator, or submitted or trained the version, in whatever round, or another
        version with the same scorer.
    """
    if decision.action not in {"approve", "resume"}:
        return
    if "administrator" in person.roles:
        raise ReviewError(
            f"{person.name} holds administrator, and who keeps the people may not {decision.action}; ask a "
            "compliance or business person who is no administrator."
        )
    if track.submission is None:
        return
    this = {track.submission.by, *track.submission.trained_by, *decision.trained_by}
    if person.name in this or person.name in facts.made(track.submission.digests.model):
        other = decision.role if decision.role in {"compliance", "business"} else "compliance or business"
        when = (
            "" if person.name in this else ", or the same model, in an earlier round or as another version,"
        )
        raise ReviewError(
            f"{person.name} trained or submitted version {track.version} of {track.model}{when} and may not "
            f"{decision.action} it; ask another {other} person."
        )


def outed(facts: Facts, submission: Decision) -> Iterator[Track]:
    """Give the other versions of the same model of which a maker, as is now told, signed half a pair."""
    same = identity(submission.digests.model)
    for track in (track for tracks in facts.tracks.values() for track in tracks.values()):
        this = (track.model, track.version) == (submission.model, submission.version)
        alike = track.files is not None and identity(track.files) == same
        if this or not alike or "reopen" not in TRANSITIONS[track.state]:
            continue
        gone = [
            d for d in (*track.approvals, *track.resumes) if d.by in {submission.by, *submission.trained_by}
        ]
        if gone:
            yield track.without(
                gone,
                f"as version {submission.version} of {submission.model} names them as a maker of it",
            )


def another(facts: Facts, decision: Decision, since: int) -> None:
    """Refuse one person as both signatures.

    Parameters
    ----------
    facts : Facts
    decision : Decision
        An approval or a resume.
    since : int
        Number of the event from which signatures count; all since then are looked at, under whatever
        catalogue, and also those that were replaced.

    Raises
    ------
    ReviewError
        The person signed in the other role.
    """
    for event, other in facts.records.get((decision.model, decision.version), ()):
        same = (other.action, other.by) == (decision.action, decision.by) and event.seq >= since
        if same and other.role != decision.role:
            done = "approved" if decision.action == "approve" else "resumed"
            raise ReviewError(
                f"{decision.by} {done} it as {other.role} already, and the two signatures are by two people; "
                f"ask another {decision.role} person."
            )
