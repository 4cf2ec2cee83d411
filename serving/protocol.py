"""HTTP/1.1 as uvicorn speaks it, with the patience that it lacks: no client holds a connection for ever.

uvicorn closes a connection that is idle between two requests. One that sends its header a letter at a time,
never ends its body, or never reads its answer, it keeps; and neither it nor its parser bounds a header. Here
one timer a connection, not a request, looks from time to time whether the client came any further.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, cast

import uvicorn
from httptools import HttpParserError
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from serving.calls import Refused
from serving.problems import problem_reply
from serving.whole import NAME, Whole

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from serving.calls import Reply
    from serving.settings import Settings

MOST_HEADER = 32 * 2**10
"""Bytes of a request's address and header fields together."""
MOST_FIELDS = 100
LINGER = 0.5
"""Seconds that an idle connection is still read at a stop: a request may be on its way."""
LATER = 2.0
"""Seconds more for a body than for a header."""
MALFORMED = Refused("malformed", "This is no HTTP/1.1 request.")
LONG_HEADER = Refused(
    "too-large",
    f"The header is longer than {MOST_HEADER // 2**10} KiB or has more than {MOST_FIELDS} fields.",
)
SLOW = Refused("too-slow", "The request did not arrive in time; send all of it at once.")


class Config(uvicorn.Config):
    """uvicorn's settings, with ours, for processes that are started anew and are sent it pickled."""

    def __init__(self, app: Callable[[], Any], settings: Settings, most: int, **more: Any) -> None:  # noqa: ANN401 - uvicorn's
        self.settings, self.most_connections = settings, most
        super().__init__(app, factory=True, http=PatientProtocol, **more)


class PatientProtocol(HttpToolsProtocol):
    """One connection.

    A request must have arrived whole within `settings.patience` seconds of the connection's start or of its
    own first byte, and an answer must be taken in pieces no further apart than that.
    """

    config: Config

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(*given, **named)
        self._patience = self.config.settings.patience
        self._watch: asyncio.TimerHandle | None = None
        self._since: float | None = None
        self._in_header = True
        self._header = self._came = 0
        self._ended = False
        self._unsent, self._taken = 0, 0.0
        self._stopping = False
        self._wrong = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Take a connection, unless there are as many as this process may have files open."""
        super().connection_made(transport)
        if len(self.connections) > self.config.most_connections:
            transport.abort()
            return
        self._since = self.loop.time()
        self._watch = self.loop.call_later(self._patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read, and count what belongs to a header that has not ended yet."""
        if self._since is None:
            self._since = self.loop.time()
        began_in_header, self._ended = self._in_header, False
        self._came = self._header + len(data)
        super().data_received(data)
        if began_in_header and self._in_header and not self._ended:
            self._header = self._came
            if self._header > MOST_HEADER and not self.transport.is_closing():
                self._refuse(LONG_HEADER)

    def on_message_begin(self) -> None:
        """Note when a request began that came in one piece with the end of another."""
        if self._since is None:
            self._since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start to answer, unless the header is too long."""
        self._in_header = False
        if len(self.headers) > MOST_FIELDS or (self._came > MOST_HEADER and self._is_long()):
            self._wrong = LONG_HEADER
            raise HttpParserError("The header is too long.")
        super().on_headers_complete()
        if self._stopping:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Note that the request is whole, and that the next thing to come is a header."""
        self._since, self._in_header, self._ended, self._header = None, True, True, 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """Finish what is in hand; where nothing is, read on for a moment, as a request may be on its way."""
        self._stopping = True
        cycle = self._in_hand()
        if cycle is None:
            self.loop.call_later(LINGER, self._close_idle)
        else:
            cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's own sentence
        """Say what is wrong with a request that is none, as a problem document."""
        self._refuse(self._wrong)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: it is answered as a request of HTTP/1.1, which the protocol allows (RFC 9110, 7.8)."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - as uvicorn's
        """Offer the short way of a whole request and a whole answer."""
        cycle.scope["extensions"] = {NAME: Whole(cycle)}  # type: ignore[dict-item] # uvicorn has none
        super()._start_asgi_task(cycle, app)

    def _is_long(self) -> bool:
        """Tell whether a header, of which more bytes came than one may have, has them itself."""
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MOST_HEADER

    def _in_hand(self) -> RequestResponseCycle | None:
        """Return the last request of which a header came, while its answer is not complete."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return None if cycle is None or cycle.response_complete else cycle

    def _close_idle(self) -> None:
        if self._in_hand() is None:
            self.transport.close()

    def _look(self) -> None:
        """Close the connection where the client came no further, else look again when it may be late."""
        now = self.loop.time()
        if self._is_stuck(now):
            self.transport.abort()
            return
        wait = self._patience if self._since is None else self._since + self._allowed() - now
        if wait <= 0 and not self._is_answering() and not self.transport.is_closing():
            self._give_up()
        self._watch = self.loop.call_later(wait if wait > 0 else self._patience, self._look)

    def _is_stuck(self, now: float) -> bool:
        """Tell whether the client has taken nothing of an answer for as long as it may."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self._unsent:
            self._unsent, self._taken = unsent, now
        return now - self._taken >= self._patience

    def _allowed(self) -> float:
        """Return how long a request may take; the application sees a slow body first, and answers itself."""
        return self._patience if self._in_header else self._patience + LATER

    def _is_answering(self) -> bool:
        """Tell whether a whole request is being answered, behind which another one waits half-read."""
        cycle = self._in_hand()
        return cycle is not None and not cycle.more_body

    def _give_up(self) -> None:
        """Tell a client that began a header and came no further; any other is only let go of."""
        if self._in_header and self._header:
            self._refuse(SLOW)
        else:
            self.transport.close()

    def _refuse(self, refused: Refused) -> None:
        """Answer in the place of the application, and close."""
        cycle = self._in_hand()
        if cycle is not None:
            if cycle.response_started or not cycle.more_body:
                cycle.keep_alive = False  # an earlier request is still answered, and then this is over
                return
            cycle.disconnected = True
            cycle.message_event.set()
        self.transport.write(_written(problem_reply(refused, str(uuid.uuid4()))))
        self.transport.close()


def _written(reply: Reply) -> bytes:
    """Return an answer as it goes over the wire."""
    fields = [
        (b"content-type", reply.media),
        (b"content-length", b"%d" % len(reply.body)),
        (b"connection", b"close"),
        *reply.headers,
    ]
    head = b"".join(b"%b: %b\r\n" % field for field in fields)
    return b"%b%b\r\n%b" % (STATUS_LINE[reply.status], head, reply.body)
