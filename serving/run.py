"""Starting and stopping the service: what is checked before, the socket, one worker or several.

With one worker there is no other process. With several, uvicorn's supervisor starts them anew where they die;
they are sent their settings through a pipe, so that a database's password stands in no list of processes.
"""

from __future__ import annotations

import ctypes
import gc
import math
import multiprocessing
import os
import resource
import secrets
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from uvicorn.config import STARTUP_FAILURE
from uvicorn.server import Server
from uvicorn.supervisors.multiprocess import Multiprocess

from segmentation.errors import SegmentationError, ServiceError
from serving.listen import address, bound, check
from serving.logs import Log, take_over, utc
from serving.protocol import Config
from serving.sending import STRICT

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from multiprocessing.process import BaseProcess
    from types import FrameType

    from starlette.types import ASGIApp

    from serving.settings import Settings

    Make = Callable[[Settings], ASGIApp]

    Say = Callable[[str], None]
    """Is told the address once the service answers there."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD = -8, -3, -1
"""Of glibc's mallopt(3)."""
LARGE = 2**21
"""Bytes from which on memory is the system's again as soon as it is free. A body of a thousand residents has
fewer: to take new pages for each such body cost a fifth of the time of a request."""
RARELY = 50_000
"""Objects more than were freed, after which the garbage collector looks at the youngest."""
SPARE_FILES = 64
"""Files that a worker may open beside its connections: its spool, the ledger, the bundle."""
IDLE = 75
"""Seconds between two requests of a connection; longer than proxies keep theirs, so that they end it."""
HEALTH = 30
"""Seconds that a worker may take to start or to say that it lives."""


def prepare() -> None:
    """Make this process one that may hold what residents need; call it before numpy is loaded.

    No core dump is written, whoever sets the limit later; as many files may be open as the system allows; and
    numpy starts no threads, which a few thousand rows are too few for. Garbage is looked for rarely: what is
    loaded is none, and a request leaves none behind.
    """
    gc.set_threshold(RARELY, *gc.get_threshold()[1:])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for name in THREADS:
        os.environ.setdefault(name, "1")
    _hold_little()


def _hold_little() -> None:
    """Let glibc keep one heap for all threads, and give large bodies back; elsewhere nothing happens."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_ARENA_MAX, 1)
        library.mallopt(M_MMAP_THRESHOLD, LARGE)
        library.mallopt(M_TRIM_THRESHOLD, LARGE)


def run(settings: Settings, say: Say, make: Make | None = None) -> None:
    """Serve until SIGTERM or SIGINT; requests in hand are finished first.

    Parameters
    ----------
    settings : Settings
    say : callable
        Told the address, once, when the service answers there.
    make : callable, optional
        Makes the application in each worker; may be pickled.

    Raises
    ------
    ServiceError
        What `check` raises, the address is taken or not of this machine, or the service failed to start.
    StorageError
        What `check` raises.
    """
    prepare()
    take_over(Log(utc))
    check(settings)
    # No number of a process: in a container each start of the service has the same ones.
    settings = replace(settings, run=secrets.token_hex(8))
    with bound(settings) as listening:
        config, ready = _config(settings, make or application), partial(say, address(settings, listening))
        if settings.workers > 1:
            _run_many(config, listening, ready)
        else:
            _run_one(config, listening, ready)


def application(settings: Settings) -> ASGIApp:
    """Make the application of one worker."""
    from serving.app import create_app  # noqa: PLC0415 - the supervisor needs none of it

    return create_app(settings)


def started(make: Make, settings: Settings) -> ASGIApp:
    """Make an application in the process that serves it, which ends with its supervisor.

    Raises
    ------
    SystemExit
        It cannot be made, so there is no use in trying again.
    """
    prepare()
    log = Log(utc)
    take_over(log)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True, name="supervisor").start()
    try:
        return make(settings)
    except SegmentationError as error:
        log.event("not started", why=str(error))
    except Exception as error:  # noqa: BLE001 - the interpreter would print all that it says
        log.failed("start", error)
    sys.exit(STARTUP_FAILURE)


class _Server(Server):
    """uvicorn's server, which tells when it answers."""

    def __init__(self, config: Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


class _Supervisor(Multiprocess):
    """uvicorn's supervisor, which tells when the first worker answers, and whether one could not start."""

    def __init__(self, config: Config, sockets: list[socket.socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._ready, self._log = ready, Log(utc)

    def init_processes(self) -> None:
        """Start the workers, and tell once one of them answers."""
        super().init_processes()
        if any(process.wait_until_ready(HEALTH, self.should_exit) for process in self.processes):
            self._ready()

    def keep_subprocess_alive(self) -> None:
        """Start workers anew that died, and say so."""
        before = list(self.processes)
        super().keep_subprocess_alive()
        for process in before:
            if process not in self.processes:
                self._log.event("worker died and was started anew", exit=process.exitcode)


def _run_one(config: Config, listening: socket.socket, ready: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)
    server = _Server(config, ready)
    try:
        server.run(sockets=[listening])
    except SystemExit as end:
        if end.code == STARTUP_FAILURE:
            raise _failed() from None


def _run_many(config: Config, listening: socket.socket, ready: Callable[[], None]) -> None:
    supervisor = _Supervisor(config, [listening], ready)
    with _alone():
        supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise _failed()


@contextmanager
def _alone() -> Iterator[None]:
    """Let processes that are started anew not run the script that began: it would load every command."""
    script = vars(sys.modules["__main__"])
    file = script.pop("__file__", None)
    try:
        yield
    finally:
        if file is not None:
            script["__file__"] = file


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End well: uvicorn raises the signal again that it has just obeyed."""
    sys.exit(0)


def _end_with(supervisor: BaseProcess) -> None:
    """Stop well where the supervisor was killed: nobody else would start the workers anew, or stop them."""
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _failed() -> ServiceError:
    return ServiceError("The service failed to start; the lines above say why.")


def _config(settings: Settings, make: Make) -> Config:
    return Config(
        partial(started, make, settings),
        settings,
        _most_connections(settings),
        workers=settings.workers,
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing here asks for a client's address or scheme
        headers=[STRICT] if settings.is_tls else [],
        root_path=settings.root_path,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=math.ceil(settings.patience) + 5,
        timeout_worker_healthcheck=HEALTH,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
    )


def _most_connections(settings: Settings) -> int:
    """Return how many connections a worker takes: some files are left for the spool and the ledger."""
    wanted = 4 * settings.backlog
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return wanted if files == resource.RLIM_INFINITY else max(1, min(wanted, files - SPARE_FILES))
