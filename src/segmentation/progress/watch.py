"""What a long function tells while it works, and who listens."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


@runtime_checkable
class Watch(Protocol):
    """Listens to a long function: each step before it starts, and how far its parts are."""

    def __call__(self, step: str, /) -> None:
        """Note that a step starts, which ends the one before."""

    def part(self, what: str, done: int, total: int) -> None:
        """Note how much of the step's present part is done, of how much: ``bootstrap samples``, 12, 50."""


Progress = bool | Callable[[str], None] | Watch
"""What is asked for: no word, a bar, or who is told each step before it starts; a `Watch`, its parts too."""


class Silent:
    """Listens to nothing."""

    def __call__(self, step: str, /) -> None:
        """Do nothing."""

    def part(self, what: str, done: int, total: int) -> None:
        """Do nothing."""


SILENT = Silent()


@dataclass(frozen=True)
class Steps:
    """Tells a callable the steps alone."""

    tell: Callable[[str], None]

    def __call__(self, step: str, /) -> None:
        """Pass a step on."""
        self.tell(step)

    def part(self, what: str, done: int, total: int) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Named:
    """Tells another the steps by titles that are read, instead of keys."""

    watch: Watch
    titles: Mapping[str, str]

    def __call__(self, step: str, /) -> None:
        """Pass a step on by its title; one without a title as it is."""
        self.watch(self.titles.get(step, step))

    def part(self, what: str, done: int, total: int) -> None:
        """Pass a part on."""
        self.watch.part(what, done, total)


@contextmanager
def watched(
    progress: Progress, *, first: str | None = None, titles: Mapping[str, str] | None = None
) -> Iterator[Watch]:
    """Give what listens to a long function, as its caller asked, while the function works.

    Parameters
    ----------
    progress : bool, callable or Watch
        False: nothing. True: a bar where somebody sees it. A callable is told each step.
    first : str, optional
        The one step of a function that has no other; a `Watch` is not told it, because who passes one on has
        told a step of its own.
    titles : mapping of str to str, optional
        What a bar calls the steps.
    """
    if isinstance(progress, bool):
        with bar() if progress else _nothing() as watch:
            if first is not None:
                watch(first)
            yield Named(watch, titles or {})
    elif isinstance(progress, Watch):
        yield progress
    else:
        if first is not None:
            progress(first)
        yield Steps(progress)


def bar() -> AbstractContextManager[Watch]:
    """Return a bar for where this runs: in a notebook, on a terminal, or none where nobody would see it."""
    if in_notebook():
        from segmentation.progress.notebook import notebook_bar  # noqa: PLC0415 - only who wants a bar

        return notebook_bar()
    from segmentation.progress.terminal import terminal_bar  # noqa: PLC0415 - only who wants a bar

    return terminal_bar()


def in_notebook() -> bool:
    """Return whether this runs in a Jupyter kernel; IPython on a terminal has none."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


@contextmanager
def _nothing() -> Iterator[Watch]:
    yield SILENT
