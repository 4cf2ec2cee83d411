"""What is counted, as numbers in memory that all workers of the service share, so that any can tell all.

Each worker writes a table of its own (`Tally`), at fixed places, which costs next to nothing in a request. A
scrape adds up the tables and only then asks prometheus_client to write them as Prometheus reads them. What a
worker that died had counted goes on being counted.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from segmentation.errors import StorageError
from serving.tally import Alone

if TYPE_CHECKING:
    from collections.abc import Callable

    from serving.tally import Tally

STATUSES = (200, 204, 303, 304, 400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 500, 503)
"""Every status that an answer has; another one would be counted as 500."""
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, float("inf"))
"""Upper ends, in seconds."""
NAMES = (
    "predict",
    "explain",
    "model",
    "card",
    "versions",
    "healthz",
    "readyz",
    "metrics",
    "invocations",
    "ping",
    "version",
    "document",
    "docs",
    "docs_file",
    "resident_place",
    "resident_segment",
    "resident_explain",
    "resident_consent",
    "resident_consents",
    "resident_ask",
    "resident_requests",
    "resident_account",
    "page_home",
    "page_sign_in",
    "page_enter",
    "page_leave",
    "page_language",
    "page_static",
    "page_start",
    "page_words",
    "page_version",
    "page_note",
    "page_comment",
    "page_approve",
    "page_request_changes",
    "page_reject",
    "page_revoke",
    "page_suspend",
    "page_resume",
    "page_sign_comment",
    "page_sign_approve",
    "page_sign_request_changes",
    "page_sign_reject",
    "page_sign_revoke",
    "page_sign_suspend",
    "page_sign_resume",
    "page_dossier",
    "page_compare",
    "page_ledger",
    "page_ledger_csv",
    "page_ledger_json",
    "page_residents",
    "page_find_resident",
    "page_whose",
    "page_resident",
    "page_resident_json",
    "page_resident_page",
    "page_receive_request",
    "page_say",
    "page_override",
    "page_decide_override",
    "page_erase",
    "page_carry_out",
    "page_request",
    "page_answer",
    "other",
)
"""Names of the routes, those of the pages behind ``page_``, the last for everything that is none of them."""
PER_ROUTE = len(STATUSES) + len(BUCKETS) + 2
SECONDS = len(STATUSES) + len(BUCKETS)
"""Place of the sum of seconds in a route's numbers; the residents scored come after it."""
REFUSED = PER_ROUTE * len(NAMES)
"""Place of the number of keys refused."""
ALERTED = REFUSED + 1
"""Place of the number of requests that raised an alert; behind it two of each worker: its version, and when
it looked."""
SERVED, LOOKED = ALERTED + 1, ALERTED + 2
SLOTS = LOOKED + 1
TEXT = b"text/plain; version=0.0.4; charset=utf-8"


def number_of(route: str) -> int:
    """Return the place of a route in `NAMES`."""
    return NAMES.index(route) if route in NAMES else len(NAMES) - 1


class Metrics:
    """Counts what one worker does; tells what all did.

    Parameters
    ----------
    tally : Tally, optional
        The numbers; in memory of this process alone where it is not given.
    waiting : callable, optional
        Returns the bytes of access events that are not in the ledger yet.
    """

    def __init__(self, tally: Tally | None = None, waiting: Callable[[], int] = int) -> None:
        self._tally = tally or Alone(SLOTS)
        self._own = self._tally.own
        self._waiting = waiting

    def count(self, route: int, status: int, seconds: float, rows: int) -> None:
        """Count one answer.

        Parameters
        ----------
        route : int
            Its place in `NAMES`.
        status : int
        seconds : float
            From the request's arrival to its answer.
        rows : int
            Residents that were scored; 0 where the answer was no.
        """
        own, first = self._own, route * PER_ROUTE
        place = STATUSES.index(status) if status in STATUSES else STATUSES.index(500)
        own[first + place] += 1
        own[first + len(STATUSES) + bisect_left(BUCKETS, seconds)] += 1
        own[first + SECONDS] += seconds
        own[first + SECONDS + 1] += rows

    def refuse(self) -> None:
        """Count one request whose key was missing, not known, or counts no more."""
        self._own[REFUSED] += 1

    def alert(self) -> None:
        """Count one request that raised an alert, such as by somebody who asks about too many residents."""
        self._own[ALERTED] += 1

    def stand(self, version: int, looked: float) -> None:
        """Note what this worker serves.

        Parameters
        ----------
        version : int
            0 where nothing may be served.
        looked : float
            When the last good look at the ledger began, by `time.monotonic`; 0 where there was none.
        """
        self._own[SERVED], self._own[LOOKED] = version, looked

    def text(self, model: str, now: float) -> bytes:
        """Return everything as Prometheus reads it.

        Parameters
        ----------
        model : str
            Name of the model.
        now : float
            By `time.monotonic`.
        """
        # Half of what the service weighs in memory beyond its work; few processes are ever asked.
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415

        from serving.exposition import Exposition  # noqa: PLC0415 - it takes prometheus_client

        registry = CollectorRegistry()
        total, living = self._tally.read()
        registry.register(Exposition(total, living, self._bytes_waiting(), model, now))
        return generate_latest(registry)

    def _bytes_waiting(self) -> int | None:
        """Return how many bytes wait; None where the disk does not say, and the other numbers are told."""
        try:
            return self._waiting()
        except StorageError:
            return None
