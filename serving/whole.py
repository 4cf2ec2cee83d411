"""A whole request in and a whole answer out: a short way between the protocol and an endpoint.

ASGI hands bodies over in messages, the head of an answer in one and its body in another: two system calls,
two packets, and a client that is woken twice, which for a short answer costs as much as the work itself. Our
protocol offers each endpoint this way as an extension of ASGI; where it is not offered (another server, a
test) or not open (a body still arrives, a client does not read), messages go the usual way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

NAME = "segmentation.whole"
"""Of the extension."""
JOINED = 2**16
"""Bytes of an answer up to which it is copied behind its head; a longer one is written behind it."""


class Exchange(Protocol):
    """What an endpoint sees of it."""

    def body(self) -> bytes | None:
        """Return the body of the request if all of it is there."""

    def answer(self, status: int, fields: bytes, body: bytes) -> bool:
        """Answer, if that is possible at once."""


class Whole:
    """One request and its answer.

    Parameters
    ----------
    cycle : RequestResponseCycle
        uvicorn's.
    """

    __slots__ = ("_cycle",)

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle

    def body(self) -> bytes | None:
        """Return the body of the request; None where some is missing, or nobody waits for an answer."""
        cycle = self._cycle
        if cycle.more_body or cycle.disconnected:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def answer(self, status: int, fields: bytes, body: bytes) -> bool:
        """Send an answer whole, and tell whether that was done.

        Parameters
        ----------
        status : int
        fields : bytes
            Header fields as they go over the wire, with one for the length of the body, and none about the
            connection; what the server itself adds stands before them.
        body : bytes
        """
        cycle = self._cycle
        if cycle.disconnected or cycle.response_started or cycle.flow.write_paused or not cycle.keep_alive:
            return False
        if cycle.scope["method"] == "HEAD":
            return False
        own = b"".join([b"%b: %b\r\n" % field for field in cycle.default_headers])
        head = b"%b%b%b\r\n" % (STATUS_LINE[status], own, fields)
        cycle.response_started = cycle.response_complete = True
        if len(body) <= JOINED:
            cycle.transport.write(head + body)
        else:
            cycle.transport.write(head)
            cycle.transport.write(body)
        cycle.message_event.set()
        cycle.on_response()
        return True


def whole_of(scope: Mapping[str, Any]) -> Exchange | None:
    """Take the short way of a request, where the server offers it.

    It is taken out of the scope, which it refers to in turn: what refers to itself waits for the garbage
    collector, and each request would leave that behind.
    """
    extensions = scope.get("extensions")
    return extensions.pop(NAME, None) if extensions else None
