"""What the keyring vouches for where no resident's key does: at which number a row stands, and what was told.

Who writes the database without the keyring cannot seal a row, yet could copy one to another number, or add a
line to the access log that tells of a write, or that takes rows out. So each sealed row carries a code over
its number, which is looked at whenever it is read, and each line that tells of a write carries one as well,
which `verify_personal` looks at. And the ledger knows its keyring: under another one nobody would be found.
What was cut off behind the last anchor, lines and rows together, no code shows.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import select

from segmentation.errors import VaultError
from segmentation.ledger.personal.entries import SPOOL, Line
from segmentation.ledger.tables import access

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from segmentation.ledger.store import Ledger
    from segmentation.vault import Keyring

CODE = 16
"""Bytes of a code: half of an HMAC-SHA-256 (RFC 2104, section 5)."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Line).decode
_known: WeakKeyDictionary[Ledger, str] = WeakKeyDictionary()


class Numbers:
    """What binds the sealed rows of a table to their numbers.

    Parameters
    ----------
    keyring : Keyring
    table : str
    """

    def __init__(self, keyring: Keyring, table: str) -> None:
        self._mac, self._table = keyring.mac("numbers of rows"), table.encode() + b"\0"

    def bound(self, number: int, sealed: bytes) -> bytes:
        """Return a seal with the code of its row's number behind it."""
        return sealed + self._mac(self._table + number.to_bytes(8, "big") + sealed)

    def bound_all(self, rows: Iterable[Sequence[Any]], first: int) -> list[tuple[Any, ...]]:
        """Return rows of which the last value is the seal, or None, with their seals bound."""
        return [
            (*row[:-1], row[-1] if row[-1] is None else self.bound(number, row[-1]))
            for number, row in enumerate(rows, start=first)
        ]

    def loose(self, number: int, kept: bytes) -> bytes:
        """Return the seal alone.

        Raises
        ------
        VaultError
            It was written for another number, or altered.
        """
        sealed, code = kept[:-CODE], kept[-CODE:]
        if not hmac.compare_digest(self._mac(self._table + number.to_bytes(8, "big") + sealed), code):
            raise VaultError(
                "What is sealed there was written for another row, or altered. Verify the ledger, or restore "
                "it from a backup."
            )
        return sealed


def vouched(keyring: Keyring, line: Line) -> Line:
    """Return a line with its code."""
    line = msgspec.structs.replace(line, keyring=keyring.fingerprint)
    return msgspec.structs.replace(line, mac=_code(keyring, line))


def is_vouched(keyring: Keyring, line: Line) -> bool:
    """Whether a line is one that a program with the keyring wrote."""
    return hmac.compare_digest(_code(keyring, line), line.mac)


def check_keyring(ledger: Ledger, keyring: Keyring) -> None:
    """Refuse a keyring that is another ledger's; where nothing was written yet, any will do.

    Raises
    ------
    VaultError
        It is another one.
    LedgerError, StorageError
        The ledger cannot be read.
    """
    known = _known.get(ledger)
    if known is None:
        with ledger.reading() as connection:
            known = _fingerprint(connection)
        if known is None:
            return
        _known[ledger] = known
    _check(known, keyring)


def check_within(connection: Connection, keyring: Keyring) -> None:
    """Do as `check_keyring` within a transaction that keeps other writers out."""
    known = _fingerprint(connection)
    if known is not None:
        _check(known, keyring)


def _fingerprint(connection: Connection) -> str | None:
    """Return which keyring vouched for the first line that has one."""
    named = access.c.lines.like('%"keyring":"%')
    question = select(access.c.lines).where(access.c.spool == SPOOL, named).order_by(access.c.end).limit(1)
    for line in (connection.execute(question).scalar() or "").splitlines():
        if found := _named(line):
            return found
    return None


def _named(line: str) -> str:
    """Return the keyring that a line names; nothing where it is none of ours."""
    try:
        return _decode(line).keyring
    except msgspec.MsgspecError:
        return ""


def _check(known: str, keyring: Keyring) -> None:
    if keyring.fingerprint != known:
        raise VaultError(
            f"This ledger's residents are under the keyring {known}, and {keyring.fingerprint} was given: it "
            "would find nobody. Set SEGMENTATION_KEYRING_FILE or SEGMENTATION_KEYRING to the one of this "
            "ledger, or SEGMENTATION_LEDGER to the ledger of this keyring."
        )


def _code(keyring: Keyring, line: Line) -> str:
    bare = msgspec.structs.replace(line, mac="")
    return keyring.mac("lines of the access log")(_encode(bare)).hex()
