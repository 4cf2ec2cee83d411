"""A bar on a terminal: a line for each step, with a bar where the step says how far it is.

It stands on standard error, so that what a program prints can be sent elsewhere; where that is no terminal,
nothing is written.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from segmentation.progress.pace import Pace
from segmentation.progress.watch import SILENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.progress import Task

    from segmentation.progress.watch import Watch


class Mark(SpinnerColumn):
    """Turns while a step works, ticks it off when it is done, and crosses it out where it was stopped."""

    def render(self, task: Task) -> RenderableType:
        """Return the mark of a step."""
        return Text("✗") if task.fields["stopped"] else super().render(task)


class TerminalBar:
    """Shows steps as lines of a `rich.progress.Progress`.

    Parameters
    ----------
    shown : Progress
        With the columns of `terminal_bar`.
    """

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._running: TaskID | None = None
        self._pace = Pace()

    def __call__(self, step: str, /) -> None:
        """End the step before and start a line."""
        self.end()
        self._pace.begin()
        self._running = self._shown.add_task(step, total=None, part="", stopped=False)

    def part(self, what: str, done: int, total: int) -> None:
        """Move the bar of the line."""
        if self._running is not None:
            told = self._pace.told(what, done, total)
            self._shown.update(self._running, completed=done, total=total, part=told)

    def end(self) -> None:
        """Fill the line of the step that runs."""
        if self._running is not None:
            self._shown.update(self._running, total=1, completed=1, part=self._pace.summary())
            self._running = None

    def stop(self) -> None:
        """Say which step did not end."""
        if self._running is not None:
            self._shown.update(self._running, total=1, completed=0, part="stopped", stopped=True)
            self._running = None


@contextmanager
def terminal_bar(console: Console | None = None) -> Iterator[Watch]:
    """Show steps on a terminal while the context lasts; be silent where there is none.

    Parameters
    ----------
    console : rich.console.Console, optional
        Standard error where not given.
    """
    console = Console(stderr=True) if console is None else console
    if not console.is_terminal:
        yield SILENT
        return
    columns = (
        Mark(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.fields[part]}", markup=False),
    )
    with Progress(*columns, console=console) as shown:
        watch = TerminalBar(shown)
        try:
            yield watch
        except BaseException:
            watch.stop()
            raise
        watch.end()
