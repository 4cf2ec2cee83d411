"""Opening what is kept of residents: with the keyring and the tombstones that the settings name.

Whoever was erased since the database was backed up is erased again here, and what was taken back is on record
again, before anything is read: so every program that opens personal data does it through `open_personal`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.ledger.personal.erasing import Erasures
from segmentation.ledger.personal.records import Records
from segmentation.ledger.personal.tombstones import tombstones_of
from segmentation.vault import keyring_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from segmentation.home import Home
    from segmentation.ledger.store import Ledger

OPENING = "opening"
"""Who carries out what is found there, in the access log."""


@dataclass(frozen=True)
class Personal:
    """What is kept of residents.

    Attributes
    ----------
    records : Records
    erasures : Erasures
    """

    records: Records
    erasures: Erasures


def open_personal(
    ledger: Ledger,
    home: Home,
    now: datetime,
    environ: Mapping[str, str] = os.environ,
    ask: Callable[[], str] | None = None,
) -> Personal:
    """Return what is kept of residents in a ledger, once all that the tombstones say is carried out.

    The keyring is not opened before something needs it.

    Parameters
    ----------
    ledger : Ledger
    home : Home
    now : datetime
        Aware.
    environ : mapping of str to str
        What `keyring_source` and `tombstones_of` read.
    ask : callable or None
        Returns the keyring's passphrase where the environment has none.

    Raises
    ------
    LedgerError
        The tombstones are not those of this ledger, or were altered.
    StorageError
        A file cannot be read or written.
    VaultError
        Somebody is to be erased again, and there is no keyring to find them with.
    """
    tombstones = tombstones_of(home, environ)
    records = Records(ledger, keyring_source(home, environ, ask), tombstones)
    erasures = Erasures(records, tombstones)
    erasures.carry_out(OPENING, now)
    return Personal(records, erasures)
