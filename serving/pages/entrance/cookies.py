"""Cookies: what browsers call ours, how they are read, and how they are set (RFC 6265, and its bis draft).

Over TLS the secret ones have the prefix ``__Host-``, so that no other host of the domain, and nobody who can
answer for it without TLS, sets them for ours. On this machine alone there is no TLS, and no prefix.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.languages import Language
    from serving.pages.visit import Cookie

NAMES = {
    "session": "segmentation",
    "visitor": "segmentation-visitor",
    "language": "segmentation-language",
    "notice": "segmentation-notice",
}
"""What browsers call them, behind the prefix."""
PREFIX = "__Host-"
TAKEN = {
    "session": re.compile(r"[A-Za-z0-9_-]{43}"),
    "visitor": re.compile(r"[A-Za-z0-9_-]{43}"),
    "language": re.compile(r"en|zh"),
    "notice": re.compile(r"[a-z_]{1,40}"),
}
"""What each may hold; one that holds anything else was not sent."""
BEFORE_SIGN_IN: Language = "zh"
"""The language of who has not chosen one, whatever their browser prefers."""


def name_of(name: str, *, tls: bool) -> str:
    """Return what browsers call a cookie."""
    return f"{PREFIX}{NAMES[name]}" if tls else NAMES[name]


def read(headers: Sequence[tuple[bytes, bytes]], *, tls: bool) -> dict[str, str]:
    """Return the cookies that a request has, by our names; one that it has twice is left out.

    Parameters
    ----------
    headers : sequence of (bytes, bytes)
        ASGI's, with names in small letters.
    tls : bool
        Whether browsers reach the service by TLS.
    """
    ours = {name_of(name, tls=tls): name for name in NAMES}
    found: dict[str, str] = {}
    twice = set()
    for told in b"; ".join(value for key, value in headers if key == b"cookie").decode("latin-1").split(";"):
        called, _, value = told.strip(" \t").partition("=")
        name = ours.get(called)
        if name is None:
            continue
        if name in found:
            # Which of them is ours is not for the service to guess.
            twice.add(name)
        found[name] = value
    return {
        name: value for name, value in found.items() if name not in twice and TAKEN[name].fullmatch(value)
    }


def language_of(found: Mapping[str, str]) -> Language:
    """Return the language that a reader chose."""
    return "en" if found.get("language", BEFORE_SIGN_IN) == "en" else "zh"


def header(cookie: Cookie, *, tls: bool) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie, or takes it away where it is empty.

    Raises
    ------
    ValueError
        It holds what no cookie of ours may.
    """
    if cookie.value and not TAKEN[cookie.name].fullmatch(cookie.value):
        raise ValueError(cookie.name)
    parts = [f"{name_of(cookie.name, tls=tls)}={cookie.value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if tls:
        parts.append("Secure")
    seconds = cookie.seconds if cookie.value else 0
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    return b"set-cookie", "; ".join(parts).encode()
