"""The ledger as programs use it: believed where it follows the rules, and written by the same rules.

What was replayed once is kept, and only what was added since is replayed again. So each look makes sure that
the database still holds as many events up to there, and the same last one. A look `afresh` reads all of it,
and compares every event with what is kept: those that are the same were verified, and the rest is replayed.
"""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from segmentation.errors import LedgerError, SegmentationError
from segmentation.ledger.event import Draft, linked
from segmentation.ledger.history import History
from segmentation.ledger.records import Start
from segmentation.ledger.store import PATIENCE, Ledger, Pen, create_ledger, open_ledger
from segmentation.ledger.witness import BACK, Seen, Witness
from segmentation.signing import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType

    from segmentation.ledger.event import Event
    from segmentation.ledger.trust import Trust
    from segmentation.signing import PrivateKey


class Book:
    """A ledger, with whom it is trusted by and what was seen of it.

    Several threads may use one; what it gives is never changed afterwards.

    Parameters
    ----------
    trust : Trust
        Where the ledger and the witness are, and the root key that is pinned.
    clock : callable
        Returns the time, aware.
    patience : float
        Seconds to wait for another writer.
    notes : bool
        Whether what is seen is noted in the witness. Without it, as for a clock that tells another time than
        now, what is read is held against the witness and leaves it as it is.
    first_sight : callable, optional
        Told the history where a witness was begun for a ledger that holds more than its start: that look was
        believed, and nothing was there to compare it with.
    """

    def __init__(
        self,
        trust: Trust,
        clock: Callable[[], datetime],
        *,
        patience: float = PATIENCE,
        notes: bool = True,
        first_sight: Callable[[History], None] | None = None,
    ) -> None:
        self._trust, self._clock, self._patience = trust, clock, patience
        self._notes, self._first_sight = notes, first_sight
        self._witness = Witness(trust.witness)
        self._opened: Ledger | None = None
        self._opening = threading.Lock()
        self._known: History | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; it is opened again when it is needed."""
        with self._opening:
            ledger, self._opened = self._opened, None
        if ledger is not None:
            ledger.close()

    def history(self, *, afresh: bool = False) -> History:
        """Return the ledger as it is now; leave it as it is.

        Parameters
        ----------
        afresh : bool
            Read all of it, and hold it against what was replayed before, and not only what was added since.

        Raises
        ------
        LedgerError
            It cannot be reached; it names the first event that was altered, removed or reordered; it is
            shorter than, or another than, what was seen; or the clock was set back.
        StorageError
            The ledger cannot be read, or the witness cannot be written.
        """
        seen = self._witness.seen()
        now = self.now()
        ledger = self._ledger
        history = self._all(ledger, self._known) if afresh else self._caught_up(ledger)
        _check(seen, history, now)
        if self._notes:
            self._witness.note(history, now)
            self._tell_first(seen, history)
        self._known = history
        return history

    def record(
        self,
        make: Callable[[History, datetime], Iterable[Draft]],
        before_commit: Callable[[History], None] | None = None,
    ) -> History:
        """Add events, all of them or none, while nobody else writes.

        Parameters
        ----------
        make : callable
            Given the history and the time, the drafts; where it is a generator, each is permitted and
            part of that same history before the next is asked for.
        before_commit : callable
            Given the history with the new events, when all are written and none is kept yet; where it
            raises, none is.

        Returns
        -------
        History
            With the new events.

        Raises
        ------
        ReviewError
            The rules do not allow one of them.
        LedgerError, StorageError
            What `history` raises, or another program has been writing for too long. The sentence says
            where it is not known whether they were recorded.
        """
        with self._ledger.writing() as pen:
            seen = self._witness.seen()
            now = self.now()
            before = self._caught_up(pen)
            history = before.copy()
            _check(seen, history, now)
            _add(pen, history, make, now)
            if before_commit is not None:
                before_commit(history)
        self._known = history
        self._note(history, now)
        self._tell_first(seen, before)
        return history

    @property
    def _ledger(self) -> Ledger:
        with self._opening:
            if self._opened is None:
                self._opened = open_ledger(self._trust.ledger, patience=self._patience)
            return self._opened

    def now(self) -> datetime:
        """Return the time, in UTC."""
        return self._clock().astimezone(UTC)

    def _caught_up(self, source: Ledger | Pen) -> History:
        """Return what is kept with what was added since, and what is kept as it is where nothing was."""
        known = self._known
        if known is None:
            return self._all(source, None)
        page = source.page(known.head.seq - 1)
        if page.before != known.head.seq - 1 or page.events[:1] != [known.head]:
            return self._all(source, known)
        return _longer(known, page.events[1:])

    def _all(self, source: Ledger | Pen, known: History | None) -> History:
        """Return all that is there, which must begin with what is kept; that is not replayed again."""
        events = source.read()
        if known is not None and _begins(events, known.events):
            return _longer(known, events[known.head.seq :])
        history = History.replayed(events, self._trust.root)
        kept = () if known is None else known.events
        if history.events[: len(kept)] != kept:
            raise LedgerError(
                "The ledger no longer holds what this program read from it before: it was cut off, rewritten "
                f"or replaced after event {_common(history.events, kept)}. Compare with a checkpoint or a "
                "backup."
            )
        return history

    def _tell_first(self, seen: Seen | None, history: History) -> None:
        """Tell of a look that was believed because it was the first one, unless there is only a start."""
        if seen is None and self._first_sight is not None and history.head.seq > 1:
            self._first_sight(history)

    def _note(self, history: History, now: datetime) -> None:
        if not self._notes:
            return
        try:
            self._witness.note(history, now)
        except SegmentationError as error:
            raise type(error)(f"It is recorded, but the witness of it could not be kept: {error}") from None


def begin(url: str, root: PrivateKey, now: datetime, *, ledger: str | None = None) -> Event:
    """Begin a ledger: make its tables, and write its first event.

    Parameters
    ----------
    url : str
        Where; a SQLite file and its folder are made.
    root : PrivateKey
        Signs the start.
    now : datetime
        Aware.
    ledger : str or None
        Its id, 32 hexadecimal digits; None for random ones.

    Returns
    -------
    Event
        The start.

    Raises
    ------
    LedgerError
        One has begun there already, or the database refuses.
    StorageError
        The file cannot be made.
    """
    at = now.astimezone(UTC)
    start = Start(ledger=ledger or secrets.token_hex(16), root=root.public.text, at=at)
    draft, history = Draft("start", root.sign(start.content())), History(root.public)
    history.permit(draft, at)
    event = linked(draft, at, None)
    with create_ledger(url) as opened, opened.writing() as pen:
        if pen.page().events:
            raise LedgerError(
                f"A ledger has begun already at {opened.place}. Use it, or choose another place."
            )
        history.add(event)
        pen.append(event)
    return event


def _add(
    pen: Pen, history: History, make: Callable[[History, datetime], Iterable[Draft]], now: datetime
) -> None:
    if now < history.head.at - BACK:
        raise LedgerError(
            f"The clock says {now:%Y-%m-%d %H:%M} UTC, and the last event of the ledger is of "
            f"{history.head.at:%Y-%m-%d %H:%M} UTC; set the clock."
        )
    for draft in make(history, max(now, history.head.at)):
        at = max(now, history.head.at)
        history.permit(draft, at)
        event = linked(draft, at, history.head)
        history.add(event)
        pen.append(event)


def _check(seen: Seen | None, history: History, now: datetime) -> None:
    if seen is not None:
        seen.check(history, now)


def _longer(known: History, added: Sequence[Event]) -> History:
    """Return a history with what was added since; itself where nothing was."""
    if not added:
        return known
    history = known.copy()
    for event in added:
        history.add(event)
    return history


def _begins(events: Sequence[Event], kept: tuple[Event, ...]) -> bool:
    """Whether events begin with exactly those that are kept, each of which was verified."""
    if len(events) < len(kept) or tuple(events[: len(kept)]) != kept:
        return False
    # To Python true is 1; the digests of the two differ, and nobody computes them here.
    pairs = ((one.draft.body, event.draft.body) for one, event in zip(kept, events, strict=False))
    return all(canonical(one) == canonical(other) for one, other in pairs if one is not None)


def _common(events: tuple[Event, ...], kept: tuple[Event, ...]) -> int:
    """Return how many events at the beginning are the same."""
    pairs = zip(events, kept, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(events), len(kept)))
