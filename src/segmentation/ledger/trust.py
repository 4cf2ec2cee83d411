"""What a reader of the ledger trusts, and where it looks: told by settings, never by the database.

Whoever can write the database must not be able to choose whom readers believe. So the public root key and the
place of the witness come from the environment of the program, or from files at home, and from nowhere else.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from segmentation.errors import LedgerError
from segmentation.signing import PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from segmentation.home import Home

LEDGER = "SEGMENTATION_LEDGER"
ROOT_KEY = "SEGMENTATION_ROOT_KEY"
BUNDLES = "SEGMENTATION_BUNDLES"
WITNESS = "SEGMENTATION_WITNESS"
ROOT_FILE = "root.pub"
POSTGRES = "postgresql://"
DRIVER = "postgresql+psycopg://"


@dataclass(frozen=True)
class Trust:
    """What is trusted, and where things are.

    Attributes
    ----------
    ledger : str
        Address as SQLAlchemy takes it: ``sqlite:///…`` or ``postgresql+psycopg://…``. Not shown: it may hold
        a password.
    root : PublicKey
        Signs the records of people; pinned here.
    witness : Path
        File with the highest head that was seen from this machine; on a disk that who writes the database
        cannot write.
    bundles : str
        Folder or fsspec address under which review bundles (``reviews/``) and approved ones (``approved/``)
        lie.
    """

    ledger: str = field(repr=False)
    root: PublicKey
    witness: Path
    bundles: str


def ledger_url(home: Home, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address of the ledger: `SEGMENTATION_LEDGER`, or the SQLite file at home."""
    # In an address, a per cent sign or a question mark of a folder's name means something else.
    url = environ.get(LEDGER) or f"sqlite:///{quote(home.ledger.as_posix())}"
    return f"{DRIVER}{url.removeprefix(POSTGRES)}" if url.startswith(POSTGRES) else url


def trust_of(home: Home, environ: Mapping[str, str] = os.environ) -> Trust:
    """Return what the settings say is trusted.

    Parameters
    ----------
    home : Home
    environ : mapping of str to str
        `SEGMENTATION_LEDGER`, `SEGMENTATION_ROOT_KEY`, `SEGMENTATION_BUNDLES` and `SEGMENTATION_WITNESS`;
        each has a place at home where it is not set.

    Raises
    ------
    LedgerError
        No root key is pinned.
    SigningError
        What is pinned is no key.
    """
    pinned = environ.get(ROOT_KEY) or _pinned_at(home)
    return Trust(
        ledger_url(home, environ),
        PublicKey(pinned.strip()),
        _path(environ.get(WITNESS), home),
        environ.get(BUNDLES) or str(home.ledger.parent),
    )


def _pinned_at(home: Home) -> str:
    try:
        return (home.keys / ROOT_FILE).read_text(encoding="utf-8")
    except OSError:
        pass
    raise LedgerError(
        f"No root key is pinned: {ROOT_KEY} is not set and {home.keys / ROOT_FILE} is not there. Set "
        f"{ROOT_KEY} to the public key that `segmentation people init` printed, or run it to begin a ledger."
    )


def _path(given: str | None, home: Home) -> Path:
    return home.witness if not given else type(home.witness)(given)
