"""The last part of the demo: the service in a process of its own, asked for one resident by the client."""

from __future__ import annotations

import queue
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import typer

from segmentation.cli.plain import say
from segmentation.errors import SegmentationError
from segmentation.files import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from segmentation.answers import Explanation, Prediction

PATIENCE = 30.0
"""Seconds for the service to be ready; it takes about one."""
_ADDRESS = re.compile(r"https?://\S+?(?=[\s,;]|$)")


def check_port(port: int) -> None:
    """Make sure that the port is free, before minutes of work.

    Raises
    ------
    SegmentationError
        It is taken.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"The port {port} cannot be used: {reason_of(error)}. Name another one with --port."
        else:
            return
    raise SegmentationError(message)


@contextmanager
def serving(home: Path, model: str, port: int) -> Iterator[str]:
    """Serve a model from a process of its own, and give its address; it is stopped with the context.

    Raises
    ------
    SegmentationError
        It is not ready in time.
    """
    words = ("serve", "--model", model, "--home", str(home), "--port", str(port))
    typer.echo()
    say(f"$ segmentation {shlex.join(words)}")
    command = [sys.executable, "-c", "from segmentation.cli import main; main()", *words]
    # Whoever terminates the demo ends the service with it.
    before = signal.signal(signal.SIGTERM, _terminated)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        try:
            yield _ready(process.stdout)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            signal.signal(signal.SIGTERM, before)


def ask(address: str, key: str, residents: Path) -> None:
    """Ask for the segment of one resident and for the reasons, and print both."""
    from segmentation.client import Client

    with Client(address, key) as client:
        model = client.model()
        resident = first_resident(residents, [feature.name for feature in model.features if feature.is_read])
        prediction, explanation = client.predict([resident]), client.explain([resident])
    show(prediction, explanation)
    typer.echo()
    say(f"API document: {address}/docs")
    say(f"Model card:   {address}/v1/model/card (digest {model.card})")


def first_resident(residents: Path, needs: list[str]) -> dict[str, Any]:
    """Return the needs of the first resident in a table, without those that are missing."""
    import pandas as pd

    (row,) = pd.read_parquet(residents, columns=needs).head(1).to_dict("records")
    return {str(name): value for name, value in row.items() if not pd.isna(value)}


def show(prediction: Prediction, explanation: Explanation) -> None:
    """Print what the service answered, for a reader."""
    place, reason = prediction.results[0], explanation.results[0]
    segment = prediction.segments[place.segment]
    say(f"One resident: segment {place.segment}, {segment.name.en} ({segment.name.zh})")
    depth = f"margin {place.margin:.2f}{', borderline' if place.borderline else ''}"
    say(f"  {depth}; imputed: {', '.join(place.imputed) or 'nothing'}")
    for one in segment.plan:
        if one.is_called:
            say(f"  {one.title.en}: {one.amount:g} {one.unit.en} (contract: {one.contract_floor:g})")
    say(f"  {reason.text.en}")
    say(f"  {reason.text.zh}")
    say(f"  served on version {prediction.version} of {prediction.model}, decision {prediction.decision}")


def tell_pages(address: str, people: Iterable[str], passphrase: Path) -> None:
    """Print where the pages of review are, and who may sign in there."""
    typer.echo()
    say(f"Review in a browser: {address}/review")
    say(f"  Sign in as {', '.join(people)}; the passphrase of all of them is in {passphrase}")


def wait() -> None:
    """Leave the service running until somebody stops it."""
    say("The service runs until Ctrl-C.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo()


def _terminated(number: int, frame: object) -> None:  # noqa: ARG001 - as a handler is called
    raise SystemExit(128 + number)


def _ready(out: IO[str] | None) -> str:
    """Return the address that the service prints when it is ready, and go on printing what it says."""
    found: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in out or ():
            say(line.rstrip())
            address = _ADDRESS.search(line)
            if address is not None:
                found.put(address[0])
        found.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        address = found.get(timeout=PATIENCE)
    except queue.Empty:
        address = None
    if address is None:
        raise SegmentationError("The service did not start; what it said stands above.")
    return address
