"""What Sphinx does not look at: every link and anchor of the finished pages, and that none asks another host.

A reader may have no network, and reading should tell nobody of it. A link to elsewhere is followed by a click
alone; whether it is an address at all is checked, and whether it answers is not: the build has no network
either.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sphinx.util import logging

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

Asked = tuple[str, str, str]
LOADING = {("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src")}
IN_STYLES = re.compile(r"@import[^;]+//|url\(\s*[\"']?(?:https?:)?//")


class Page(HTMLParser):
    """The ids of a page, and what it links or loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.asked: list[Asked] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what matters of a tag."""
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            elif name in {"href", "src"} and value:
                self.asked.append((tag, name, value))


def faults_of(folder: Path) -> Iterator[str]:
    """Yield every fault of a built site, with the page that has it."""
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    for path, page in pages.items():
        for fault in dict.fromkeys(_fault(path, one, pages) for one in page.asked):
            if fault:
                yield f"{path.relative_to(folder.resolve())}: {fault}"
    for style in sorted(folder.rglob("*.css")):
        if IN_STYLES.search(style.read_text(encoding="utf-8")):
            yield f"{style.relative_to(folder)}: loads something from another host"


def _fault(path: Path, one: Asked, pages: dict[Path, Page]) -> str:
    tag, name, address = one
    parts = urlsplit(address)
    if parts.scheme in {"mailto", "data"}:
        return ""
    if parts.scheme or parts.netloc:
        if (tag, name) in LOADING:
            return f"loads {address} from another host"
        whole = parts.scheme == "https" and "." in (parts.hostname or "")
        return "" if whole else f"{address} is no https address"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not target.exists():
        return f"{address} leads nowhere"
    known = pages[target].ids if target in pages else set()
    missing = parts.fragment and target in pages and unquote(parts.fragment) not in known
    return f"{address}: the page has no such anchor" if missing else ""


def tell_faults(app: Sphinx, exception: Exception | None) -> None:
    """Warn of every fault; `make docs` takes a warning for an error."""
    if exception is None and app.builder.name == "html":
        for fault in faults_of(Path(app.outdir)):
            logging.getLogger(__name__).warning(fault)


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at the pages when they are all written."""
    app.connect("build-finished", tell_faults)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
