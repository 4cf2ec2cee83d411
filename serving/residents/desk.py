"""`Desk`: where the handlers of one worker find what is kept of residents, and what turns them away.

The ledger is opened at the first request, because a service starts while its database is away; who was erased
past it (a crash, a restored database) is erased before the first answer, and wherever the tombstones change.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from segmentation.home import Home
from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.requests import Requests
from segmentation.ledger.personal.sighted import beside
from segmentation.ledger.personal.tombstones import Tombstones, tombstones_file
from segmentation.ledger.store import open_ledger
from segmentation.rights.beheld import Purposes
from segmentation.vault.source import keyring_source
from serving.logs import utc
from serving.shared import reads_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from segmentation.errors import SegmentationError
    from segmentation.ledger.store import Ledger
    from segmentation.vault import Keyring
    from serving.logs import Log
    from serving.rate import Rate
    from serving.residents.former import Formers
    from serving.settings import Settings

PATIENCE = 3.0
"""Seconds that a request waits for who writes the ledger."""
KEPT = 4
"""Connections that a worker keeps to a server: as many as it has threads for this."""
BY = "segmentation serve"


@dataclass(eq=False)
class Desk:
    """What is kept of residents, for the handlers of one worker.

    Attributes
    ----------
    settings : Settings
    keyring : callable
        Returns the keyring as it is now.
    reads : Rate
        Counts how many residents each key asked about.
    log : Log
    clock : callable
        The time, aware, in UTC.
    monotonic : callable
        Seconds of a clock that never goes back, the same in all workers.
    purposes : Purposes
        Found once.
    """

    settings: Settings
    keyring: Callable[[], Keyring]
    reads: Rate
    log: Log
    clock: Callable[[], datetime] = utc
    monotonic: Callable[[], float] = time.monotonic
    purposes: Purposes = field(default_factory=Purposes)
    _ledger: Ledger | None = None
    _buried: tuple[int, ...] = ()
    _opening: threading.Lock = field(default_factory=threading.Lock)

    @property
    def records(self) -> Records:
        """The tables.

        Raises
        ------
        LedgerError, StorageError
            The ledger cannot be opened, or is one of an older version.
        VaultError
            There is no keyring any more.
        """
        with self._opening:
            if self._ledger is None:
                self._ledger = self._opened()
            elif self.tombstones is not None and self.tombstones.stamp() != self._buried:
                # Of an erasure that crashed, or that another program is about to end.
                self._bury(self._ledger)
            return Records(self._ledger, self.keyring, self.tombstones)

    @cached_property
    def formers(self) -> Formers:
        """Versions that placed residents, for reasons."""
        from serving.residents.former import Formers  # noqa: PLC0415 - when the first one asks why

        return Formers(self.settings.trust)

    @cached_property
    def tombstones(self) -> Tombstones | None:
        """The file that says who was erased; None in a service without a home."""
        home = self.settings.vault or self.settings.home
        if home is None:
            return None
        return Tombstones(tombstones_file(Home(home)), beside(self.settings.trust.witness))

    @property
    def requests(self) -> Requests:
        """The register of requests; raises what `records` does."""
        return Requests(self.records, self.settings.answer_days)

    def close(self) -> None:
        """Let go of the database; it is opened again when it is needed."""
        with self._opening:
            ledger, self._ledger = self._ledger, None
        if ledger is not None:
            ledger.close()

    def tell(self, error: SegmentationError) -> None:
        """Tell the log why something cannot be read or written; no such error names a resident."""
        self.log.said("residents", "error", type(error).__name__, error)

    def _bury(self, ledger: Ledger) -> None:
        """Erase whom the file of tombstones names and the ledger still has."""
        if self.tombstones is None:
            return
        stamp = self.tombstones.stamp()
        Erasures(Records(ledger, self.keyring), self.tombstones).carry_out(BY, self.clock())
        self._buried = stamp

    def _opened(self) -> Ledger:
        ledger = open_ledger(self.settings.trust.ledger, patience=PATIENCE, keeps=KEPT)
        try:
            self._bury(ledger)
        except BaseException:
            ledger.close()
            raise
        return ledger


def desk_of(settings: Settings, keyring: Callable[[], Keyring] | None, log: Log) -> Desk:
    """Return the desk of a worker, whose keyring has opened.

    Parameters
    ----------
    settings : Settings
    keyring : callable or None
        None takes it from where the settings say.
    log : Log

    Raises
    ------
    VaultError
        There is none, or it stays closed.
    StorageError
        What the workers share cannot be made under the spool's folder.
    """
    if keyring is None:
        assert settings.vault is not None  # noqa: S101 - who calls has looked
        keyring = keyring_source(Home(settings.vault), os.environ)
    keyring()
    return Desk(settings, keyring, reads_of(settings), log)
