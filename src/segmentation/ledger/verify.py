"""Says what happened to a chain that does not hold: which event was altered, removed, doubled or moved.

Each event carries the digest of what it says and that of the event before, so a change shows at the first
event that it touches. Two things do not show in the events alone: that the last ones were cut off, and that
all of them were replaced by another ledger of the same root. `Witness` and `Checkpoint` are there for these.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.errors import SigningError
from segmentation.ledger.event import GENESIS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from segmentation.ledger.event import Draft, Event

LONGEST = 64
"""Letters of a name or an action that a message repeats."""
DOUBT = "Everything after it is in doubt; compare with a checkpoint or a backup."


def label(draft: Draft) -> str:
    """Return what an event is about: ``decision, approve of resident_needs 3``.

    Whoever writes the database chooses these words, so only short and printable ones are repeated.
    """
    about = " ".join(_short(part) for part in (draft.model, draft.version) if part is not None)
    rest = " of ".join(part for part in (_told(draft), about) if part)
    return f"{_short(draft.kind)}, {rest}" if rest else _short(draft.kind)


def _told(draft: Draft) -> str:
    """Return the action of a decision, or the name of a person; empty where there is neither."""
    try:
        content = json.loads(draft.signed.document) if draft.signed else {}
    except (ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    return _short(content.get("action" if draft.kind == "decision" else "name", ""))


def _short(told: object) -> str:
    text = str(told)
    return text if text.isprintable() and len(text) <= LONGEST else "?"


def broken_link(before: Event | None, events: Sequence[Event], place: int = 0) -> str | None:
    """Return what is wrong with an event as the one that follows another; None where nothing is.

    Parameters
    ----------
    before : Event or None
        The last event that holds; None at the beginning.
    events : sequence of Event
    place : int
        Where the event stands among them that is judged; those after it tell a removed event from a moved
        one.
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
            f"{here} does not follow what stands before it: event {expected - 1} was replaced, or this one "
            f"was. {DOUBT}"
            if before is not None
            else f"{here} names an event before it, and is the first: those before it were removed. {DOUBT}"
        )
    wrong = broken_time(before, event.at)
    return None if wrong is None else f"{here}: {wrong} {DOUBT}"


def broken_time(before: Event | None, at: datetime) -> str | None:
    """Return what is wrong with the time of the event that follows another; None where nothing is."""
    if at.utcoffset() != timedelta(0):
        return "The time of an event is in UTC, and this one is not."
    if before is not None and at < before.at:
        return (
            f"It would be at {at:%Y-%m-%d %H:%M:%S} UTC, and the event before it was at "
            f"{before.at:%Y-%m-%d %H:%M:%S} UTC: a clock was set back, or a time altered."
        )
    return None


def _misplaced(expected: int, event: Event, events: Sequence[Event]) -> str:
    here = f"Event {event.seq} ({label(event.draft)})"
    if event.seq < expected:
        return (
            f"{here} stands once more, after event {expected - 1}: events were doubled or reordered. {DOUBT}"
        )
    later = next((e for e in events if e.seq == expected), None)
    if later is not None:
        return (
            f"Event {expected} ({label(later.draft)}) was moved: event {event.seq} stands in its place, so "
            f"the events were reordered. {DOUBT}"
        )
    return f"Event {expected} was removed: {here[0].lower()}{here[1:]} stands in its place. {DOUBT}"


def is_whole(event: Event) -> bool:
    """Whether an event's digest is that of what it says."""
    try:
        return event.computed == event.digest
    except (SigningError, TypeError, ValueError, AttributeError):
        return False
