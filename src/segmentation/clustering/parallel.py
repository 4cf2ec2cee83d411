"""Many small tasks on a few threads, each with one core, so that two builds can share a machine.

Threads, not processes: the arrays are shared and the work is done in BLAS and compiled loops, which let other
threads run. At most `THREADS` of them, whatever the machine: the tasks are too small for more.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from joblib import Parallel, cpu_count, delayed
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

Argument = TypeVar("Argument")
Result = TypeVar("Result")

THREADS = 4


def each(
    function: Callable[[Argument], Result],
    arguments: Iterable[Argument],
    threads: int | None = None,
    *,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Result]:
    """Return what a function gives for each argument, in their order.

    The result does not depend on the number of threads, as long as the function depends on its argument
    alone: whoever needs chance draws a seed for each argument beforehand.

    Parameters
    ----------
    function : callable
        Takes one argument. BLAS and OpenMP give it one thread.
    arguments : iterable
    threads : int or None, default None
        How many work at once; None is as many as there are cores, at most `THREADS`.
    tell : callable
        Called after each task with how many are done, in their order, of how many; in the thread of the
        caller, as what shows it must.
    """
    tasks = list(arguments)
    threads = min(THREADS, cpu_count()) if threads is None else threads
    alone = partial(_alone, function)
    # BLAS has one limit for the process, so it is set once around all tasks; OpenMP has one for each thread.
    with one_thread():
        working = Parallel(n_jobs=threads, require="sharedmem", return_as="generator")
        found = []
        for result in working(delayed(alone)(one) for one in tasks):
            found.append(result)
            tell(len(found), len(tasks))
        return found


@contextmanager
def one_thread() -> Iterator[None]:
    """Give BLAS and OpenMP one core in this context: of two builds, none waits for the other's."""
    with _blas(), _openmp():
        yield


def _alone(function: Callable[[Argument], Result], argument: Argument) -> Result:
    with _openmp():
        return function(argument)


_limited = Lock()
"""Held by whoever has set the limit of BLAS, until it is undone."""


@contextmanager
def _blas() -> Iterator[None]:
    """Set the limit of BLAS, and undo it; whoever comes meanwhile does neither.

    It is one limit for the process. One who came second would read it as what there was before, and leave
    it behind for good when going last. So the second may be without it for a while, which costs time alone.
    """
    if not _limited.acquire(blocking=False):
        yield
        return
    try:
        with _controller("blas").limit(limits=1):
            yield
    finally:
        _limited.release()


def _openmp() -> AbstractContextManager[object]:
    limit: AbstractContextManager[object] = _controller("openmp").limit(limits=1)
    return limit


@cache
def _controller(user_api: str) -> ThreadpoolController:
    """Return the one controller of these libraries: to find them takes longer than most tasks.

    Each kind has its own: what undoes a limit undoes it for every library of its controller.
    """
    return ThreadpoolController().select(user_api=user_api)
