"""Calls per second of the prediction API, beside other ways to serve the same fitted model.

Ours as it ships: one worker, signed version, API key, validation, metrics and access events. All servers run
at once, on one core, and are asked in turn, from another core, by wrk (or, where it is not installed, by a
client of a few lines); rates are medians over the rounds, ratios medians of what each round gave. Before they
are timed, each must give every resident the estimator's segment; an error while one is timed ends the run.
Memory and CPU are those of all its processes; CPU per call moves least where the machine does other work.

BentoML and MLServer hold FastAPI back, so they live in an environment of their own, made from
`benchmarks/peers/requirements.txt` and scikit-learn as it is locked here, and named by --peers-python or
BENCH_PEERS_PYTHON. Who is not there is left out and named. Run it with no argument (five rounds), --quick or
--full (nine rounds).
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from peers.contestants import EMPTY, MLFLOW, OURS, by_column, contestants, ours
from peers.load import Measured, Target, measured
from peers.model import MANY, Fitted, fitted
from peers.office import opened
from peers.running import Running
from timing import numbers, parser, table

if TYPE_CHECKING:
    from peers.running import Contestant

CONNECTIONS = 32
CORES = sorted(os.sched_getaffinity(0))
SERVER, LOAD = CORES[0], CORES[-1]
COLUMNS = f"the same, {MANY:,} residents by column"


@dataclass(frozen=True)
class Effort:
    """How long it is measured."""

    rounds: int
    seconds: int
    starts: int


@dataclass
class Entrant:
    """A server that answers, and what was measured of it, a number for each round."""

    running: Running
    one: bytes
    many: bytes
    columns: bytes | None
    walls: list[float]
    cpus: list[float]
    alone: list[Measured] = field(default_factory=list)
    together: list[Measured] = field(default_factory=list)
    large: list[Measured] = field(default_factory=list)
    by_column: list[Measured] = field(default_factory=list)
    memory: float = 0.0

    def round(self, seconds: int, folder: Path) -> None:
        """Measure each load once."""
        self.alone.append(self._load(self.one, 1, seconds, folder))
        self.together.append(self._load(self.one, CONNECTIONS, seconds, folder))
        self.large.append(self._load(self.many, 1, seconds, folder))
        if self.columns is not None:
            self.by_column.append(self._load(self.columns, 1, seconds, folder))
        self.memory = max(self.memory, self.running.memory())

    def _load(self, body: bytes, connections: int, seconds: int, folder: Path) -> Measured:
        asked = self.running.contestant
        target = Target(self.running.port, asked.path, body, asked.headers)
        return measured(target, connections, seconds, LOAD, folder, self.running.seconds)


def main() -> None:
    """Measure and print."""
    options = parser(__doc__)
    given = os.environ.get("BENCH_PEERS_PYTHON")
    options.add_argument("--peers-python", type=Path, default=given, help="Python with BentoML and MLServer")
    asked = options.parse_args()
    if asked.peers_python is None:
        print("Left out: BentoML and MLServer. Name the Python of their environment with --peers-python.")
    effort = Effort(1, 1, 1) if asked.quick else Effort(9, 4, 5) if asked.full else Effort(5, 2, 3)
    with tempfile.TemporaryDirectory() as place, ExitStack() as servers:
        folder = Path(place)
        model = fitted(folder)
        home = folder / "home"
        key = opened(home, model)
        entrants, differing = {}, 0
        for one in [ours(home, key, model), *contestants(model, asked.peers_python)]:
            entrant = started(one, model, effort.starts, folder, servers)
            if entrant is not None:
                entrants[one.name] = entrant
                differing += wrong(entrant, model)
        for _ in range(effort.rounds):
            for entrant in entrants.values():
                entrant.round(effort.seconds, folder)
    report(entrants, differing)


def started(
    contestant: Contestant, model: Fitted, starts: int, folder: Path, servers: ExitStack
) -> Entrant | None:
    """Start a server so many times and leave it running; None where it is not there."""
    one, many = contestant.body(model.rows[:1]), contestant.body(model.rows)
    runs: list[Running] = []
    for _ in range(starts):
        if runs:
            runs[-1].end()
        try:
            runs.append(Running(contestant, one, SERVER, folder / "log"))
        except ChildProcessError as error:
            if contestant.name in {OURS, EMPTY, MLFLOW}:
                raise
            print(f"Left out: {contestant.name}. {error}")
            return None
    servers.callback(runs[-1].end)
    columns = by_column(model.rows) if contestant.name == OURS else None
    return Entrant(runs[-1], one, many, columns, [run.wall for run in runs], [run.cpu for run in runs])


def wrong(entrant: Entrant, model: Fitted) -> int:
    """Return how many residents get another segment than the estimator's."""
    read = entrant.running.contestant.labels
    if read is None:
        return 0
    found = 0
    for body, labels in (
        (entrant.one, model.labels[:1]),
        (entrant.many, model.labels),
        (entrant.columns, model.labels),
    ):
        if body is not None:
            told = read(json.loads(entrant.running.ask(body)[1]))
            found += sum(one != other for one, other in zip(told, labels, strict=True))
    return found


def report(entrants: dict[str, Entrant], differing: int) -> None:
    """Print the table and the numbers."""
    print(f"12 numeric and 4 listed features; p50 in ms; load averages {os.getloadavg()}")
    head = ("server", "1 (p50)", f"{CONNECTIONS}", f"{MANY:,} rows", "CPU ms", "memory MiB", "start s (CPU)")
    rows = [row(name, entrant) for name, entrant in reversed(entrants.items())]
    own = entrants[OURS]
    rows.append((COLUMNS, "", "", f"{rate(own.by_column):,.0f}", "", "", ""))
    table(head, rows)
    print(f"Residents who got another segment from a server than from the estimator: {differing}")
    empty, mlflow = entrants[EMPTY], entrants[MLFLOW]
    numbers(
        one_vs_mlflow=versus(own.alone, mlflow.alone),
        one_vs_empty=versus(own.alone, empty.alone),
        many_vs_empty=versus(own.together, empty.together),
        rows1000_vs_empty=versus(own.large, empty.large),
        columns1000_vs_empty=versus(own.by_column, empty.large),
        one_cpu_vs_empty=cpu(empty.alone) / cpu(own.alone),
        many_cpu_vs_empty=cpu(empty.together) / cpu(own.together),
        rows1000_cpu_vs_empty=cpu(empty.large) / cpu(own.large),
        one_calls_per_second=rate(own.alone),
        one_p50_ms=median(one.p50 for one in own.alone),
        many_calls_per_second=rate(own.together),
        rows1000_calls_per_second=rate(own.large),
        columns1000_calls_per_second=rate(own.by_column),
        memory_mib=own.memory,
        ready_cpu_seconds=median(own.cpus),
        ready_seconds=median(own.walls),
        differing_rows=differing,
    )


def row(name: str, entrant: Entrant) -> tuple[str, ...]:
    """Return a server's line of the table."""
    return (
        name,
        f"{rate(entrant.alone):,.0f} ({median(one.p50 for one in entrant.alone):.2f})",
        f"{rate(entrant.together):,.0f}",
        f"{rate(entrant.large):,.0f}",
        f"{cpu(entrant.alone):.3f}",
        f"{entrant.memory:.0f}",
        f"{median(entrant.walls):.1f} ({median(entrant.cpus):.2f})",
    )


def rate(rounds: list[Measured]) -> float:
    """Return calls a second."""
    return median(one.rate for one in rounds)


def cpu(rounds: list[Measured]) -> float:
    """Return milliseconds of processor time for a call."""
    return median(one.cpu for one in rounds)


def versus(own: list[Measured], other: list[Measured]) -> float:
    """Return how many times as many calls as another server."""
    return median(one.rate / two.rate for one, two in zip(own, other, strict=True))


if __name__ == "__main__":
    main()
