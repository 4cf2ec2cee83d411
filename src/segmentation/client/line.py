"""What a client is told once: the address, the key, whom to trust; checked before anything is sent.

A key in an address would end up in messages and logs; it is refused there. Key and needs go to the service
alone: unencrypted to this machine only, unless that is asked for, and to no proxy that the environment names.
"""

from __future__ import annotations

import ipaddress
import random
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TypedDict

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


class Common(TypedDict):
    """What both of httpx's clients are made with."""

    base_url: httpx.URL
    headers: dict[str, str]
    timeout: float
    verify: bool | ssl.SSLContext
    trust_env: bool


class Line(NamedTuple):
    """Where to, and what is said there; both clients are made from it."""

    talk: Talk
    common: Common


def line_to(
    address: str,
    key: str,
    timeout: float,
    retries: int,
    verify: bool | Path | str | ssl.SSLContext,
    plain: bool,
    edges: Edges,
) -> Line:
    """Return the line to an address; the parameters and what is raised are those of `Client`."""
    url = _address(address, plain)
    patience = Patience(retries, edges.get("clock", _now), edges.get("chance", random.random))
    common = Common(
        base_url=url, headers=headers_of(key), timeout=timeout, verify=trusted_of(verify), trust_env=False
    )
    return Line(Talk(f"{url.scheme}://{url.netloc.decode()}", patience), common)


def _address(address: str, plain: bool) -> httpx.URL:
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
    if url.scheme == "http" and not plain and not _is_loopback(url.host):
        raise ClientError(
            "Everybody on the way can read the key and the needs of residents over http://. Give the address "
            "with https://, or `plain=True` where something else encrypts the way."
        )
    return url


def _is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its address; another name may lead anywhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
