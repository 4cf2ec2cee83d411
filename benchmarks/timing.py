"""What the benchmarks share: interleaved rounds, a table, and one line of JSON at the end."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def arguments(description: str | None) -> argparse.Namespace:
    """Read --quick and --full."""
    return parser(description).parse_args()


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return what reads --quick and --full, for a benchmark that has further options."""
    found = argparse.ArgumentParser(description=description)
    size = found.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="under a minute")
    size.add_argument("--full", action="store_true", help="more rounds")
    return found


def interleaved(
    contestants: Mapping[str, Callable[[], Any]], rounds: int
) -> tuple[dict[str, float], dict[str, Any]]:
    """Run every contestant once a round, and return median seconds and the last results.

    Interleaved, so that whatever else the machine does falls on all of them alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    results: dict[str, Any] = {}
    for _ in range(rounds):
        for name, run in contestants.items():
            start = time.perf_counter()
            results[name] = run()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in seconds.items()}, results


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows under a head, columns aligned."""
    widths = [max(len(row[at]) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, tuple("-" * width for width in widths), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def numbers(**values: float) -> None:
    """Print the last line: one JSON object of plain numbers, named alike in every run."""
    print(json.dumps({name: float(f"{value:.4g}") for name, value in values.items()}))
