"""``GET /v1/residents/{ref}``: everything that is kept of one resident, as JSON or a page (PIPL Art. 45)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from segmentation.rights.gathering import account_of
from segmentation.rights.kept import states_of
from serving.calls import JSON, Refused, Reply
from serving.languages import LANGUAGES, TAGS, preferred
from serving.residents.asked import about_one

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from segmentation.rights.report import Names
    from serving.languages import Language
    from serving.residents.asked import Asked

CHOSEN = (b"vary", b"accept, accept-language")
NONE_KEPT = "Nothing is kept of this resident: no consent, no segment and no request."
LANGUAGE = "The account is written in two languages: ask for `language=en` or `zh`."


def _account(asked: Asked) -> Reply:
    """Answer everything that is kept; as a page where ``Accept`` asks for one first."""
    language = _language(asked.call.scope)
    states = states_of(asked.state.watch.history(), asked.now)
    found = account_of(asked.records, asked.subject, asked.stated(), asked.now, asked.desk.purposes, states)
    if found.is_empty:
        raise Refused("none-kept", NONE_KEPT)
    if not _is_page(asked.call.scope["headers"]):
        return Reply(msgspec.json.encode(found), headers=(CHOSEN,))
    from segmentation.rights.report import page  # noqa: PLC0415 - it takes words and templates

    told = page(found, _names(asked), language).encode()
    headers = ((b"content-language", TAGS[language]), CHOSEN, _allowed(told))
    return Reply(told, media=b"text/html; charset=utf-8", headers=headers)


account = about_one(_account)


def _names(asked: Asked) -> Names:
    from segmentation.rights.report import Names  # noqa: PLC0415 - with the page alone

    try:
        served = asked.state.watch.served()
    except Refused:
        return Names()
    return Names.of(served.approved.policy, {name: one.name for name, one in served.segments.items()})


def _is_page(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request asks for a page before it asks for JSON."""
    asked = b",".join(value for name, value in headers if name == b"accept")
    for one in asked.split(b","):
        media = one.partition(b";")[0].strip().lower()
        if media == b"text/html":
            return True
        if media in {JSON, b"application/*", b"*/*"}:
            return False
    return False


def _language(scope: Mapping[str, Any]) -> Language:
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "language" not in asked:
        return preferred(scope["headers"])
    language = asked["language"][-1]
    if language not in LANGUAGES:
        raise Refused("malformed", LANGUAGE)
    return "zh" if language == "zh" else "en"


def _allowed(page: bytes) -> tuple[bytes, bytes]:
    """Return the header that lets a browser take the page's own styles, and nothing else (W3C, CSP)."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = b64encode(hashlib.sha256(style).digest())
    told = b"default-src 'none'; style-src 'sha256-%b'; base-uri 'none'; frame-ancestors 'none'" % digest
    return b"content-security-policy", told
