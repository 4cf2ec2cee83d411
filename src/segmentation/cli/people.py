"""`segmentation people`: begin a ledger, and say who may sign in it, by records that the root key signs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets
from segmentation.cli.console import say_json
from segmentation.cli.givenfile import read_given
from segmentation.cli.office import book_at
from segmentation.cli.options import (
    HOME,
    HomeFolder,
    Json,
    PassphraseFile,
    RoleName,
    RootPassphraseFile,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.ledger.records import Person
    from segmentation.signing import PrivateKey, PublicKey

app = typer.Typer(help="Begin a ledger, and say who may sign in it.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the person; never given to anybody else.")]
Roles = Annotated[list[RoleName] | None, typer.Option("--role", help="What they may do; may stand twice.")]
Training = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Last day on which their training counts."),
]
PublicKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--public-key", help="Their public key, PEM or ed25519:…, where the private one lives elsewhere."
    ),
]
RootKeyFile = Annotated[
    Path | None,
    typer.Option("--root-key", help="The root key's file, where it is not in the home folder any more."),
]


@app.command(epilog="Example: `segmentation people init`")
def init(
    home: HomeFolder = HOME,
    root_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Begin a ledger: make the root key, which signs who may sign, and print the public half of it.

    Whoever signs, reviews or serves pins that public key in their own settings. So nobody who can write the
    database can add a signer.
    """
    from segmentation.home import Home
    from segmentation.ledger.trust import ledger_url
    from segmentation.reviews.keyfiles import ROOT, key_file
    from segmentation.reviews.people import begin_ledger

    _refuse_pinned()
    place = Home(home)
    chosen = secrets.root_passphrase(root_passphrase_file, new=True)
    root = begin_ledger(place, ledger_url(place), chosen, office.now())
    typer.echo(f"The ledger has begun. Its public root key, fingerprint {root.fingerprint}:")
    typer.echo(f"  {root}")
    typer.echo("Pin it for everybody who signs, reviews or serves, outside the database:")
    typer.echo(f"  export SEGMENTATION_ROOT_KEY={root}")
    typer.echo(
        f"The private half is in {key_file(place, ROOT)}, under your passphrase. Move that file off this "
        "machine, to where two of you can find it; --root-key names it when people are added or changed."
    )


@app.command(
    epilog="Example: `segmentation people add Carol --role compliance --training-until 2027-06-30`",
)
def add(
    name: Name,
    role: Roles = None,
    training_until: Training = None,
    public_key: PublicKeyFile = None,
    home: HomeFolder = HOME,
    root_key: RootKeyFile = None,
    passphrase_file: PassphraseFile = None,
    root_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Enter a person: with a new key under a passphrase of their own, or with their public key alone."""
    from segmentation.home import Home
    from segmentation.reviews.people import add_person

    if not role:
        raise typer.BadParameter("say what they may do, at least once", param_hint="--role")
    book, given = book_at(home), _public(public_key)
    root = _root(home, root_key, root_passphrase_file)
    chosen = None if given else secrets.passphrase(name, passphrase_file, new=True)
    person = add_person(
        book,
        root,
        name,
        [one.value for one in role],
        _day(training_until),
        home=None if given else Home(home),
        passphrase=chosen,
        public_key=given,
    )
    _say("Entered", person)


@app.command(epilog="Example: `segmentation people change Carol --training-until 2028-06-30`")
def change(  # noqa: PLR0913, PLR0917 - every option of the command
    name: Name,
    role: Roles = None,
    training_until: Training = None,
    no_training: Annotated[
        bool, typer.Option("--no-training", help="Take their training away, as where it was a mistake.")
    ] = False,
    public_key: PublicKeyFile = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new key, under a new passphrase; the old one ends.")
    ] = False,
    home: HomeFolder = HOME,
    root_key: RootKeyFile = None,
    passphrase_file: PassphraseFile = None,
    root_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Change what a person may do, until when their training counts, or their key; the rest stays.

    The roles given are all that they have from now on. What they signed stays signed.
    """
    from segmentation.home import Home
    from segmentation.reviews.people import change_person

    if new_key and public_key is not None:
        raise typer.BadParameter(
            "a new key is made here or elsewhere; give one of --new-key and --public-key"
        )
    if no_training and training_until is not None:
        raise typer.BadParameter(
            "training ends on a day or is taken away; give one of --training-until and --no-training"
        )
    if not (role or training_until or no_training or public_key or new_key):
        raise typer.BadParameter(
            "say what changes: --role, --training-until, --no-training, --public-key or --new-key"
        )
    book, given = book_at(home), _public(public_key)
    root = _root(home, root_key, root_passphrase_file)
    chosen = secrets.passphrase(name, passphrase_file, new=True) if new_key else None
    person = change_person(
        book,
        root,
        name,
        roles=[one.value for one in role] if role else None,
        training_until=_day(training_until),
        no_training=no_training,
        home=Home(home) if new_key else None,
        passphrase=chosen,
        public_key=given,
    )
    _say("Changed", person)


@app.command(epilog="Example: `segmentation people remove Carol`")
def remove(
    name: Name,
    home: HomeFolder = HOME,
    root_key: RootKeyFile = None,
    root_passphrase_file: RootPassphraseFile = None,
) -> None:
    """Take every role from a person: they sign nothing more, and what they signed stays."""
    from segmentation.reviews.people import remove_person

    book = book_at(home)
    _say("Removed", remove_person(book, _root(home, root_key, root_passphrase_file), name))


@app.command("list", epilog="Example: `segmentation people list`")
def list_(home: HomeFolder = HOME, as_json: Json = False) -> None:
    """List who may sign, in which roles, and until when their training counts."""
    book = book_at(home)
    people = sorted(book.history().people.values(), key=lambda person: person.name)
    if as_json:
        say_json({"people": [_content(person) for person in people]})
        return
    for person in people:
        typer.echo(_line(person, office.now().date()))
    if not people:
        typer.echo("Nobody may sign yet. Enter people with `segmentation people add`.")


def _refuse_pinned() -> None:
    """Refuse to make a root key where another one is pinned: nobody would believe the ledger.

    Raises
    ------
    LedgerError
        One is pinned in the environment.
    """
    import os

    from segmentation.errors import LedgerError
    from segmentation.ledger.trust import ROOT_KEY

    if os.environ.get(ROOT_KEY):
        raise LedgerError(
            f"{ROOT_KEY} pins a root key already, and a ledger that begins here would have another. Use the "
            "ledger of that key, or unset the variable first."
        )


def _root(home: Path, file: Path | None, passphrase_file: Path | None) -> PrivateKey:
    """Open the root key, at home or in the file that was named.

    Raises
    ------
    SigningError
        It is not there, or the passphrase does not open it.
    """
    from segmentation.errors import SigningError
    from segmentation.home import Home
    from segmentation.reviews.people import open_root
    from segmentation.signing import PrivateKey

    if file is None:
        return open_root(Home(home), secrets.root_passphrase(passphrase_file))
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        raise SigningError(f"The root key {file} cannot be read. Check the path and its permissions.")
    return PrivateKey.unsealed(text, secrets.root_passphrase(passphrase_file))


def _public(file: Path | None) -> PublicKey | None:
    """Read a public key, as `openssl pkey -pubout` or this program writes it.

    Raises
    ------
    SigningError
        It is none.
    StorageError
        It cannot be read.
    """
    from segmentation.signing import PublicKey

    if file is None:
        return None
    content = read_given(file, "public key")
    if content.startswith(b"ed25519:"):
        return PublicKey(content.decode(errors="replace").strip())
    return PublicKey.from_pem(content)


def _day(given: datetime | None) -> date | None:
    return None if given is None else given.date()


def _content(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "roles": list(person.roles),
        "training_until": person.training_until and person.training_until.isoformat(),
        "key": person.key,
        "serial": person.serial,
        "since": person.at.isoformat(),
    }


def _say(done: str, person: Person) -> None:
    typer.echo(f"{done}: {_line(person, office.now().date())}")


def _line(person: Person, today: date) -> str:
    """Return a person as one line: name, roles, training, key."""
    from segmentation.signing import PublicKey

    key = f"key {PublicKey(person.key).fingerprint}"
    return "; ".join([person.name, _roles(person.roles), *_trained(person, today), key])


def _roles(roles: Sequence[str]) -> str:
    return " and ".join(roles) if roles else "may sign nothing any more"


def _trained(person: Person, today: date) -> list[str]:
    if not person.roles:
        return []
    if person.training_until is None:
        return ["no training"]
    lapsed = " (lapsed)" if person.training_until < today else ""
    return [f"trained until {person.training_until}{lapsed}"]
