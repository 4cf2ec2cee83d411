"""The door: every request for a page comes in here, and its answer leaves from here.

The work of a page is done in threads of the pages' own, because it reads a database and may open a key, and
there is room for few at once: residents' predictions wait neither for a thread nor for the interpreter behind
a crowd of pages. Who signs in has one thread, apart from those who are in: a crowd that guesses passphrases
keeps nobody from reading or signing.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from serving.accesses import Access, encoded
from serving.arriving import body_of, check_headers, headers_of, media_of, request_id
from serving.calls import Refused, Reply
from serving.metrics import number_of
from serving.pages import cookies, forms, paths
from serving.pages.attended import Asked, Attended
from serving.pages.plain import plain
from serving.room import LATER
from serving.sending import answer
from serving.whole import whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from serving.arriving import Receive
    from serving.edge import Edge
    from serving.pages.attending import Attendant
    from serving.pages.table import PageRoute
    from serving.room import Place
    from serving.sending import Send

PREFIX = "page_"
"""Before the name of a page in access events and metrics: the API has names of its own."""
TOO_OFTEN = 429
KEY = "pages"
"""Under which requests for pages take room while they arrive; no API key is called so."""
READ = frozenset((b"origin", b"host", b"sec-fetch-site", b"if-none-match", b"accept-encoding"))
"""Names of the headers that pages read beside cookies; `Host` is held against `Origin`, and nothing more."""


class Bounds(NamedTuple):
    """How many requests of a kind are at work at once, and how many in hand with those that wait."""

    threads: int
    most: int


LANES = {"read": Bounds(2, 16), "act": Bounds(2, 8), "enter": Bounds(1, 5)}
"""By what is asked: to see something, to do something, to sign in. Who signs in, or signs, takes a fifth of a
second and 64 MiB, one after another."""


@dataclass(eq=False)
class Lane:
    """The threads for one kind of request, made when they are first needed; for the event loop alone."""

    name: str
    bounds: Bounds
    taken: int = 0
    threads: ThreadPoolExecutor | None = field(default=None, repr=False)

    def enter(self) -> ThreadPoolExecutor:
        """Take a place; raises `Refused` where there is none."""
        if self.taken >= self.bounds.most:
            raise Refused("busy", "Too many pages are asked for at once.", headers=LATER)
        self.taken += 1
        if self.threads is None:
            self.threads = ThreadPoolExecutor(self.bounds.threads, f"pages-{self.name}")
        return self.threads


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
        self._tls = edge.state.settings.is_tls

    def is_for(self, path: str) -> bool:
        """Whether an address, without the prefix of a proxy, is of a page, or of none that there is."""
        return path in _EXACT or path.startswith(UNDER)

    def close(self) -> None:
        """Finish what is in hand, and let go of the database."""
        for lane in self._lanes.values():
            if lane.threads is not None:
                lane.threads.shutdown()
                lane.threads = None
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
            attended = await self._attended(scope, receive, place, route, refused)
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
        self,
        scope: Mapping[str, Any],
        receive: Receive,
        place: paths.Place | None,
        route: PageRoute | None,
        refused: Refused | None,
    ) -> Attended:
        body = b""
        if refused is None and route is not None and route.method == "POST":
            try:
                body = await self._body(scope, receive)
            except Refused as no:
                if no.slug == "busy":
                    raise
                refused = no
        asked = Asked(
            route=route,
            path={} if place is None else place.path,
            here=_here(scope),
            query=scope["query_string"],
            headers={name: value for name, value in scope["headers"] if name in READ},
            cookies=cookies.read(scope["headers"], tls=self._tls),
            body=body,
            refused=refused,
        )
        return await self._in_thread(asked)

    async def _body(self, scope: Mapping[str, Any], receive: Receive) -> bytes:
        """Read a form."""
        edge, sent = self._edge, headers_of(scope)
        check_headers(sent, forms.MOST_BYTES, keyed=False)
        media_of(sent, forms.MEDIA)
        room: Place = edge.room.enter(KEY)
        try:
            return await body_of(receive, forms.MOST_BYTES, edge.state.settings.patience, room.hold)
        except Refused as no:
            raise Refused("busy", no.detail) if no.slug == "too-often" else no from None
        finally:
            room.leave()

    async def _in_thread(self, asked: Asked) -> Attended:
        route = asked.route
        lane = self._lanes[_lane_of(route)]
        threads = lane.enter()
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, self._attend, asked)
        finally:
            lane.taken -= 1

    def _attend(self, asked: Asked) -> Attended:
        with self._making:
            if self._attendant is None:
                self._attendant = self._make()
        return self._attendant.attend(asked)

    def _made(self) -> Attendant:
        from serving.pages.attending import Attendant  # noqa: PLC0415 - few workers are ever asked for a page

        return Attendant(self._edge.state.settings, self._edge.state.clock)

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
            rows=0,
            model=state.settings.model,
            version=int(path["version"]) if "version" in path else None,
            decision=None,
            person=attended.person,
        )
        try:
            if attended.reply.status == TOO_OFTEN and not attended.person:
                # To refuse a name that is locked costs next to nothing, and an event stays for good.
                edge.excess.add(event, edge.monotonic(), edge.spool.write)
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
    if route is None:
        allowed = sorted({*place.routes, *(("HEAD",) if "GET" in place.routes else ())})
        return place, None, Refused("wrong-method", "", headers=((b"allow", ", ".join(allowed).encode()),))
    return place, route, None


def path_of(scope: Mapping[str, Any]) -> str:
    """Return the path of a request, without the prefix that a proxy takes off."""
    path, root = scope["path"], scope.get("root_path")
    found: str = path.removeprefix(root) if root else path
    return found


def _here(scope: Mapping[str, Any]) -> str:
    """Return the address of a request with its query, as it was sent, without the prefix of a proxy."""
    query = scope["query_string"].decode("latin-1")
    return f"{path_of(scope)}?{query}" if query else path_of(scope)


def _lane_of(route: PageRoute | None) -> str:
    if route is None or route.method == "GET":
        return "read"
    return "enter" if route.name == "enter" else "act"
