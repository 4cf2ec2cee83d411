"""One look: whether the ledger is still to be believed, which version may be served, and how it is published.

Whatever cannot be believed stops the service at once. Only where the ledger or the place of bundles cannot be
reached does the last good look count for a while, because a database that restarts says nothing of what it
holds.

Every look makes sure that the ledger goes on from what was read before; a fuller one compares all of it, so
that an old row that somebody altered is noticed, too. Fuller looks take at most a twentieth of the time, and
follow one another by no less than a second.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from segmentation.approved import approved_of
from segmentation.approved.published import Published
from segmentation.approved.refusals import told_outside
from segmentation.errors import (
    BundleError,
    NotApprovedError,
    SegmentationError,
    StorageError,
    UnreachableError,
)
from segmentation.ledger.book import Book
from segmentation.ledger.track import day_of
from segmentation.ledger.witness import Witness
from segmentation.policy.catalogue import load_catalogue
from serving.seen import EXPIRED, NO_BUNDLE, NO_LOOK, Seen, left
from serving.served import served_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from segmentation.approved import Approved
    from segmentation.ledger.api_keys import ApiKeyStanding
    from segmentation.ledger.history import History
    from serving.served import Served
    from serving.settings import Settings

SHARE = 0.05
"""Of the time that fuller looks may take."""
APART = 1.0
"""Seconds between two fuller looks, at least."""
REMOTE = 30.0
"""Seconds between two looks at a bundle that lies elsewhere than on this machine."""
PATIENCE = 5.0
"""Seconds to wait for who keeps the database locked."""


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
        self._settings, self._clock, self._monotonic = settings, clock, monotonic
        self._catalogue = load_catalogue().digest
        self._book = Book(settings.trust, clock, patience=PATIENCE)
        self._witness = Witness(settings.trust.witness)
        self._history: History | None = None
        self._keys: Mapping[str, ApiKeyStanding] = {}
        self._looked, self._trusted_until = 0.0, -inf
        self._fuller_from, self._is_in_doubt = -inf, False
        self._approved: Approved | None = None
        self._served: Served | None = None
        self._served_by: tuple[History, date] | None = None
        self._published: Published | None = None
        self._check_from = self._published_until = -inf

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
        if history is None or self._trusted_until <= began:
            return Seen("not-trusted", str(missed), "not-trusted", NO_LOOK, self._looked)
        if missed is not None:
            # The book holds the clock against the witness where it can read the ledger, and only there.
            self._witness.check(history, now)
        return self._judged(history, now, began, missed)

    # ---- The ledger -----------------------------------------------------------------------------------

    def _read(self, began: float) -> SegmentationError | None:
        """Read the ledger; return why it could not be reached.

        Raises
        ------
        LedgerError
            It is not to be believed; it is read from the start until it is again.
        """
        is_fuller = self._is_in_doubt or began >= self._fuller_from
        try:
            history = self._book.history(afresh=is_fuller)
        except (UnreachableError, StorageError) as error:
            return error
        except BaseException:
            self._is_in_doubt = True
            raise
        if is_fuller:
            self._is_in_doubt = False
            ended = self._monotonic()
            self._fuller_from = ended + max(APART, (ended - began) * (1 / SHARE - 1))
        if history is not self._history:
            self._history, self._keys = history, history.api_keys
        self._looked, self._trusted_until = began, began + self._settings.grace
        return None

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
            trusted_until=self._trusted_until,
        )
        try:
            served = self._made_ready(history, now)
            missed = self._check_published(history, began) or missed
        except NotApprovedError as error:
            told = told_outside(history, self._settings.model, now, self._catalogue)
            return replace(seen, condition="not-approved", reason=str(error), slug="not-approved", told=told)
        except (BundleError, StorageError) as error:
            return replace(seen, reason=str(error))
        return self._serving(seen, served, began + left(served.approved, now), missed)

    def _serving(self, seen: Seen, served: Served, ends: float, missed: SegmentationError | None) -> Seen:
        """Return that a version is served, until the first of all that must go on holds no longer."""
        until = min(self._trusted_until, self._published_until, ends)
        seen = replace(seen, served=served, served_until=until)
        if until == ends:
            seen = replace(seen, slug="not-approved", told=EXPIRED.format(served.approved))
        if missed is not None:
            return replace(seen, condition="unreachable", reason=str(missed))
        return replace(seen, condition="serving")

    def _made_ready(self, history: History, now: datetime) -> Served:
        """Return the active version, ready to answer; what was made ready before is kept."""
        if self._served is not None and self._served_by == (history, day_of(now)):
            return self._served
        trust, name, known = self._settings.trust, self._settings.model, self._approved
        approved = approved_of(history, trust, name, now, self._catalogue, known=known)
        if self._served is None or approved != known:
            if known is None or approved.digest != known.digest:
                self._published, self._check_from = Published(approved, trust), -inf
            self._approved, self._served = approved, None
            self._served = served_of(approved)
        self._served_by = (history, day_of(now))
        return self._served

    def _check_published(self, history: History, began: float) -> StorageError | None:
        """Look whether the bundle is as it was signed; return why that could not be found out.

        Raises
        ------
        BundleError
            It is not.
        """
        if self._published is None or began < self._check_from:
            return None
        self._check_from = -inf
        try:
            self._published.check(history)
        except StorageError as error:
            return error
        self._check_from = began + (0.0 if self._published.is_local else REMOTE)
        self._published_until = self._check_from + self._settings.grace
        return None
