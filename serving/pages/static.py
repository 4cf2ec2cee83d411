"""The files that a page loads: style sheets and the mark of the service, by a fixed table of names."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from segmentation.signing import sha256
from serving.pages.visit import Declined, File, Visit
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

FILES: Mapping[str, tuple[str, str, str]] = {
    "pages.css": ("serving", "static/pages.css", "text/css; charset=utf-8"),
    "card.css": ("segmentation.card", "templates/card.css", "text/css; charset=utf-8"),
    "favicon.svg": ("serving", "static/favicon.svg", "image/svg+xml"),
}
"""By the name in the address: the package, its file, its content type. No name is looked up on the disk."""
VERSION = 16
"""Hexadecimal digits of a file's digest that may stand in its address: then it may be kept."""


def file(visit: Visit) -> File:
    """Answer a file; one of which the address has the digest (``?v=``) may be kept for good.

    Raises
    ------
    Declined
        There is no such file.
    """
    name = visit.path["file"]
    if name not in FILES:
        raise Declined("not_found", speaker(visit.language).t("The pages have no such file."))
    body, digest = read(name)
    return File(body, FILES[name][2], lasting=visit.query.get("v") == digest)


@cache
def read(name: str) -> tuple[bytes, str]:
    """Return a file and the beginning of its digest, read once."""
    package, path, _ = FILES[name]
    body = files(package).joinpath(path).read_bytes()
    return body, sha256(body).removeprefix("sha256:")[:VERSION]
