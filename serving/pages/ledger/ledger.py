"""The ledger as a page: what was verified of it, then every event, newest first, with what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from segmentation.ledger.witness import Witness
from serving.pages.ledger.exports import written_csv, written_json
from serving.pages.ledger.ledger_told import (
    KINDS,
    UNKNOWN,
    Asked,
    EventRow,
    Filter,
    asked,
    place,
    row,
    sliced,
    versions,
)
from serving.pages.page import Page, msg, told
from serving.pages.visit import Declined, File, Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from datetime import datetime

    from segmentation.ledger.facts import Anchor
    from segmentation.ledger.history import History
    from serving.pages.ledger.ledger_told import Slice
    from serving.pages.visit import Visit
    from serving.pages.words import Speaker


@dataclass(frozen=True)
class Verified:
    """What was verified of the ledger for this page.

    Attributes
    ----------
    events : int
        All of them.
    digest : str
        Of the last one; it covers every event.
    last, checked : datetime
        When the last event happened, and when this was verified.
    ledger : str
        Id of the ledger.
    root : str
        Fingerprint of the root key that is pinned.
    seen : int
        Up to which event the witness of this machine has seen the ledger.
    """

    events: int
    digest: str
    last: datetime
    checked: datetime
    ledger: str
    root: str
    seen: int


@dataclass(frozen=True)
class Search:
    """What may be asked for, each as a value and a word, what is, and what of the question was unknown."""

    kinds: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    filter: Filter
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Ledger(Page):
    """Everything that was ever recorded."""

    TEMPLATE: ClassVar[str] = "ledger.html.j2"
    TITLE: ClassVar[str] = msg("Ledger of all events")

    verified: Verified = field(
        metadata=told(
            msg("What was verified"),
            msg(
                "Each event names the digest of the one before it, so nothing can be changed, moved or "
                "removed unseen."
            ),
        )
    )
    anchor: Anchor | None = field(
        metadata=told(
            msg("Access log"),
            msg(
                "Requests are kept in a log of their own; its last digest stands among the events now and "
                "then."
            ),
        )
    )
    search: Search = field(
        metadata=told(
            msg("Events to show"), msg("Choose a kind, a person, a version or days; days are in UTC.")
        )
    )
    found: int = field(metadata=told(msg("Events found"), msg("How many events are asked for, of all.")))
    rows: tuple[EventRow, ...] = field(
        metadata=told(
            msg("Events"),
            msg("Newest first. Reasons are the words of who signed."),
        )
    )
    older: int | None = field(
        metadata=told(msg("Older events"), msg("The next page goes on before this event."))
    )
    newer: int | None = field(
        metadata=told(msg("Newer events"), msg("The page before this one goes on after this event."))
    )


def ledger(visit: Visit) -> Shown:
    """Show what was verified, and the events that are asked for.

    All of the ledger is read anew and held against what was verified before: an event that was altered is
    found here, wherever it stands. Where it does not hold, nothing is shown.
    """
    office, r = visit.office, speaker(visit.language)
    history = office.book.history(afresh=True)
    question = asked(visit.query, history)
    before, after, no_number = place(visit.query)
    events = tuple(one for one in history.events if question.filter.takes(one))
    page = sliced(events, before, after)
    unknown = (*question.unknown, *no_number)
    return Shown(
        Ledger(
            verified=_verified(visit, history),
            anchor=max(history.anchors, key=lambda one: one.number, default=None),
            search=_search(r, history, Asked(question.filter, unknown)),
            found=len(events),
            rows=_rows(page, history, office.model, r),
            older=page.older,
            newer=page.newer,
        )
    )


def _verified(visit: Visit, history: History) -> Verified:
    seen = Witness(visit.office.settings.trust.witness).seen()
    head = history.head
    return Verified(
        head.seq,
        head.digest,
        head.at,
        visit.now,
        history.ledger,
        history.root.fingerprint,
        0 if seen is None else seen.seq,
    )


def _search(r: Speaker, history: History, question: Asked) -> Search:
    everything = ("", r.t("any"))
    called = [(one, _called(r, one)) for one in versions(history)]
    return Search(
        (everything, *((kind, r.t(title)) for kind, title in KINDS.items())),
        (everything, *((name, name) for name in sorted(history.people))),
        (everything, *called),
        question.filter,
        tuple(r.t(UNKNOWN[name]) for name in question.unknown),
    )


def _called(r: Speaker, one: str) -> str:
    """Return what a model, or a version of it, is called among those to choose from."""
    model, _, version = one.partition(" ")
    return r.t("%(model)s version %(version)s", model=model, version=version) if version else model


def _rows(page: Slice, history: History, model: str, r: Speaker) -> tuple[EventRow, ...]:
    root, ours = history.root.fingerprint, frozenset(history.versions(model))
    return tuple(row(event, root, ours, r) for event in page.events)


def as_csv(visit: Visit) -> File:
    """Return the events that are asked for as a table."""
    history, question = _exported(visit)
    events = (one for one in history.events if question.takes(one))
    body = written_csv(events, history, speaker(visit.language))
    return File(body, "text/csv; charset=utf-8; header=present", f"ledger-{history.head.seq}.csv")


def as_json(visit: Visit) -> File:
    """Return the events that are asked for whole, with what was signed."""
    history, question = _exported(visit)
    events = tuple(one for one in history.events if question.takes(one))
    body = written_json(events, history, question)
    return File(body, "application/json", f"ledger-{history.head.seq}.json")


def _exported(visit: Visit) -> tuple[History, Filter]:
    """Return the ledger, verified anew, and what is asked of it.

    Raises
    ------
    Declined
        Something unknown is asked for: a file that holds more than was asked would be taken for what was.
    """
    history = visit.office.book.history(afresh=True)
    question = asked(visit.query, history)
    if question.unknown:
        why = speaker(visit.language).t(
            "The ledger knows nothing of what was asked for, so no file is written. Choose anew on the page "
            "of the ledger."
        )
        raise Declined("malformed", why)
    return history, question.filter
