"""Load from another core: wrk where it is installed, and a client of a few lines where it is not."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WRK = shutil.which("wrk")
LONGEST = 20
"""Seconds after which a server that gave no answer is not asked for longer."""
SCRIPT = """
wrk.method = "POST"
local file = io.open("BODY", "rb")
wrk.body = file:read("*a")
file:close()
HEADERS
done = function(summary, latency, requests)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format('\\n{"calls": %d, "seconds": %.6f, "p50": %.6f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, errors))
end
"""


@dataclass(frozen=True)
class Measured:
    """One round: calls a second, milliseconds of half of them at most, and of processor time of each."""

    rate: float
    p50: float
    cpu: float


@dataclass(frozen=True)
class Target:
    """What is asked of a server.

    Attributes
    ----------
    port : int
    path : str
    body : bytes
    headers : mapping of str to str
    """

    port: int
    path: str
    body: bytes
    headers: Mapping[str, str]


def measured(
    target: Target, connections: int, seconds: float, core: int, folder: Path, spent: Callable[[], float]
) -> Measured:
    """Ask over so many connections for so long.

    Parameters
    ----------
    target : Target
    connections : int
    seconds : float
    core : int
        On which the load is made.
    folder : Path
        For files of wrk.
    spent : callable
        Returns the processor time of the server so far, in seconds.

    Raises
    ------
    ConnectionError
        An answer was an error, or none came.
    """
    before = spent()
    if WRK is None:
        calls, took, p50, errors = _client(target, connections, seconds, core)
    else:
        calls, took, p50, errors = _wrk(target, connections, seconds, core, folder)
    if errors:
        raise ConnectionError(f"{errors} of {calls} answers at {target.path} were errors.")
    if not calls and seconds > LONGEST:
        raise ConnectionError(f"No answer came at {target.path} within {seconds} seconds.")
    if not calls:  # the machine is busy with something else
        return measured(target, connections, 2 * seconds, core, folder, spent)
    return Measured(calls / took, p50, 1e3 * (spent() - before) / calls)


def _wrk(
    target: Target, connections: int, seconds: float, core: int, folder: Path
) -> tuple[int, float, float, int]:
    body, script = folder / "body", folder / "script.lua"
    body.write_bytes(target.body)
    headers = "\n".join(f'wrk.headers["{name}"] = "{value}"' for name, value in target.headers.items())
    script.write_text(SCRIPT.replace("BODY", body.as_posix()).replace("HEADERS", headers), encoding="utf-8")
    # A peer that is slow with many at once is slow, and not wrong: wrk's own two seconds would call it so.
    lasting = (f"-d{max(1, round(seconds))}s", "--timeout", "30s")
    url = f"http://127.0.0.1:{target.port}{target.path}"
    words = ["taskset", "-c", core, WRK, "-t1", f"-c{connections}", *lasting, "-s", script, url]
    ended = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=True)
    told = json.loads(ended.stdout.splitlines()[-1])
    return told["calls"], told["seconds"], told["p50"], told["errors"]


def _client(target: Target, connections: int, seconds: float, core: int) -> tuple[int, float, float, int]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        start = time.perf_counter()
        took, errors = asyncio.run(_asked(target, connections, seconds))
        middle = statistics.median(took) if took else 0.0
        return len(took) + errors, time.perf_counter() - start, 1e3 * middle, errors
    finally:
        os.sched_setaffinity(0, before)


async def _asked(target: Target, connections: int, seconds: float) -> tuple[list[float], int]:
    head = {"Host": "127.0.0.1", "Content-Length": str(len(target.body)), **target.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    sent = f"POST {target.path} HTTP/1.1\r\n{lines}\r\n".encode() + target.body
    until = time.perf_counter() + seconds
    found = await asyncio.gather(*(_one(target.port, sent, until) for _ in range(connections)))
    return [taken for took, _ in found for taken in took], sum(errors for _, errors in found)


async def _one(port: int, sent: bytes, until: float) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    took, errors = [], 0
    while (start := time.perf_counter()) < until:
        writer.write(sent)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n")[0]))
        took.append(time.perf_counter() - start)
        errors += not head.startswith(b"http/1.1 200")
    writer.close()
    return took, errors
