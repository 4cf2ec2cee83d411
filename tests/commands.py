"""Commands of the program, run one after another in one process of its own.

A user starts a process per command, and most of its time goes into imports. What needs that (a kill, two at
once, a terminal, a full disk) has tests that start their own; here one process runs the commands that it is
sent, each with its own folder, environment, standard output and standard error, as the script would.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from dataclasses import dataclass


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class Program:
    """A process that runs commands; it ends with the context."""

    def __init__(self, **environ):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENTATION_")}
        clean.pop("MLFLOW_TRACKING_URI", None)
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean | environ | {"COLUMNS": "200"},
            text=True,
            encoding="utf-8",
        )

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def run(self, *words, folder, **environ):
        """Run one command in a folder, with more in its environment."""
        asked = {"words": [str(word) for word in words], "folder": str(folder), "environ": environ}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the process that runs the commands died of {asked['words']}"
        return Ended(**json.loads(answer))


# ---- In that process --------------------------------------------------------------------------------


def serve():
    """Run each command that standard input names, and answer on standard output how it ended."""
    asked, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    usual = dict(os.environ)
    for line in asked:
        command = json.loads(line)
        os.chdir(command["folder"])
        os.environ.clear()
        os.environ.update(usual | command["environ"])
        answers.write(json.dumps(ended(command["words"])) + "\n")
        answers.flush()


def ended(words):
    """Run a command with files in the place of its outputs, whoever writes there."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        for file, number in ((out, 1), (err, 2)):
            os.dup2(file.fileno(), number)
        code = exit_code(words)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        return {"code": code, "out": content(out), "err": content(err)}


def exit_code(words):
    """Return the code with which the program ends, as Python makes it of what ends a script."""
    from segmentation.cli.main import main

    sys.argv = ["segmentation", *words]
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 - whatever ends a script has a code
        traceback.print_exc()
        return 1
    return 0


def content(file):
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    serve()
