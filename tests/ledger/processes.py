"""Writers in processes of their own: at once, holding on, or killed in the middle."""

import subprocess
import sys
import textwrap
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]

APPEND = """
    from segmentation.ledger.event import Draft, linked
    from segmentation.ledger.store import open_ledger

    url, who, number, ready, go = sys.argv[1:]
    with open_ledger(url, patience=60) as ledger:
        wait_to_go(ready, go)
        for at in range(int(number)):
            with ledger.writing() as pen:
                before = pen.read()[-1]
                pen.append(linked(Draft("activated", None, who, at + 1), before.at, before))
                print(at + 1, flush=True)
"""
"""Appends so many events, one transaction each, and prints each number before it is committed."""

HOLD = """
    from segmentation.ledger.store import open_ledger

    url, seconds, ready = sys.argv[1:]
    with open_ledger(url) as ledger, ledger.writing():
        Path(ready).touch()
        time.sleep(float(seconds))
"""
"""Holds the pen for some seconds."""

SHARED = """
    import sys, time
    from pathlib import Path

    def wait_to_go(ready, go):
        Path(ready).touch()
        while not Path(go).exists():
            time.sleep(0.005)
"""


def process(code, *arguments):
    """Start a Python process."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SHARED) + textwrap.dedent(code), *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path, started, seconds=60):
    """Wait until a process has made a file."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert started.poll() is None, started.communicate()
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.01)
