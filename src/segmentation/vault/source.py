"""Where a process takes its keyring from: a file that a passphrase opens, or its environment.

A service runs for months, and its keyring changes while it does. So the file is looked at whenever the
keyring is asked for, and opened anew where it is another one than before: a key that was added is there
before the first row names it.
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from segmentation.errors import SigningError, StorageError, VaultError
from segmentation.files import reason_of, sync, write_secret
from segmentation.signing.passphrase import COST
from segmentation.vault.closed import check_closed
from segmentation.vault.keyring import Keyring
from segmentation.vault.memory import forbid_dumps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from segmentation.home import Home

KEYRING = "SEGMENTATION_KEYRING"
KEYRING_FILE = "SEGMENTATION_KEYRING_FILE"
PASSPHRASE = "SEGMENTATION_KEYRING_PASSPHRASE"  # noqa: S105 - the name of a variable
PASSPHRASE_FILE = "SEGMENTATION_KEYRING_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable

Stamp = tuple[int, int, int, int]
"""What tells a file from another one in its place: device, number, size, time of its last change."""


def keyring_source(
    home: Home, environ: Mapping[str, str] = os.environ, ask: Callable[[], str] | None = None
) -> Callable[[], Keyring]:
    """Return what gives the keyring as it is now; several threads may use one.

    Nothing is read before it is called. From then on no core dump of this process is written.

    Parameters
    ----------
    home : Home
    environ : mapping of str to str
        `SEGMENTATION_KEYRING` holds all of a keyring (`Keyring.to_text`). Without it, the file
        `SEGMENTATION_KEYRING_FILE`, or ``keyring.json`` at home, is opened with the passphrase in
        `SEGMENTATION_KEYRING_PASSPHRASE` or in the first line of the file that
        `SEGMENTATION_KEYRING_PASSPHRASE_FILE` names.
    ask : callable or None
        Returns the passphrase where the environment has none; asked once.

    Returns
    -------
    callable
        Raises a `VaultError` where there is no keyring, a file is open to others, or the passphrase does not
        open it.
    """
    if environ.get(KEYRING):
        return _of_environment(environ)
    path = keyring_file(home, environ)
    asked: list[str] = []

    def passphrase() -> str:
        if (found := passphrase_of(environ)) is not None:
            return found
        if ask is None:
            raise VaultError(
                f"The keyring {path} needs its passphrase. Set {PASSPHRASE}, or {PASSPHRASE_FILE} to a file "
                "that holds it."
            )
        if not asked:
            asked.append(ask())
        return asked[0]

    return _File(path, passphrase)


def has_keyring(home: Home, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether there is a keyring, in the environment or in a file: it is not opened."""
    return bool(environ.get(KEYRING)) or keyring_file(home, environ).exists()


def keyring_file(home: Home, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where the file of the keyring is, or is to be."""
    given = environ.get(KEYRING_FILE)
    return Path(given).expanduser().absolute() if given else home.keyring


def passphrase_of(environ: Mapping[str, str]) -> str | None:
    """Return the passphrase that the environment has or names; None where it does neither.

    Raises
    ------
    VaultError
        The file that it names cannot be read, is empty, or is open to others.
    """
    if found := environ.get(PASSPHRASE):
        return found
    named = environ.get(PASSPHRASE_FILE)
    if not named:
        return None
    try:
        with Path(named).open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            line = file.read().decode().partition("\n")[0].removesuffix("\r")
    except (OSError, UnicodeDecodeError):
        line = ""
    if not line:
        raise VaultError(
            f"The file {named} has no passphrase of the keyring in its first line, or cannot be read. Check "
            f"{PASSPHRASE_FILE} and the file's permissions."
        )
    check_closed(f"file {named}, which holds the passphrase of the keyring,", mode)
    return line


def open_file(path: Path, passphrase: str) -> Keyring:
    """Open the file of a keyring.

    Raises
    ------
    VaultError
        It is not there, cannot be read, is open to others, or the passphrase does not open it.
    """
    return _opened(path, _content(path)[1], passphrase)


def write_file(
    path: Path,
    keyring: Keyring,
    passphrase: str,
    *,
    over: bool = False,
    cost: Mapping[str, int] = COST,
) -> None:
    """Write the file of a keyring, whole or not at all, for its owner alone.

    Parameters
    ----------
    path : Path
    keyring : Keyring
    passphrase : str
    over : bool
        Whether a file that is there is replaced.
    cost : mapping of str to int
        Of stretching the passphrase.

    Raises
    ------
    VaultError
        There is one, and it is not to be replaced.
    SigningError
        The passphrase cannot be one.
    StorageError
        It cannot be written; what was there is untouched.
    """
    text = keyring.sealed(passphrase, cost)
    staged = path.with_name(f".{path.name}-{os.getpid()}") if over else path
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        if over:
            staged.unlink(missing_ok=True)  # of a process of the same number that was killed
        write_secret(staged, text)
        if over:
            staged.replace(path)
        sync(path.parent)
    except FileExistsError:
        raise VaultError(
            f"There is a keyring {path} already, and what was sealed under it would be lost with it. Add a "
            "key to it with `segmentation keyring rotate`, or move it away if nothing was kept under it."
        ) from None
    except OSError as error:
        raise _unwritten(path, error) from None


class _File:
    """A keyring in a file, opened again whenever the file is another one than before."""

    def __init__(self, path: Path, passphrase: Callable[[], str]) -> None:
        self._path, self._passphrase, self._lock = path, passphrase, Lock()
        self._last: tuple[Stamp, Keyring] | None = None

    def __call__(self) -> Keyring:
        """Return the keyring as the file has it now."""
        with self._lock:
            stamp, text = _content(self._path, None if self._last is None else self._last[0])
            if self._last is None or stamp != self._last[0]:
                self._last = stamp, _opened(self._path, text, self._passphrase())
            return self._last[1]


def _of_environment(environ: Mapping[str, str]) -> Callable[[], Keyring]:
    if environ.get(KEYRING_FILE):
        raise VaultError(
            f"{KEYRING} holds a keyring, and {KEYRING_FILE} names another. Set one of them alone."
        )
    found: list[Keyring] = []

    def keyring() -> Keyring:
        if not found:
            forbid_dumps()
            found.append(_told(environ[KEYRING]))
        return found[0]

    return keyring


def _told(text: str) -> Keyring:
    try:
        return Keyring.from_text(text)
    except VaultError as error:
        raise VaultError(f"{KEYRING}: {error}") from None


def _content(path: Path, known: Stamp | None = None) -> tuple[Stamp, bytes]:
    """Return what tells a file from others, and its content, where it is not the one that is known.

    It is opened each time: a network's file system looks anew whether a file changed when it is opened, and
    not when it is only asked for.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
            if stamp == known:
                return stamp, b""
            check_closed(f"keyring {path}", found.st_mode)
            return stamp, file.read()
    except FileNotFoundError:
        raise VaultError(
            f"There is no keyring {path}. Restore the one under which this ledger's residents are kept, or "
            f"set {KEYRING_FILE}; where nothing was kept yet, make one with `segmentation keyring init`."
        ) from None
    except OSError as error:
        raise VaultError(
            f"The keyring {path} cannot be read: {reason_of(error)}. Check {KEYRING_FILE} and the file's "
            "permissions."
        ) from None


def _opened(path: Path, text: bytes, passphrase: str) -> Keyring:
    forbid_dumps()
    try:
        return Keyring.unsealed(text.decode("utf-8", "replace"), passphrase)
    except (SigningError, VaultError) as error:
        raise VaultError(f"The keyring {path} stays closed. {error}") from None


def _unwritten(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The keyring {path} cannot be written: {reason_of(error)}. Make room, or set {KEYRING_FILE} to a "
        "place that you may write to."
    )
