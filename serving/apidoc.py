"""The API document as a page that people try out: every byte of it comes from this service.

Swagger UI asks a validator of another host about each document unless it is told not to, and pages that load
it from a CDN tell that CDN who reads them. Here its files are those of an installed package, and the browser
is told to load nothing from anywhere else.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import fastapi_offline

import serving
from segmentation.signing import sha256
from serving.calls import Refused, Reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from serving.calls import Call
    from serving.state import State

PAGE = "docs.html"
ASSETS: Mapping[str, tuple[ModuleType, str, bytes]] = {
    "swagger-ui-bundle.js": (fastapi_offline, "swagger-ui-bundle.js", b"text/javascript; charset=utf-8"),
    "swagger-ui.css": (fastapi_offline, "swagger-ui.css", b"text/css; charset=utf-8"),
    "narrow.css": (serving, "narrow.css", b"text/css; charset=utf-8"),
    "favicon.png": (fastapi_offline, "favicon.png", b"image/png"),
    "start.js": (serving, "start.js", b"text/javascript; charset=utf-8"),
}
"""By the name under ``/docs/``: the package that has the file in its folder `static`, the file, its type."""
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy (W3C, level 3); `data:` for the small pictures in Swagger UI's style sheet."""
ALWAYS = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)


def page(call: Call, state: State) -> Reply:
    """Answer the page: ``GET /docs``."""
    del state
    return _file(call, serving, PAGE, b"text/html; charset=utf-8")


def asset(call: Call, state: State) -> Reply:
    """Answer a file that the page loads: ``GET /docs/{file}``.

    Raises
    ------
    Refused
        There is no such file: names are those of `ASSETS`, and nothing is looked up on the disk by its name.
    """
    del state
    found = ASSETS.get(call.scope["path"].rpartition("/")[2])
    if found is None:
        raise Refused("not-found", "The document page has no such file; it is at /docs.")
    return _file(call, *found)


def _file(call: Call, package: ModuleType, name: str, media: bytes) -> Reply:
    body, etag = _read(package, name)
    headers = (*ALWAYS, (b"etag", etag))
    if any(key == b"if-none-match" and etag in value for key, value in call.scope["headers"]):
        return Reply(b"", 304, media, headers)
    return Reply(body, 200, media, headers)


@cache
def _read(package: ModuleType, name: str) -> tuple[bytes, bytes]:
    """Return a file and its ETag; read once, as anybody may ask for its 1.5 MB as often as they like."""
    body = files(package).joinpath("static", name).read_bytes()
    return body, f'"{sha256(body)}"'.encode()
