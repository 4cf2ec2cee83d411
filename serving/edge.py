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
from math import ceil, inf
from typing import TYPE_CHECKING, Any, Protocol

from segmentation.errors import StorageError
from serving.accesses import access_of, encoded
from serving.arriving import Drawn, body_of, body_there, check_headers, headers_of, media_of, request_id
from serving.calls import Call, Refused
from serving.credentials import check_allowed
from serving.excess import Excess
from serving.metrics import number_of
from serving.problems import problem_reply
from serving.room import ABOUT_ONE, LATER, LONG, Room
from serving.routes import QUICK_BELOW
from serving.sending import answer
from serving.whole import whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor

    from segmentation.ledger.api_keys import ApiKey
    from serving.arriving import Receive
    from serving.calls import Reply
    from serving.credentials import Caller, Credentials
    from serving.logs import Log
    from serving.rate import Rate
    from serving.room import Place
    from serving.routes import Route
    from serving.sending import Send
    from serving.state import State
    from serving.whole import Exchange

    class Spool(Protocol):
        """Where access events go."""

        def write(self, line: bytes) -> None:
            """Append one event, or raise."""


FRESH = 1.0
"""Seconds that an answer may take beside the event loop before what is approved is looked at again."""
FAILED = "The service failed at this request, and answers nothing; its log says where, by the request's id."
UNRECORDED = "The access could not be recorded, so the answer is kept back; try again later."


class ClosedSpool:
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
    readers : Executor or None
        For what is only read, which must not wait behind that work.
    clerks : Executor or None
        For what is kept of residents: it waits for a database.
    monotonic : callable
        Seconds of a clock that never goes back, the same in all workers.
    random : callable
        Draws the bytes of requests' ids.
    excess : Excess
        What keys ask beyond their allowance.
    room : Room
        What is in hand.
    """

    state: State
    credentials: Credentials
    rate: Rate
    log: Log
    spool: Spool = field(default_factory=ClosedSpool)
    threads: Executor | None = None
    readers: Executor | None = None
    clerks: Executor | None = None
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[int], bytes] = field(default_factory=Drawn)
    excess: Excess = field(default_factory=Excess)
    room: Room = field(init=False)

    def __post_init__(self) -> None:
        settings = self.state.settings
        self.room = Room(settings.backlog, settings.most_bytes)

    def record_counted(self, now: float | None = None) -> None:
        """Record what was only counted beyond allowances, a second ago or longer; all of it without `now`."""
        try:
            self.excess.write(self.spool.write, now)
        except Exception as error:  # noqa: BLE001 - for whatever reason: it stays counted
            self.log.refused("not-recorded", error)


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
        call = Call(request_id(sent.get(b"x-request-id"), edge.random), scope, b"", None)
        try:
            reply = await self._reply(call, sent, receive, whole)
        except Refused as refused:
            reply = self._refusal(call, refused)
        except Exception as error:  # noqa: BLE001 - whatever it says might quote a request
            edge.log.failed(self.route.name, error, call.id)
            reply = problem_reply(Refused("failed", FAILED), call.id)
        finally:
            if call.place is not None:
                call.place.leave()
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
            if caller.key is not None:
                call.slot = caller.slot
                call.wait = self._wait(caller.key, caller)
        check_headers(sent, settings.most_bytes, keyed=route.scope is not None)
        if route.media:
            call.media = media_of(sent, route.media)
        if caller is None or route.scope is None:
            return await self._handled(call)
        key = check_allowed(caller, route.scope)
        if call.wait > 0:
            raise _too_often(key.per_second, call.wait)
        if route.media:
            there = body_there(whole, settings.most_bytes)
            call.body = await self._awaited(call, receive) if there is None else there
        return await self._handled(call)

    def _wait(self, key: ApiKey, caller: Caller) -> float:
        """Spend one request, also where it is refused for another reason: it is recorded, and for good.

        A key that counts no more has nothing to spend: nobody could take it from whoever has its secret.
        """
        if caller.refusal is not None:
            return inf
        return self._edge.rate.wait(caller.slot, key.per_second, self._edge.monotonic())

    async def _awaited(self, call: Call, receive: Receive) -> bytes:
        """Read a body that still arrives; meanwhile its key may have been revoked."""
        settings, place = self._edge.state.settings, self._place(call)
        body = await body_of(receive, settings.most_bytes, settings.patience, place.hold)
        self._check_key(call)
        return body

    def _place(self, call: Call) -> Place:
        """Return the place of a request that must wait; raises `Refused` where there is none."""
        if call.place is None:
            call.place = self._edge.room.enter("" if call.key is None else call.key.id)
        return call.place

    def _check_key(self, call: Call) -> None:
        """Refuse a request that waited, if what let it in counts no more."""
        edge, scope = self._edge, self.route.scope
        if scope is not None:
            check_allowed(edge.credentials.caller(headers_of(call.scope), edge.state.clock()), scope)

    async def _handled(self, call: Call) -> Reply:
        edge, route, handler = self._edge, self.route, self.route.handler
        if len(call.body) < route.beside_from:
            return handler(call, edge.state)
        if route.quickly is not None and len(call.body) < QUICK_BELOW:
            quick = route.quickly(call, edge.state)
            if quick is not None:
                return quick
        place = self._place(call)
        place.hold(len(call.body))
        place.take_long(ABOUT_ONE if route.is_about_one else LONG)
        threads = edge.readers if route.method == "GET" else edge.threads
        if route.is_about_one:
            threads = edge.clerks
        loop = asyncio.get_running_loop()
        # Twice, because another version may have taken over meanwhile; a third time has no reason left.
        for _ in range(2):
            began = edge.monotonic()
            reply = await loop.run_in_executor(threads, handler, call, edge.state)
            if edge.monotonic() - began <= FRESH:
                return reply
            self._check_key(call)
            if _is_served(call, edge.state):
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
            event = access_of(call, self.route.name, reply.status, state.settings.model, state.clock())
            if call.alert:
                state.metrics.alert()
            if call.wait > 0:
                edge.excess.add(event, edge.monotonic(), edge.spool.write)
            else:
                edge.spool.write(encoded(event))
        except Exception as error:  # noqa: BLE001 - for whatever reason: what is not recorded is not answered
            edge.log.refused("not-recorded", error)
            return problem_reply(Refused("not-recorded", UNRECORDED, headers=LATER), call.id)
        return reply


def _too_often(per_second: int, seconds: float) -> Refused:
    detail = f"This API key may ask {per_second} times a second; come back as Retry-After says."
    return Refused("too-often", detail, headers=((b"retry-after", b"%d" % ceil(seconds)),))


def _is_served(call: Call, state: State) -> bool:
    """Tell whether the version that an answer is from may still be served; raises where none may."""
    if call.served is None:
        return True
    now, then = state.watch.served().approved, call.served.approved
    return (now.version, now.decision) == (then.version, then.decision)
