"""What a client is told once: the address, the key, whom to trust; checked before anything is sent.

A key in an address would end up in messages and logs; it is refused there.
"""

from __future__ import annotations

import random
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, TypedDict

import httpx

from segmentation.client.patience import Patience
from segmentation.client.talk import Ask, Talk
from segmentation.errors import ClientError
from segmentation.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Edges(TypedDict, total=False):
    """What tests and simulations replace: the clock and chance."""

    clock: Callable[[], datetime]
    chance: Callable[[], float]


@dataclass(frozen=True)
class Line:
    """Where to, and what is said there; both clients are made from it."""

    address: httpx.URL
    talk: Talk

    @classmethod
    def to(cls, address: str, retries: int, edges: Edges) -> Self:
        """Return the line to an address; raises `ClientError` where it cannot be one."""
        url = _address(address)
        patience = Patience(retries, edges.get("clock", _now), edges.get("chance", random.random))
        return cls(url, Talk(f"{url.scheme}://{url.netloc.decode()}", patience))


def _address(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ClientError("The address of the service starts with https:// or http:// and names a host.")
    if url.userinfo or url.query or url.fragment:
        raise ClientError(
            "The address holds no password, question mark or fragment; the key is given as `key`."
        )
    return url


def headers_of(key: str) -> dict[str, str]:
    """Return what every request carries."""
    if not (key.isascii() and key.isprintable() and key) or " " in key:
        raise ClientError(
            "The API key is one word of letters, digits and `_`, as `segmentation keys issue` shows it."
        )
    return {"Authorization": f"Bearer {key}", "User-Agent": f"segmentation/{__version__}"}


def trusted_of(verify: bool | Path | str | ssl.SSLContext) -> bool | ssl.SSLContext:
    """Return whose certificates count, as httpx takes it."""
    if isinstance(verify, bool | ssl.SSLContext):
        return verify
    try:
        return ssl.create_default_context(cafile=verify)
    except (OSError, ssl.SSLError):
        pass
    raise ClientError("The file of certificates named as `verify=` cannot be read; it is a PEM file.")


def _now() -> datetime:
    return datetime.now(UTC)


def sendable(ask: Ask) -> dict[str, object]:
    """Return a request as httpx takes it."""
    more = {"Content-Type": "application/json"} if ask.body is not None else {}
    return {
        "method": ask.method,
        "url": ask.path,
        "content": ask.body,
        "headers": {"Accept": ask.accept, **more},
    }
