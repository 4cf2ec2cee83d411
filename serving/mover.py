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

from segmentation.errors import LedgerError, StorageError, UnreachableError
from segmentation.ledger.access import AccessLog
from segmentation.ledger.store import open_ledger
from serving.anchoring import PATIENCE, Anchorer
from serving.lines import sifted, whole_lines
from serving.logs import Log
from serving.spool import is_locked, opened, refused, spools, strays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from segmentation.ledger.store import Ledger
    from serving.settings import Settings
    from serving.spool import Waiting

AT_STOP = 5.0
"""Seconds that the last round waits for another worker's."""
PAUSE = 60.0
"""Seconds between two lines in the log about the same trouble."""
LOCK = "mover.lock"
TORN = ".torn"


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
    monotonic : callable
        Seconds of a clock that never goes back: what the clock is held against before it is believed.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        log: Log | None = None,
        *,
        interval: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._clock, self._interval = settings, clock, interval
        self._log = log or Log(clock)
        self._folder = settings.spool
        self._ledger: Ledger | None = None
        self._moved: dict[str, int] = {}
        self._told: dict[str, float] = {}
        self._anchorer = Anchorer(settings, clock, self._log, monotonic)
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

        A spool that cannot be moved keeps no other one waiting.

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
            troubles = [error for spool in spools(self._folder) for error in self._trouble(spool)]
            self._tell_strays()
            self._anchorer.look(self._access)
        if troubles:
            raise troubles[0]

    def waiting(self) -> int:
        """Return how many bytes of access events are not in the ledger yet, as far as this mover knows."""
        try:
            return sum(max(0, one.size - self._moved.get(one.name, 0)) for one in spools(self._folder))
        except StorageError:
            return 0

    def torn(self) -> int:
        """Return of how many spools something was kept aside: half a line of the dead, or no access event."""
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

    def _trouble(self, spool: Waiting) -> Iterator[Exception]:
        """Move the lines of one spool, and yield why it cannot be done, unless it is the same for all."""
        try:
            self._empty(spool)
        except UnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other spools are moved
            yield error

    def _empty(self, spool: Waiting) -> None:
        """Move the lines of one spool; where its owner is gone, remove it."""
        file = opened(spool)
        if file is None:
            return
        with file:
            is_left = is_locked(file.fileno())
            end = self._append(spool, file)
            if is_left:
                self._keep_torn(spool, file, end)
                spool.path.unlink()
                self._moved.pop(spool.name, None)

    def _append(self, spool: Waiting, file: IO[bytes]) -> int:
        """Put the whole lines into the ledger that are not there yet; return where the last one ends."""
        name = spool.name
        size = os.fstat(file.fileno()).st_size
        if self._moved.get(name) == size:
            return size
        log = self._access()
        end = self._moved[name] = log.ended(name)
        while end < size and (lines := whole_lines(file, end)):
            sound, strange = sifted(lines)
            if strange:
                self._keep_aside(spool, strange)
                self._log.event("no access event: kept aside", bytes=len(strange), kept=self.torn())
            log.append(name, end, sound, self._clock())
            end = self._moved[name] = end + len(lines)
        return end

    def _keep_torn(self, spool: Waiting, file: IO[bytes], end: int) -> None:
        """Keep what a dead process wrote of a line, whose answer never left, and say so."""
        file.seek(end)
        rest = file.read()
        if not rest:
            return
        self._keep_aside(spool, rest)
        self._log.event("torn access event kept aside", bytes=len(rest), kept=self.torn())

    def _keep_aside(self, spool: Waiting, content: bytes) -> None:
        """Add what does not go into the ledger to a file beside its spool, which people alone remove."""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            with os.fdopen(os.open(spool.path.with_suffix(TORN), flags, 0o600), "ab") as file:
                file.write(content)
        except OSError as error:
            raise refused(self._folder, error) from None

    def _tell_strays(self) -> None:
        found = strays(self._folder)
        if found and self._may_tell("strays"):
            self._log.event("no spool of this service: left alone", entries=found)

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
