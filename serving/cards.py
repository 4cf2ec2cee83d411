"""The model card, as it was signed or as a page: ``GET /v1/model/card``.

A page needs the card's own words and templates, which are loaded when the first one asks for it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs

from segmentation.signing import sha256
from serving.calls import JSON, Refused, Reply
from serving.languages import LANGUAGES, TAGS, preferred

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from serving.calls import Call
    from serving.languages import Language
    from serving.state import State

    Form = Literal["html", "md"]

CHOSEN = (b"vary", b"accept, accept-language")
"""What of a request decides over the form of the card (RFC 9110, section 12.5.5)."""
FORMS: Mapping[bytes, Form] = {b"text/html": "html", b"text/markdown": "md"}
"""The card as a page, by content type."""


def card(call: Call, state: State) -> Reply:
    """Answer the model card: ``GET /v1/model/card``.

    The JSON that was signed, byte for byte, whose SHA-256 is `Model.card` and stands in the header
    ``Repr-Digest`` (RFC 9530); or, where ``Accept`` asks for a page first, that page in one language
    (``?language=zh`` or ``en``, else the one that ``Accept-Language`` prefers), written from the same bytes.
    """
    call.served = served = state.watch.served()
    form, language = _form(call.scope["headers"]), _language(call.scope)
    if form is None:
        return _whole(served.approved.card, JSON, CHOSEN)
    page = _page(served.approved.card, language, form)
    more = ((b"content-language", TAGS[language]), CHOSEN)
    if form == "md":
        return _whole(page, b"text/markdown; charset=utf-8", *more)
    return _whole(page, b"text/html; charset=utf-8", *more, _allowed(page))


def _whole(body: bytes, media: bytes, *more: tuple[bytes, bytes]) -> Reply:
    """Return a document with what proves it whole."""
    etag, digest = f'"{sha256(body)}"'.encode(), b"sha-256=:%b:" % _hash(body)
    return Reply(body, media=media, headers=((b"etag", etag), (b"repr-digest", digest), *more))


def _hash(data: bytes) -> bytes:
    return b64encode(hashlib.sha256(data).digest())


def _allowed(page: bytes) -> tuple[bytes, bytes]:
    """Return the header that lets a browser take the page's own styles, and nothing else (W3C, CSP)."""
    styles = _hash(page.partition(b"<style>")[2].partition(b"</style>")[0])
    told = b"default-src 'none'; style-src 'sha256-%b'; base-uri 'none'; frame-ancestors 'none'" % styles
    return b"content-security-policy", told


def _form(headers: Sequence[tuple[bytes, bytes]]) -> Form | None:
    """Return the page that a request asks for first; None for JSON, also where it asks for anything else."""
    asked = b",".join(value for name, value in headers if name == b"accept")
    for one in asked.split(b","):
        media = one.partition(b";")[0].strip().lower()
        if media in FORMS:
            return FORMS[media]
        if media in {JSON, b"application/*", b"*/*"}:
            return None
    return None


def _language(scope: Mapping[str, Any]) -> Language:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "language" not in asked:
        return preferred(scope["headers"])
    language = asked["language"][-1]
    if language not in LANGUAGES:
        raise Refused("malformed", "The card is written in two languages: ask for `language=en` or `zh`.")
    return "zh" if language == "zh" else "en"


@lru_cache(maxsize=4)
def _page(card: bytes, language: Language, form: Form) -> bytes:
    from segmentation.card import ModelCard, render  # noqa: PLC0415 - few ask for it

    return render(ModelCard.from_json(card.decode()), language, form).encode()
