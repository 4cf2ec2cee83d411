"""Tasks side by side: in order, each with one thread, and never more of them than is fair."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import sklearn.cluster  # noqa: F401 - loads OpenMP
from threadpoolctl import ThreadpoolController, threadpool_limits

from segmentation.clustering.parallel import THREADS, each, one_thread


def limits(_=None):
    """Return the threads that each library would take here and now."""
    return {info["filepath"]: info["num_threads"] for info in ThreadpoolController().info()}


@pytest.mark.parametrize("threads", [None, 1, 2, 3])
def test_results_come_in_the_order_of_the_arguments_whoever_ends_first(threads):
    def late(number):
        time.sleep(0.02 if number == 0 else 0)
        return number * number

    assert each(late, range(7), threads) == [0, 1, 4, 9, 16, 25, 36]


def test_nothing_to_do_gives_nothing():
    assert each(abs, []) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_every_task_has_one_thread_of_its_own_and_the_caller_has_all_back(threads):
    with threadpool_limits(3):
        before = limits()
        inside = each(limits, range(4), threads)
        assert limits() == before
    assert all(set(found.values()) == {1} for found in inside)


OVERLAP = """
import threading
import sklearn.cluster
from threadpoolctl import ThreadpoolController
from segmentation.clustering.parallel import each

def limits():
    return [info["num_threads"] for info in ThreadpoolController().info()]

def wait(own, other):
    own.set()
    assert other.wait(30)

def thread(*task):
    started = threading.Thread(target=each, args=(lambda one: wait(*one), [task], 1))
    started.start()
    return started

before = limits()
events = [threading.Event() for _ in range(4)]
first = thread(events[0], events[1])
assert events[0].wait(30)
second = thread(events[2], events[3])
assert events[2].wait(30)
events[1].set()
first.join()
events[3].set()
second.join()
assert limits() == before, (before, limits())
"""


def test_of_two_who_overlap_neither_leaves_its_limit_behind():
    # in a process of its own: the first thread that limits BLAS keeps it to itself as long as it lives
    done = subprocess.run([sys.executable, "-c", OVERLAP], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_limit_inside_another_one_changes_nothing():
    with threadpool_limits(3):
        before = limits()
        with one_thread():
            with one_thread():
                pass
            assert set(limits().values()) == {1}
        assert limits() == before


def test_at_most_as_many_work_at_once_as_is_said():
    working, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal working, most
        with lock:
            working += 1
            most = max(most, working)
        time.sleep(0.005)
        with lock:
            working -= 1

    each(work, range(20))
    assert 1 <= most <= THREADS


@pytest.mark.parametrize("threads", [1, 2])
def test_a_fault_of_a_task_reaches_the_caller(threads):
    with pytest.raises(ZeroDivisionError):
        each(lambda number: 1 / number, [1, 0, 2], threads)


def test_the_number_of_threads_changes_no_result():
    def draw(seed):
        matrix = np.random.default_rng(seed).normal(size=(60, 60)).astype(np.float32)
        return (matrix @ matrix).tobytes()

    assert each(draw, range(8), 1) == each(draw, range(8), 3)
