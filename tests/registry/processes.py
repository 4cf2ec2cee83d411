"""Registering from processes of their own, at the same moment or killed in between."""

import os
import subprocess
import sys
import textwrap
import time

REGISTER = """
import pickle, sys, time
from pathlib import Path
from segmentation.home import Home
from segmentation.registry import register

file, ready, go, home, *uri = sys.argv[1:]
candidate = pickle.loads(Path(file).read_bytes())
Path(ready).touch()
while not Path(go).exists():
    time.sleep(0.01)
print(register(candidate, Home(Path(home)), *uri).version)
"""
"""Registers the candidate of a file once it is told to go."""


def process(code, *arguments, **environ):
    """Start a Python process; a variable of the environment that is None is taken out."""
    whole = os.environ | environ
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        env={name: value for name, value in whole.items() if value is not None},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path, started, seconds=120):
    """Wait until a process has made a file."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert started.poll() is None, started.communicate()
        assert time.monotonic() < end, f"{path} never came"
        time.sleep(0.02)


def at_once(pickled, folder, *places):
    """Register from several processes at the same moment, and return what they printed, sorted."""
    go = folder / "go"
    ready = [folder / f"ready{at}" for at in range(len(places))]
    started = [
        process(REGISTER, pickled, file, go, *place) for file, place in zip(ready, places, strict=True)
    ]
    for file, one in zip(ready, started, strict=True):
        wait_for(file, one)
    go.touch()
    ended = [one.communicate(timeout=120) for one in started]
    assert [error for _, error in ended] == [""] * len(places)
    return sorted(out.strip() for out, _ in ended)
