"""The door: every request for a page comes in here, and its answer leaves from here.

The work of a page is done in threads of the pages' own, because it reads a database and may open a key, and
there is room for few at once (`serving.pages.entrance.lanes`): residents' predictions wait neither for a
thread nor for the interpreter behind a crowd of pages, and who is signed in waits behind no stranger. Before
a form is read it is known whether there is such a session: what strangers send slowly takes none of the room
of those who sign.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from serving.accesses import Access, encoded
from serving.arriving import body_of, body_there, check_headers, headers_of, media_of, request_id
from serving.calls import Refused, Reply
from serving.excess import Pace
from serving.metrics import number_of
from serving.pages import forms, paths
from serving.pages.entrance import cookies
from serving.pages.entrance.attended import Asked, Attended
from serving.pages.entrance.lanes import ARRIVING, LANES, Lane, Remembered, lane_of
from serving.pages.entrance.plain import plain
from serving.room import Room
from serving.sending import answer
from serving.whole import whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from serving.arriving import Receive
    from serving.edge import Edge
    from serving.pages.entrance.attending import Attendant
    from serving.pages.table import PageRoute
    from serving.sending import Send
    from serving.whole import Exchange

_T = TypeVar("_T")
_R = TypeVar("_R")
PREFIX = "page_"
"""Before the name of a page in access events and metrics: the API has names of its own."""
REFUSED = 400
"""From this status on an answer says no."""
SPARING = Pace(10, 60.0)
"""How often strangers' refusals are recorded, of each status: an event stays for good, and to refuse costs
next to nothing."""
KIND = "pages"
"""Under which they are counted, with their status; no API key is called so."""
READ = frozenset((b"origin", b"host", b"sec-fetch-site", b"if-none-match", b"accept-encoding"))
"""Names of the headers that pages read beside cookies; `Host` is held against `Origin`, and nothing more."""
UNASKED = frozenset({"enter", "static"})
"""Pages for which it is no matter whether there is a session."""
WHOLLY = frozenset({"dossier"})
"""Pages without HEAD: what the headers of the answer are is known when all the work is done."""


class Door:
    """Answers every request for a page, as ASGI calls it.

    Parameters
    ----------
    edge : Edge
        What the endpoints of this worker share.
    make : callable, optional
        Makes what attends to requests.
    """

    def __init__(self, edge: Edge, make: Callable[[], Attendant] | None = None) -> None:
        self._edge, self._make = edge, make or self._made
        self._attendant: Attendant | None = None
        self._making = threading.Lock()
        self._lanes = {name: Lane(name, bounds) for name, bounds in LANES.items()}
        self._rooms = {name: Room(one.places, one.most_bytes) for name, one in ARRIVING.items()}
        self._remembered = Remembered()
        self._tls = edge.state.settings.is_tls

    def is_for(self, path: str) -> bool:
        """Whether an address, without the prefix of a proxy, is of a page, or of none that there is."""
        return path in _EXACT or path.startswith(UNDER)

    def close(self) -> None:
        """Finish what is in hand, and let go of the database."""
        for lane in self._lanes.values():
            lane.close()
        attendant, self._attendant = self._attendant, None
        if attendant is not None:
            attendant.close()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        edge = self._edge
        began = edge.monotonic()
        whole = whole_of(scope)
        request = request_id(headers_of(scope).get(b"x-request-id"), edge.random)
        place, route, refused = _found(scope)
        name = "other" if route is None else f"{PREFIX}{route.name}"
        try:
            asked = _asked(scope, place, route, refused, cookies.read(scope["headers"], tls=self._tls))
            attended = await self._attended(asked, scope, receive, whole)
        except Refused:
            attended = Attended(plain("busy"))
            edge.log.refused("busy")
        except Exception as error:  # noqa: BLE001 - whatever it says might quote a request
            attended = Attended(plain("failed"), fault=("failed", error))
        self._tell(name, attended, request)
        reply = self._recorded(attended, request, name, {} if place is None else place.path)
        edge.state.metrics.count(number_of(name), reply.status, edge.monotonic() - began, 0)
        await answer(reply, request, send, whole)

    async def _attended(
        self, asked: Asked, scope: Mapping[str, Any], receive: Receive, whole: Exchange | None
    ) -> Attended:
        """Have a request attended to in its lane; or at once, where nothing is to be done."""
        token, route = asked.cookies.get("session", ""), asked.route
        is_asked = route is None or route.name not in UNASKED
        is_known = is_asked and await self._is_known(token)
        at_once = self._at_once(asked, is_known=is_known)
        if at_once is not None:
            return at_once
        lane = lane_of(route, is_known=is_known)
        if asked.refused is None and route is not None and route.method == "POST":
            asked = await self._with_body(asked, lane, scope, receive, whole)
        attended = await self._in_lane(lane, self._attend, asked, token if is_known else "")
        if attended.begun:
            self._remembered.add(attended.begun)
        elif is_known and not attended.person:
            self._remembered.discard(token)
        return attended

    async def _is_known(self, token: str) -> bool:
        """Whether there is a session of a token; where the database does not say, the page will."""
        if not token or token in self._remembered:
            return bool(token)
        there = await self._in_lane("known", self._has_session, token)
        if there:
            self._remembered.add(token)
        return there is not False

    def _at_once(self, asked: Asked, *, is_known: bool) -> Attended | None:
        """Return an answer that needs no thread, once a thread has loaded what makes it."""
        if self._attendant is None:
            return None
        from serving.pages.entrance.offhand import offhand  # noqa: PLC0415 - few workers are ever asked for a page

        return offhand(asked, self._edge.state.settings.root_path, is_known=is_known)

    async def _with_body(
        self, asked: Asked, lane: str, scope: Mapping[str, Any], receive: Receive, whole: Exchange | None
    ) -> Asked:
        """Read a form, where it is of any use; raises `Refused` where there is no room for it."""
        if lane == "open" and asked.headers.get(b"sec-fetch-site") != b"same-origin":
            return asked
        try:
            return replace(asked, body=await self._body(lane, asked, headers_of(scope), receive, whole))
        except Refused as no:
            if lane == "open":
                # It is not taken anyway: all that could be done with it is to show it once more.
                return asked
            if no.slug in {"busy", "too-often"}:
                raise
            return replace(asked, refused=no)

    async def _body(
        self, lane: str, asked: Asked, sent: Mapping[bytes, bytes], receive: Receive, whole: Exchange | None
    ) -> bytes:
        bounds = ARRIVING[lane]
        check_headers(sent, bounds.most_bytes, keyed=False)
        media_of(sent, forms.MEDIA)
        there = body_there(whole, bounds.most_bytes)
        if there is not None:
            return there
        room = self._rooms[lane].enter(asked.cookies["session"] if lane == "act" else lane)
        try:
            patience = min(bounds.patience, self._edge.state.settings.patience)
            return await body_of(receive, bounds.most_bytes, patience, room.hold)
        finally:
            room.leave()

    async def _in_lane(self, name: str, work: Callable[[_T], _R], given: _T, session: str = "") -> _R:
        lane = self._lanes[name]
        threads = lane.enter(session)
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work, given)
        finally:
            lane.leave(session)

    def _has_session(self, token: str) -> bool | None:
        try:
            return self._attending().has_session(token)
        except Exception:  # noqa: BLE001 - it is told of the page itself, which asks the same
            return None

    def _attend(self, asked: Asked) -> Attended:
        return self._attending().attend(asked)

    def _attending(self) -> Attendant:
        with self._making:
            if self._attendant is None:
                self._attendant = self._make()
        return self._attendant

    def _made(self) -> Attendant:
        from serving.pages.entrance.attending import Attendant  # noqa: PLC0415 - few workers are ever asked for a page

        state = self._edge.state
        return Attendant(state.settings, state.clock, state.residents)

    def _tell(self, name: str, attended: Attended, request: str) -> None:
        """Log why the service could not answer: which kind of fault, and where; nothing that it says."""
        if attended.fault is None:
            return
        cause, error = attended.fault
        if cause == "failed":
            self._edge.log.failed(name, error, request)
        else:
            self._edge.log.refused(cause.replace("_", "-"), error)

    def _recorded(self, attended: Attended, request: str, name: str, path: Mapping[str, str]) -> Reply:
        """Write the access event; where that fails, the answer is another one."""
        if not attended.is_recorded:
            return attended.reply
        edge, state = self._edge, self._edge.state
        event = Access(
            at=state.clock(),
            id=request,
            key="",
            route=name,
            status=attended.reply.status,
            rows=1 if attended.about.subject else 0,
            model=state.settings.model,
            version=int(path["version"]) if "version" in path else None,
            decision=None,
            person=attended.person,
            purpose=attended.about.purpose,
            subject=attended.about.subject,
            alert=attended.about.alert,
        )
        try:
            if attended.reply.status >= REFUSED and not attended.person:
                kind = f"{KIND} {attended.reply.status}"
                edge.excess.add(event, edge.monotonic(), edge.spool.write, kind=kind, pace=SPARING)
            elif event.alert:
                # The first is recorded with the alert, and the rest of that person are counted.
                state.metrics.alert()
                edge.excess.add(event, edge.monotonic(), edge.spool.write, kind=f"{KIND} {attended.person}")
            else:
                edge.spool.write(encoded(event))
        except Exception as error:  # noqa: BLE001 - for whatever reason: what is not recorded is not answered
            edge.log.refused("not-recorded", error)
            return plain("not_recorded")
        return attended.reply


UNDER = "/review/"
"""Before every address of a page but the first ones."""
_EXACT = frozenset(paths.exact_paths())


def _found(scope: Mapping[str, Any]) -> tuple[paths.Place | None, PageRoute | None, Refused | None]:
    """Return of which page a request is, or why of none."""
    place = paths.place_of(path_of(scope))
    if place is None:
        return None, None, Refused("not-found", "")
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    route = place.routes.get(method)
    if route is None or (route.name in WHOLLY and scope["method"] == "HEAD"):
        route = None
        has_head = "GET" in place.routes and place.routes["GET"].name not in WHOLLY
        allowed = sorted({*place.routes, *(("HEAD",) if has_head else ())})
        return place, None, Refused("wrong-method", "", headers=((b"allow", ", ".join(allowed).encode()),))
    return place, route, None


def path_of(scope: Mapping[str, Any]) -> str:
    """Return the path of a request, without the prefix that a proxy takes off."""
    path, root = scope["path"], scope.get("root_path")
    found: str = path.removeprefix(root) if root else path
    return found


def _asked(
    scope: Mapping[str, Any],
    place: paths.Place | None,
    route: PageRoute | None,
    refused: Refused | None,
    jar: Mapping[str, str],
) -> Asked:
    """Return a request of which the body has not arrived."""
    return Asked(
        route=route,
        path={} if place is None else place.path,
        here=_here(scope),
        query=scope["query_string"],
        headers={name: value for name, value in scope["headers"] if name in READ},
        cookies=jar,
        refused=refused,
    )


def _here(scope: Mapping[str, Any]) -> str:
    """Return the address of a request with its query, as it was sent, without the prefix of a proxy."""
    query = scope["query_string"].decode("latin-1")
    return f"{path_of(scope)}?{query}" if query else path_of(scope)
