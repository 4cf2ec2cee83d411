"""Whether a form came from a page of ours: a token that other sites cannot know, and what browsers say.

The token is an HMAC under the secret that the browser keeps in a cookie, so nothing is stored for it. It is
masked anew for each page: pages are compressed, and what stands in each of them alike could be guessed from
their sizes, a letter at a time (BREACH, CVE-2013-3587).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIELD = "csrf"
"""Of every form."""
SIZE = 32
"""Bytes of the HMAC, and of its mask."""
LENGTH = 86
"""Letters of a token."""
PURPOSE = b"a form of the review pages"
OURS = frozenset((b"same-origin", b"none"))
"""What browsers say of a request that no other site made (W3C, Fetch Metadata): none, where a person did."""


def token_of(secret: str, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a token for the forms of one page.

    Parameters
    ----------
    secret : str
        What the browser keeps in a cookie that no script reads.
    random : callable
        Draws the mask.
    """
    mask = random(SIZE)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _proof(secret))).decode().rstrip("=")


def is_good(token: str, secret: str) -> bool:
    """Whether a token was made under a secret; it takes as long whether it was or not."""
    try:
        raw = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(token) != LENGTH or len(raw) != 2 * SIZE:
        return False
    return hmac.compare_digest(_mixed(raw[:SIZE], raw[SIZE:]), _proof(secret))


def is_from_us(headers: Mapping[bytes, bytes]) -> bool:
    """Whether a form came from a page of this service, as far as the browser says.

    Browsers of today say it in ``Sec-Fetch-Site``; older ones name where a form was in ``Origin``, which is
    held against the host that was asked. A program that says neither must have the token all the same.

    Parameters
    ----------
    headers : mapping
        By name in small letters.
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in OURS
    origin = headers.get(b"origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == headers.get(b"host", b"").lower() != b""
    except ValueError:
        return False


def _proof(secret: str) -> bytes:
    return hmac.digest(secret.encode(), PURPOSE, "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
