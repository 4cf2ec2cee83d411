"""Another process that works for this one, and ends with it: what needs keys and no pen is done beside."""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from segmentation.errors import LedgerError, SegmentationError
from segmentation.vault.memory import forbid_dumps

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")
BEGIN = """
import sys
found = [at for at, path in enumerate(sys.path) if path.endswith("-packages")]
first = min(found, default=len(sys.path))
sys.path[first:first] = {places}
from {module} import main
main()
"""
"""What another process runs: Python's own modules first, then those of this process, in its order."""


class Worker:
    """Another process that does what it is sent: to seal, and what else needs keys and no pen.

    It is no child of `multiprocessing`, which would run the user's own script once more, and where that were
    killed would leave its children waiting. This one ends when nobody can send it jobs any more. It is sent
    the keyring, so no code there is taken from the folder in which somebody happens to work.
    """

    def __init__(self) -> None:
        # -I leaves out the working folder, and PYTHONPATH, which may name it as well.
        self._process = Popen(  # noqa: S603 - this program itself
            [sys.executable, "-I", "-c", BEGIN.format(places=_places(), module=__name__)],
            stdin=PIPE,
            stdout=PIPE,
        )

    def do(self, job: Callable[[], Found]) -> Found:
        """Call a job there, which must be one that can be pickled, and return what it returns.

        Raises
        ------
        LedgerError
            The process was ended.
        SegmentationError
            What the job raised, such as a `VaultError`: a key does not open.
        """
        try:
            pickle.dump(job, self._process.stdin, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type]  # it is a pipe
            self._process.stdin.flush()  # type: ignore[union-attr]
            found: Any = pickle.load(self._process.stdout)  # type: ignore[arg-type]  # noqa: S301 - what our own process says
        except (OSError, EOFError):
            found = LedgerError(
                "A process that seals rows was ended by something else, such as a lack of memory. Run it "
                "again: what is there is whole."
            )
        if isinstance(found, Exception):
            raise found
        told: Found = found
        return told

    def close(self) -> None:
        """End it."""
        with suppress(OSError), self._process as process:  # a pipe that broke is told when it is closed
            process.kill()


def work(jobs: BinaryIO, out: BinaryIO) -> None:
    """Do jobs until there are no more, or nobody is there to take what was found."""
    while True:
        try:
            job = pickle.load(jobs)  # noqa: S301 - from the process that started this one
        except EOFError:
            return
        try:
            found = job()
        except SegmentationError as error:
            found = error
        try:
            pickle.dump(found, out, pickle.HIGHEST_PROTOCOL)
            out.flush()
        except BrokenPipeError:
            return


def _places() -> list[str]:
    """Return where this process takes modules from, this package first, without the folder it works in."""
    own, here = Path(__file__).resolve().parents[3], Path.cwd()
    others = [Path(path) for path in sys.path if path]
    return [str(own), *(str(one) for one in others if one.is_absolute() and one.resolve() != here)]


def main() -> None:
    """Do what another process sends; Ctrl-C is for that one."""
    forbid_dumps()
    signal(SIGINT, SIG_IGN)
    work(sys.stdin.buffer, sys.stdout.buffer)
