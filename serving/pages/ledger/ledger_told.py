"""Which events of the ledger somebody asks for, and what the page of the ledger says of each.

What is asked for is checked against what the ledger holds: a name, a version or a day that is none of its own
is told, and asked for no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from segmentation.ledger.records import HIGHEST
from segmentation.reviews.event_words import DECIDED, TITLES
from segmentation.reviews.events import event_told
from segmentation.wording import msg
from serving.pages.fields import day_of_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import date

    from segmentation.ledger.event import Event
    from segmentation.ledger.history import History
    from segmentation.reviews.events import EventTold
    from serving.pages.words import Speaker

PAGE = 100
"""Events on one page."""
KINDS: Mapping[str, str] = {
    "decision": msg("Every decision"),
    **{action: title for action, (title, _) in DECIDED.items()},
    **{kind: title for kind, title in TITLES.items() if kind != "person"},
    "person": msg("People entered or changed"),
}
"""What may be asked for: kinds of events, and of decisions each action."""
ROOT_SIGNS = frozenset({"start", "person"})
"""Kinds that the root key signs."""
UNKNOWN: Mapping[str, str] = {
    "kind": msg("No event is of the kind that was asked for, so events of all kinds are shown."),
    "person": msg(
        "The ledger knows nobody of the name that was asked for, so events of everybody are shown."
    ),
    "version": msg("No such version was ever submitted, so events of all versions are shown."),
    "from": msg("The first day was no day, such as 2026-01-31, so events from the beginning are shown."),
    "to": msg("The last day was no day, such as 2026-01-31, so events until now are shown."),
    "days": msg("The first day is after the last one, so no event lies between them."),
    "before": msg("The number of an event was none, so the newest events are shown."),
    "after": msg("The number of an event was none, so the newest events are shown."),
}
"""What is told where something unknown was asked for, by its name in the address."""


@dataclass(frozen=True)
class Filter:
    """Which events are asked for; empty values ask for all.

    Attributes
    ----------
    kind : str
        Of `KINDS`.
    person : str
        Who signed it, or whom it enters, or who trained what it submits.
    version : str
        A model, or a model, a space and the number of a version.
    first, last : date or None
        In UTC, both included.
    """

    kind: str = ""
    person: str = ""
    version: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def query(self) -> dict[str, str]:
        """What stands in the address for it."""
        days = {"from": self.first, "to": self.last}
        told = {name: "" if day is None else day.isoformat() for name, day in days.items()}
        return {"kind": self.kind, "person": self.person, "version": self.version, **told}

    @property
    def is_set(self) -> bool:
        """Whether it leaves out anything."""
        return any(getattr(self, one.name) for one in fields(self))

    def takes(self, event: Event) -> bool:
        """Whether an event is asked for."""
        content = _content_of(event)
        day = event.at.date()
        return (
            self.kind in {"", event.draft.kind, content.action}
            and self.person in {"", *content.people}
            and self.version in {"", event.draft.model, f"{event.draft.model} {event.draft.version}"}
            and (self.first is None or day >= self.first)
            and (self.last is None or day <= self.last)
        )


@dataclass(frozen=True)
class Content:
    """What a filter looks at: the action of a decision, and the people whom an event names."""

    action: str = ""
    people: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """A filter, and what of the question was unknown, in the words of `UNKNOWN`."""

    filter: Filter
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Slice:
    """The events of one page, newest first, and the numbers from which the pages beside it go on.

    `older` and `newer` are None where there is no such page.
    """

    events: tuple[Event, ...]
    older: int | None
    newer: int | None


@dataclass(frozen=True)
class EventRow:
    """An event as the page shows it.

    Attributes
    ----------
    told : EventTold
    digest : str
    signer : str
        Fingerprint of the key that signed it; empty where nobody did.
    by_root : bool
        Whether that is the root key.
    is_ours : bool
        Whether its version is one of the model that is served here, and has a page.
    """

    told: EventTold
    digest: str
    signer: str
    by_root: bool
    is_ours: bool


def asked(query: Mapping[str, str], history: History) -> Asked:
    """Return the filter that an address asks for, as far as the ledger knows what it names."""
    known = {
        "kind": frozenset(KINDS),
        "person": frozenset(history.people),
        "version": frozenset(versions(history)),
    }
    told: dict[str, str] = {name: query.get(name, "") for name in known}
    unknown = [name for name, value in told.items() if value and value not in known[name]]
    days = {name: query.get(name, "") for name in ("from", "to")}
    unknown += [name for name, value in days.items() if value and day_of_text(value) is None]
    found = {name: "" if name in unknown else value for name, value in told.items()}
    first, last = (day_of_text(day) for day in days.values())
    if first is not None and last is not None and first > last:
        unknown.append("days")
    return Asked(Filter(**found, first=first, last=last), tuple(unknown))


def versions(history: History) -> tuple[str, ...]:
    """Return the models, each followed by its versions, newest first, as they stand in an address."""
    by: dict[str, list[str]] = {}
    for model, version in reversed(history.versions()):
        by.setdefault(model, [model]).append(f"{model} {version}")
    return tuple(one for model in sorted(by) for one in by[model])


def place(query: Mapping[str, str]) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Return before and after which event the page lies, and what of that was no number."""
    told = {name: query.get(name, "") for name in ("before", "after")}
    found = {name: _number(value) for name, value in told.items()}
    unknown = tuple(name for name, value in told.items() if value and found[name] is None)
    return found["before"], found["after"], unknown


def sliced(events: Iterable[Event], before: int | None, after: int | None) -> Slice:
    """Return one page of events.

    Pages go on from the number of an event, so what is added since moves none of them.

    Parameters
    ----------
    events : iterable of Event
        Those that are asked for, oldest first.
    before : int or None
        The page holds the newest events before this one.
    after : int or None
        Without `before`: the page holds the oldest events after this one.
    """
    found = tuple(events)
    if before is not None:
        taken = [one for one in found if one.seq < before][-PAGE:]
    elif after is not None:
        taken = [one for one in found if one.seq > after][:PAGE]
    else:
        taken = list(found[-PAGE:])
    if not taken:
        return Slice((), None, None)
    older = taken[0].seq if found[0].seq < taken[0].seq else None
    newer = taken[-1].seq if found[-1].seq > taken[-1].seq else None
    return Slice(tuple(reversed(taken)), older, newer)


def row(event: Event, root: str, ours: Container[tuple[str | None, int | None]], r: Speaker) -> EventRow:
    """Return an event as the page shows it.

    Parameters
    ----------
    event : Event
    root : str
        Fingerprint of the root key.
    ours : container of (str, int)
        Models and versions that have a page here.
    r : Speaker
    """
    told, by_root = event_told(event, r), event.draft.kind in ROOT_SIGNS
    return EventRow(
        told,
        event.digest,
        root if by_root else told.key_fingerprint,
        by_root=by_root,
        is_ours=(event.draft.model, event.draft.version) in ours,
    )


def _content_of(event: Event) -> Content:
    signed = event.draft.signed
    return Content() if signed is None else _read(signed.document)


@lru_cache(maxsize=32_768)
def _read(document: str) -> Content:
    """Return what a filter looks at in a verified document; kept, because each request looks at all."""
    told = json.loads(document)
    action = str(told.get("action", ""))
    trained = told["trained_by"] if action == "submit" else ()
    people = (told.get("by"), told.get("name"), *trained)
    return Content(action, tuple(str(name) for name in people if name))


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST))):
        return None
    return int(text)
