"""MLflow's own server in a process of its own, as `mlflow ui` or `mlflow server` start it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager

import pytest

PATIENCE = 120
"""Seconds until it answers."""


@contextmanager
def running(*words, folder):
    """Give the address of a server that was started with these words in a folder; stop it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = ("--host", "127.0.0.1", "--port", str(port), "--workers", "1")
    command = [sys.executable, "-m", "mlflow", *words, *where]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true"}
    with (folder / "mlflow.log").open("w") as log:
        started = subprocess.Popen(
            command, env=os.environ | quiet, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        uri = f"http://127.0.0.1:{port}"
        _wait(uri, started)
        yield uri
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait(30)


def _wait(uri, started):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and started.poll() is None:
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the MLflow server did not start")


def asked(uri, path, **content):
    """What is answered to MLflow's own pages; content is sent, where there is some."""
    sent = json.dumps(content).encode() if content else None
    request = urllib.request.Request(
        f"{uri}/ajax-api/2.0/mlflow/{path}", data=sent, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def runs(uri, name, where=""):
    """The runs of an experiment that pass a filter, as the table of runs shows them."""
    found = asked(uri, "experiments/search", max_results=100)["experiments"]
    ids = [one["experiment_id"] for one in found if one["name"] == name]
    return asked(uri, "runs/search", experiment_ids=ids, filter=where, max_results=100).get("runs", [])


def files(uri, run, folder):
    """The artefacts of a run in one of its folders."""
    query = urllib.parse.urlencode({"run_uuid": run["info"]["run_id"], "path": folder})
    return {one["path"] for one in asked(uri, f"artifacts/list?{query}")["files"]}
