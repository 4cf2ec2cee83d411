"""Says what happened to a chain that does not hold: which event was altered, removed, doubled or moved.

Each event carries the digest of what it says and that of the event before, so a change shows at the first event that
it touches. Two things do not show in the events alone: that the last ones were cut off, and that all of them were
replaced by another ledger of the same root. `Witness` and `Checkpoint` are there for these.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.errors import SigningError
from segmentation.ledger.event import GENESIS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.ledger.event import Draft, Event

DOUBT = "Everything after it is in doubt; compare with a checkpoint or a backup."


def label(draft: Draft) -> str:
    """Return what an event is about: ``decision, approve of resident_needs 3``."""
    about = " ".join(str(part) for part in (draft.model, draft.version) if part is not None)
    action = _told(draft, "action") if draft.kind == "decision" else _told(draft, "name")
    rest = " of ".join(part for part in (action, about) if part)
    return f"{draft.kind}, {rest}" if rest else draft.kind


def _told(draft: Draft, field: str) -> str:
    """Return a field of the signed document, which may say anything: only short words are repeated."""
    try:
        content = json.loads(draft.signed.document) if draft.signed else {}
    except (ValueError, RecursionError):
        return ""
    told = content.get(field) if isinstance(content, dict) else None
    return told if isinstance(told, str) and told.isprintable() and len(told) <= 64 else ""  # noqa: PLR2004  # as `Who`


def broken_link(before: Event | None, events: Sequence[Event], place: int = 0) -> str | None:
    """Return what is wrong with an event as the one that follows another; None where nothing is.

    Parameters
    ----------
    before : Event or None
        The last event that holds; None at the beginning.
    events : sequence of Event
    place : int
        Where the event stands among them that is judged; those after it tell a removed event from a moved one.
    """
    event = events[place]
    expected, previous = (1, GENESIS) if before is None else (before.seq + 1, before.digest)
    here = f"Event {event.seq} ({label(event.draft)})"
    if not is_whole(event):
        return f"{here} was altered: its digest does not match what it says. {DOUBT}"
    if event.seq != expected:
        return _misplaced(expected, event, events[place:])
    if event.previous != previous:
        return (
            f"{here} does not follow what stands before it: event {expected - 1} was replaced, or this one was. {DOUBT}"
            if before is not None
            else f"{here} names an event before it, and is the first: those before it were removed. {DOUBT}"
        )
    if event.at.utcoffset() != timedelta(0):
        return f"{here} was altered: its time is not in UTC. {DOUBT}"
    if before is not None and event.at < before.at:
        return (
            f"{here} says that it happened at {event.at:%Y-%m-%d %H:%M:%S} UTC, before the event that it follows: a "
            f"clock was set back, or the times were altered. {DOUBT}"
        )
    return None


def _misplaced(expected: int, event: Event, events: Sequence[Event]) -> str:
    here = f"Event {event.seq} ({label(event.draft)})"
    if event.seq < expected:
        return f"{here} stands a second time, after event {expected - 1}: events were doubled or reordered. {DOUBT}"
    later = next((e for e in events if e.seq == expected), None)
    if later is not None:
        return (
            f"Event {expected} ({label(later.draft)}) was moved: event {event.seq} stands in its place, so the events "
            f"were reordered. {DOUBT}"
        )
    return f"Event {expected} was removed: {here[0].lower()}{here[1:]} stands in its place. {DOUBT}"


def is_whole(event: Event) -> bool:
    """Whether an event's digest is that of what it says."""
    try:
        return event.computed == event.digest
    except (SigningError, TypeError, ValueError, AttributeError):
        return False
