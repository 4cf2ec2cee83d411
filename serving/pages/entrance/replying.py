"""The answer of a page as bytes: written in the reader's language, packed where that saves, with headers."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from segmentation.signing import sha256
from serving.calls import Reply
from serving.pages.entrance import cookies
from serving.pages.entrance.plain import HTML
from serving.pages.notices import NOTICES
from serving.pages.paths import PRINTABLE, shown_at
from serving.pages.render import rendered
from serving.pages.visit import Cookie, File, Sent, Shown
from serving.pages.words import speaker

if TYPE_CHECKING:
    from serving.pages.entrance.attended import Asked
    from serving.pages.visit import Answer, Visit

Headers = tuple[tuple[bytes, bytes], ...]
POLICY = (
    b"default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
"""Content-Security-Policy of a page (W3C, level 3): no script at all, and nothing from anywhere else."""
PACKED = (b"text/", b"application/json", b"image/svg")
"""How content types begin that are packed; what is already packed is not."""
LEAST = 1_024
"""Bytes under which an answer goes as it is."""
LEVEL = 5
SHORT = 60
"""Seconds for which a notice waits for its page."""
KEPT = b"private, max-age=31536000, immutable"
OWN = ((b"referrer-policy", b"same-origin"),)
"""In place of what other answers say: a browser that knows no ``Sec-Fetch-Site`` tells in ``Origin`` where a
form was, but from a page without a referrer it says ``null`` there (Fetch, 3.2), which may be anybody. No
other host learns an address of ours all the same."""
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
NONE = re.compile(rb";\s*q=0(\.0*)?\s*$")


def reply_to(answer: Answer, visit: Visit, asked: Asked, more: tuple[Cookie, ...] = ()) -> Reply:
    """Return an answer of a page as the service sends it.

    Parameters
    ----------
    answer : Shown, Sent or File
    visit : Visit
        For whom a page is written.
    asked : Asked
    more : tuple of Cookie
        To be set beside those of the answer.
    """
    if isinstance(answer, File):
        return file_reply(answer, asked)
    set_ = {one.name: one for one in (*more, *answer.cookies)}
    if isinstance(answer, Sent):
        if answer.notice:
            set_["notice"] = Cookie("notice", answer.notice, SHORT)
        reply = sent(answer.to, visit.office.settings.root_path)
    else:
        told = "" if answer.status >= 400 else asked.cookies.get("notice", "")  # noqa: PLR2004 - a refusal
        if told:
            set_["notice"] = Cookie("notice", "")
        reply = _packed(_page(answer, visit, asked, told), asked)
    tls = visit.office.settings.is_tls
    headers = tuple(cookies.header(one, tls=tls) for one in set_.values())
    return replace(reply, headers=(*reply.headers, *headers))


def _page(answer: Shown, visit: Visit, asked: Asked, told: str) -> Reply:
    notice = speaker(visit.language).t(NOTICES[told]) if told in NOTICES else ""
    html = rendered(answer.page, visit, here=shown_at(asked.here), notice=notice)
    return Reply(html.encode(), answer.status, HTML, ((b"content-security-policy", POLICY), *OWN))


def sent(to: str, root: str) -> Reply:
    """Return where the browser goes on; the host of its address is that which it asked.

    Parameters
    ----------
    to : str
        Path with its query, without the prefix of a proxy.
    root : str
        That prefix.

    Raises
    ------
    ValueError
        It is no path of ours.
    """
    if not PRINTABLE.fullmatch(to) or not to.startswith("/") or to.startswith("//"):
        raise ValueError("A page sends on to a path of ours.")
    return Reply(b"", 303, b"text/plain", ((b"location", f"{root}{to}".encode()), *OWN))


def file_reply(answer: File, asked: Asked) -> Reply:
    """Return a file, packed, or that the browser has it already.

    Raises
    ------
    ValueError
        It is called by other letters than ours.
    """
    return _packed(_file(answer, asked.headers.get(b"if-none-match", b"").decode("latin-1")), asked)


def _file(answer: File, etag: str) -> Reply:
    media = answer.media.encode()
    if answer.name:
        if not FILE_NAME.fullmatch(answer.name):
            raise ValueError("A file is called by letters and digits of ours.")
        disposition = f'attachment; filename="{answer.name}"'.encode()
        return Reply(answer.body, 200, media, ((b"content-disposition", disposition), *OWN))
    own = f'"{sha256(answer.body)}"'
    headers = (
        (b"etag", own.encode()),
        (b"cache-control", KEPT if answer.lasting else b"no-cache"),
        (b"vary", b"accept-encoding"),
        *OWN,
    )
    if own in etag:
        return Reply(b"", 304, media, headers)
    return Reply(answer.body, 200, media, headers)


def _packed(reply: Reply, asked: Asked) -> Reply:
    if len(reply.body) < LEAST or not reply.media.startswith(PACKED) or not _takes_gzip(asked):
        return reply
    is_kept = any(name == b"etag" for name, _ in reply.headers)
    body = _kept(reply.body) if is_kept else gzip.compress(reply.body, LEVEL, mtime=0)
    return replace(reply, body=body, headers=(*reply.headers, (b"content-encoding", b"gzip")))


@lru_cache(8)
def _kept(body: bytes) -> bytes:
    """Pack one of the few files that pages load, once."""
    return gzip.compress(body, LEVEL, mtime=0)


def _takes_gzip(asked: Asked) -> bool:
    """Whether the browser unpacks (RFC 9110, 12.5.3)."""
    for one in asked.headers.get(b"accept-encoding", b"").lower().split(b","):
        name = one.partition(b";")[0].strip()
        if name == b"gzip":
            return NONE.search(one) is None
    return False
