"""What residents took back, as the file of tombstones holds it: sealed, so that it names nobody.

A refusal, a withdrawal and an objection hold, and no older backup may undo them. It may know nothing of a
resident who came later; so a line holds all that it takes to say it again, and the keyring alone opens it.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import msgspec

from segmentation.errors import VaultError
from segmentation.ledger.parts import parts
from segmentation.ledger.personal.events import EventState  # noqa: TC001 - msgspec reads the annotations
from segmentation.vault import DataKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from segmentation.ledger.personal.stones import Tombstone
    from segmentation.vault import Keyring

MANY = 500
"""Of them in one line, at most."""
PLACE = b"taken back"


class TakenBack(msgspec.Struct, frozen=True, array_like=True):
    """That a resident refused, withdrew or objected.

    Attributes
    ----------
    subject : bytes
        `Keyring.subject_of` the resident.
    purpose : str
    state : str
        One of `events.TAKING_BACK`.
    at : int
        Of the event, microseconds since 1970.
    """

    subject: bytes
    purpose: str
    state: EventState
    at: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[TakenBack]).decode


def sealed(keyring: Keyring, said: Sequence[TakenBack]) -> list[str]:
    """Return what lines of the file hold of this, `MANY` in each."""
    key = _key(keyring)
    return [b64encode(key.seal(PLACE, _encode(part))).decode() for part in parts(said, MANY)]


def opened(keyring: Keyring, line: Tombstone) -> list[TakenBack]:
    """Return what a line tells; nothing of one that tells of an erasure.

    Raises
    ------
    VaultError
        It was made up, or the keyring is another ledger's.
    """
    if not line.said:
        return []
    try:
        return _decode(_key(keyring).open(PLACE, b64decode(line.said, validate=True)))
    except (VaultError, ValueError, msgspec.MsgspecError):
        raise VaultError(
            f"Line {line.number} of the tombstones does not open: it was made up, or the keyring is another "
            "ledger's. Take the keyring of this ledger, or restore the file from its copy."
        ) from None


def _key(keyring: Keyring) -> DataKey:
    return DataKey(keyring.secret_for("taken back"))
