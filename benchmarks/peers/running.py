"""A server in a process of its own, on a core of its own: started, asked, measured and ended."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LONGEST = 90.0
"""Seconds that a server may take to answer."""


@dataclass(frozen=True)
class Contestant:
    """How a server is started and asked.

    Attributes
    ----------
    name : str
    command : callable
        Given a port, the words that start it.
    path : str
        Where it is asked.
    body : callable
        Given residents, what it is sent.
    labels : callable
        Given the JSON it answers, a segment's position for each resident; None where it answers nothing.
    headers, environment : mapping of str to str
    """

    name: str
    command: Callable[[int], Sequence[object]]
    path: str
    body: Callable[[list[dict[str, Any]]], bytes]
    labels: Callable[[Any], list[int]] | None
    headers: Mapping[str, str]
    environment: Mapping[str, str]


class Running:
    """A server that answers.

    Attributes
    ----------
    port : int
    wall, cpu : float
        Seconds until its first answer, and of processor time until then.
    """

    def __init__(self, contestant: Contestant, first: bytes, core: int, log: Path) -> None:
        self.contestant = contestant
        self.port = free_port()
        words = ["taskset", "-c", core, *contestant.command(self.port)]
        start = time.perf_counter()
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                list(map(str, words)),
                env={**os.environ, **ONE_THREAD, **contestant.environment},
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        self._wait(first, log)
        self.wall, self.cpu = time.perf_counter() - start, self.seconds()

    def _wait(self, first: bytes, log: Path) -> None:
        until = time.monotonic() + LONGEST
        while self._process.poll() is None and time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if self.ask(first)[0] == http.client.OK:
                    return
            time.sleep(0.02)
        told = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        self.end()
        raise ChildProcessError(f"{self.contestant.name} did not answer. It said:\n{told}")

    def ask(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            connection.request("POST", self.contestant.path, body, dict(self.contestant.headers))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def seconds(self) -> float:
        """Return the processor time of all its processes so far."""
        return sum(sum(map(int, stat[11:15])) for stat in self._stats()) / TICKS

    def memory(self) -> float:
        """Return what its processes hold in memory, in MiB."""
        return sum(int(stat[21]) for stat in self._stats()) * PAGE / 2**20

    def _stats(self) -> list[list[str]]:
        """Return /proc/PID/stat of it and all its descendants: the fields from the third on, and the PID."""
        every = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = path.read_text(encoding="utf-8").rpartition(")")[2].split()
                every[path.parent.name] = [*fields, path.parent.name]
        found = [every[pid] for pid in [str(self._process.pid)] if pid in every]
        for parent in found:
            found.extend(fields for fields in every.values() if fields[1] == parent[-1])
        return found

    def end(self) -> None:
        """End all its processes: those that heed a signal first."""
        those = [int(stat[-1]) for stat in self._stats()]
        for how in (signal.SIGTERM, signal.SIGKILL):
            for pid in those:
                with suppress(ProcessLookupError):
                    os.kill(pid, how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
