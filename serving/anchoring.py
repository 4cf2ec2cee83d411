"""Anchors the access log among the events, once a day, and only at a time that everybody can live with.

Readers refuse a ledger whose last event is of a time to come, and nobody decides anything before that time
has come. All other events are written by people; this one is not. So it is left to a person wherever the
clock may be ahead: where it has just jumped, is far beyond what is known, or differs from the database's.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from segmentation.ledger.anchoring import anchor
from segmentation.ledger.book import Book
from segmentation.ledger.witness import BACK
from serving.steady import Steady

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.ledger.access import AccessLog
    from serving.logs import Log
    from serving.settings import Settings

PATIENCE = 2.0
"""Seconds to wait for another writer of the ledger; then it is tried again an hour later."""
OFTEN = 3_600.0
"""Seconds between two looks whether an anchor is due, as one is once a day: a look replays the ledger."""
SETTLED = 600.0
"""Seconds for which the clock must have gone evenly."""
FAR = timedelta(days=2)
"""How much later than the last event, or the last time that was believed, the time may be."""
TIME = "%Y-%m-%d %H:%M UTC"


class Anchorer:
    """Anchors for one mover.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    log : Log
    monotonic : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        log: Log,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._clock, self._log, self._monotonic = settings, clock, log, monotonic
        self._steady = Steady(clock(), monotonic)
        self._looked: float | None = None
        self._believed: datetime | None = None

    def look(self, access: Callable[[], AccessLog]) -> None:
        """Anchor the access log where that is due; to be called often.

        Parameters
        ----------
        access : callable
            Opens the access log, where it is needed.

        Raises
        ------
        LedgerError, StorageError
            The ledger cannot be read or written, or is not believed.
        """
        now, ticks = self._clock(), self._monotonic()
        is_settled = self._steady.seconds(now) >= SETTLED
        is_due = self._looked is None or ticks - self._looked >= OFTEN
        if is_settled and is_due:
            self._looked = ticks
            self._anchor(access(), now)

    def _anchor(self, access: AccessLog, now: datetime) -> None:
        # The book is given the time that was judged: another look at the clock might find another one.
        with Book(self._settings.trust, lambda: now, patience=PATIENCE) as book:
            doubt = self._doubt(now, book.history().head.at, access.time())
            if doubt is not None:
                self._log.event("access log not anchored", why=doubt)
                return
            self._believed = now
            found = anchor(book, access, now)
        for told in found.misfits:
            self._log.event("access log does not fit an anchor", why=told)

    def _doubt(self, now: datetime, last: datetime, other: datetime | None) -> str | None:
        """Return in a sentence why the time may be wrong; None where it need not be."""
        known = last if self._believed is None else max(last, self._believed)
        way_out = "Make sure of the time, and run `segmentation ledger anchor`."
        if other is not None and abs(other - now) > BACK:
            return f"The clock says {now:{TIME}}, and that of the database {other:{TIME}}. {way_out}"
        if now - known > FAR:
            return f"The clock says {now:{TIME}}, and the last time known is {known:{TIME}}. {way_out}"
        return None
