"""Secrets at rest under a passphrase: one JSON text, sealed and bound to everything else that it says.

The passphrase is stretched by Argon2id (RFC 9106), and AES-256-GCM (NIST SP 800-38D) seals the secret.
"""

from __future__ import annotations

import base64
import json
import os
import unicodedata
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from segmentation.errors import SigningError
from segmentation.signing.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = 1
KDF = "argon2id"
LENGTH = 32
"""Bytes of the stretched key."""
COST = {"iterations": 3, "lanes": 4, "memory_kib": 65_536}
"""RFC 9106, the second recommended choice: 64 MiB; about a fifth of a second."""
MOST = {"iterations": 64, "lanes": 64, "memory_kib": 2**20}
"""What a file may ask for, so that a damaged one cannot hold the program up."""
SHORTEST = 12
"""Letters of a passphrase."""


def sealed(secret: bytes, passphrase: str, told: Mapping[str, Any], cost: Mapping[str, int] = COST) -> str:
    """Return a text that the passphrase opens.

    Parameters
    ----------
    secret : bytes
    passphrase : str
    told : mapping
        Plain data that stands beside it, readable, and bound to it.
    cost : mapping of str to int
        Of Argon2id.

    Raises
    ------
    SigningError
        The passphrase is shorter than `SHORTEST` letters, blanks alone, or no text.
    """
    check_passphrase(passphrase)
    if len(passphrase) < SHORTEST:
        raise SigningError(f"A passphrase has at least {SHORTEST} letters; take a longer one.")
    head: dict[str, Any] = {
        "format": FORMAT,
        **told,
        "kdf": KDF,
        "cost": dict(cost),
        "salt": base64.b64encode(os.urandom(16)).decode(),
        "nonce": base64.b64encode(os.urandom(12)).decode(),
    }
    nonce = base64.b64decode(head["nonce"])
    closed = _cipher(passphrase, head).encrypt(nonce, secret, canonical(head))
    return json.dumps({**head, "sealed": base64.b64encode(closed).decode()}, indent=1) + "\n"


def unsealed(text: str, passphrase: str, called: str = "key") -> bytes:
    """Return the secret in a text that `sealed` made.

    Parameters
    ----------
    text, passphrase : str
    called : str
        What it is, in messages.

    Raises
    ------
    SigningError
        It is no such text, or the passphrase does not open it: it is a wrong one or none, or the text was
        altered.
    """
    check_passphrase(passphrase)
    try:
        head = json.loads(text)
        closed = base64.b64decode(head.pop("sealed"), validate=True)
        return _opened(passphrase, head, closed)
    except InvalidTag:
        raise SigningError(
            f"The passphrase does not open the {called}. "
            "Type it again; or restore the file, if it was changed."
        ) from None
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, SigningError):
        raise SigningError(
            f"The {called} file cannot be read. Take the one that was written, or restore it."
        ) from None


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


def _opened(passphrase: str, head: Mapping[str, Any], closed: bytes) -> bytes:
    cost = head["cost"]
    if (
        head["format"] != FORMAT
        or head["kdf"] != KDF
        or any(cost[name] > most for name, most in MOST.items())
    ):
        raise SigningError("The file is of another format.")
    nonce = base64.b64decode(head["nonce"], validate=True)
    return _cipher(passphrase, head).decrypt(nonce, closed, canonical(head))


def _cipher(passphrase: str, head: Mapping[str, Any]) -> AESGCM:
    """Return what seals a secret; a passphrase is the same however its accents were typed (RFC 8265, 4.2)."""
    cost = head["cost"]
    stretched = Argon2id(
        salt=base64.b64decode(head["salt"], validate=True),
        length=LENGTH,
        iterations=cost["iterations"],
        lanes=cost["lanes"],
        memory_cost=cost["memory_kib"],
    )
    return AESGCM(stretched.derive(unicodedata.normalize("NFC", passphrase).encode()))
