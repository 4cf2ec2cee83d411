"""What is read of a request before any work is done for it: few headers, a type, and a body within limits.

A header that is not read here can neither be acted on nor logged: not the client's address, not a cookie.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
from math import inf
from typing import TYPE_CHECKING, Any

from serving.calls import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping

    from serving.whole import Exchange

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

READ = frozenset(
    (
        b"authorization",
        b"x-api-key",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"x-request-id",
    )
)
"""Names of the headers that count."""
TWICE = b""
"""Stands among the headers for the name of one that was sent more than once."""
UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MANY = 4096
"""Random bytes that are drawn at once."""
DIGITS = 15
"""Of a number of bytes; more of them are more bytes than there are, and Python reads no thousands of them."""
FORSAKEN = 8
"""A body this many times over the limit is not read to its end: the connection is closed instead."""
CLOSE = ((b"connection", b"close"),)
TWO_KEYS = "Both Authorization and X-API-Key were sent; show the API key once, in one of them."


def headers_of(scope: Mapping[str, Any]) -> dict[bytes, bytes]:
    """Return the headers that count, by name; under `TWICE` the name of one that was sent twice."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in READ:
            if name in found:
                found[TWICE] = name
            found[name] = value
    return found


class Drawn:
    """Random bytes for ids, which are no secrets, many drawn at once: each time costs a system call.

    One for each event loop: two threads may draw the same.
    """

    __slots__ = ("_at", "_many")

    def __init__(self) -> None:
        self._many, self._at = b"", 0

    def __call__(self, size: int) -> bytes:
        """Return this many, at most `MANY`, that were not returned before."""
        if self._at + size > len(self._many):
            self._many, self._at = os.urandom(MANY), 0
        start, self._at = self._at, self._at + size
        return self._many[start : self._at]


def request_id(sent: bytes | None, random: Callable[[int], bytes] = os.urandom) -> str:
    """Return the id of a request: the UUID that the client chose, or a new one (RFC 9562, version 4)."""
    if sent is not None and UUID.fullmatch(sent):
        return sent.decode().lower()
    drawn = random(16).hex()
    variant = "89ab"[int(drawn[16], 16) & 3]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"


def check_headers(sent: Mapping[bytes, bytes], most: int, *, keyed: bool = True) -> None:
    """Refuse a request that says itself that it is too large, or says a thing twice, before it is read.

    Parameters
    ----------
    sent : mapping
        As `headers_of` returns it.
    most : int
        Bytes.
    keyed : bool
        Whether the address needs a key: where none does, it is no matter how many are sent.

    Raises
    ------
    Refused
    """
    if TWICE in sent:
        # Which of the two counts is not for the service to guess.
        raise Refused("malformed", f"The header {sent[TWICE].decode()} was sent twice; send it once.")
    if keyed and b"authorization" in sent and b"x-api-key" in sent:
        raise Refused("malformed", TWO_KEYS)
    told = sent.get(b"content-length")
    if told is None:
        return
    if not told.isdigit():
        raise Refused("malformed", "The header content-length is not a number of bytes.")
    size = int(told) if len(told) <= DIGITS else inf
    if size > most:
        raise _too_large(most, forsaken=size > FORSAKEN * most)


def media_of(sent: Mapping[bytes, bytes], taken: tuple[str, ...]) -> str:
    """Return the content type of a body, without its parameters.

    Parameters
    ----------
    sent : mapping
        As `headers_of` returns it.
    taken : tuple of str
        Content types that the route reads.

    Raises
    ------
    Refused
        It is none of these, is not in UTF-8, or is compressed.
    """
    told = sent.get(b"content-type", b"")
    if b"content-encoding" not in sent and (media := told.decode("latin-1")) in taken:
        return media  # as nearly every client says it
    name, _, parameters = told.partition(b";")
    media = name.strip().lower().decode("latin-1")
    if media not in taken:
        raise Refused("wrong-media", f"Send the header Content-Type: {' or '.join(taken)}.")
    if parameters and not _is_utf8(parameters):
        raise Refused(
            "wrong-media", "The body is read as UTF-8; encode it so, and say charset=utf-8 or nothing."
        )
    if sent.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise Refused("wrong-media", "A compressed body is not read; send it without Content-Encoding.")
    return media


def _is_utf8(parameters: bytes) -> bool:
    for parameter in parameters.lower().split(b";"):
        name, _, value = parameter.partition(b"=")
        if name.strip() == b"charset":
            return value.strip().strip(b'"') in {b"utf-8", b"utf8", b"us-ascii"}
    return True


def _hold_any(size: int) -> None:
    """Let any number of bytes in."""


def body_there(whole: Exchange | None, most: int) -> bytes | None:
    """Return a body that has arrived already, by the short way; None where some of it may be missing.

    Parameters
    ----------
    whole : Exchange or None
    most : int
        Bytes.

    Raises
    ------
    Refused
        It is too large.
    """
    there = None if whole is None else whole.body()
    if there is not None:
        _check_length(len(there), most)
    return there


async def body_of(
    receive: Receive, most: int, patience: float, hold: Callable[[int], None] = _hold_any
) -> bytes:
    """Read a body to its end.

    Parameters
    ----------
    receive : callable
        ASGI's.
    most : int
        Bytes, counted while they arrive: a body in chunks does not say how long it is.
    patience : float
        Seconds in which all of it must have arrived.
    hold : callable
        Told how many bytes came until now; it refuses what there is no room for.

    Raises
    ------
    Refused
        It is too large, took too long, or ended before its end.
    """
    timer = _Timer(patience)
    try:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            body: bytes = message.get("body", b"")
            _check_length(len(body), most)
            return body
        return await _rest(message, receive, most, hold)
    except asyncio.CancelledError:
        if timer.task is None:
            raise
        timer.task.uncancel()
        detail = f"All of a request must arrive within {patience:g} s; send fewer residents at once."
        raise Refused("too-slow", detail, headers=CLOSE) from None
    finally:
        timer.handle.cancel()


class _Timer:
    """Cancels the task that made it, as `asyncio.timeout` does, at a fourth of its price.

    Attributes
    ----------
    task : Task or None
        What was cancelled; None before.
    handle : TimerHandle
    """

    __slots__ = ("_own", "handle", "task")

    def __init__(self, seconds: float) -> None:
        self._own = asyncio.current_task()
        self.task: asyncio.Task[Any] | None = None
        self.handle = asyncio.get_running_loop().call_later(seconds, self._end)

    def _end(self) -> None:
        self.task = self._own
        if self.task is not None:
            self.task.cancel()


async def _rest(
    message: MutableMapping[str, Any], receive: Receive, most: int, hold: Callable[[int], None]
) -> bytes:
    # It gives out what it was written to; any other buffer must be copied, and is in memory twice.
    body, size = io.BytesIO(), 0
    while True:
        if message["type"] != "http.request":
            raise Refused("malformed", "The request ended before all of it had arrived.")
        size += body.write(message.get("body", b""))
        _check_length(size, most)
        hold(size)
        if not message.get("more_body"):
            return body.getvalue()
        message = await receive()


def _check_length(size: int, most: int) -> None:
    if size > most:
        raise _too_large(most, forsaken=True)


def _too_large(most: int, *, forsaken: bool) -> Refused:
    detail = f"The body may have at most {most} bytes; send fewer residents at once."
    return Refused("too-large", detail, headers=CLOSE if forsaken else ())
