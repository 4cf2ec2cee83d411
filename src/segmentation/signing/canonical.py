"""One way to write a document, so that two programs that mean the same sign the same bytes."""

from __future__ import annotations

import hashlib
import re

import rfc8785

from segmentation.errors import SigningError

DIGEST = r"^sha256:[0-9a-f]{64}$"


def canonical(content: object) -> bytes:
    """Return plain data as canonical JSON (RFC 8785): keys sorted, no spaces, numbers as ECMAScript has them.

    Parameters
    ----------
    content : dict, list, str, int, float, bool or None
        Plain data with text keys. Whole numbers beyond 2**53 and what is not finite have no place in it.

    Raises
    ------
    SigningError
        It is not plain data.
    """
    try:
        return rfc8785.dumps(content)  # type: ignore[arg-type]  # what it takes is what it checks
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        raise SigningError(
            "The document holds what has no canonical JSON. Write texts, booleans, lists, tables and finite "
            "numbers."
        ) from None


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, as ``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def is_digest(text: str) -> bool:
    """Whether a text is a digest as `sha256` writes it."""
    return re.fullmatch(DIGEST, text) is not None
