"""HTTP/1.1 as uvicorn speaks it, with the patience that it lacks: no client holds a connection for ever.

uvicorn closes a connection that is idle between two requests. One that sends its header a letter at a time,
never ends its body, or never reads its answer, it keeps; and neither it nor its parser bounds a header. Here
one timer a connection, not a request, looks from time to time whether the client came any further; and what
is read beyond an answer or between the pieces of a body is bounded, too.
"""

from __future__ import annotations

import logging
import uuid
from collections import deque
from typing import TYPE_CHECKING, cast

import uvicorn
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.arriving import FORSAKEN
from serving.calls import Refused
from serving.head import fault_of, without_upgrade, written
from serving.places import BRIEF, Places
from serving.problems import problem_reply
from serving.whole import NAME, Whole

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from typing import Any

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from serving.settings import Settings

MOST_HEADER = 32 * 2**10
"""Bytes of a request's address and header fields together."""
MOST_FIELDS = 100
LINGER = 0.5
"""Seconds that an idle connection is still read at a stop: a request may be on its way."""
LATER = 2.0
"""Seconds more for a body than for a header."""
NOWHERE: deque[tuple[bytes, bytes]] = deque(maxlen=0)
"""Where the fields behind a body in chunks go: they mean nothing here, and are not kept."""
LOGGER = logging.getLogger("serving")
"""Its children are named after what they tell: only a name and a place reach the log, once a minute."""
MALFORMED = Refused("malformed", "This is no HTTP/1.1 request.")
LONG_HEADER = Refused(
    "too-large",
    f"The header is longer than {MOST_HEADER // 2**10} KiB or has more than {MOST_FIELDS} fields.",
)
SLOW = Refused("too-slow", "The request did not arrive in time; send all of it at once.")


class Config(uvicorn.Config):
    """uvicorn's settings, with ours, for processes that are started anew and are sent it pickled."""

    def __init__(self, app: Callable[[], Any], settings: Settings, most: int, **more: Any) -> None:  # noqa: ANN401 - uvicorn's
        self.settings, self.places = settings, Places(most, settings.proxies)
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
        self._silent = self._unread = 0
        self._stopping = False
        self._wrong = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Take a connection of one who may connect, while there are fewer than this process may have."""
        super().connection_made(transport)
        places, taken, self._since = self.config.places, len(self.connections), self.loop.time()
        if self.client is not None and not places.admits(self.client[0]):
            self._turn_away("not_the_proxy")
            return
        if places.is_to_sweep(taken, self._since):
            self._make_room(self._since - BRIEF)
        if places.is_full(taken):
            self._turn_away("no_room")
            return
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
        self._silent += len(data)
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except HttpParserError:
            self._refuse(self._wrong)
            return
        if not self._in_header:
            self._check_unread(len(data))
        elif began_in_header and not self._ended:
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
        if len(self.headers) > MOST_FIELDS or (self._came > MOST_HEADER and self._is_long()):
            self._wrong = LONG_HEADER
            raise HttpParserError("The header is too long.")
        fault = fault_of(self.parser.get_method(), self.parser.get_http_version(), self.headers)
        if fault is not None:
            self._wrong = fault
            raise HttpParserError("The header is wrong.")
        if self.parser.should_upgrade():
            return  # it comes again, without the offer
        super().on_headers_complete()
        self._in_header, self._silent, self._unread = False, 0, 0
        self.headers = cast("list[tuple[bytes, bytes]]", NOWHERE)
        if self._stopping:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._silent = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request is whole, and that the next thing to come is a header."""
        if self.parser.should_upgrade():
            return
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

    def end_if_idle(self, before: float) -> None:
        """Close the connection where its last answer was complete before a time of the event loop's clock."""
        waiting = self.timeout_keep_alive_task
        if waiting is not None and waiting.when() - self.timeout_keep_alive <= before:
            self.transport.close()

    def _turn_away(self, why: str) -> None:
        """Close a new connection without a word, but one in the log."""
        LOGGER.getChild(why).warning("A connection was closed.")
        self.transport.abort()

    def _make_room(self, before: float) -> None:
        """Close connections that wait for another request for longer than crowded places allow."""
        for other in self.connections:
            cast("PatientProtocol", other).end_if_idle(before)

    def _feed(self, data: bytes) -> None:
        """Parse; where an offer to speak another protocol ends a message, go on as if there were none."""
        rest = memoryview(data)
        while True:
            try:
                self.parser.feed_data(rest)
            except HttpParserUpgrade as offer:
                rest = rest[offer.args[0] :]
                self._begin_again()
            else:
                return

    def _begin_again(self) -> None:
        """Let a new parser read the head that offered an upgrade; the old one reads no body behind it."""
        old = self.parser
        head = without_upgrade(old.get_method(), self.url, old.get_http_version(), self.headers)
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's
        self.parser.feed_data(head)

    def _check_unread(self, came: int) -> None:
        """Let go of a client that sends what nobody reads: behind an answer, or in place of a body."""
        if self._in_hand() is None:
            self._unread += came
        if self.transport.is_closing():
            return
        if self._silent > MOST_HEADER or self._unread > FORSAKEN * self.config.settings.most_bytes:
            self._refuse(LONG_HEADER)

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
        if cycle is None and not self._in_header:
            self.transport.close()  # it has its answer
            return
        if cycle is not None:
            if cycle.response_started or not cycle.more_body:
                cycle.keep_alive = False  # an earlier request is still answered, and then this is over
                return
            cycle.disconnected = True
            cycle.message_event.set()
        LOGGER.getChild(refused.slug).warning("A connection was closed.")
        self.transport.write(written(problem_reply(refused, str(uuid.uuid4()))))
        self.transport.close()
