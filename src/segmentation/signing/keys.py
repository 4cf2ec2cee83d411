"""Ed25519 keys: public ones as a short text, private ones in a file that a passphrase opens.

A private key rests as one JSON file: the passphrase is stretched by Argon2id (RFC 9106), and AES-256-GCM
(NIST SP 800-38D) seals the key, bound to everything else that the file says.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from segmentation.errors import SigningError
from segmentation.signing.canonical import canonical, sha256

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM = "ed25519"
FORMAT = 1
KDF = "argon2id"
LENGTH = 32
"""Bytes of a raw key, of the salt's stretched key, and half of those of a signature."""
COST = {"iterations": 3, "lanes": 4, "memory_kib": 65_536}
"""RFC 9106, the second recommended choice: 64 MiB; about a fifth of a second."""
MOST = {"iterations": 64, "lanes": 64, "memory_kib": 2**20}
"""What a key file may ask for, so that a damaged one cannot hold the program up."""
SHORTEST_PASSPHRASE = 12


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
            The passphrase is shorter than `SHORTEST_PASSPHRASE` letters, blanks alone, or no text.
        """
        check_passphrase(passphrase)
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise SigningError(f"A passphrase has at least {SHORTEST_PASSPHRASE} letters; take a longer one.")
        head: dict[str, Any] = {
            "format": FORMAT,
            "public": self.public.text,
            "kdf": KDF,
            "cost": dict(cost),
            "salt": base64.b64encode(os.urandom(16)).decode(),
            "nonce": base64.b64encode(os.urandom(12)).decode(),
        }
        sealed = _cipher(passphrase, head).encrypt(
            base64.b64decode(head["nonce"]), self._key.private_bytes_raw(), canonical(head)
        )
        return json.dumps({**head, "sealed": base64.b64encode(sealed).decode()}, indent=1) + "\n"

    @classmethod
    def unsealed(cls, text: str, passphrase: str) -> Self:
        """Open the content of a key file.

        Raises
        ------
        SigningError
            It is no key file, or the passphrase does not open it: it is a wrong one or none, or the file was
            altered.
        """
        check_passphrase(passphrase)
        try:
            head = json.loads(text)
            sealed = base64.b64decode(head.pop("sealed"), validate=True)
            raw = _opened(passphrase, head, sealed)
        except InvalidTag:
            raise SigningError(
                "The passphrase does not open the key. Type it again; or restore the file, if it was changed."
            ) from None
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, SigningError):
            raise SigningError(
                "The key file cannot be read. Take the one that was written, or restore it."
            ) from None
        return cls(Ed25519PrivateKey.from_private_bytes(raw))


def check_passphrase(passphrase: str) -> None:
    """Refuse what cannot be a passphrase, whatever it is to open.

    Raises
    ------
    SigningError
        It is blanks alone, or bytes that are no text.
    """
    if passphrase.isspace():
        raise SigningError("A passphrase is more than blanks. Write letters, digits or signs.")
    try:
        passphrase.encode()
    except UnicodeEncodeError:
        raise SigningError(
            "The passphrase holds bytes that are no text. Write it in UTF-8, or choose another."
        ) from None


def _opened(passphrase: str, head: Mapping[str, Any], sealed: bytes) -> bytes:
    cost = head["cost"]
    if (
        head["format"] != FORMAT
        or head["kdf"] != KDF
        or any(cost[name] > most for name, most in MOST.items())
    ):
        raise SigningError("The key file is of another format.")
    nonce = base64.b64decode(head["nonce"], validate=True)
    return _cipher(passphrase, head).decrypt(nonce, sealed, canonical(head))


def _cipher(passphrase: str, head: Mapping[str, Any]) -> AESGCM:
    """Return what seals a key; a passphrase is the same however its accents were typed (RFC 8265, 4.2)."""
    cost = head["cost"]
    stretched = Argon2id(
        salt=base64.b64decode(head["salt"], validate=True),
        length=LENGTH,
        iterations=cost["iterations"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    )
    return AESGCM(stretched.derive(unicodedata.normalize("NFC", passphrase).encode()))


def _bytes(text: str) -> bytes:
    """Read base64 in the one way to write it: else a key or a signature could be told in several texts."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("another text means the same bytes")
    return raw


def _text(key: Ed25519PublicKey) -> str:
    return f"{ALGORITHM}:{base64.b64encode(key.public_bytes_raw()).decode()}"
