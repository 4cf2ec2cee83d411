"""What the commands print: results to standard output, steps and errors to standard error."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from segmentation.cli.plain import plain, plain_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.audit import AuditReport, Finding
    from segmentation.profiles import Profile
    from segmentation.progress import Watch

BROKEN = 1
ALTERED = 1
"""Exit code of a check that was made and fails: of a ledger or a dossier that was altered."""
NOT_APPROVED = 1
BAD_INPUT = 2
NO_SEGMENTS = 3
LINES = "\n"
"""What a message of several faults is divided by."""
SHOWN = 12
"""Findings in a table; the card and the JSON have them all."""

COLUMNS = ("status", "what", "value", "interval", "allowed", "residents", "by chance")
WIDE = 100
"""Letters in a line that have room for every column; the last one is left out of fewer."""
OF_SERVICES = frozenset(
    {"service_parity", "pooled_services", "equal_opportunity", "outcomes", "few_outcomes"}
)
"""What an audit may leave unjudged of services; a gate among it keeps the verdict open."""

COLOURS = {"kept": "green", "broken": "red", "undetermined": "yellow"}


def complain(message: str) -> None:
    """Print an error."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True, highlight=False).print(
        Text(f"Error: {plain(message, keep=LINES)}", style="red")
    )


def say_json(content: dict[str, Any]) -> None:
    """Print one JSON object for machines."""
    sys.stdout.write(plain_json(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)) + "\n")


@contextmanager
def steps() -> Iterator[Watch]:
    """Show which step is running, how far and for how long: bars on a terminal, else a line per step."""
    from rich.console import Console

    from segmentation.progress import Steps
    from segmentation.progress.terminal import terminal_bar

    console = Console(stderr=True)
    if not console.is_terminal:
        yield Steps(lambda step: console.print(f"{step} …", highlight=False))
        return
    with terminal_bar(console) as watch:
        yield watch


def print_segments(profiles: tuple[Profile, ...]) -> None:
    """Print a table of segments."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from segmentation.shown import SEGMENTS, segment_row

    table = Table(
        title="Segments", title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in SEGMENTS:
        table.add_column(column, justify="right" if column in {"residents", "share"} else "left")
    for profile in profiles:
        table.add_row(*segment_row(profile.segment, profile.name.en, profile.size, profile.share))
    Console(highlight=False).print(table)


def print_findings(report: AuditReport, rest: str = "In the card, and with --json") -> None:
    """Print what stands against the segments, worst first, what carries it, and the verdict."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDE
    table = Table(
        title="Findings, worst first",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    columns = COLUMNS if console.width >= WIDE else COLUMNS[:-1]
    for column in columns:
        table.add_column(
            column, justify="left" if column in {"status", "what"} else "right", no_wrap=column != "what"
        )
    told = _told(report)
    for first, *_ in told[:SHOWN]:
        table.add_row(*_cells(report, first)[: len(columns)])
    if told:
        console.print(table)
    for line in _carried(report):
        console.print(line, markup=False)
    for line in (*_counted(report, told), *_outlook(report), _elsewhere(told, rest)):
        console.print(line, markup=False)
    console.print(f"Verdict: {_marked(report.verdict)}")


def _marked(word: str) -> str:
    """Return a status behind its mark, in its colour."""
    from segmentation.shown import status

    return f"[{COLOURS[word]}]{status(word)}[/]"


def _told(report: AuditReport) -> list[list[Finding]]:
    """Return the findings that are not kept; those of two groups that mirror one another together."""
    pairs = {table.attribute for table in report.tables if len(table.groups) == 2}  # noqa: PLR2004 - two
    found: dict[tuple[str | None, ...], list[Finding]] = {}
    for finding in report.findings:
        group = None if finding.attribute in pairs else finding.group
        if finding.status != "kept":
            claim = (finding.attribute, finding.check, finding.target, group, finding.status)
            found.setdefault(claim, []).append(finding)
    return list(found.values())


def _cells(report: AuditReport, finding: Finding) -> tuple[str, ...]:
    from segmentation.wording import Reader, Titles, sentences

    reader = Reader("en", Titles(report.smallest_group))
    hidden = "hidden" if finding.hidden else "–"
    interval = finding.interval and "–".join(
        sentences.figure(reader, finding, end) for end in finding.interval
    )
    chance = finding.by_chance
    return (
        _marked(finding.status),
        _what(finding),
        hidden if finding.value is None else sentences.figure(reader, finding, finding.value),
        interval or hidden,
        sentences.bounds(reader, finding),
        sentences.counted(reader, finding).removesuffix(" residents").replace(" of ", "/") or hidden,
        "" if chance is None else f"≤ {sentences.figure(reader, finding, chance)}",
    )


def _what(finding: Finding) -> str:
    """Return what a finding is about, as short as a table needs."""
    who = finding.attribute if finding.group is None else f"{finding.attribute}: {finding.group}"
    told = {
        "total_variation": f"{who} would need another segment (TV)",
        "association": f"{who} and segment (V)",
        "mutual_information": f"{who} told by segment (NMI)",
        "probe_auc": f"{who} guessed by segment (AUC)",
        "selection_ratio": f"{who} in {finding.target}",
        "service_parity": f"{who} planned {finding.target}",
        "equal_opportunity": f"{who} planned {finding.target} if needed",
    }[finding.check]
    return f"{told}: not judged" if finding.reason == "not_judged" else told


def _carried(report: AuditReport) -> Iterator[str]:
    """Yield for each attribute that is broken through what it enters the segments."""
    from segmentation.wording import Reader, Titles, beside

    reader = Reader("en", Titles(report.smallest_group))
    for name in report.attributes:
        carriers = [one for one in report.carriers if one.attribute == name]
        told = beside.entered(reader, name, beside.way(carriers, report.of(name)))
        if told and any(finding.status == "broken" for finding in report.of(name)):
            yield told


def _counted(report: AuditReport, told: list[list[Finding]]) -> Iterator[str]:
    """Yield how many findings have which status, how many of them the rows tell, and why some are open."""
    from segmentation.wording import Reader, Titles, sentences

    counts = {status: sum(f.status == status for f in report.findings) for status in COLOURS}
    yield ", ".join(f"{count:,} {status}" for status, count in counts.items())
    shown, every = (sum(map(len, rows)) for rows in (told[:SHOWN], told))
    mirrored = shown > len(told[:SHOWN])
    if shown < every or mirrored:
        why = "; of two groups that mirror one another, it shows one" if mirrored else ""
        yield f"The table tells {shown:,} of {every:,} that are not kept{why}."
    reader = Reader("en", Titles(report.smallest_group))
    reasons = Counter(finding.reason for finding in report.findings if finding.status == "undetermined")
    if reasons:
        parts = (f"{count:,} as {sentences.reason(reader, why)}" for why, count in reasons.most_common())
        yield f"Undetermined: {'; '.join(parts)}."


def _outlook(report: AuditReport) -> Iterator[str]:
    """Yield what would settle the gates that are open."""
    from segmentation.wording import Reader, Titles, beside, sentences

    gates = [finding for finding in report.findings if finding.role == "gate"]
    reader = Reader("en", Titles(report.smallest_group))
    settling = beside.settling(reader, gates)
    if settling:
        yield settling
    if any(finding.reason == "not_judged" for finding in gates):
        yield from (reader.t(sentences.UNCHECKED[name]) for name in report.unchecked if name in OF_SERVICES)


def _elsewhere(told: list[list[Finding]], rest: str) -> str:
    """Return where the findings that the table has no room for are, and the figures behind all of them."""
    left = sum(map(len, told[SHOWN:]))
    more = f"{left:,} more finding{'s' if left > 1 else ''}, " if left else ""
    return f"{rest}: {more}counts and rates, carriers, strata and fit."


def end_by(report: AuditReport) -> None:
    """End the program with exit code 1 where findings are broken."""
    if report.verdict == "broken":
        raise typer.Exit(BROKEN)
