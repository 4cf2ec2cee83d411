"""Where the keys of people rest: a file each, readable by its owner alone, under a passphrase.

A name may be of any script, with spaces: the file is called as the person is, as long as every file system
takes it.
"""

from __future__ import annotations

import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

from segmentation.errors import ReviewError, SigningError, StorageError
from segmentation.files import reason_of, write_secret
from segmentation.ledger.trust import ROOT_FILE
from segmentation.signing import PrivateKey, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from segmentation.home import Home

ROOT = "root"
"""Name of the root key's file, which nobody else may have."""
SUFFIX = ".key"
RETIRED = ".retired"
"""Ends the name of a key file that is being replaced, until the ledger has the new key."""
MOST_BYTES = 200
"""Of a file's name: file systems take 255, and the ending needs some."""


def spelled(name: str) -> str:
    """Return a name as it is signed and filed: composed (Unicode NFC), without spaces around it."""
    return unicodedata.normalize("NFC", name).strip()


def key_file(home: Home, name: str) -> Path:
    """Return where the key of a person rests, or that of the root under the name `ROOT`."""
    file = spelled(name)
    if not file or set(file) & set("/\\\0") or file.startswith("."):
        raise ReviewError(
            "The name cannot be a person's: it begins with a letter or digit, and holds letters, digits, "
            "spaces, dots, at signs and hyphens. Choose another."
        )
    if len(file.encode()) > MOST_BYTES:
        file = f"{file[:20]}-{sha256(file.encode()).removeprefix('sha256:')[:16]}"
    return home.keys / f"{file}{SUFFIX}"


def are_kept(home: Home) -> bool:
    """Whether the key of any person rests at home; that of the root is nobody's."""
    return any(path.stem != ROOT for path in home.keys.glob(f"*{SUFFIX}"))


def keep(path: Path, content: str) -> None:
    """Write a file that only its owner may read, and never over another.

    Raises
    ------
    ReviewError
        There is one.
    StorageError
        It cannot be written; nothing half-written is left.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _refused(path, error) from None
    try:
        write_secret(path, content)
    except FileExistsError:
        raise ReviewError(
            f"There is a key file {path} already, and no key is ever written over another. Move it away if "
            "nobody signs with it, or use it."
        ) from None
    except OSError as error:
        raise _refused(path, error) from None


@contextmanager
def placing(
    path: Path, content: str, *, over: bool, recorded: Callable[[], bool]
) -> Iterator[Callable[[], None]]:
    """Give what keeps a key file, and takes it back where the block ends in an error with nothing recorded.

    Parameters
    ----------
    path : Path
    content : str
    over : bool
        Whether a file that is there is replaced; it stays beside it until the block has ended.
    recorded : callable
        Whether the ledger has the key, after an error: a database may go away while it confirms.
    """
    retired = path.with_name(path.name + RETIRED)
    done: list[str] = []

    def place() -> None:
        if over and path.exists():
            path.replace(retired)
            done.append("retired")
        keep(path, content)
        done.append("kept")

    try:
        yield place
    except BaseException:
        if "kept" in done and recorded():
            raise
        if "kept" in done:
            path.unlink(missing_ok=True)
        if "retired" in done:
            retired.replace(path)
        raise
    if "retired" in done:
        retired.unlink(missing_ok=True)


def open_key(home: Home, name: str, passphrase: str) -> PrivateKey:
    """Open the private key of a person that rests at home.

    Raises
    ------
    SigningError
        It is not there, or the passphrase does not open it.
    """
    path = key_file(home, name)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SigningError(
            f"There is no key of {spelled(name)} at {path}. Sign where the key is, or with `review payload` "
            "and `review attach` where it lives elsewhere."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SigningError(
            f"The key file {path} cannot be read. Check its permissions, or restore it."
        ) from None
    try:
        return PrivateKey.unsealed(text, passphrase)
    except SigningError as error:
        whose = "The root key" if name == ROOT else f"The key of {spelled(name)}"
        raise SigningError(f"{whose} stays closed. {error}") from None


def open_root(home: Home, passphrase: str) -> PrivateKey:
    """Open the root key, which signs the records of people; raises what `open_key` does."""
    return open_key(home, ROOT, passphrase)


def keep_root(home: Home, key: PrivateKey, passphrase: str) -> None:
    """Keep a new root key, and its public half beside it, where `ledger.trust_of` looks.

    Raises what `keep` does.
    """
    public = home.keys / ROOT_FILE
    if public.exists():
        raise ReviewError(
            f"A root key is pinned in {public} already, and a ledger rests on it. Use it, point "
            "SEGMENTATION_HOME at another folder, or move root.key and root.pub away if no ledger was begun "
            "with them."
        )
    keep(key_file(home, ROOT), key.sealed(passphrase))
    keep(public, f"{key.public}\n")


def _refused(path: Path, error: OSError) -> StorageError:
    reason = reason_of(error)
    return StorageError(
        f"The key file {path} cannot be written: {reason}. Make room, or choose another home."
    )
