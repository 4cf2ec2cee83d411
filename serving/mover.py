"""Moves access events from the spools into the ledger, so that no answer ever waits for a database.

Every worker has a mover, and only one works at a time: a lock in the folder says whose turn it is. What the
ledger holds of a spool, the ledger itself says; so a mover may die at any moment, and the next one goes on
where the last whole batch ended: no event is lost, and none is there twice.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from segmentation.errors import LedgerError, StorageError
from segmentation.files import whole
from segmentation.ledger.access import AccessLog, anchor
from segmentation.ledger.book import Book
from segmentation.ledger.store import open_ledger
from serving.logs import Log
from serving.spool import NEWLINE, is_locked, refused, spools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from segmentation.ledger.store import Ledger
    from serving.settings import Settings
    from serving.spool import Waiting

BATCH = 256 * 2**10
"""Bytes of lines that go into the ledger at once, at most, unless one line is longer."""
PATIENCE = 2.0
"""Seconds to wait for another writer of the ledger; then it is tried again at the next round."""
AT_STOP = 5.0
"""Seconds that the last round waits for another worker's."""
PAUSE = 60.0
"""Seconds between two lines in the log about the same trouble."""
LOCK = "mover.lock"
TORN = ".torn"
OFTEN = 3_600.0
"""Seconds between two looks whether an anchor is due, as one is once a day: a look replays the ledger."""


class Mover:
    """The mover of one worker.

    Parameters
    ----------
    settings : Settings
    clock : callable
        The time, aware, in UTC.
    log : Log, optional
        Writes to standard error where it is not given.
    interval : float
        Seconds between two rounds.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        log: Log | None = None,
        *,
        interval: float = 2.0,
    ) -> None:
        self._settings, self._clock, self._interval = settings, clock, interval
        self._log = log or Log(clock)
        self._folder = settings.spool
        self._ledger: Ledger | None = None
        self._moved: dict[str, int] = {}
        self._told: dict[str, float] = {}
        self._looked: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True, name="mover")

    def start(self) -> None:
        """Begin to move, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Move what is left, once this worker's own spool is closed, and end."""
        self._stop.set()
        self._thread.join()
        self.look(patience=AT_STOP)
        self._let_go()

    def look(self, patience: float = 0.0) -> None:
        """Move what there is, as `move` does, and only tell the log where it cannot be done now."""
        try:
            self.move(patience)
        except (LedgerError, StorageError) as error:
            self._let_go()
            if self._may_tell("waiting"):
                self._log.event("access events wait", bytes=self.waiting(), why=str(error))
        except Exception as error:  # noqa: BLE001 - a mover that dies would move nothing ever again
            self._let_go()
            if self._may_tell(type(error).__name__):
                self._log.failed("mover", error)

    def move(self, patience: float = 0.0) -> None:
        """Move every whole line of every spool into the ledger, unless another mover is at it.

        Parameters
        ----------
        patience : float
            Seconds to wait for the other one.

        Raises
        ------
        LedgerError
            The ledger cannot be reached or refuses; the lines stay where they are.
        StorageError
            The folder or a file of it cannot be read or written.
        """
        with self._turn(patience) as is_ours:
            if not is_ours:
                return
            for spool in spools(self._folder):
                self._empty(spool)
            self._anchor()

    def waiting(self) -> int:
        """Return how many bytes of access events are not in the ledger yet, as far as this mover knows."""
        try:
            return sum(max(0, one.size - self._moved.get(one.name, 0)) for one in spools(self._folder))
        except StorageError:
            return 0

    def torn(self) -> int:
        """Return how many lines were kept aside because a process died while it wrote them."""
        return sum(1 for _ in self._folder.glob(f"*{TORN}"))

    def _work(self) -> None:
        while not self._stop.wait(self._interval):
            self.look()

    @contextmanager
    def _turn(self, patience: float) -> Iterator[bool]:
        """Give whether this mover alone may move, for the time of the block."""
        until = time.monotonic() + patience
        with _opened(self._folder) as file:
            while not (is_ours := is_locked(file.fileno())) and time.monotonic() < until:
                time.sleep(0.05)
            yield is_ours

    def _empty(self, spool: Waiting) -> None:
        """Move the lines of one spool; where its owner is gone, remove it."""
        try:
            file = spool.path.open("r+b")
        except FileNotFoundError:
            return
        except OSError as error:
            raise refused(self._folder, error) from None
        with file:
            is_left = is_locked(file.fileno())
            end = self._append(spool.name, file)
            if is_left:
                self._keep_torn(spool, file, end)
                spool.path.unlink()
                self._moved.pop(spool.name, None)

    def _append(self, name: str, file: IO[bytes]) -> int:
        """Put the whole lines into the ledger that are not there yet; return where the last one ends."""
        size = os.fstat(file.fileno()).st_size
        if self._moved.get(name) == size:
            return size
        log = self._access()
        end = self._moved[name] = log.ended(name)
        while end < size and (lines := _whole_lines(file, end)):
            log.append(name, end, lines, self._clock())
            end = self._moved[name] = end + len(lines)
        return end

    def _keep_torn(self, spool: Waiting, file: IO[bytes], end: int) -> None:
        """Keep what a dead process wrote of a line, whose answer never left, and say so."""
        file.seek(end)
        rest = file.read()
        if not rest:
            return
        with whole(spool.path.with_suffix(TORN)) as staged:
            staged.write_bytes(rest)
            staged.chmod(0o600)
        self._log.event("torn access event kept aside", bytes=len(rest), kept=self.torn())

    def _anchor(self) -> None:
        """Note in the ledger's own chain how far the access log goes, where that is due."""
        now = time.monotonic()
        if self._looked is not None and now - self._looked < OFTEN:
            return
        self._looked = now
        with Book(self._settings.trust, self._clock, patience=PATIENCE) as book:
            anchor(book, self._access(), self._clock())

    def _access(self) -> AccessLog:
        if self._ledger is None:
            self._ledger = open_ledger(self._settings.trust.ledger, patience=PATIENCE)
        return AccessLog(self._ledger)

    def _let_go(self) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def _may_tell(self, what: str) -> bool:
        now, last = time.monotonic(), self._told.get(what)
        if last is not None and now - last < PAUSE:
            return False
        self._told[what] = now
        return True


@contextmanager
def _opened(folder: Path) -> Iterator[IO[bytes]]:
    """Open the file that is locked by whose turn it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / LOCK).open("ab")
    except OSError as error:
        raise refused(folder, error) from None
    with file:
        yield file


def _whole_lines(file: IO[bytes], start: int) -> bytes:
    """Return whole lines from there on, as many as a batch takes; nothing where not one is whole."""
    file.seek(start)
    found = file.read(BATCH)
    while NEWLINE not in found and (more := file.read(BATCH)):
        found += more
    return found[: found.rfind(NEWLINE) + 1]
