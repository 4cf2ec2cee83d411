"""Passphrases: typed unseen, from a file, or from the environment; never an argument, and never shown.

An argument stands in the shell's history and in the list of processes, where all on the machine read it.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from segmentation.errors import SigningError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PASSPHRASE = "SEGMENTATION_PASSPHRASE"  # noqa: S105 - the name of a variable
ROOT_PASSPHRASE = "SEGMENTATION_ROOT_PASSPHRASE"  # noqa: S105 - the name of a variable


def passphrase(name: str, file: Path | None, *, new: bool = False) -> str:
    """Return the passphrase of a person's key: from a file, the environment, or whoever is at the terminal.

    Parameters
    ----------
    name : str
        Of the person.
    file : Path or None
        Its first line.
    new : bool
        Whether it is for a new key: then it is asked for twice.

    Raises
    ------
    SigningError
        The file cannot be read or is empty, what it holds is no passphrase, or there is nobody to ask.
    """
    return _from(f"Passphrase of {name}", file, "--passphrase-file", PASSPHRASE, new=new)


def root_passphrase(file: Path | None, *, new: bool = False) -> str:
    """Return the passphrase of the root key; takes and raises what `passphrase` does."""
    return _from("Passphrase of the root key", file, "--root-passphrase-file", ROOT_PASSPHRASE, new=new)


def keyring_passphrase() -> Callable[[], str] | None:
    """Return what asks for the passphrase of the keyring; None where nobody sits at a terminal."""
    if not is_asked():
        return None
    return lambda: str(typer.prompt("Passphrase of the keyring", hide_input=True, err=True))


def new_keyring_passphrase() -> str:
    """Return the passphrase of a new keyring: from the environment, or asked for twice.

    Raises
    ------
    VaultError
        The environment names a file that cannot be read.
    SigningError
        There is nobody to ask.
    """
    from segmentation.vault.source import PASSPHRASE as VARIABLE
    from segmentation.vault.source import PASSPHRASE_FILE, passphrase_of

    found = passphrase_of(os.environ)
    if found is not None:
        return found
    if not is_asked():
        raise SigningError(
            f"A passphrase for the keyring is needed, and there is no terminal to ask at. Set {VARIABLE}, or "
            f"{PASSPHRASE_FILE} to a file that holds it."
        )
    return str(
        typer.prompt("Passphrase of the keyring (new)", hide_input=True, confirmation_prompt=True, err=True)
    )


def is_asked() -> bool:
    """Whether somebody sits at a terminal who can answer."""
    return sys.stdin.isatty()


def _from(what: str, file: Path | None, option: str, variable: str, *, new: bool) -> str:
    if file is not None:
        return _read(file, option)
    if os.environ.get(variable):
        return _checked(os.environ[variable], variable)
    if not is_asked():
        raise SigningError(
            f"{what} is needed, and there is no terminal to ask at. Name a file that holds it with {option}, "
            f"or set {variable}."
        )
    prompt = f"{what} (new)" if new else what
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True))


def _read(file: Path, option: str) -> str:
    try:
        # Only a line feed ends the line: a passphrase may hold whatever else Unicode takes for a line's end.
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        text = None
    if text is None:
        raise SigningError(f"{option} {file} cannot be read as a text. Check the path and its permissions.")
    line = text.partition("\n")[0].removesuffix("\r")
    if not line:
        raise SigningError(f"{option} {file} has no passphrase in its first line. Write it there.")
    return _checked(line, f"{option} {file}")


def _checked(given: str, where: str) -> str:
    """Return what was given, where it can be a passphrase.

    Raises
    ------
    SigningError
        It cannot; says where it stands.
    """
    from segmentation.signing.passphrase import check_passphrase

    try:
        check_passphrase(given)
    except SigningError as error:
        raise SigningError(f"{where} holds no passphrase. {error}") from None
    return given
