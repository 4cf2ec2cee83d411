"""In which form and language something is answered that is data or a page: as a request asks for it.

A page is self-contained: its own styles alone are let in, by their digest.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from serving.calls import JSON, Refused
from serving.languages import named, preferred

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from serving.languages import Language

CHOSEN = (b"vary", b"accept, accept-language")
"""What of a request decides over the form of the answer (RFC 9110, section 12.5.5)."""


def page_in(headers: Sequence[tuple[bytes, bytes]], pages: Container[bytes]) -> bytes | None:
    """Return the content type of the page that ``Accept`` asks for first.

    Parameters
    ----------
    headers : sequence of (bytes, bytes)
        ASGI's, with names in small letters.
    pages : container of bytes
        Content types of the pages that there are.

    Returns
    -------
    bytes or None
        None for JSON, also where anything else is asked for.
    """
    asked = b",".join(value for name, value in headers if name == b"accept")
    for one in asked.split(b","):
        media = one.partition(b";")[0].strip().lower()
        if media in pages:
            return media
        if media in {JSON, b"application/*", b"*/*"}:
            return None
    return None


def language_in(scope: Mapping[str, Any], refusal: str) -> Language:
    """Return the language of a page: as the address says, else the one that ``Accept-Language`` prefers.

    Raises
    ------
    Refused
        With `refusal`, where the address names another one.
    """
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "language" not in asked:
        return preferred(scope["headers"])
    language = named(asked["language"][-1])
    if language is None:
        raise Refused("malformed", refusal)
    return language


def own_styles(page: bytes) -> tuple[bytes, bytes]:
    """Return the header that lets a browser take the page's own styles, and nothing else (W3C, CSP)."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = b64encode(hashlib.sha256(style).digest())
    told = b"default-src 'none'; style-src 'sha256-%b'; base-uri 'none'; frame-ancestors 'none'" % digest
    return b"content-security-policy", told
