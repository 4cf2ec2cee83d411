"""The application: FastAPI around endpoints of our own, and what runs beside them while it serves.

It is FastAPI's application, with its lifespan, its routes and its document, so that everything made for such
applications works with it. A request for one of our addresses goes to its endpoint at once; everything else
goes FastAPI's way, and is answered as a problem document, too.
"""

from __future__ import annotations

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route as Mounted

from segmentation.version import __version__
from serving.credentials import Credentials
from serving.document import document_of, served_now
from serving.edge import Edge, Endpoint
from serving.excess import APART
from serving.logs import Log, utc
from serving.pulse import beat
from serving.residents.reference import RESIDENTS, named_in
from serving.routes import all_routes
from serving.shared import metrics_of, rate_of
from serving.state import State
from serving.strays import framework_failed, framework_said_no, nowhere, wrong_method

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from fastapi.telemetry import TelemetryConfig
    from starlette.types import Receive, Scope, Send

    from segmentation.vault import Keyring
    from serving.pages.entrance.door import Door
    from serving.residents.desk import Desk
    from serving.routes import Route
    from serving.settings import Settings
    from serving.watch import Watch

    Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

TITLE = "Resident segments"
BESIDE = 2
"""Threads for long requests: one may read while another waits for the disk; more would share one core.
GET has a thread of its own, because who watches the service must not wait behind residents."""
CLERKS = 4
"""Threads for what is kept of residents: each waits for the database most of its time."""
FIRST_LOOK = 500
"""Hundredths of a second for which a start waits for the first look at the ledger."""
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own telemetry: it would tell of requests and errors to whoever the environment names."""


class Application(FastAPI):
    """FastAPI, with a short way to endpoints of our own.

    Parameters
    ----------
    edge : Edge
    routes : iterable of Route
    lifespan : callable, optional
        As FastAPI takes it.
    door : Door, optional
        Answers for the pages, where people sign in; there are none without it.

    Attributes
    ----------
    edge : Edge
        What its endpoints share.
    door : Door or None
    """

    def __init__(
        self,
        edge: Edge,
        routes: Iterable[Route],
        lifespan: Lifespan | None = None,
        door: Door | None = None,
    ) -> None:
        super().__init__(
            title=TITLE,
            version=__version__,
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=lifespan,
            telemetry=SILENT,
        )
        self.edge, self._table, self.door = edge, tuple(routes), door
        self._addresses: dict[str, Address] = {}
        self._about_one: dict[str, Address] = {}
        for path in dict.fromkeys(route.path for route in self._table):
            self._add(path, [route for route in self._table if route.path == path], edge)
        self.router.default = Endpoint(nowhere(), edge)
        for kind in (HTTPException, RequestValidationError):
            self.add_exception_handler(kind, framework_said_no)
        self.add_exception_handler(Exception, framework_failed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            path, root = scope["path"], scope.get("root_path")
            path = path.removeprefix(root) if root else path
            address = self._addresses.get(path)
            if address is not None:
                await address.endpoint(scope["method"])(scope, receive, send)
                return
            if path.startswith(RESIDENTS):
                ref, rest = named_in(scope["raw_path"], root)
                address = self._about_one.get(rest)
                if address is not None:
                    told = {**scope, "path_params": {"ref": ref}}
                    await address.endpoint(scope["method"])(told, receive, send)
                    return
            if self.door is not None and self.door.is_for(path):
                await self.door(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """Return the document of the API, as ``GET /openapi.json`` answers it."""
        return document_of(self._table, served_now(self.edge.state), self.edge.state.settings)

    def _add(self, path: str, routes: Sequence[Route], edge: Edge) -> None:
        address = Address(routes, edge)
        self.router.routes.append(Mounted(path, address, name=routes[0].name))
        if "{" not in path:
            self._addresses[path] = address
        elif routes[0].is_about_one:
            self._about_one[path.rpartition("}")[2]] = address


class Address:
    """One address with all methods: those that it answers to, and the others.

    Parameters
    ----------
    routes : sequence of Route
        One for each method.
    edge : Edge
    """

    def __init__(self, routes: Sequence[Route], edge: Edge) -> None:
        self._endpoints: dict[str, Endpoint] = {}
        for route in routes:
            methods = (route.method, "HEAD") if route.method == "GET" else (route.method,)
            self._endpoints |= dict.fromkeys(methods, Endpoint(route, edge))
        self._other = Endpoint(wrong_method(self._endpoints), edge)

    def endpoint(self, method: str) -> Endpoint:
        """Return what answers a method."""
        return self._endpoints.get(method, self._other)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that came the framework's way."""
        await self.endpoint(scope["method"])(scope, receive, send)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc,
    watch: Watch | None = None,
    routes: Iterable[Route] | None = None,
    log: Log | None = None,
    keyring: Callable[[], Keyring] | None = None,
) -> Application:
    """Make the application of one worker; nothing runs until its lifespan begins.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    watch : Watch, optional
        Knows what may be served; made from the settings where it is not given.
    routes : iterable of Route, optional
        All addresses where they are not given.
    log : Log, optional
        Writes to standard error where it is not given.
    keyring : callable, optional
        Returns the keyring; taken from where the settings say where it is not given.

    Raises
    ------
    StorageError
        What the workers share cannot be made under the spool's folder.
    VaultError
        The settings name a keyring, and it does not open.
    """
    from serving.watch import Watch  # noqa: PLC0415 - it takes the ledger

    log = log or Log(clock)
    watch = watch or Watch(settings, clock, log=log)
    desk = _desk(settings, keyring, log)
    state = State(settings, watch, clock, metrics_of(settings), desk)
    edge = Edge(state, Credentials(watch), rate_of(settings), log)
    door = None if settings.home is None else _door(edge)
    return Application(edge, all_routes() if routes is None else routes, _lifespan(edge, door), door)


def _desk(settings: Settings, keyring: Callable[[], Keyring] | None, log: Log) -> Desk | None:
    if keyring is None and settings.vault is None:
        return None
    from serving.residents.desk import desk_of  # noqa: PLC0415 - few services keep residents

    return desk_of(settings, keyring, log)


def _door(edge: Edge) -> Door:
    from serving.pages.entrance.door import Door  # noqa: PLC0415 - a service without pages needs none of it

    return Door(edge)


def _lifespan(edge: Edge, door: Door | None = None) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        from serving.mover import Mover  # noqa: PLC0415 - it takes the ledger
        from serving.spool import Spool  # noqa: PLC0415 - beside the mover, which moves what is in it

        state, log = edge.state, edge.log
        log.event("started", model=state.settings.model, workers=state.settings.workers)
        edge.spool = spool = Spool(state.settings.spool)
        with (
            ThreadPoolExecutor(BESIDE, "beside") as edge.threads,
            ThreadPoolExecutor(1, "reader") as edge.readers,
            ThreadPoolExecutor(CLERKS, "clerk") as edge.clerks,
        ):
            state.watch.start()
            await _seen(state.watch)
            # What was made until now stays: to look through it for garbage again takes tens of milliseconds.
            gc.collect()
            gc.freeze()
            mover = Mover(state.settings, state.clock, log)
            mover.start()
            running = [asyncio.create_task(one) for one in (beat(state), _record_counted(edge))]
            log.event("listening")
            try:
                yield
            finally:
                log.event("stopping")
                for task in running:
                    task.cancel()
                edge.record_counted()
                if door is not None:
                    await asyncio.to_thread(door.close)
                if state.residents is not None:
                    await asyncio.to_thread(state.residents.close)
                spool.close()
                await asyncio.to_thread(mover.stop)
                await asyncio.to_thread(state.watch.stop)
                gc.unfreeze()

    return lifespan


async def _record_counted(edge: Edge) -> None:
    """Record once a second how often keys asked beyond their allowance, until it is cancelled."""
    while True:
        await asyncio.sleep(APART)
        edge.record_counted(edge.monotonic())


async def _seen(watch: Watch) -> None:
    """Wait for the first look; not for long, because a worker says that it is alive while a ledger hangs."""
    for _ in range(FIRST_LOOK):
        if watch.condition != "starting":
            return
        await asyncio.sleep(0.01)
