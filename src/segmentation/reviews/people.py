"""Who may sign: entered, changed and removed by records that the root key signs.

A person who is removed stays in the ledger, because what they signed stays; they may sign nothing more. Names
are never given to somebody else, and no two of them look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from segmentation.errors import LedgerError, ReviewError, StorageError
from segmentation.ledger.book import begin
from segmentation.ledger.event import Draft
from segmentation.ledger.records import Person, likeness
from segmentation.ledger.store import create_ledger
from segmentation.reviews.keyfiles import (
    ROOT,
    keep_root,
    key_file,
    open_key,
    open_root,
    placing,
    spelled,
)
from segmentation.signing import PrivateKey, PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime
    from pathlib import Path

    from segmentation.home import Home
    from segmentation.ledger.book import Book
    from segmentation.ledger.history import History
    from segmentation.ledger.records import Role

__all__ = [
    "add_person",
    "begin_ledger",
    "change_person",
    "open_key",
    "open_root",
    "remove_person",
]


def begin_ledger(home: Home, url: str, passphrase: str, now: datetime) -> PublicKey:
    """Make a root key, and begin a ledger with it.

    Parameters
    ----------
    home : Home
        Its ``keys`` get ``root.key``, which the passphrase opens, and ``root.pub``.
    url : str
        Of the ledger; see `ledger.trust.ledger_url`.
    passphrase : str
    now : datetime

    Returns
    -------
    PublicKey
        What every reader of the ledger pins.

    Raises
    ------
    ReviewError
        There is a root key at home, or the ledger was begun by another.
    SigningError
        The passphrase is too short.
    LedgerError
        The database cannot be reached.
    """
    with create_ledger(url) as ledger:
        if ledger.read():
            raise ReviewError(
                "The ledger was begun already, with the root key that its readers pin. Use that key, or "
                "begin another ledger in an empty database."
            )
    root = PrivateKey.generate()
    keep_root(home, root, passphrase)
    begin(url, root, now)
    return root.public


def add_person(
    book: Book,
    root: PrivateKey,
    name: str,
    roles: Iterable[Role],
    training_until: date | None,
    *,
    home: Home | None = None,
    passphrase: str | None = None,
    public_key: PublicKey | None = None,
) -> Person:
    """Enter a person, with a new key under a passphrase or a public key whose private half lives elsewhere.

    Parameters
    ----------
    book : Book
    root : PrivateKey
        Of the ledger; see `open_root`.
    name : str
        Letters of any script, digits, spaces, dots, at signs and hyphens.
    roles : iterable of {"trainer", "compliance", "business", "administrator", "monitor"}
    training_until : date or None
        Last day on which their training counts; None for none, which is enough for a monitor alone.
    home : Home, optional
        Where the new key is kept, as ``NAME.key``.
    passphrase : str, optional
        Of the new key.
    public_key : PublicKey, optional
        Instead of `home` and `passphrase`.

    Raises
    ------
    ReviewError
        The name is taken, looks like another's or is none; there is a key file of that name; or the rules
        refuse.
    SigningError
        The passphrase is too short.
    LedgerError
        The ledger cannot be reached, or was altered.
    StorageError
        The key cannot be kept; nobody is then entered.
    """
    who = spelled(name)
    made = _made(home, who, passphrase, public_key)

    def record(history: History, now: datetime) -> Iterable[Draft]:
        _refuse_alike(who, history)
        told = {"name": who, "roles": tuple(roles), "training_until": training_until, "serial": 1}
        return [_signed(root, history, now, key=made.public.text, **told)]

    return _recorded(book, who, record, made, anew=True)


def change_person(  # noqa: PLR0913 - what may change, each told by its name
    book: Book,
    root: PrivateKey,
    name: str,
    *,
    roles: Iterable[Role] | None = None,
    training_until: date | None = None,
    no_training: bool = False,
    home: Home | None = None,
    passphrase: str | None = None,
    public_key: PublicKey | None = None,
) -> Person:
    """Change what a person may do, until when their training counts, or their key; what is not given stays.

    A new key is made where `home` and `passphrase` are given, and the old file replaced. Decisions that the
    old key signed stay valid; it signs nothing more. With `no_training` their training ends, as when it was
    entered by mistake.

    Takes and raises what `add_person` does, and refuses a name that is not in the ledger.
    """
    if no_training and training_until is not None:
        raise ReviewError("Training ends on a day or is taken away. Give one of the two.")
    who = spelled(name)
    wants_key = passphrase is not None or public_key is not None
    made = _made(home, who, passphrase, public_key) if wants_key else None

    def record(history: History, now: datetime) -> Iterable[Draft]:
        before = _known(who, history)
        told = {
            "name": who,
            "roles": before.roles if roles is None else tuple(roles),
            "training_until": None if no_training else training_until or before.training_until,
            "serial": before.serial + 1,
        }
        return [_signed(root, history, now, key=made.public.text if made else before.key, **told)]

    return _recorded(book, who, record, made, anew=False)


def remove_person(book: Book, root: PrivateKey, name: str) -> Person:
    """Take every role from a person: they sign nothing more, and what they signed stays.

    Raises what `change_person` does.
    """
    return change_person(book, root, name, roles=())


@dataclass(frozen=True)
class _Key:
    """The key of a person's record: its public half, and the file to be kept where the private one is new."""

    public: PublicKey
    path: Path | None = None
    content: str = ""


def _made(home: Home | None, who: str, passphrase: str | None, public_key: PublicKey | None) -> _Key:
    if likeness(who) == ROOT:
        raise ReviewError("The name root is that of the root key. Choose another for a person.")
    if public_key is not None and passphrase is None:
        return _Key(public_key)
    if home is None or passphrase is None or public_key is not None:
        raise ReviewError(
            "A person has either a new key, which needs a passphrase and a home, or a public key that was "
            "made elsewhere. Give one of the two."
        )
    key = PrivateKey.generate()
    return _Key(key.public, key_file(home, who), key.sealed(passphrase))


def _recorded(
    book: Book,
    who: str,
    make: Callable[[History, datetime], Iterable[Draft]],
    made: _Key | None,
    *,
    anew: bool,
) -> Person:
    """Record, and keep the key within the same transaction: a file is there exactly where a record is."""
    if made is None or made.path is None:
        return book.record(make).people[who]

    def recorded() -> bool:
        """Whether the ledger has the key; where it does not answer, the key is kept."""
        try:
            person = book.history().people.get(who)
        except (LedgerError, StorageError):
            return True
        return person is not None and person.key == made.public.text

    with placing(made.path, made.content, over=not anew, recorded=recorded) as place:
        return book.record(make, lambda _: place()).people[who]


def _signed(
    root: PrivateKey,
    history: History,
    now: datetime,
    **told: Any,  # noqa: ANN401 - fields of a record
) -> Draft:
    try:
        record = Person(ledger=history.ledger, at=now, previous=history.head.digest, **told)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = str(fault["loc"][0])
        raise ReviewError(
            f"The person cannot be entered: {where}: {_RULES.get(where, fault['msg'])}."
        ) from None
    return Draft("person", root.sign(record.content()))


_RULES = {
    "name": "a name begins with a letter or digit and holds up to 63 letters, digits, spaces, dots, at signs "
    "and hyphens",
}


def _known(who: str, history: History) -> Person:
    if who not in history.people:
        raise ReviewError(f"Nobody called {who} is in the ledger. {_those(history)}")
    return history.people[who]


def _refuse_alike(who: str, history: History) -> None:
    alike = [name for name in history.people if likeness(name) == likeness(who)]
    if alike:
        raise ReviewError(
            f"{alike[0]} is in the ledger already, and no two names may look alike. Change that person, or "
            "choose a name that nobody takes for theirs."
        )


def _those(history: History) -> str:
    names = sorted(history.people)
    return f"There are {', '.join(names)}." if names else "Add them first."
