"""When a request is sent again, and how long to wait before: only where nothing is lost or done twice by it.

Asking for a segment changes nothing but the record of the access, so that it may be asked twice. What is not
asked again: what a person must change first (a key, the request, an approval), and what took too long,
because the service may still be working on it.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from segmentation.client.heard import slug_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.client.heard import Heard

PASSING = frozenset({429, 502, 503, 504})
"""What may be over in a moment."""
SETTLED = frozenset({"not-approved"})
"""Problems that only people end."""
BROKEN = (httpx.NetworkError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.RemoteProtocolError)
"""The request did not arrive, or its answer was cut off."""
FIRST, MOST, LONGEST = 0.2, 5.0, 60.0
"""Seconds: the first wait at most, any wait at most, and the longest that a service may ask for."""


@dataclass(frozen=True)
class Patience:
    """How often and when a request is sent again.

    Attributes
    ----------
    retries : int
        How often at most.
    clock : callable
        The time, aware: a proxy may name an hour instead of seconds.
    chance : callable
        A number in [0, 1), so that clients that failed together do not come back together.
    """

    retries: int
    clock: Callable[[], datetime]
    chance: Callable[[], float]

    def wait(self, heard: Heard, tried: int) -> float | None:
        """Return for how many seconds to wait before the next try; None where there is none.

        Parameters
        ----------
        heard : Response or TransportError
            How the last try ended.
        tried : int
            How often it was sent again so far.
        """
        if tried >= self.retries or not _passes(heard):
            return None
        asked = self._asked(heard)
        if asked is None:
            return self.chance() * min(MOST, FIRST * 2.0**tried)
        return asked + self.chance() * FIRST if asked <= LONGEST else None

    def _asked(self, heard: Heard) -> float | None:
        """Return the seconds that the service asked for (RFC 9110, 10.2.3)."""
        told = heard.headers.get("Retry-After", "") if isinstance(heard, httpx.Response) else ""
        if told.isascii() and told.isdigit():
            return float(told)
        try:
            hour = parsedate_to_datetime(told)
        except ValueError:
            return None
        hour = hour if hour.tzinfo else hour.replace(tzinfo=UTC)
        return max(0.0, (hour - self.clock()).total_seconds())


def _passes(heard: Heard) -> bool:
    if isinstance(heard, httpx.Response):
        return heard.status_code in PASSING and slug_of(heard) not in SETTLED
    return isinstance(heard, BROKEN) and not is_distrusted(heard)


def is_distrusted(error: BaseException) -> bool:
    """Return whether a connection failed because the service's certificate is not trusted."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None
