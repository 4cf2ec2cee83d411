"""Heads: what that of a request must be beyond what the parser sees to, and one without its offer to upgrade.

The parser reads what RFC 9112 forbids a server to answer: no host, two, a body in a coding that is not named
where bodies are decoded, versions before HTTP/1.0. And it ends a message at an offer to speak another
protocol, which clients make with bodies behind it (`curl --http2`, Java's HttpClient with their first
request).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from serving.calls import Refused
from serving.sending import SECURITY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from serving.calls import Reply

    Fields = Sequence[tuple[bytes, bytes]]

VERSIONS = ("1.1", "1.0")
HOST = Refused("malformed", "A request of HTTP/1.1 has the header Host, and has it once.")
CODING = Refused(
    "malformed", "A body is sent with Content-Length, or with Transfer-Encoding: chunked and no other coding."
)
VERSION = Refused("malformed", "The service speaks HTTP/1.1; send HTTP/1.1 with the method and the address.")
TUNNEL = Refused("malformed", "The service is no proxy; ask it by another method than CONNECT.")


def fault_of(method: bytes, version: str, fields: Fields) -> Refused | None:
    """Return what is wrong with the head of a request, if anything is (RFC 9112, 2.3, 3.2, 6.1).

    Parameters
    ----------
    method : bytes
    version : str
        As the parser says it, such as ``1.1``.
    fields : sequence of pair of bytes
        Names in small letters, and values.
    """
    hosts, codings = 0, None
    for name, value in fields:
        if name == b"host":
            hosts += 1
        elif name == b"transfer-encoding":
            codings = value if codings is None else codings + b"," + value
    if version not in VERSIONS:
        return VERSION
    if method == b"CONNECT":
        return TUNNEL
    if hosts != 1 and (hosts or version == "1.1"):
        return HOST
    if codings is not None and (version != "1.1" or codings.lower() != b"chunked"):
        return CODING
    return None


def without_upgrade(method: bytes, url: bytes, version: str, fields: Fields) -> bytes:
    """Return a head as it goes over the wire, without the offer to speak another protocol (RFC 9110, 7.8).

    Parameters
    ----------
    method, url : bytes
    version : str
    fields : sequence of pair of bytes
    """
    kept = _lines(field for field in fields if field[0] != b"upgrade")
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, url, version.encode(), kept)


def written(reply: Reply) -> bytes:
    """Return an answer as it goes over the wire, after which the connection is closed.

    It says of itself what every answer says (`sending.SECURITY`).
    """
    own = (
        (b"content-type", reply.media),
        (b"content-length", b"%d" % len(reply.body)),
        (b"connection", b"close"),
    )
    fields = (*own, *reply.headers, *SECURITY)
    return b"%b%b\r\n%b" % (STATUS_LINE[reply.status], _lines(fields), reply.body)


def _lines(fields: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % field for field in fields)
