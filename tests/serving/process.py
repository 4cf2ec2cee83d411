"""The service in a process of its own, as an operator starts it, or with a stand-in for its application."""

import os
import pickle
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAND_IN = """
import pickle, sys
from pathlib import Path
from segmentation.errors import SegmentationError
from serving.run import run
from tests.serving import stand_in
settings = pickle.loads(Path(sys.argv[1]).read_bytes())
try:
    run(settings, lambda address: print("Serving at", address, flush=True), getattr(stand_in, sys.argv[2]))
except SegmentationError as error:
    sys.exit(f"Error: {error}")
"""
COMMAND = "from segmentation.cli import main; main()"


class Service:
    """A process that serves; it is stopped with the context.

    Parameters
    ----------
    folder : Path
        Where its standard error is kept.
    *words : str
        Arguments of Python.
    **environ
        Beside the environment.
    """

    def __init__(self, folder, *words, **environ):
        self.errors = folder / f"stderr-{time.monotonic_ns()}.txt"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
        paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *words],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=clean | {"PYTHONPATH": paths, "COLUMNS": "200"} | environ,
            )
        self.ready = ""

    @classmethod
    def stand_in(cls, office, make="made", **changed):
        """Serve a stand-in; `make` names what makes it."""
        settings = office.settings(**{"port": 0, "patience": 2.0} | changed)
        (office.folder / "settings.pickle").write_bytes(pickle.dumps(settings))
        return cls(office.folder, "-c", STAND_IN, office.folder / "settings.pickle", make)

    @classmethod
    def command(cls, office, *words, **environ):
        """Serve an office by `segmentation serve`, on a free port."""
        told = {
            "SEGMENTATION_LEDGER": office.trust.ledger,
            "SEGMENTATION_ROOT_KEY": office.trust.root.text,
            "SEGMENTATION_WITNESS": str(office.trust.witness),
            "SEGMENTATION_BUNDLES": office.trust.bundles,
        }
        given = ("serve", "--home", str(office.folder), "--port", "0", *words)
        return cls(office.folder, "-c", COMMAND, *given, **told | environ)

    def __enter__(self):
        self.ready = self.process.stdout.readline()
        assert self.ready, f"it ended with {self.process.wait()}: {self.errors.read_text()}"
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.terminate()
        self.ended()

    @property
    def address(self):
        return re.search(r"https?://[^\s,]+", self.ready).group()

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    def stop(self, number=signal.SIGTERM):
        """Send a signal, and return how the process ended."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        code = self.process.wait(60)
        self.process.stdout.close()
        return code

    def workers(self):
        """Process ids of its workers, or its own where there is one."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
                command = (stat.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and b"spawn_main" in command and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return sorted(found) or [self.process.pid]


def eventually(condition, seconds=60):
    """Wait until something holds; return what it said last."""
    until = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return found
