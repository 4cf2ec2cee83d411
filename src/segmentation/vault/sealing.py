"""Sealing with AES-256-GCM: what belongs to one resident, under a key of their own that can be destroyed.

Every seal is bound to a text that says where it stands, so that no row can be put in the place of another
(NIST SP 800-38D, additional authenticated data). Nonces are random: 96 bits, and a resident has few rows.
"""

from __future__ import annotations

import os
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from segmentation.errors import VaultError

LENGTH = 32
"""Bytes of every key."""
NONCE = 12


class Wrapped(NamedTuple):
    """A data key as it is kept.

    Attributes
    ----------
    key : str
        Id of the wrapping key.
    data : bytes
        Nonce and sealed key.
    """

    key: str
    data: bytes


class DataKey:
    """The key of one resident; it never shows itself.

    Parameters
    ----------
    secret : bytes of length 32
    """

    __slots__ = ("_cipher", "_print")

    def __init__(self, secret: bytes) -> None:
        self._cipher, self._print = AESGCM(secret), sha256(b"print of " + secret).digest()

    def __eq__(self, other: object) -> bool:
        """Whether it is the same key: who was erased and came back has another one."""
        return isinstance(other, DataKey) and self._print == other._print

    def __hash__(self) -> int:
        return hash(self._print)

    def seal(self, place: bytes, content: bytes) -> bytes:
        """Return content as it may be kept.

        Parameters
        ----------
        place : bytes
            Where it stands; the same is needed to open it.
        content : bytes
        """
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, content, place)

    def open(self, place: bytes, sealed: bytes) -> bytes:
        """Return what was sealed.

        Raises
        ------
        VaultError
            It was altered, stands elsewhere than where it was sealed, or is of another resident.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place)
        except (InvalidTag, ValueError):
            raise VaultError(
                "A sealed row does not open: it was altered or moved, or the keyring is another ledger's. "
                "Verify the ledger with `segmentation ledger verify`, and restore the rows from a backup."
            ) from None


def place_of(subject: bytes) -> bytes:
    """Return what a wrapped data key is bound to: whose it is."""
    return b"data key of " + subject
