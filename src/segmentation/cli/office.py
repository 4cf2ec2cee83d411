"""Opening what decisions are made with: the ledger that is trusted, the desk over it, and residents' data."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from segmentation.cli import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from segmentation.home import Home
    from segmentation.ledger.book import Book
    from segmentation.ledger.history import History
    from segmentation.ledger.personal.opening import Personal
    from segmentation.ledger.trust import Trust
    from segmentation.reviews.desk import Desk


@dataclass(frozen=True)
class Office:
    """The ledger of this home and settings, open, and the desk over it.

    Attributes
    ----------
    home : Home
    trust : Trust
    book : Book
    desk : Desk
    """

    home: Home
    trust: Trust
    book: Book
    desk: Desk


def now() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def office_at(folder: Path) -> Office:
    """Open the ledger that the settings name.

    Raises
    ------
    LedgerError
        No root key is pinned.
    SigningError
        What is pinned is no key.
    """
    from segmentation.home import Home
    from segmentation.ledger.book import Book
    from segmentation.ledger.trust import trust_of
    from segmentation.policy.catalogue import load_catalogue
    from segmentation.reviews.desk import Desk

    home = Home(folder)
    trust = trust_of(home)
    book = Book(trust, now, first_sight=say_first_sight)
    return Office(home, trust, book, Desk(book, trust, load_catalogue().digest))


def book_at(folder: Path) -> Book:
    """Open the ledger alone, for what needs no desk; raises what `office_at` does."""
    from segmentation.home import Home
    from segmentation.ledger.book import Book
    from segmentation.ledger.trust import trust_of

    return Book(trust_of(Home(folder)), now, first_sight=say_first_sight)


@contextmanager
def personal_at(folder: Path) -> Iterator[Personal]:
    """Open what is kept of residents; its keyring is opened, and its passphrase asked for, when it is needed.

    Raises
    ------
    LedgerError
        No root key is pinned, or there is no ledger; or the tombstones are not those of this one.
    StorageError
        A file cannot be read or written.
    """
    from segmentation.home import Home
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of

    home = Home(folder)
    with open_ledger(trust_of(home).ledger) as ledger:
        yield open_personal(ledger, home, now(), ask=secrets.keyring_passphrase())


def say_first_sight(history: History) -> None:
    """Say on standard error that the ledger was never seen from here, so that it was believed as it is."""
    _say_first(history.head.seq)


@contextmanager
def first_look(trust: Trust) -> Iterator[None]:
    """Say the same of a look that the library takes within the block, which itself prints nothing."""
    from segmentation.ledger.witness import Witness

    witness = Witness(trust.witness)
    unseen = witness.seen() is None
    try:
        yield
    finally:
        seen = witness.seen() if unseen else None
        if seen is not None and seen.seq > 1:
            _say_first(seen.seq)


def _say_first(seq: int) -> None:
    typer.echo(
        f"First sight of this ledger from here: event {seq}. Compare it with a checkpoint "
        "(`segmentation ledger verify --checkpoint`).",
        err=True,
    )
