"""Which page an address is of: the table of pages, made ready to look things up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from serving.pages.table import all_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from serving.pages.table import PageRoute

PARTS = {
    "version": "[1-9][0-9]{0,9}",
    "file": "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "subject": "[0-9a-f]{32}",
    "request": "R[0-9a-f]{12}",
}
"""What may stand in a place of an address; a number of more digits is of no version."""
MOST = 2_000
"""Letters of an address that somebody is sent on to."""
FLEETING = frozenset({"language", "static"})
"""Pages that nobody is sent back to."""
PRINTABLE = re.compile(r"[!-\[\]-~]+")
"""ASCII without blanks and backslashes, which some browsers read as slashes."""


@dataclass(frozen=True)
class Place:
    """An address that there is.

    Attributes
    ----------
    routes : mapping of str to PageRoute
        By method.
    path : mapping of str to str
        What stands in the address.
    """

    routes: Mapping[str, PageRoute]
    path: Mapping[str, str]


def place_of(path: str) -> Place | None:
    """Return the place of an address, without the prefix of a proxy; None where there is none."""
    exact, patterns = _table()
    if path in exact:
        return Place(exact[path], {})
    for pattern, routes in patterns:
        found = pattern.fullmatch(path)
        if found is not None:
            return Place(routes, found.groupdict())
    return None


def exact_paths() -> tuple[str, ...]:
    """Return the addresses in which nothing varies."""
    return tuple(_table()[0])


def ours(target: str) -> str:
    """Return an address that somebody asked to be sent on to, where it is of a page that shows something.

    Anything else is empty: an address of another host, one that a browser would take for such a one, one
    that does something or keeps nothing to be seen, and what would end the line of a header.
    """
    if len(target) > MOST or not PRINTABLE.fullmatch(target) or target.startswith("//"):
        return ""
    try:
        told = urlsplit(target)
    except ValueError:
        return ""
    if told.scheme or told.netloc or told.fragment:
        return ""
    place = place_of(told.path)
    route = None if place is None else place.routes.get("GET")
    return "" if route is None or route.name in FLEETING else target


def shown_at(target: str) -> str:
    """Return the address of what a browser shows: that of a form alone is of the page above, which has it."""
    return ours(target) or ours(target.partition("?")[0].rpartition("/")[0])


_Routes = dict[str, "PageRoute"]


@cache
def _table() -> tuple[dict[str, _Routes], tuple[tuple[re.Pattern[str], _Routes], ...]]:
    by_path: dict[str, _Routes] = {}
    for route in all_pages():
        by_path.setdefault(route.path, {})[route.method] = route
    exact = {path: routes for path, routes in by_path.items() if "{" not in path}
    patterns = [(_pattern(path), routes) for path, routes in by_path.items() if "{" in path]
    return exact, tuple(patterns)


def _pattern(path: str) -> re.Pattern[str]:
    written = re.escape(path)
    for name, taken in PARTS.items():
        written = written.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{taken})")
    return re.compile(written, re.ASCII)
