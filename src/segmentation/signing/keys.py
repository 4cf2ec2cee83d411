"""Ed25519 keys: public ones as a short text, private ones in a file that a passphrase opens.

A private key rests as one JSON file, sealed as `passphrase` says.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from segmentation.errors import SigningError
from segmentation.signing.canonical import canonical, sha256
from segmentation.signing.passphrase import COST, sealed, unsealed

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM = "ed25519"
LENGTH = 32
"""Bytes of a raw key, and half of those of a signature."""


@dataclass(frozen=True)
class Signed:
    """A document and a signature over it; who signed, the document says itself.

    Attributes
    ----------
    document : str
        Canonical JSON.
    signature : str
        Base64 of 64 bytes.
    """

    document: str
    signature: str

    @property
    def digest(self) -> str:
        """SHA-256 over document and signature."""
        return sha256(canonical({"document": self.document, "signature": self.signature}))


@dataclass(frozen=True)
class PublicKey:
    """The public half of an Ed25519 key.

    Attributes
    ----------
    text : str
        ``ed25519:`` and the base64 of its 32 bytes.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        self._raw()

    def __str__(self) -> str:
        """Return its text."""
        return self.text

    @property
    def fingerprint(self) -> str:
        """A short name of the key that people can compare: the first 16 hexadecimal digits of its SHA-256."""
        return sha256(self._raw()).removeprefix("sha256:")[:16]

    def verifies(self, signed: Signed) -> bool:
        """Whether the signature was made over the document by the private half of this key."""
        try:
            signature = _bytes(signed.signature)
            Ed25519PublicKey.from_public_bytes(self._raw()).verify(signature, signed.document.encode())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read the public key that another program wrote (``openssl pkey -pubout``).

        Raises
        ------
        SigningError
            It is no public key, or not one of Ed25519.
        """
        try:
            key = serialization.load_pem_public_key(pem)
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise SigningError(
                "The file holds no public Ed25519 key. Make one with `openssl genpkey -algorithm ed25519`."
            )
        return cls(_text(key))

    def to_pem(self) -> bytes:
        """Return the key as other programs read it (SubjectPublicKeyInfo, PEM)."""
        return Ed25519PublicKey.from_public_bytes(self._raw()).public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def _raw(self) -> bytes:
        name, _, rest = self.text.partition(":")
        try:
            raw = _bytes(rest)
        except (binascii.Error, ValueError):
            raw = b""
        if name != ALGORITHM or len(raw) != LENGTH:
            raise SigningError(
                f"A public key is written {ALGORITHM}: and the base64 of {LENGTH} bytes; this is not one."
            )
        return raw


class PrivateKey:
    """The private half of an Ed25519 key; it never shows itself."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def __repr__(self) -> str:
        """Return the fingerprint of the public half alone."""
        return f"PrivateKey(of {self.public.fingerprint})"

    @classmethod
    def generate(cls) -> Self:
        """Return a new key."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        """The public half."""
        return PublicKey(_text(self._key.public_key()))

    def sign(self, content: Mapping[str, Any]) -> Signed:
        """Return a document in canonical JSON with the signature over it."""
        document = canonical(dict(content))
        return Signed(document.decode(), base64.b64encode(self._key.sign(document)).decode())

    def sealed(self, passphrase: str, cost: Mapping[str, int] = COST) -> str:
        """Return the content of a key file that the passphrase opens.

        Raises
        ------
        SigningError
            The passphrase is shorter than `passphrase.SHORTEST` letters, blanks alone, or no text.
        """
        return sealed(self._key.private_bytes_raw(), passphrase, {"public": self.public.text}, cost)

    @classmethod
    def unsealed(cls, text: str, passphrase: str) -> Self:
        """Open the content of a key file.

        Raises
        ------
        SigningError
            It is no key file, or the passphrase does not open it: it is a wrong one or none, or the file was
            altered.
        """
        return cls(Ed25519PrivateKey.from_private_bytes(unsealed(text, passphrase)))


def _bytes(text: str) -> bytes:
    """Read base64 in the one way to write it: else a key or a signature could be told in several texts."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("another text means the same bytes")
    return raw


def _text(key: Ed25519PublicKey) -> str:
    return f"{ALGORITHM}:{base64.b64encode(key.public_bytes_raw()).decode()}"
