"""A ledger as its events tell it: each one checked against the chain and the rules, or none is believed.

Whoever can write the database can write anything into it. So nothing is read from it but a list of events,
and a `History` exists only of a list in which every event follows the one before it, carries the signature
that it needs, and was allowed when it happened. Where a version stands is worked out from that, never stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from segmentation.errors import LedgerError, ReviewError
from segmentation.ledger.commenting import said
from segmentation.ledger.comments import Comment
from segmentation.ledger.decisions import judged
from segmentation.ledger.facts import Facts
from segmentation.ledger.proof import Proof
from segmentation.ledger.rules import RULES, change_of
from segmentation.ledger.signatures import seen
from segmentation.ledger.track import stands
from segmentation.ledger.verify import broken_link, broken_time, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from segmentation.ledger.api_keys import ApiKeyStanding
    from segmentation.ledger.event import Draft, Event
    from segmentation.ledger.facts import Anchor
    from segmentation.ledger.records import Decision, Person
    from segmentation.ledger.rules import Rule
    from segmentation.ledger.standing import Standing
    from segmentation.ledger.track import Track
    from segmentation.signing import PublicKey


class History:
    """Events that follow each other and the rules.

    Parameters
    ----------
    root : PublicKey
        The root key that is pinned; a new history has no events, and takes the start of a ledger.
    rules : mapping of str to Rule, default=RULES
        By kind of event.
    """

    def __init__(self, root: PublicKey, rules: Mapping[str, Rule] = RULES) -> None:
        self._facts = Facts(root)
        self._events: list[Event] = []
        self._rules = rules

    @classmethod
    def replayed(cls, events: Iterable[Event], root: PublicKey) -> Self:
        """Return the history that events tell, in the order given.

        Parameters
        ----------
        events : iterable of Event
            From the start of the ledger.
        root : PublicKey
            The pinned root key.

        Raises
        ------
        LedgerError
            There is none, or it names the first event that was altered, removed, doubled, moved, or that the
            rules do not allow. That the last events were cut off cannot be seen here; `Witness` and
            `Checkpoint` see it.
        """
        history, found = cls(root), list(events)
        if not found:
            raise LedgerError(
                "The ledger holds no events, not even its start; begin it, or restore it from a backup."
            )
        for place in range(len(found)):
            history._take(found, place)
        return history

    def add(self, event: Event) -> None:
        """Take in the next event, wholly or not at all.

        Raises
        ------
        LedgerError
            It does not follow the last one, or the rules do not allow it.
        """
        self._take([event], 0)

    def _take(self, events: Sequence[Event], place: int) -> None:
        event = events[place]
        before = self._events[-1] if self._events else None
        wrong = broken_link(before, events, place)
        if wrong is not None:
            raise LedgerError(wrong)
        try:
            change = change_of(self._facts, event.draft, event.at, self._rules)
        except ReviewError as error:
            raise LedgerError(
                f"Event {event.seq} ({label(event.draft)}) breaks the rules, so nothing from it on is "
                f"believed: {error}"
            ) from None
        self._events.append(event)
        self._facts.apply(change, event)

    def permit(self, draft: Draft, now: datetime) -> None:
        """Check that a draft may be the next event, and add nothing.

        Raises
        ------
        ReviewError
            The rules do not allow it; the sentence says which one, and the way out.
        """
        wrong = broken_time(self._events[-1] if self._events else None, now)
        if wrong is not None:
            raise ReviewError(f"{wrong} Set the clock.")
        change_of(self._facts, draft, now, self._rules)

    def foresee(self, record: Decision | Comment, now: datetime) -> None:
        """Check that a record may be the next event once it is signed, so that nobody signs in vain.

        Raises
        ------
        ReviewError
            What `permit` raises, but for what the signature itself may lack.
        """
        person = self._facts.people.get(record.by)
        if person is None:
            raise ReviewError(
                f"Nobody is entered as {record.by}. Enter them with `segmentation people add`, or mend the "
                "name."
            )
        seen(self._facts, record)
        if isinstance(record, Comment):
            said(self._facts, record, person, now)
        else:
            judged(self._facts, record, person, now)

    def copy(self) -> History:
        """Return the same history, to add to it what may yet be rolled back."""
        twin = History(self._facts.root, self._rules)
        twin._facts, twin._events = self._facts.copy(), list(self._events)
        return twin

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, the oldest first."""
        return tuple(self._events)

    @property
    def head(self) -> Event:
        """The last event.

        Raises
        ------
        LedgerError
            There is none yet.
        """
        if not self._events:
            raise LedgerError(
                "The ledger has not begun: it holds no events. Begin it with `segmentation people init`."
            )
        return self._events[-1]

    @property
    def ledger(self) -> str:
        """Id of the ledger; empty before its start."""
        return self._facts.ledger

    @property
    def root(self) -> PublicKey:
        """The pinned root key."""
        return self._facts.root

    @property
    def people(self) -> dict[str, Person]:
        """The latest record of each person."""
        return dict(self._facts.people)

    @property
    def api_keys(self) -> Mapping[str, ApiKeyStanding]:
        """Every API key that was ever issued, by its id, with what became of it."""
        return dict(self._facts.api_keys)

    @property
    def anchors(self) -> tuple[Anchor, ...]:
        """How far the access log went, each time that somebody wrote it here, the oldest first.

        Nobody signs them, so one of them counts only as what the log is held against: by all of them.
        """
        return tuple(self._facts.anchors.values())

    def standing(self, model: str, version: int, now: datetime, catalogue: str | None = None) -> Standing:
        """Return where a version stands.

        Parameters
        ----------
        model, version : str, int
        now : datetime
            Its day, in UTC, decides what has expired.
        catalogue : str or None
            Digest of the catalogue of law of the asking program: approvals under another one do not count.
            None does not look.
        """
        return stands(self._facts.track(model, version), now, catalogue)

    def track(self, model: str, version: int) -> Track:
        """Return what the events make of a version, whatever the day: who signed it, and in which round."""
        return self._facts.track(model, version)

    def versions(self, model: str | None = None) -> tuple[tuple[str, int], ...]:
        """Return every version that was ever submitted, sorted; of one model, or of all."""
        tracks = self._facts.tracks
        models = sorted(tracks) if model is None else [model]
        return tuple((name, version) for name in models for version in sorted(tracks.get(name, {})))

    def active(self, model: str, now: datetime, catalogue: str | None = None) -> Standing | None:
        """Return where the version stands that is active; None where none is."""
        version = self._facts.activated.get(model)
        standing = None if version is None else self.standing(model, version, now, catalogue)
        return standing if standing is not None and standing.state == "active" else None

    def activated(self, model: str) -> int | None:
        """Return the version that was activated last, whatever became of it; None where none ever was."""
        return self._facts.activated.get(model)

    def records(self, model: str, version: int) -> tuple[tuple[Event, Decision], ...]:
        """Return every decision about a version with its event, the oldest first."""
        return tuple(self._facts.records.get((model, version), ()))

    def comments(self, model: str, version: int) -> tuple[tuple[Event, Comment], ...]:
        """Return every signed comment about a version with its event, the oldest first."""
        return tuple(self._facts.comments.get((model, version), ()))

    def proof(self, model: str, version: int) -> Proof:
        """Return what shows to anybody, offline, that a version was approved.

        Raises
        ------
        LedgerError
            It is not approved: the approvals of its last submission are not two, or were reopened.
        """
        return Proof.of(self._events, self._facts, model, version)
