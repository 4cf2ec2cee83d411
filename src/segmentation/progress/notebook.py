"""A bar in a notebook: one small cell output that is written over as the work goes on.

Plain HTML with the browser's own bar, without colours, script or widgets: it reads alike on light and on
dark, and needs nothing that a notebook server might lack.
"""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from segmentation.progress.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from segmentation.progress.watch import Watch

PAUSE = 0.2
"""Seconds at least between two views of one step: more often nobody sees, and each goes over the network."""
_DONE = Markup("✓ {step} <small>{told}</small><br>")
_RUNNING = Markup("{step} {bar}{told}")
_STOPPED = Markup("✗ {step} <small>stopped after {seconds} s</small>")
_BAR = Markup('<progress value="{done}" max="{total}" aria-label="{step}"></progress> ')
_TOLD = Markup("<small>{}</small>")


class NotebookBar:
    """Shows steps, one below the other, in one output.

    Parameters
    ----------
    show : callable
        Takes the HTML and the plain text of the present view.
    clock : callable
        Seconds; it sets how often the view changes, and what is told of the time that steps took.
    """

    def __init__(self, show: Callable[[Markup, str], None], clock: Callable[[], float] = monotonic) -> None:
        self._show, self._clock = show, clock
        self._done = Markup()
        self._step: str | None = None
        self._pace = Pace(clock)
        self._began = self._shown = clock()

    def __call__(self, step: str, /) -> None:
        """Tick the step before off, and show the new one."""
        self._tick()
        self._step, self._began = step, self._clock()
        self._pace.begin()
        self._view(_RUNNING.format(step=step, bar="…", told=""), step)

    def part(self, what: str, done: int, total: int) -> None:
        """Show how far the step is, where the last view is old enough or the part is done."""
        if self._step is None or (done < total and self._clock() - self._shown < PAUSE):
            return
        bar = _BAR.format(done=done, total=total, step=self._step)
        told = _TOLD.format(self._pace.told(what, done, total))
        self._view(_RUNNING.format(step=self._step, bar=bar, told=told), f"{self._step}: {done} of {total}")

    def end(self) -> None:
        """Tick the last step off."""
        self._tick()
        self._view(Markup(), "done")

    def stop(self) -> None:
        """Say which step did not end."""
        if self._step is not None:
            seconds = f"{self._clock() - self._began:.0f}"
            self._view(_STOPPED.format(step=self._step, seconds=seconds), f"{self._step}: stopped")

    def _tick(self) -> None:
        if self._step is not None:
            seconds = f"{self._clock() - self._began:.0f} s"
            told = ", ".join(one for one in (seconds, self._pace.summary()) if one)
            self._done += _DONE.format(step=self._step, told=told)
            self._step = None

    def _view(self, now: Markup, plain: str) -> None:
        self._shown = self._clock()
        self._show(self._done + now, plain)


@contextmanager
def notebook_bar() -> Iterator[Watch]:
    """Show steps below the running cell while the context lasts."""
    from IPython.display import display  # noqa: PLC0415 - there is one in a notebook, and nowhere else

    handle: Any = None

    def show(html: Markup, plain: str) -> None:
        nonlocal handle
        view = {"text/html": str(html), "text/plain": plain}
        if handle is None:
            handle = display(view, raw=True, display_id=True)
        else:
            handle.update(view, raw=True)

    watch = NotebookBar(show)
    try:
        yield watch
    except BaseException:
        watch.stop()
        raise
    watch.end()
