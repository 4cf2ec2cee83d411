"""Many small tasks on a few threads, each with one core, so that two builds can share a machine.

Threads, not processes: the arrays are shared and the work is done in BLAS and compiled loops, which let other
threads run. At most `THREADS` of them, whatever the machine: the tasks are too small for more.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from joblib import Parallel, cpu_count, delayed
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

Argument = TypeVar("Argument")
Result = TypeVar("Result")

THREADS = 4


def each(
    function: Callable[[Argument], Result], arguments: Iterable[Argument], threads: int | None = None
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
    """
    threads = min(THREADS, cpu_count()) if threads is None else threads
    alone = partial(_alone, function)
    # BLAS has one limit for the process, so it is set once around all tasks; OpenMP has one for each thread.
    with _controller().limit(limits=1):
        return list(Parallel(n_jobs=threads, require="sharedmem")(delayed(alone)(one) for one in arguments))


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which BLAS and OpenMP take one core: of two builds, none waits for the other's."""
    limited: AbstractContextManager[object] = _controller().limit(limits=1)
    return limited


def _alone(function: Callable[[Argument], Result], argument: Argument) -> Result:
    with _controller().limit(limits=1, user_api="openmp"):
        return function(argument)


@cache
def _controller() -> ThreadpoolController:
    """Return the one controller of this process: to find the libraries takes longer than most tasks."""
    return ThreadpoolController()
