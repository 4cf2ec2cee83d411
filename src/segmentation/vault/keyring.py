"""The keyring: the few secrets that everything else is kept under.

One secret makes pseudonyms, a key for each purpose, so that who lacks it cannot put rows of two purposes
together by these; times that two rows share may still tell (`ledger.personal.tables`). Others wrap the data
keys of residents; one of them is active, the rest open what they wrapped until it was wrapped anew. The
secret of pseudonyms never changes: no reference is kept that could be marked again.
"""

from __future__ import annotations

import base64
import json
import secrets
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from segmentation.errors import VaultError
from segmentation.signing.passphrase import COST, sealed, unsealed
from segmentation.vault.sealing import LENGTH, DataKey, Wrapped, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TYPE = "keyring/1"
MARK = 16
"""Bytes of a pseudonym: half of an HMAC-SHA-256 (RFC 2104, section 5), enough for any number of residents."""
LONGEST = 200
"""Letters of a reference."""


@dataclass(frozen=True)
class WrappingKey:
    """A key that wraps data keys.

    Attributes
    ----------
    id : str
        16 hexadecimal digits; rows name it.
    made : datetime
        Aware.
    secret : bytes of length 32
    """

    id: str
    made: datetime
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class Keyring:
    """The secrets of one ledger.

    Attributes
    ----------
    marking : bytes of length 32
        Makes pseudonyms.
    wrapping : tuple of WrappingKey
        The oldest first; the last one is active.
    """

    marking: bytes = field(repr=False)
    wrapping: tuple[WrappingKey, ...]

    @classmethod
    def generate(cls, now: datetime) -> Self:
        """Return a new keyring with one wrapping key."""
        return cls(secrets.token_bytes(LENGTH), (_new(now),))

    @property
    def active(self) -> WrappingKey:
        """The key that wraps from now on."""
        return self.wrapping[-1]

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that name the keyring, and tell nothing of it."""
        return self._derived("fingerprint")[:8].hex()

    def rotated(self, now: datetime) -> Keyring:
        """Return a keyring with one wrapping key more, which is the active one."""
        return replace(self, wrapping=(*self.wrapping, _new(now)))

    def without(self, key_id: str) -> Keyring:
        """Return a keyring without a wrapping key that wraps nothing any more.

        Raises
        ------
        VaultError
            There is no such key, or it is the active one.
        """
        if key_id == self.active.id or all(one.id != key_id for one in self.wrapping):
            raise VaultError(
                "Only a wrapping key that is no longer the active one can be retired; name it by its id."
            )
        return replace(self, wrapping=tuple(one for one in self.wrapping if one.id != key_id))

    def subject_of(self, reference: str) -> bytes:
        """Return the pseudonym under which a resident's keys are kept; purposes are marked from it.

        Parameters
        ----------
        reference : str
            The company's opaque id of a resident, 1 to `LONGEST` letters; texts that look alike are one.

        Raises
        ------
        VaultError
            It is empty, too long, or holds what cannot be read.
        """
        return self.subjects()(reference)

    def subjects(self) -> Callable[[str], bytes]:
        """Return `subject_of` for many residents at once."""
        mac = _mac(self._derived("subject"))

        def subject_of(reference: str) -> bytes:
            if not (0 < len(reference) <= LONGEST) or not reference.isprintable():
                raise VaultError(
                    f"A resident's reference is a text of 1 to {LONGEST} letters that can be read."
                )
            told = reference if reference.isascii() else unicodedata.normalize("NFC", reference)
            return mac(told.encode())

        return subject_of

    def marker(self, purpose: str) -> Callable[[bytes], bytes]:
        """Return what makes the pseudonym of a purpose from a resident's `subject_of`.

        Parameters
        ----------
        purpose : str
            A purpose of a policy, or one of the program's own, such as ``own rights``: its blank is in no key
            of a policy.
        """
        return _mac(self._derived(f"purpose {purpose}"))

    def secret_for(self, use: str) -> bytes:
        """Return 32 bytes for a use of their own, such as a backup; the same as long as the keyring lives."""
        return self._derived(f"use {use}")

    def secret_under(self, key_id: str, use: str) -> bytes:
        """Return 32 bytes for a use of their own that end with a wrapping key.

        After a rotation they are others, and once that key is retired nobody makes them again.

        Parameters
        ----------
        key_id : str
            Of a wrapping key on this ring.
        use : str

        Raises
        ------
        VaultError
            There is no such key on it.
        """
        secret = next((one.secret for one in self.wrapping if one.id == key_id), None)
        if secret is None:
            raise VaultError(
                "The keyring lacks the wrapping key that this was sealed with. Take a copy of the keyring "
                "that has it."
            )
        return _expanded(self.marking + secret, f"use {use} under {key_id}")

    def mac(self, use: str) -> Callable[[bytes], bytes]:
        """Return what makes codes of `MARK` bytes over messages, for a use of its own."""
        return _mac(self.secret_for(use))

    def wrap(self, subject: bytes, data_key: bytes) -> Wrapped:
        """Return a data key as it may be kept, bound to whose it is."""
        return self.wrapper()(subject, data_key)

    def wrapper(self) -> Callable[[bytes, bytes], Wrapped]:
        """Return `wrap` for many residents at once."""
        key, cipher = self.active.id, DataKey(self.active.secret)

        def wrap(subject: bytes, data_key: bytes) -> Wrapped:
            return Wrapped(key, cipher.seal(place_of(subject), data_key))

        return wrap

    def unwrap(self, subject: bytes, kept: Wrapped) -> bytes:
        """Return the data key that was wrapped.

        Raises
        ------
        VaultError
            Its wrapping key is not on this ring, or it was altered or moved.
        """
        return self.unwrapper()(subject, kept)

    def unwrapper(self) -> Callable[[bytes, Wrapped], bytes]:
        """Return `unwrap` for many residents at once."""
        ciphers = {one.id: DataKey(one.secret) for one in self.wrapping}

        def unwrap(subject: bytes, kept: Wrapped) -> bytes:
            cipher = ciphers.get(kept.key)
            if cipher is None:
                raise VaultError(
                    f"The keyring lacks the wrapping key {kept.key}, under which a data key was wrapped. "
                    "Take the keyring of this ledger, with all keys that are not retired."
                )
            return cipher.open(place_of(subject), kept.data)

        return unwrap

    def to_text(self) -> str:
        """Return all of it as one line of base64, unsealed: for an environment that keeps secrets."""
        content = {
            "type": TYPE,
            "marking": base64.b64encode(self.marking).decode(),
            "wrapping": [
                {"id": one.id, "made": one.made.isoformat(), "secret": base64.b64encode(one.secret).decode()}
                for one in self.wrapping
            ],
        }
        return base64.b64encode(json.dumps(content).encode()).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote.

        Raises
        ------
        VaultError
            It is no keyring.
        """
        try:
            content = json.loads(base64.b64decode(text.strip(), validate=True))
            wrapping = tuple(
                WrappingKey(one["id"], datetime.fromisoformat(one["made"]), base64.b64decode(one["secret"]))
                for one in content["wrapping"]
            )
            found = cls(base64.b64decode(content["marking"]), wrapping)
            is_whole = content["type"] == TYPE and {
                len(found.marking),
                *(len(one.secret) for one in wrapping),
            } == {LENGTH}
        except (ValueError, LookupError, TypeError, AttributeError):
            is_whole = False
        if not is_whole or not wrapping:
            raise VaultError(
                "What is given as the keyring is none. Take what `segmentation keyring export` wrote."
            )
        return found

    def sealed(self, passphrase: str, cost: Mapping[str, int] = COST) -> str:
        """Return the content of a keyring file that the passphrase opens.

        Raises
        ------
        SigningError
            The passphrase cannot be one.
        """
        told = {"type": TYPE, "fingerprint": self.fingerprint}
        return sealed(self.to_text().encode(), passphrase, told, cost)

    @classmethod
    def unsealed(cls, text: str, passphrase: str) -> Self:
        """Open the content of a keyring file.

        Raises
        ------
        SigningError
            It is no keyring file, or the passphrase does not open it.
        VaultError
            What it holds is no keyring.
        """
        return cls.from_text(unsealed(text, passphrase, "keyring").decode())

    def _derived(self, use: str) -> bytes:
        return _expanded(self.marking, use)


def _expanded(secret: bytes, use: str) -> bytes:
    """Return a key of its own for one use (RFC 5869)."""
    return HKDFExpand(SHA256(), LENGTH, f"segmentation {use}".encode()).derive(secret)


def _mac(key: bytes) -> Callable[[bytes], bytes]:
    """Return the start of the HMAC-SHA-256 under a key (RFC 2104), which is worked into both hashes once."""
    inner = sha256(bytes(byte ^ 0x36 for byte in key.ljust(64, b"\0")))
    outer = sha256(bytes(byte ^ 0x5C for byte in key.ljust(64, b"\0")))

    def mac(message: bytes) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(message)
        second.update(first.digest())
        return second.digest()[:MARK]

    return mac


def _new(now: datetime) -> WrappingKey:
    return WrappingKey(secrets.token_hex(8), now, secrets.token_bytes(LENGTH))
