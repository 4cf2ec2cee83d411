"""What the commands print: results to standard output, steps and errors to standard error."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segmentation.audit import AuditReport, Finding
    from segmentation.profiles import Profile

BROKEN = 1
BAD_INPUT = 2
SHOWN = 12
"""Findings in a table; the card has them all."""

STATUS = {
    "kept": "[green]✓ kept[/]",
    "broken": "[red]✗ broken[/]",
    "undetermined": "[yellow]? undetermined[/]",
}


def complain(message: str) -> None:
    """Print an error."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True, highlight=False).print(Text(f"Error: {message}", style="red"))


def say_json(content: dict[str, Any]) -> None:
    """Print one JSON object for machines."""
    sys.stdout.write(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2) + "\n")


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show which step is running and for how long: a spinner on a terminal, else a line per step."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: console.print(f"{step} …", highlight=False)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        running: list[Any] = []

        def start(step: str) -> None:
            if running:
                progress.update(running[-1], total=1, completed=1)
            running.append(progress.add_task(step, total=None))

        yield start
        if running:
            progress.update(running[-1], total=1, completed=1)


def print_segments(profiles: tuple[Profile, ...]) -> None:
    """Print a table of segments."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title="Segments", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in ("id", "segment", "residents", "share"):
        table.add_column(column, justify="right" if column in {"residents", "share"} else "left")
    for profile in profiles:
        table.add_row(profile.segment, profile.name.en, f"{profile.size:,}", f"{profile.share:.1%}")
    Console(highlight=False).print(table)


def print_findings(report: AuditReport) -> None:
    """Print the verdict and the findings that stand against it, worst first."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(
        title="Findings, worst first",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in ("status", "what", "value", "interval", "limit", "residents"):
        table.add_column(
            column, justify="left" if column in {"status", "what"} else "right", no_wrap=column != "what"
        )
    open_findings = [finding for finding in report.findings if finding.status != "kept"]
    for finding in open_findings[:SHOWN]:
        table.add_row(*_cells(finding))
    if open_findings:
        console.print(table)
    counts = {status: sum(f.status == status for f in report.findings) for status in STATUS}
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    rest = len(open_findings) - SHOWN
    console.print(f"{told}{f' ({rest} more in the card)' if rest > 0 else ''}")
    console.print(f"Verdict: {STATUS[report.verdict]}")


def _cells(finding: Finding) -> tuple[str, ...]:
    hidden = "hidden" if finding.hidden else "–"
    counted = finding.count if finding.group else finding.size
    return (
        STATUS[finding.status],
        _what(finding),
        hidden if finding.value is None else f"{finding.value:.2f}",
        hidden if finding.interval is None else f"{finding.interval[0]:.2f}–{finding.interval[1]:.2f}",
        f"{finding.limit:.2f}" if finding.group is None else f"{finding.limit:.2f}–{1 / finding.limit:.2f}",
        hidden if counted is None else f"{counted:,}",
    )


def _what(finding: Finding) -> str:
    """Return what a finding is about, as short as a table needs."""
    if finding.group is None:
        return f"{finding.attribute} and segment (V)"
    verb = "planned" if finding.check == "service_parity" else "in"
    return f"{finding.attribute}: {finding.group} {verb} {finding.target}"


def end_by(report: AuditReport) -> None:
    """End the program with exit code 1 where findings are broken."""
    if report.verdict == "broken":
        raise typer.Exit(BROKEN)
