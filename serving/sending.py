"""How an answer leaves: with the headers that every answer has, and in one write where the server can.

No answer may be kept by a cache, read as another type than it is, or shown inside another page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from serving.calls import Reply
    from serving.whole import Exchange

    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SECURITY = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
"""Headers of every answer."""
STRICT = ("strict-transport-security", "max-age=31536000")
"""Of every answer where the service is reached by TLS (RFC 6797): for a year by nothing else. The server adds
it to its own headers, so that no answer costs more."""
FIELDS = b"content-type: %b\r\ncontent-length: %d\r\nx-request-id: %b\r\n" + b"".join(
    b"%b: %b\r\n" % field for field in SECURITY
)
"""The same as they go over the wire, behind those of one answer."""


def _merged(headers: tuple[tuple[bytes, bytes], ...]) -> list[tuple[bytes, bytes]]:
    """Return an answer's own headers, and of those that every answer has the ones that it does not have."""
    own = {name for name, _ in headers}
    return [*headers, *((name, value) for name, value in SECURITY if name not in own)]


def headers_for(reply: Reply, request: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer.

    Parameters
    ----------
    reply : Reply
    request : str
        Id of the request.
    """
    return [
        (b"content-type", reply.media),
        (b"content-length", b"%d" % len(reply.body)),
        (b"x-request-id", request.encode()),
        *(_merged(reply.headers) if reply.headers else SECURITY),
    ]


async def answer(reply: Reply, request: str, send: Send, whole: Exchange | None = None) -> None:
    """Send an answer.

    Parameters
    ----------
    reply : Reply
    request : str
        Id of the request.
    send : callable
        ASGI's.
    whole : Exchange, optional
        The short way, which is taken where the answer has no headers of its own.
    """
    if whole is not None and not reply.headers:
        fields = FIELDS % (reply.media, len(reply.body), request.encode())
        if whole.answer(reply.status, fields, reply.body):
            return
    headers = headers_for(reply, request)
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
