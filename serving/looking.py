"""One look: whether the ledger is still to be believed, which version may be served, and how it is published.

Whatever cannot be believed stops the service at once, and so does a ledger that nobody looked at for two
seconds. Only where a look finds that the ledger or the place of bundles cannot be reached does the last good
one count for a while, because a database that restarts says nothing of what it holds.

Every look makes sure that the ledger goes on from what was read before; a fuller one compares all of it, so
that an old row that somebody altered is noticed, too. Fuller looks take at most a twentieth of the time and
follow one another by no less than a second: two seconds are kept where one takes up to 75 ms, which is some
2,500 events, and with more of them such a row is noticed within twenty times what a fuller look takes.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from segmentation.approved.refusals import told_outside
from segmentation.errors import (
    BundleError,
    LedgerError,
    NotApprovedError,
    SegmentationError,
    StorageError,
    UnreachableError,
)
from segmentation.ledger.book import Book
from segmentation.ledger.witness import BACK, Witness
from segmentation.policy.catalogue import load_catalogue
from serving.active import Active
from serving.seen import EXPIRED, NO_BUNDLE, NO_LOOK, Seen, heeded, left

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from segmentation.ledger.api_keys import ApiKeyStanding
    from segmentation.ledger.history import History
    from serving.served import Served
    from serving.settings import Settings

SHARE = 0.05
"""Of the time that fuller looks may take."""
APART = 1.0
"""Seconds between two fuller looks, at least."""
PATIENCE = 1.0
"""Seconds to wait for who keeps the database locked, or for a server that does not answer: only once it is
known to be away does an earlier look count on."""


class Looker:
    """Looks, and keeps what it need not find out twice; one thread uses it.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    monotonic : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], monotonic: Callable[[], float]
    ) -> None:
        self._settings, self._monotonic = settings, monotonic
        self._catalogue = load_catalogue().digest
        self._book = Book(settings.trust, clock, patience=PATIENCE)
        self._witness = Witness(settings.trust.witness)
        self._active = Active(settings, self._catalogue)
        self._history: History | None = None
        self._keys: Mapping[str, ApiKeyStanding] = {}
        self._looked, self._grace_until = 0.0, -inf
        self._fuller_from, self._is_in_doubt = -inf, False

    def close(self) -> None:
        """Let go of the database."""
        self._book.close()

    def look(self) -> Seen:
        """Return what is seen now.

        Raises
        ------
        LedgerError
            The ledger is not to be believed, or the clock is not.
        """
        began = self._monotonic()
        missed = self._read(began)
        history, now = self._history, self._book.now()
        if missed is not None:
            if history is None or began >= self._grace_until:
                return Seen("not-trusted", str(missed), "not-trusted", NO_LOOK, self._looked)
            self._check_clock(now)
        assert history is not None  # noqa: S101 - it was read now
        return self._judged(history, now, began, missed)

    # ---- The ledger -----------------------------------------------------------------------------------

    def _read(self, began: float) -> SegmentationError | None:
        """Read the ledger; return why it could not be reached.

        Raises
        ------
        LedgerError
            It is not to be believed: nothing that was read before counts, and it is read from the start until
            it is to be believed again.
        """
        is_fuller = self._is_in_doubt or began >= self._fuller_from
        try:
            history = self._book.history(afresh=is_fuller)
        except (UnreachableError, StorageError) as error:
            return error
        except BaseException:
            self._is_in_doubt, self._grace_until = True, -inf
            raise
        if is_fuller:
            self._is_in_doubt = False
            ended = self._monotonic()
            self._fuller_from = ended + max(APART, (ended - began) * (1 / SHARE - 1))
        if history is not self._history:
            self._history, self._keys = history, history.api_keys
        self._looked, self._grace_until = began, began + self._settings.grace
        return None

    def _check_clock(self, now: datetime) -> None:
        """Refuse a clock that was set back; the book does where it can read the ledger, and only there.

        Raises
        ------
        LedgerError
            It was, or the witness cannot be read.
        """
        seen = self._witness.seen()
        if seen is not None and now < seen.at - BACK:
            raise LedgerError(
                f"The clock says {now:%Y-%m-%d %H:%M} UTC, and {seen.at:%Y-%m-%d %H:%M} UTC was seen from "
                "here before; set the clock."
            )

    # ---- The version ----------------------------------------------------------------------------------

    def _judged(
        self, history: History, now: datetime, began: float, missed: SegmentationError | None
    ) -> Seen:
        """Return what a history that is believed means now."""
        seen = Seen(
            "not-trusted",
            "",
            "not-trusted",
            NO_BUNDLE,
            self._looked,
            history,
            self._keys,
            trusted_until=began + heeded(self._settings) if missed is None else self._grace_until,
        )
        try:
            served = self._active.ready(history, now)
            missed = self._active.check(history, began) or missed
        except NotApprovedError:
            # In the log, too: who decided stands in the ledger, and a log goes to many.
            told = told_outside(history, self._settings.model, now, self._catalogue)
            return replace(seen, condition="not-approved", reason=told, slug="not-approved", told=told)
        except (BundleError, StorageError) as error:
            return replace(seen, reason=str(error))
        return self._serving(seen, served, began + left(served.approved, now), missed)

    def _serving(self, seen: Seen, served: Served, ends: float, missed: SegmentationError | None) -> Seen:
        """Return that a version is served, until the first of all that must go on holds no longer."""
        until = min(seen.trusted_until, self._active.until, ends)
        seen = replace(seen, served=served, served_until=until)
        if until == ends:
            seen = replace(seen, slug="not-approved", told=EXPIRED.format(served.approved))
        if missed is not None:
            return replace(seen, condition="unreachable", reason=str(missed))
        return replace(seen, condition="serving")
