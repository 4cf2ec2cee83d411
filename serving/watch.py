"""`Watch`: which version may be served now, and which API keys count, looked up beside the requests.

A thread looks at the ledger and at what is published, makes a newly active version ready, and puts what it
saw in one place, whole. Requests read that without a lock, and those in hand finish on the version that they
took. What was seen says itself until when it counts, so that a thread that hangs or dies stops the service.

A revocation, an expired approval, an altered ledger or an altered bundle stop it within a look: the
`Settings.interval` and the milliseconds that a look takes. An old row that somebody altered in the database
is noticed by the next fuller look (`serving.looking`).
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from segmentation.errors import SegmentationError
from serving.logs import Log, place_of
from serving.looking import Looker
from serving.seen import NO_LEDGER, STARTING, Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from segmentation.ledger.api_keys import ApiKeyStanding
    from segmentation.ledger.history import History
    from serving.seen import Condition
    from serving.served import Served
    from serving.settings import Settings

LEAST = 0.05
"""Seconds between two looks, however long one takes."""
LAST = 2.0
"""Seconds that `stop` waits for a look that is under way."""


class Watch:
    """Looks, and tells what was seen last.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    monotonic : callable
        Seconds of a clock that never goes back.
    log : Log, optional
        Told each change: version, condition and reason. Writes to standard error where it is not given.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        log: Log | None = None,
    ) -> None:
        self._settings, self._monotonic = settings, monotonic
        self._log = log or Log(clock)
        self._looker = Looker(settings, clock, monotonic)
        self._one_looks = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen = Seen("starting", STARTING, "not-trusted", STARTING)

    # ---- Looking --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Look from now on, in a thread."""
        # One of its own for each thread: one that hung when it was stopped must not begin again.
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stopped,), name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; what was seen last counts until its time is over."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(LAST)
            self._thread = None
        if self._one_looks.acquire(blocking=False):
            self._looker.close()
            self._one_looks.release()

    def look(self) -> None:
        """Look once; nothing is raised, because whatever goes wrong is what was seen."""
        with self._one_looks:
            before, self._seen = self._seen, self._look()
        seen = self._seen
        if (seen.condition, seen.version, seen.reason) != (before.condition, before.version, before.reason):
            self._log.event(
                "watch",
                model=self._settings.model,
                condition=seen.condition,
                version=seen.version,
                reason=seen.reason,
            )

    def _look(self) -> Seen:
        try:
            return self._looker.look()
        except SegmentationError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a fault of the program, too, must stop the service
            reason = f"{type(error).__name__} at {place_of(error)}"
        return Seen("not-trusted", reason, "not-trusted", NO_LEDGER, self._seen.looked)

    def _run(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            began = self._monotonic()
            self.look()
            stopped.wait(max(self._settings.interval - (self._monotonic() - began), LEAST))

    # ---- What was seen --------------------------------------------------------------------------------

    def served(self) -> Served:
        """Return the version that may be served now.

        Raises
        ------
        Refused
            None may: ``not-approved``, as the ledger says, or ``not-trusted``, where it, or what is
            published, cannot be vouched for.
        """
        seen, now = self._seen, self._monotonic()
        if seen.served is not None and now < seen.served_until:
            return seen.served
        raise seen.refusal(now)

    def keys(self) -> Mapping[str, ApiKeyStanding]:
        """Return the API keys by id, in the order in which they were issued.

        It is the same object until the ledger goes on.

        Raises
        ------
        Refused
            ``not-trusted``: nobody's key counts while the ledger cannot be vouched for.
        """
        return self._trusted().keys

    def history(self) -> History:
        """Return the ledger as it was seen last; raises what `keys` does."""
        seen = self._trusted()
        assert seen.history is not None  # noqa: S101 - what is trusted was seen
        return seen.history

    def _trusted(self) -> Seen:
        seen, now = self._seen, self._monotonic()
        if now < seen.trusted_until:
            return seen
        raise seen.refusal(now)

    @property
    def looked(self) -> float:
        """When the last look that reached the ledger began, by a clock that never goes back; 0 for never."""
        return self._seen.looked

    @property
    def condition(self) -> Condition:
        """How it stands, in a word, as of the last look."""
        return self._seen.condition

    @property
    def reason(self) -> str:
        """Why it is so, for who runs the service; empty where all is well."""
        return self._seen.reason
