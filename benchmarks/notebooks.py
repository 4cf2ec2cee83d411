"""How long each notebook takes from top to bottom on two cores; a reader is promised less than two minutes.

Each runs in a folder of its own, as `segmentation notebook` copies it, on two cores of this machine. Where
other work keeps those busy, the seconds are of both. Run it with no argument (about three minutes), --quick
(the first notebook, under a minute) or --full (each of them three times, and the slowest run counts).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import arguments, numbers, table

from segmentation.cli.notebook import shipped

CORES = 2
PROMISED = 120.0
"""Seconds."""


def seconds(name: str) -> float | None:
    """Run a copy of a notebook, and return the seconds it took; None where a cell fails."""
    with tempfile.TemporaryDirectory() as folder:
        for file, text in shipped().items():
            (Path(folder) / file).write_text(text, encoding="utf-8")
        own = {"SEGMENTATION_HOME": f"{folder}/home", "TMPDIR": folder, "IPYTHONDIR": f"{folder}/ipython"}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull]
        command += ["--rootdir", folder, "--nbmake", "--nbmake-timeout=600", f"{folder}/{name}"]
        start = time.perf_counter()
        ended = subprocess.run(
            command, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            print(ended.stdout[-4_000:])
            return None
        return time.perf_counter() - start


def main() -> None:
    """Run the notebooks, and print the slowest run of each."""
    asked = arguments(__doc__)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])  # what is started inherits it
    names = sorted(name for name in shipped() if name.endswith(".ipynb"))[: 1 if asked.quick else None]
    runs = {name: [seconds(name) for _ in range(3 if asked.full else 1)] for name in names}
    took = {name: max((one for one in taken if one is not None), default=0.0) for name, taken in runs.items()}
    table(
        ("notebook", "seconds", f"of {PROMISED:g}"),
        [(name, f"{taken:.0f}", f"{taken / PROMISED:.0%}") for name, taken in took.items()],
    )
    numbers(
        notebooks_that_stop=sum(None in taken for taken in runs.values()),
        **{f"seconds_{name[:2]}": taken for name, taken in took.items()},
    )


if __name__ == "__main__":
    main()
