"""What the service says of itself while it runs: events, one JSON line each, and nothing of who asked what.

A log tells an operator that something happened and where in the program; it has no client address, no address
that was asked for, no header and no body. What a library writes to Python's own loggers passes through here,
too, and only its place and its kind are told: its sentence may hold any of these.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
import traceback
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def _without_rich() -> Iterator[None]:
    """Let structlog find no rich: it would load 4 MB for consoles, and no service prints on one."""
    if "rich" in sys.modules:
        yield
        return
    sys.modules["rich"] = None  # type: ignore[assignment] # Python's own way to say that there is none
    try:
        yield
    finally:
        del sys.modules["rich"]


with _without_rich():
    import structlog

PAUSE = 60.0
"""Seconds between two lines about refusals of one cause, or of what a library says at one place."""
QUIET = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "asyncio", "fastapi")
"""Loggers whose own ways of writing are taken from them."""


def utc() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Log:
    """The log of one worker.

    Parameters
    ----------
    clock : callable
        The time, aware, in UTC.
    stream : text stream, optional
        Standard error where it is not given.
    monotonic : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        stream: TextIO | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._monotonic = clock, monotonic
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(stream or sys.stderr),
            processors=[self._stamp, structlog.processors.JSONRenderer(_line)],
            wrapper_class=structlog.BoundLogger,
        )
        self._lock = threading.Lock()
        self._gathered: dict[tuple[str, ...], tuple[float, int]] = {}

    def event(self, event: str, **told: str | float | None) -> None:
        """Write one line.

        Parameters
        ----------
        event : str
            What happened, in a word or two.
        **told : str, float or None
            Names and numbers of the service's own; nothing that a request held.
        """
        self._logger.info(event, **told)

    def refused(self, cause: str, error: BaseException | None = None) -> None:
        """Note that a request was refused: the first of its cause is written, then how many a minute.

        Parameters
        ----------
        cause : str
            Slug of the problem.
        error : BaseException, optional
            What it was refused for, where that was a fault; its kind and place are written.
        """
        requests = self._due("refused", cause)
        if requests:
            fault = {} if error is None else {"error": type(error).__name__, "where": place_of(error)}
            self.event("refused", cause=cause, requests=requests, **fault)

    def said(self, part: str, level: str, where: str, error: BaseException | None = None) -> None:
        """Note that a library said something: the first of its place is written, then how often a minute.

        Parameters
        ----------
        part : str
            Name of its logger.
        level : str
        where : str
            Name of the file and the line.
        error : BaseException, optional
            What it was about; its kind and place are written.
        """
        fault = {} if error is None else {"error": type(error).__name__, "error_at": place_of(error)}
        times = self._due("said", part, level, where, *fault.values())
        if times:
            self.event("said", part=part, level=level, where=where, times=times, **fault)

    def _due(self, *what: str) -> int:
        """Return how often something happened since it was last written; 0 where that is not a minute ago."""
        now = self._monotonic()
        with self._lock:
            written, since = self._gathered.get(what, (now - PAUSE, 0))
            is_due = now - written >= PAUSE
            self._gathered[what] = (now, 0) if is_due else (written, since + 1)
        return since + 1 if is_due else 0

    def failed(self, part: str, error: BaseException, request: str | None = None) -> None:
        """Write that the program failed: what kind of error and at which line, never what the error says.

        Parameters
        ----------
        part : str
            Route, or another part of the service.
        error : BaseException
        request : str, optional
            Id of the request that it failed for, as its client was told.
        """
        found = {} if request is None else {"request": request}
        self.event("failed", part=part, error=type(error).__name__, where=place_of(error), **found)

    def _stamp(
        self, _logger: object, _method: str, told: structlog.types.EventDict
    ) -> structlog.types.EventDict:
        return {"at": self._clock(), **told}


def place_of(error: BaseException) -> str:
    """Return the file's name and the line at which an error was raised, where it was."""
    trace = traceback.extract_tb(error.__traceback__)
    return f"{Path(trace[-1].filename).name}:{trace[-1].lineno}" if trace else "unknown"


def _line(told: structlog.types.EventDict, **_: object) -> str:
    return msgspec.json.encode(told).decode()


class Through(logging.Handler):
    """Passes what libraries log to the service's log: where it was said, and which error it was about."""

    def __init__(self, log: Log, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the place of a record, and of its error; its sentence and its arguments are left out."""
        at = f"{record.filename}:{record.lineno}"
        error = record.exc_info[1] if record.exc_info else None
        self._log.said(record.name, record.levelname.lower(), at, error)


def take_over(log: Log) -> None:
    """Send what any library of this process logs, and what a thread dies of, through the service's log.

    To be called once by the program that runs a worker; it changes loggers of the whole process.
    """
    root = logging.getLogger()
    root.handlers = [Through(log)]
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    # uvicorn makes each access's line, with the client's address in it, where anybody might want it.
    logging.getLogger("uvicorn.access").propagate = False
    logging.getLogger("uvicorn.access").disabled = True
    threading.excepthook = lambda died: log.failed(
        "thread", died.exc_value or RuntimeError(died.exc_type.__name__)
    )
