"""One line of the file of tombstones: that somebody was erased, or what residents took back.

A line names nobody: of an erasure it has a mark that the keyring alone makes, the time, and a digest of the
wrapped key that was destroyed; of what was taken back a seal that the keyring alone opens (`taken_back`).
Each line carries the digest of the one before, so none is taken out unseen.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import SigningError
from segmentation.signing import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

PURPOSE = "own tombstone"
"""Under which marks in the file are made; the blank keeps it apart from every purpose of a policy."""
BEGINNING = "sha256:" + 64 * "0"
"""Stands for the line before the first."""


class Tombstone(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One erasure, or some of what residents took back.

    Attributes
    ----------
    number : int
        From 1, without gaps.
    mark : str
        Hexadecimal digits: `Keyring.marker` of `PURPOSE`; nothing where somebody took something back.
    at : datetime
        UTC.
    key : str
        Digest of the wrapped key that was destroyed.
    previous : str
        Digest of the line before; `BEGINNING` for the first.
    digest : str
        Over all others (RFC 8785, SHA-256).
    said : str
        What was taken back, sealed; nothing where somebody was erased.
    """

    number: int
    mark: str
    at: datetime
    key: str
    previous: str
    digest: str
    said: str = ""

    @property
    def computed(self) -> str:
        """What the digest must be."""
        names = ("number", "mark", "key", "previous", *(("said",) if self.said else ()))
        told = {name: getattr(self, name) for name in names}
        return sha256(canonical({**told, "at": self.at.isoformat()}))


def chained(told: Iterable[tuple[str, datetime, str, str]]) -> list[Tombstone]:
    """Return the lines that say this, each mark, time, digest of a key, and what was said, from the first."""
    found: list[Tombstone] = []
    for mark, at, key, said in told:
        found.append(followed_by(found[-1] if found else None, mark, at, key, said))
    return found


def followed_by(before: Tombstone | None, mark: str, at: datetime, key: str, said: str = "") -> Tombstone:
    """Return the line that follows another; the first one where there is none."""
    number, previous = (1, BEGINNING) if before is None else (before.number + 1, before.digest)
    new = Tombstone(number, mark, at.astimezone(UTC), key, previous, "", said)
    return msgspec.structs.replace(new, digest=new.computed)


def inscribed(line: Tombstone) -> bytes:
    """Return a line as the file has it."""
    return _encode(line) + b"\n"


def read_line(line: bytes) -> Tombstone | None:
    """Return what a line says, without its end; None where it is not as this program writes it."""
    try:
        found = _decode(line)
        if found.computed == found.digest and _encode(found) == line:
            return found
    except (msgspec.MsgspecError, SigningError, ValueError):
        pass
    return None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Tombstone).decode
