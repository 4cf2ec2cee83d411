"""How often a key may ask: worked by hand, for any times, and by several processes at once."""

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.errors import StorageError
from serving.rate import Rate

ROOT = Path(__file__).parents[2]


def test_a_burst_of_two_seconds_is_answered_and_then_one_as_often_as_the_rate_says():
    rate = Rate()
    waits = [rate.wait(0, 5, 100.0) for _ in range(11)]
    assert waits[:10] == [0.0] * 10
    assert waits[10] == pytest.approx(0.2)
    assert rate.wait(0, 5, 100.1) == pytest.approx(0.1)
    assert rate.wait(0, 5, 100.2001) == 0.0
    assert rate.wait(0, 5, 100.2001) > 0


def test_a_refused_request_costs_nothing():
    rate = Rate()
    for _ in range(2):
        rate.wait(0, 1, 100.0)
    assert [rate.wait(0, 1, 100.5) for _ in range(50)] == pytest.approx([0.5] * 50)
    assert rate.wait(0, 1, 101.0001) == 0.0


def test_keys_do_not_spend_each_others():
    rate = Rate()
    assert [rate.wait(0, 1, 1.0) == 0 for _ in range(3)] == [True, True, False]
    assert rate.wait(1, 1, 1.0) == 0.0


def test_a_machine_that_started_anew_forgets_what_was_spent_before():
    rate = Rate()
    for _ in range(2):
        rate.wait(0, 1, 9_000.0)
    assert rate.wait(0, 1, 9_000.0) > 0
    assert rate.wait(0, 1, 10.0) == 0.0


@given(
    st.integers(1, 50),
    st.lists(st.floats(0, 1, allow_nan=False, allow_subnormal=False), min_size=1, max_size=200),
)
def test_never_more_is_answered_than_the_rate_and_a_burst(per_second, pauses):
    rate, now, answered = Rate(), 50.0, 0
    for pause in pauses:
        now += pause
        answered += rate.wait(0, per_second, now) == 0
    assert answered <= per_second * (now - 50.0 - pauses[0]) + 2 * per_second + 0.001


SPEND = """
import sys
from pathlib import Path
from serving.rate import SLOTS, Rate
rate = Rate.shared(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(sum(rate.wait(SLOTS + 7, 100, 5_000.0) == 0 for _ in range(150)))
"""
HOLD = """
import fcntl, os, sys
file = os.open(sys.argv[1], os.O_RDWR)
fcntl.lockf(file, fcntl.LOCK_EX)
print("ready", flush=True)
sys.stdin.readline()
"""


@contextmanager
def processes(count, script, path):
    """Run a script in several processes that wait for a line before they work."""
    command = [sys.executable, "-c", script, str(path)]
    folders = os.pathsep.join(str(ROOT / folder) for folder in ("src", "."))
    with ExitStack() as stack:
        found = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    env=os.environ | {"PYTHONPATH": folders},
                )
            )
            for _ in range(count)
        ]
        for process in found:
            assert process.stdout.readline() == "ready\n"
        yield found


def test_processes_share_one_allowance(tmp_path):
    path = tmp_path / "shared" / "rate"
    with processes(3, SPEND, path) as workers:
        for worker in workers:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        answered = sum(int(worker.stdout.readline()) for worker in workers)
    assert answered == 200
    assert Rate.shared(path).wait(7, 100, 5_000.0) > 0, "a key beyond the table shares the number of another"


def test_a_worker_that_stopped_while_it_counted_keeps_nobody_waiting(tmp_path):
    rate = Rate.shared(tmp_path / "rate")
    with processes(1, HOLD, tmp_path / "rate"):
        assert [rate.wait(0, 1, 1.0) for _ in range(2)] == [0.0, 0.0]
        assert rate.wait(0, 1, 1.0) > 0


def test_a_place_that_cannot_be_shared_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be made"):
        Rate.shared(tmp_path / "file" / "rate")


def test_a_longer_burst_lets_an_hour_be_spent_at_once():
    rate = Rate()
    spent = [rate.wait(0, 3 / 3_600, 10_000.0, 3_600.0) for _ in range(4)]

    assert spent[:3] == [0.0, 0.0, 0.0]
    assert spent[3] == pytest.approx(1_200)
    assert rate.wait(0, 3 / 3_600, 11_201.0, 3_600.0) == 0
