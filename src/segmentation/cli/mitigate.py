"""`segmentation mitigate`: every mitigation side by side, on residents that it did not see."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmentation.cli.consented import consents_at
from segmentation.cli.console import say_json, steps
from segmentation.cli.options import (
    HOME,
    AsOf,
    HomeFolder,
    Json,
    PolicyFile,
    ResidentsFile,
    apart,
    day,
    n_segments,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from segmentation.mitigation.outcome import Frontier, Outcome
    from segmentation.progress import Watch

EXAMPLE = "segmentation mitigate --policy policy.toml --residents residents.parquet --plot frontier.png"


def mitigate(  # noqa: PLR0913, PLR0917 - every option of the command
    policy: PolicyFile,
    residents: ResidentsFile,
    attribute: Annotated[
        str | None,
        typer.Option(help="A protected attribute or proxy; the one that segments go together with most."),
    ] = None,
    segments: Annotated[
        str, typer.Option(help="A number of segments to insist on, or auto: chosen anew for each mitigation.")
    ] = "auto",
    out: Annotated[Path | None, typer.Option(help="Write the whole table here, as JSON.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw it here, as PNG, SVG or PDF.")] = None,
    as_of: AsOf = None,
    home: HomeFolder = HOME,
    as_json: Json = False,
) -> None:
    """Compare mitigations: how much disparity each removes, and what it costs.

    Each is fitted on half of the residents and measured on the others. Nothing is registered: build with
    the one that you choose.
    """
    from segmentation.policy import read_policy

    apart(out, policy, residents, plot)
    apart(plot, policy, residents)
    _check_picture(plot)
    rules = read_policy(policy)
    number = n_segments(segments)
    with steps() as step:
        step("Starting")
        from segmentation.files import whole, write_text
        from segmentation.mitigation.frontier import frontier, worst_attribute
        from segmentation.residents import read_residents

        with consents_at(home, rules, "segmentation mitigate") as consents:
            step(f"Reading {residents}")
            people = read_residents(residents, rules, as_of=day(as_of), progress=step, consents=consents)
        if attribute is None:
            step("Finding the worst attribute")
            attribute = worst_attribute(rules, people, n_segments=number, progress=step)
        found = frontier(rules, people, attribute, n_segments=number, progress=_Trying(step))
        if out is not None:
            write_text(out, json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False, indent=2))
        if plot is not None:
            with whole(plot) as staged:
                found.plot(policy=rules).savefig(staged, format=plot.suffix[1:].lower())
    command = _command(found, policy, residents, segments, as_of.date().isoformat() if as_of else None)
    if as_json:
        say_json({**found.to_dict(), "command": command})
    else:
        _print(found, command)


@dataclass(frozen=True)
class _Trying:
    """Tells steps which mitigation is tried."""

    step: Watch

    def __call__(self, key: str, /) -> None:
        self.step(f"Trying {key}")

    def part(self, what: str, done: int, total: int) -> None:
        self.step.part(what, done, total)


def _check_picture(plot: Path | None) -> None:
    if plot is not None and plot.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise typer.BadParameter(f"{plot} must end in .png, .svg or .pdf", param_hint="--plot")


def _command(found: Frontier, policy: Path, residents: Path, segments: str, as_of: str | None) -> str | None:
    """Return the command that builds with the recommended mitigation."""
    if found.recommended is None:
        return None
    words = ["segmentation", "build", "--policy", policy, "--residents", residents]
    words += [] if segments == "auto" else ["--segments", segments]
    words += [] if as_of is None else ["--as-of", as_of]
    return shlex.join(map(str, [*words, "--mitigation", found.recommended.key]))


def _print(found: Frontier, command: str | None) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    is_wide = console.width >= WIDE
    table = Table(
        title=f"Mitigations of {found.attribute}, measured on {found.unseen:,} residents they did not see",
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, int(is_wide), 0, 0),
    )
    columns = dict(_COLUMNS if is_wide else list(_COLUMNS.items())[:NARROW])
    for name, cell in columns.items():
        folding: dict[Callable[[Frontier, Outcome], str], int] = {_named: 22, _elsewhere: len(name)}
        least = folding.get(cell)  # these hold names; figures never fold
        table.add_column(
            name,
            justify="left" if cell is _named else "right",
            no_wrap=least is None,
            overflow="fold",
            min_width=least,
            max_width=least if cell is _elsewhere and not is_wide else None,
        )
    for outcome in found.outcomes:
        table.add_row(*(cell(found, outcome) for cell in columns.values()))
    console.print(table)
    console.print(_LEGEND if is_wide else f"{_SHORT_LEGEND} --json and --out hold all figures.")
    console.print(found.conclusion.en, soft_wrap=True)
    if command is not None:
        console.print(f"To build with it: {command}", soft_wrap=True)


# ---- Cells ------------------------------------------------------------------------------------------


def _named(found: Frontier, outcome: Outcome) -> str:
    return f"{outcome.key} *" if outcome is found.recommended else outcome.key


def _figure(value: float | None, form: str = ".2f") -> str:
    return "–" if value is None else format(value, form)


def _association(found: Frontier, outcome: Outcome) -> str:
    if outcome.disparity is None:
        return "–"
    left = found.association_ratio(outcome)
    return f"{_figure(outcome.disparity.association)} ({_figure(left, '.0%')})"


def _broken(_: Frontier, outcome: Outcome) -> str:
    return "–" if outcome.disparity is None else str(outcome.disparity.broken)


def _open(_: Frontier, outcome: Outcome) -> str:
    return "–" if outcome.disparity is None else str(outcome.disparity.undetermined)


def _elsewhere(found: Frontier, outcome: Outcome) -> str:
    said, mark = outcome.disparity, "!" if found.worsened(outcome) else ""
    return (
        "–" if said is None else f"{_figure(said.elsewhere)}{mark} {said.elsewhere_attribute or ''}".rstrip()
    )


def _silhouette(found: Frontier, outcome: Outcome) -> str:
    if outcome.quality is None:
        return "–"
    kept = found.silhouette_ratio(outcome)
    return f"{_figure(outcome.quality.silhouette)} ({_figure(kept, '.0%')})"


def _of(outcome: Outcome, part: str, name: str, form: str = ".2f") -> str:
    held: Any = getattr(outcome, part)
    return "–" if held is None else _figure(getattr(held, name), form)


_COLUMNS: dict[str, Callable[[Frontier, Outcome], str]] = {
    "mitigation": _named,
    "V (left)": _association,
    "broken": _broken,
    "worst elsewhere": _elsewhere,
    "silhouette (kept)": _silhouette,
    "open": _open,
    "moved": lambda _, one: _of(one, "disparity", "total_variation"),
    "fit": lambda _, one: _of(one, "quality", "fit_ratio"),
    "segments": lambda _, one: str(one.n_segments),
    "erased": lambda _, one: str(one.rank),
    "of all needs": lambda _, one: _of(one, "quality", "silhouette_of_all_needs"),
    "explained": lambda _, one: _of(one, "quality", "explained", ".0%"),
}
"""What is told of each outcome, most telling first."""
_SHORT_LEGEND = (
    "V: Cramér's V of segment and attribute, and what is left of it. Broken: findings about the attribute. "
    "Silhouette: in the model's own space, and what is kept of it; *: recommended, by these figures."
)
_LEGEND = (
    f"{_SHORT_LEGEND} Of all needs: silhouette in the space of all needs; fit: largest over smallest mean "
    "squared distance of a group; moved: the largest share of a group that would need another segment."
)
WIDE, NARROW = 150, 5
"""Columns of a terminal from which everything is told, and how much is told on a narrower one."""
