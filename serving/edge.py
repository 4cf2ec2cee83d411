"""Where HTTP ends: every request passes here, is let in or refused, is counted and recorded, and is answered.

Endpoints are plain ASGI: between the server and a handler there is nothing else, because the framework's own
way there (models, dependencies, middleware) costs ten times the scoring. The order is fixed: who asks, how
much, in which form, may they, how often, is there room; only then the body is read, and the work done. The
access event is on disk before the first byte of an answer leaves.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

from segmentation.errors import StorageError
from serving.accesses import access_line
from serving.arriving import body_of, check_headers, headers_of, media_of, request_id
from serving.calls import Call, Refused
from serving.credentials import check_allowed
from serving.metrics import number_of
from serving.problems import problem_reply
from serving.routes import QUICK_BELOW
from serving.whole import whole_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from concurrent.futures import Executor

    from serving.arriving import Receive
    from serving.calls import Reply
    from serving.credentials import Credentials
    from serving.logs import Log
    from serving.rate import Rate
    from serving.routes import Route
    from serving.state import State
    from serving.whole import Exchange

    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

    class Spool(Protocol):
        """Where access events go."""

        def write(self, line: bytes) -> None:
            """Append one event, or raise."""


SECURITY = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Headers of every answer."""
FIELDS = b"content-type: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\n" + b"".join(
    b"%b: %b\r\n" % field for field in SECURITY
)
"""The same as they go over the wire, behind those of one answer."""
FRESH = 1.0
"""Seconds that an answer may take beside the event loop before what is approved is looked at again."""
LATER = ((b"retry-after", b"1"),)
FAILED = "The service failed while it worked on this request; its log says where. Nothing was answered."
UNRECORDED = "The access could not be recorded, so the answer is kept back; try again later."


class Closed:
    """The spool of a worker that has not begun, or has ended: nothing is recorded, so nothing is answered."""

    def write(self, line: bytes) -> None:  # noqa: ARG002 - as a spool is written to
        """Refuse.

        Raises
        ------
        StorageError
        """
        raise StorageError("The spool of access events is not open.")


@dataclass(eq=False)
class Edge:
    """What all endpoints of one worker share.

    Attributes
    ----------
    state : State
    credentials : Credentials
    rate : Rate
    log : Log
    spool : Spool
        Opened when the service begins.
    threads : Executor or None
        For work that would keep other requests waiting; the event loop's own where it is None.
    monotonic : callable
        Seconds of a clock that never goes back, the same in all workers.
    in_hand : int
        Requests that were let in and are not answered yet.
    """

    state: State
    credentials: Credentials
    rate: Rate
    log: Log
    spool: Spool = field(default_factory=Closed)
    threads: Executor | None = None
    monotonic: Callable[[], float] = time.monotonic
    in_hand: int = 0


class Endpoint:
    """One address, as ASGI calls it.

    Parameters
    ----------
    route : Route
    edge : Edge
    """

    def __init__(self, route: Route, edge: Edge) -> None:
        self.route, self._edge = route, edge
        self._number = number_of(route.name)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        edge = self._edge
        began = edge.monotonic()
        sent, whole = headers_of(scope), whole_of(scope)
        call = Call(request_id(sent.get(b"x-request-id")), scope, b"", None)
        try:
            reply = await self._reply(call, sent, receive, whole)
        except Refused as refused:
            reply = self._refusal(call, refused)
        except Exception as error:  # noqa: BLE001 - whatever it says might quote a request
            edge.log.failed(self.route.name, error)
            reply = problem_reply(Refused("failed", FAILED), call.id)
        if call.key is not None:
            reply = self._recorded(call, reply)
        rows = call.rows if reply.status == 200 else 0  # noqa: PLR2004 - OK
        edge.state.metrics.count(self._number, reply.status, edge.monotonic() - began, rows)
        await answer(reply, call.id, send, whole)

    async def _reply(
        self, call: Call, sent: Mapping[bytes, bytes], receive: Receive, whole: Exchange | None
    ) -> Reply:
        edge, route, settings = self._edge, self.route, self._edge.state.settings
        caller = None
        if route.scope is not None:
            caller = edge.credentials.caller(sent, edge.state.clock())
            call.key = caller.key
        check_headers(sent, settings.most_bytes)
        if route.media:
            call.media = media_of(sent, route.media)
        if caller is None or route.scope is None:
            return await self._handled(call)
        key = check_allowed(caller, route.scope)
        self._check_rate(caller.number, key.per_second)
        if edge.in_hand >= settings.backlog:
            raise Refused("busy", "The service has too many requests in hand; come back.", headers=LATER)
        edge.in_hand += 1
        try:
            if route.media:
                call.body = await body_of(receive, settings.most_bytes, settings.patience, whole)
            return await self._handled(call)
        finally:
            edge.in_hand -= 1

    def _check_rate(self, number: int, per_second: int) -> None:
        seconds = self._edge.rate.wait(number, per_second, self._edge.monotonic())
        if seconds > 0:
            detail = f"This API key may ask {per_second} times a second; come back as Retry-After says."
            raise Refused("too-often", detail, headers=((b"retry-after", b"%d" % ceil(seconds)),))

    async def _handled(self, call: Call) -> Reply:
        edge, route, handler = self._edge, self.route, self.route.handler
        if len(call.body) < route.beside_from:
            return handler(call, edge.state)
        if route.quickly is not None and len(call.body) < QUICK_BELOW:
            quick = route.quickly(call, edge.state)
            if quick is not None:
                return quick
        loop = asyncio.get_running_loop()
        # Twice, because another version may have taken over meanwhile; a third time has no reason left.
        for _ in range(2):
            began = edge.monotonic()
            reply = await loop.run_in_executor(edge.threads, handler, call, edge.state)
            if edge.monotonic() - began <= FRESH or _is_served(call, edge.state):
                return reply
        raise Refused(
            "busy", "The version that is served changed while it was asked; ask again.", headers=LATER
        )

    def _refusal(self, call: Call, refused: Refused) -> Reply:
        if refused.slug == "no-key":
            self._edge.state.metrics.refuse()
        self._edge.log.refused(refused.slug)
        return problem_reply(refused, call.id)

    def _recorded(self, call: Call, reply: Reply) -> Reply:
        """Write the access event; where that fails, the answer is another one."""
        edge, state = self._edge, self._edge.state
        try:
            edge.spool.write(
                access_line(call, self.route.name, reply.status, state.settings.model, state.clock())
            )
        except Exception as error:  # noqa: BLE001 - for whatever reason: what is not recorded is not answered
            edge.log.refused("not-recorded", error)
            return problem_reply(Refused("not-recorded", UNRECORDED, headers=LATER), call.id)
        return reply


def _is_served(call: Call, state: State) -> bool:
    """Tell whether the version that an answer is from may still be served; raises where none may."""
    if call.served is None:
        return True
    now, then = state.watch.served().approved, call.served.approved
    return (now.version, now.decision) == (then.version, then.decision)


def _merged(headers: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    """Return an answer's own headers, and of those that every answer has the ones that it does not have."""
    own = {name for name, _ in headers}
    return [*headers, *((name, value) for name, value in SECURITY if name not in own)]


def headers_for(reply: Reply, request: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer.

    Parameters
    ----------
    reply : Reply
    request : str
        Id of the request.
    """
    return [
        (b"content-type", reply.media),
        (b"content-length", b"%d" % len(reply.body)),
        (b"x-request-id", request.encode()),
        *(_merged(reply.headers) if reply.headers else SECURITY),
    ]


async def answer(reply: Reply, request: str, send: Send, whole: Exchange | None = None) -> None:
    """Send an answer.

    Parameters
    ----------
    reply : Reply
    request : str
        Id of the request.
    send : callable
        ASGI's.
    whole : Exchange, optional
        The short way, which is taken where the answer has no headers of its own.
    """
    if whole is not None and not reply.headers:
        fields = FIELDS % (reply.media, len(reply.body), request.encode())
        if whole.answer(reply.status, fields, reply.body):
            return
    headers = headers_for(reply, request)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
