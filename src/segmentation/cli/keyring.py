"""`segmentation keyring`: the few secrets under which everything that is kept of residents is sealed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmentation.cli import office, secrets
from segmentation.cli.asked import ask_first
from segmentation.cli.console import say_json
from segmentation.cli.newfile import new_file
from segmentation.cli.options import HOME, HomeFolder, Json
from segmentation.cli.plain import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.home import Home
    from segmentation.ledger.personal.opening import Personal
    from segmentation.vault import Keyring, WrappingKey

app = typer.Typer(
    help="Make, show, rotate and export the keyring that residents' data are sealed under.",
    no_args_is_help=True,
)

NewFile = Annotated[
    Path | None, typer.Option("--out", help="Write it to this new file, for its owner alone, unprinted.")
]


@dataclass(frozen=True)
class Opened:
    """A keyring that can be written, and what is kept under it.

    Attributes
    ----------
    path : Path
    personal : Personal
    passphrase : str
    """

    path: Path
    personal: Personal
    passphrase: str = field(repr=False)

    @property
    def keyring(self) -> Keyring:
        """As it is now."""
        return self.personal.records.keyring

    def keep(self, keyring: Keyring) -> None:
        """Write it to where it was read from; raises what `write_file` does."""
        from segmentation.vault.source import write_file

        write_file(self.path, keyring, self.passphrase, over=True)


@app.command(epilog="Example: `segmentation keyring init`")
def init(home: HomeFolder = HOME) -> None:
    """Make the keyring of this ledger, in a file under a passphrase.

    Keep a copy of the file and the passphrase, each in another place, where two of you can find
    them: without both, nothing that is kept of residents can ever be read again.
    """
    from segmentation.home import Home
    from segmentation.vault import Keyring
    from segmentation.vault.source import keyring_file, write_file

    place = Home(home)
    _refuse_environment("made")
    _refuse_lost(place)
    keyring, path = Keyring.generate(office.now()), keyring_file(place)
    write_file(path, keyring, secrets.new_keyring_passphrase())
    say(f"Made the keyring {keyring.fingerprint} in {path}.")
    say("Copy that file now, and keep the copy and the passphrase in two places, apart from the ledger.")


@app.command(epilog="Example: `segmentation keyring show`")
def show(home: HomeFolder = HOME, as_json: Json = False) -> None:
    """Show which keys are on the keyring, and how many residents are under each; never a key itself."""
    from segmentation.ledger.personal.rotation import counts

    with office.personal_at(home) as personal:
        keyring, under = personal.records.keyring, counts(personal.records.ledger)
    lost = {key: number for key, number in under.items() if key not in {one.id for one in keyring.wrapping}}
    if as_json:
        say_json(
            {
                "fingerprint": keyring.fingerprint,
                "keys": [
                    {
                        "id": one.id,
                        "made": one.made.isoformat(),
                        "active": one == keyring.active,
                        "residents": under.get(one.id, 0),
                    }
                    for one in keyring.wrapping
                ],
                "lost": lost,
            }
        )
        return
    say(f"The keyring {keyring.fingerprint}:")
    for one in keyring.wrapping:
        say(f"  {_line(one, keyring, under.get(one.id, 0))}")
    for key, number in lost.items():
        say(
            f"  {key}; NOT on this keyring; {number:,} residents are under it and cannot be read. Restore it."
        )


@app.command(epilog="Example: `segmentation keyring rotate`")
def rotate(
    resume: Annotated[
        bool, typer.Option("--continue", help="Add no key; go on with a rotation that was stopped.")
    ] = False,
    home: HomeFolder = HOME,
) -> None:
    """Add a key, and wrap the key of every resident under it, while services and people go on.

    It may be stopped and begun again at any moment. What was sealed stays as it is: only the
    keys of residents are wrapped anew.
    """
    from segmentation.ledger.personal.rotation import add_key, rewrap

    with _opened(home) as opened:
        records = opened.personal.records
        if not resume:
            active = add_key(records, opened.keep, "keyring rotate", office.now()).active
            say(f"Added the key {active.id}, under which everything is from now on.")
        moved = sum(rewrap(records, "keyring rotate", office.now))
        say(f"Wrapped the keys of {moved:,} residents anew.")
        for one in opened.keyring.wrapping[:-1]:
            say(f"Nothing is under {one.id} any more. Retire it with `segmentation keyring retire {one.id}`.")


@app.command(epilog="Example: `segmentation keyring retire 0a1b2c3d4e5f6071`")
def retire(
    key: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as `keyring show` tells it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeFolder = HOME,
) -> None:
    """Take a key off the keyring, once no resident is under it; what was copied under it closes for good.

    A backup from before the rotation holds residents' keys under the old one, also of who was erased
    since. So it closes with it: where you may need such a backup, keep a copy of the keyring as long.
    """
    from segmentation.ledger.personal.rotation import retire as take_off

    with _opened(home) as opened:
        ask_first(
            "Backups from before the rotation cannot be opened without it. Go on?",
            "Make sure that no backup from before the rotation is needed",
            "Nothing was retired.",
            yes=yes,
        )
        take_off(opened.personal.records, key, opened.keep, "keyring retire", office.now())
    say(f"Retired the key {key}. Destroy every copy of the keyring that still has it.")


@app.command(epilog="Example: `segmentation keyring export --out keyring.txt`")
def export(out: NewFile = None, home: HomeFolder = HOME) -> None:
    """Print the whole keyring on one line, unsealed: for a store of secrets that sets an environment.

    Whoever reads it can read everything that is kept of residents. A process that takes it from
    SEGMENTATION_KEYRING has to be started anew after each rotation, before the old key is retired.
    """
    from segmentation.home import Home
    from segmentation.vault import keyring_source

    text = keyring_source(Home(home), os.environ, secrets.keyring_passphrase())().to_text()
    if out is None:
        say(text)
        return
    with new_file(out, "The keyring"):
        out.write_text(f"{text}\n", encoding="ascii")
    say(f"The keyring is in {out}, unsealed. Put it into your store of secrets, and destroy the file.")


def _line(one: WrappingKey, keyring: Keyring, number: int) -> str:
    state = "active" if one == keyring.active else "opens what it wrapped"
    return f"{one.id}; made {one.made:%Y-%m-%d}; {state}; {number:,} residents under it"


@contextmanager
def _opened(folder: Path) -> Iterator[Opened]:
    """Open the file of the keyring to change it, and what is kept under it.

    Raises
    ------
    VaultError
        The keyring is in the environment, is not there, or stays closed.
    """
    from segmentation.errors import VaultError
    from segmentation.home import Home
    from segmentation.ledger.personal.opening import open_personal
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import trust_of
    from segmentation.vault.source import PASSPHRASE, keyring_file, open_file, passphrase_of

    home = Home(folder)
    _refuse_environment("changed")
    path, ask = keyring_file(home), secrets.keyring_passphrase()
    given = passphrase_of(os.environ) or (ask and ask())
    if not given:
        raise VaultError(f"The keyring {path} needs its passphrase. Set {PASSPHRASE}, or use a terminal.")
    open_file(path, given)
    with open_ledger(trust_of(home).ledger) as ledger:
        yield Opened(path, open_personal(ledger, home, office.now(), ask=lambda: given), given)


def _refuse_environment(done: str) -> None:
    """Refuse where the keyring is in the environment, which no program can change.

    Raises
    ------
    VaultError
        It is.
    """
    from segmentation.errors import VaultError
    from segmentation.vault.source import KEYRING

    if os.environ.get(KEYRING):
        raise VaultError(
            f"{KEYRING} holds the keyring, and only one in a file can be {done}. Do it where the file is, "
            "then `segmentation keyring export`."
        )


def _refuse_lost(home: Home) -> None:
    """Refuse a new keyring where residents are under another one.

    Raises
    ------
    VaultError
        They are.
    """
    from segmentation.errors import LedgerError, VaultError
    from segmentation.ledger.personal.rotation import counts
    from segmentation.ledger.store import open_ledger
    from segmentation.ledger.trust import ledger_url

    try:
        with open_ledger(ledger_url(home)) as ledger:
            number = sum(counts(ledger).values())
    except LedgerError:
        return  # there is none yet, or it cannot be reached, and then nothing is written under the new one
    if number:
        raise VaultError(
            f"The ledger keeps {number:,} residents under a keyring already, and a new one opens none of "
            "them. Restore that one."
        )
