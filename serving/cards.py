"""The model card, as it was signed or as a page: ``GET /v1/model/card``.

A page needs the card's own words and templates, which are loaded when the first one asks for it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from segmentation.signing import sha256
from serving.calls import JSON, Reply
from serving.languages import TAGS
from serving.variants import CHOSEN, language_in, own_styles, page_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serving.calls import Call
    from serving.languages import Language
    from serving.state import State

    Form = Literal["html", "md"]

FORMS: Mapping[bytes, Form] = {b"text/html": "html", b"text/markdown": "md"}
"""The card as a page, by content type."""
LANGUAGE = "The card is written in two languages: ask for `language=en` or `zh`."


def card(call: Call, state: State) -> Reply:
    """Answer the model card: ``GET /v1/model/card``.

    The JSON that was signed, byte for byte, whose SHA-256 is `Model.card` and stands in the header
    ``Repr-Digest`` (RFC 9530); or, where ``Accept`` asks for a page first, that page in one language
    (``?language=zh`` or ``en``, else the one that ``Accept-Language`` prefers), written from the same bytes.
    """
    call.served = served = state.watch.served()
    media, language = page_in(call.scope["headers"], FORMS), language_in(call.scope, LANGUAGE)
    if media is None:
        return _whole(served.approved.card, JSON, CHOSEN)
    form = FORMS[media]
    page = _page(served.approved.card, language, form)
    more = ((b"content-language", TAGS[language]), CHOSEN)
    if form == "md":
        return _whole(page, b"text/markdown; charset=utf-8", *more)
    return _whole(page, b"text/html; charset=utf-8", *more, own_styles(page))


def _whole(body: bytes, media: bytes, *more: tuple[bytes, bytes]) -> Reply:
    """Return a document with what proves it whole."""
    etag, digest = f'"{sha256(body)}"'.encode(), b"sha-256=:%b:" % _hash(body)
    return Reply(body, media=media, headers=((b"etag", etag), (b"repr-digest", digest), *more))


def _hash(data: bytes) -> bytes:
    return b64encode(hashlib.sha256(data).digest())


@lru_cache(maxsize=4)
def _page(card: bytes, language: Language, form: Form) -> bytes:
    from segmentation.card import ModelCard, render  # noqa: PLC0415 - few ask for it

    return render(ModelCard.from_json(card.decode()), language, form).encode()
