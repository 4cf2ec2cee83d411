"""Who asks, of whom, and what is kept: shared by the commands about one resident.

The reference of a resident, and whatever is said of them, is asked for, or read from a file or from standard
input: an argument stands in the list of processes, where all on the machine read it, and in the shell's
history.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from segmentation.approved import Approved
    from segmentation.ledger.history import History
    from segmentation.ledger.personal.opening import Personal
    from segmentation.ledger.personal.records import Records
    from segmentation.ledger.personal.requests import Requests
    from segmentation.policy import Policy

Identity = Annotated[
    str,
    typer.Option(
        help="How it was checked who asks: login, code, callback, in_person, authority, guardian or kin; "
        "never the number of a document."
    ),
]
ReferenceFile = Annotated[
    Path | None,
    typer.Option(
        "--reference-file",
        help="Holds the reference of the resident in its first line, - for standard input; else it is asked "
        "for. It is never an argument: those are seen by all on the machine.",
    ),
]
TextFile = Annotated[
    Path | None,
    typer.Option(
        "--text-file",
        help="Holds the text, - for standard input; else it is asked for at a terminal. It is never an "
        "argument: those are seen by all on the machine.",
    ),
]
ReasonFile = Annotated[
    Path | None,
    typer.Option(
        "--reason-file",
        help="Holds why, - for standard input; else it is asked for at a terminal. It is kept, and told to "
        "the resident; it is never an argument.",
    ),
]
Officer = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who asks, by their name in the ledger: compliance.")
]
ModelName = Annotated[
    str | None, typer.Option("--model", help="Name of the model; may be left out where the ledger knows one.")
]
RequestId = Annotated[
    str | None, typer.Option("--request", metavar="ID", help="The resident's request that it answers.")
]
STDIN = Path("-")
"""Where a reference comes from that no file holds, and nobody types."""
_RUNNING: ContextVar[str] = ContextVar("running")
"""The words of the command that runs."""


@dataclass(frozen=True)
class Desk:
    """What a person sits at who answers residents.

    Attributes
    ----------
    by : str
        Who: their key has opened.
    personal : Personal
    register : Requests
    now : datetime
    """

    by: str
    personal: Personal
    register: Requests
    now: datetime

    def subject(self, file: Path | None) -> bytes:
        """Return the pseudonym of the resident whose reference is in a file, or is asked for."""
        return self.personal.records.keyring.subject_of(reference(file))


@contextmanager
def desk_at(home: Path, name: str, passphrase_file: Path | None) -> Iterator[Desk]:
    """Open what is kept of residents, for a person who may give the command that runs.

    Raises
    ------
    ReviewError
        They may not.
    SigningError
        Their key is not there, or the passphrase does not open it.
    VaultError
        There is no keyring, or it stays closed.
    LedgerError, StorageError
        The ledger or a file cannot be read.
    """
    by = person_at(home, name, passphrase_file)
    with opened(home) as (personal, register):
        yield Desk(by, personal, register, office.now())


def person_at(home: Path, name: str, passphrase_file: Path | None) -> str:
    """Return the name of a person who may give the command that runs, once their key has opened.

    Which roles may is for the table of access to say; raises what `desk_at` does.
    """
    from segmentation.home import Home
    from segmentation.reviews.keyfiles import spelled
    from segmentation.reviews.people import open_key
    from segmentation.rights.deciding import officer

    with office.book_at(home) as book:
        person = officer(book.history(), spelled(name), book.now(), _RUNNING.get())
    open_key(Home(home), person.name, secrets.passphrase(person.name, passphrase_file))
    return person.name


def named(words: str, command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that knows its own words, by which the table of access says who may give it.

    Parameters
    ----------
    words : str
        Without the program's own name: ``resident show``.
    command : callable
    """

    @wraps(command)
    def run(*given: object, **told: object) -> None:
        token = _RUNNING.set(words)
        try:
            command(*given, **told)
        finally:
            _RUNNING.reset(token)

    return run


def enlist(
    app: typer.Typer,
    group: str,
    commands: Mapping[str, Callable[..., None]],
    examples: Mapping[str, str],
) -> None:
    """Add commands to a group, each with its example, and each of which knows its own words (`named`)."""
    for name, command in commands.items():
        app.command(name, epilog=f"Example: `{examples[name]}`")(named(f"{group} {name}", command))


@contextmanager
def opened(home: Path) -> Iterator[tuple[Personal, Requests]]:
    """Open what is kept of residents; the keyring is opened when something needs it."""
    from segmentation.ledger.personal.requests import Requests

    with office.personal_at(home) as personal:
        yield personal, Requests(personal.records)


def reference(file: Path | None) -> str:
    """Return the reference of a resident: the first line of a file or of standard input, or what is typed.

    Raises
    ------
    StorageError
        The file cannot be read, or its first line is empty.
    """
    from segmentation.errors import StorageError

    if file is None and secrets.is_asked():
        return str(typer.prompt("Reference of the resident", hide_input=True, err=True))
    try:
        content = sys.stdin.buffer.read() if file in {None, STDIN} else file.read_bytes()
        line = content.decode().partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        line = ""
    if not line:
        raise StorageError(
            "The reference of the resident is needed: type it, write it into the first line of a file and "
            "name that with --reference-file, or send it to standard input."
        )
    return line


def words(what: str, file: Path | None, reference_file: Path | None = None) -> str:
    """Return what is said of a resident: a file or standard input, or what is typed; may be empty.

    Parameters
    ----------
    what : str
        As it is asked for at a terminal.
    file : Path or None
        A dash is standard input.
    reference_file : Path or None
        Where the reference comes from; None where none is asked for.

    Raises
    ------
    typer.BadParameter
        Standard input would be two things at once.
    StorageError
        The file cannot be read as a text.
    """
    from segmentation.errors import StorageError

    if file is None:
        return str(typer.prompt(what, default="", show_default=False, err=True)) if secrets.is_asked() else ""
    is_input = file == STDIN
    if is_input and reference_file == STDIN:
        raise typer.BadParameter(
            "standard input holds the text or the reference, and not both; write one into a file"
        )
    try:
        content = sys.stdin.buffer.read() if is_input else file.read_bytes()
        return content.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise StorageError(
            f"{file} cannot be read as a text in UTF-8. Check the path and its permissions."
        ) from None


def policies_at(home: Path, model: str | None = None) -> list[Policy]:
    """Return the policies of the versions that may be used now, of one model or of all."""
    from segmentation.approved import load_approved
    from segmentation.errors import BundleError, NotApprovedError
    from segmentation.home import Home

    with office.book_at(home) as book:
        names = sorted({name for name, _ in book.history().versions()}) if model is None else [model]
    found = []
    for name in names:
        with suppress(NotApprovedError, BundleError):
            found.append(load_approved(name, Home(home)).policy)
    return found


def to_take_back(
    home: Path, records: Records, model: str | None = None, *, right: str = "withdrawal"
) -> tuple[str, ...]:
    """Return what a resident may withdraw from or object to where they name no purpose.

    It is everything that a version in use states, that a notice told of, or that anything is on record for;
    an objection is to the segments of the versions in use, where there are any.
    """
    from segmentation.rights.beheld import Purposes, beheld

    policies = policies_at(home, model)
    planned = [one.purpose.key for one in policies]
    if right == "objection" and planned:
        return tuple(dict.fromkeys(planned))
    stated = [key for one in policies for key in one.stated]
    with beheld(records) as seen:
        return Purposes().to_take_back(seen, stated)


def not_optional(home: Path, purposes: Iterable[str]) -> tuple[str, ...]:
    """Return those of some purposes that no version in use calls optional: on these, scoring may rest."""
    optional = {one.key for policy in policies_at(home) for one in policy.optional_purposes}
    return tuple(one for one in purposes if one not in optional)


def history_at(home: Path) -> History:
    """Return what the ledger tells of versions and people; raises what `Book.history` does."""
    with office.book_at(home) as book:
        return book.history()


def approved_at(home: Path, model: str | None) -> Approved:
    """Return the version that may be used now.

    Raises
    ------
    NotApprovedError
        None may.
    """
    from segmentation.approved import load_approved
    from segmentation.cli.serve import only_model
    from segmentation.home import Home

    with office.book_at(home) as book:
        name = model or only_model(book.history())
    return load_approved(name, Home(home))
