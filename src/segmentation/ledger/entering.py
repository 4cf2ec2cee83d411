"""How a ledger begins, and how people enter it: both by the root key alone.

The root key is pinned in the settings of whoever reads, so who can write the database still cannot add a
signer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.errors import ReviewError
from segmentation.ledger.facts import Change
from segmentation.ledger.records import Person, Start
from segmentation.ledger.signatures import called, read, seen, signed_by_root
from segmentation.ledger.standing import TRANSITIONS
from segmentation.signing import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from segmentation.ledger.event import Draft
    from segmentation.ledger.facts import Facts
    from segmentation.ledger.records import Decision
    from segmentation.ledger.track import Track


def begins(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow the start of a ledger: signed by the pinned root, and once."""
    if facts.ledger:
        raise ReviewError("The ledger has begun, and begins once; begin another one in another place.")
    start, signed = read(facts, draft, Start, now)
    about_nothing(draft)
    if start.root != facts.root.text:
        raise ReviewError(
            f"This ledger was begun by the root key {PublicKey(start.root).fingerprint}, and "
            f"{facts.root.fingerprint} is pinned here (SEGMENTATION_ROOT_KEY, or root.pub at home); compare "
            "both with the fingerprint that was written down when it began."
        )
    signed_by_root(facts, signed, "start of the ledger")
    return Change(start=start)


def enters(facts: Facts, draft: Draft, now: datetime) -> Change:
    """Allow a record of a person: signed by the root, the next of that name, with a key of their own.

    Who changed their key may go back to an earlier one of their own: that is for the root to judge. The root
    key itself can be nobody's, or one key could both enter people and decide.
    """
    person, signed = read(facts, draft, Person, now)
    about_nothing(draft)
    signed_by_root(facts, signed, f"record of {person.name}")
    seen(facts, person)
    before = facts.people.get(person.name)
    serial = 1 if before is None else before.serial + 1
    if person.serial != serial:
        raise ReviewError(
            f"The record of {person.name} has number {person.serial}, and their next one has number "
            f"{serial}; sign it with that number."
        )
    PublicKey(person.key)  # refuses what is no key
    if person.key == facts.root.text or facts.owners.get(person.key, person.name) != person.name:
        raise ReviewError(f"The key of {person.name} is or was somebody else's; make a new one for them.")
    return Change(person=person, tracks=tuple(_taken_back(facts, person, now)))


def _taken_back(facts: Facts, person: Person, now: datetime) -> Iterator[Track]:
    """Give the versions for which half a pair counts no more, as its signer may not sign it so any more.

    Otherwise somebody who left, or whose key was lost, could still be one of two who approve. A pair that was
    complete stays: it was signed by two people who might.
    """
    for track in (track for tracks in facts.tracks.values() for track in tracks.values()):
        if "reopen" not in TRANSITIONS[track.state]:
            continue
        gone = [d for d in (*track.approvals, *track.resumes) if d.by == person.name and not _may(person, d)]
        if gone:
            yield track.without(
                gone, f"as their roles or key changed on {now:%Y-%m-%d}; it must be made anew"
            )


def _may(person: Person, decision: Decision) -> bool:
    return (
        decision.role in person.roles and "administrator" not in person.roles and decision.key == person.key
    )


def about_nothing(draft: Draft) -> None:
    """Refuse a draft that names a model or a version."""
    if draft.model is not None or draft.version is not None:
        raise ReviewError(f"{called(draft)} is about no model; leave model and version out.")
