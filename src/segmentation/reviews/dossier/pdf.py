"""A page as PDF, for binders and printers: through WeasyPrint, which is optional and is imported only here.

WeasyPrint lays out print styles well but does not apply a page's styles inside its pictures, and takes
Chinese from whatever font the system has. So the pictures get their own copy of the page's rules, and a page
whose Chinese no font could draw is refused instead of written as empty boxes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segmentation.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

WITHOUT = "or leave the PDFs out with --no-pdf"
FONT_PACKAGE = "fonts-noto-cjk"
STYLE = """
@page { size: A4; margin: 16mm 14mm 18mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 9pt "DejaVu Sans", sans-serif; } }
body { font-family: "Noto Sans", "Liberation Sans", "DejaVu Sans", "Noto Sans CJK SC", sans-serif; }
:lang(zh) body, body:lang(zh) { font-family: "Noto Sans CJK SC", "Noto Sans", "DejaVu Sans", sans-serif; }
code { font-family: "DejaVu Sans Mono", "Liberation Mono", "Noto Sans Mono CJK SC", monospace; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { overflow-wrap: break-word; }
thead th:lang(zh), tbody th:lang(zh) { min-width: 3.5em; }
.chip { display: inline-block; }
.chip svg { width: 9pt; height: 9pt; margin-right: 3pt; vertical-align: -1pt; }
"""
"""Beside the page's own styles for print: fonts by name, heads that repeat, and marks in their line."""
IN_PICTURES = """
text { font-family: "Noto Sans CJK SC", "DejaVu Sans", sans-serif; }
.chart text { stroke: none; font-size: 10px; }
.icon text { font-size: 14px; font-weight: 700; }
"""
"""In a picture WeasyPrint is led astray by `font`, and paints the halo of a text over it."""

NEAR = 300
"""Letters before a mark within which its status is told."""
_TONES = {"kept": "kept", "broken": "broken", "undetermined": "open"}
_STATUS = re.compile(r'class="(?:[\w-]+ )*(kept|broken|undetermined)"')
_PICTURE = re.compile(r'<svg class="(icon|chart)"[^>]*>')
_NOT_DRAWN = re.compile(r"unsupported by fonts.*\(U\+([0-9A-F]+)\)")
_CJK = range(0x2E80, 0xA000)
"""What Chinese is written with; other signs may lack a glyph and are drawn as boxes."""


def require_pdf() -> Any:  # noqa: ANN401 - an optional module without types
    """Return WeasyPrint.

    Raises
    ------
    StorageError
        It or a library of the system that it needs is missing; names what to install.
    """
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415 - optional, and slow to import
    except ImportError:
        raise StorageError(
            "PDFs need WeasyPrint, which is not installed. "
            f"Install this program with its extra `pdf`, {WITHOUT}."
        ) from None
    except OSError:
        raise StorageError(
            "PDFs need the library Pango, which this system lacks. Install libpango-1.0-0, "
            f"libpangoft2-1.0-0 and libharfbuzz-subset0 (Debian's names), {WITHOUT}."
        ) from None
    return weasyprint


def render_pdf(html: str) -> bytes:
    """Return a page of a card or an impact assessment as PDF: A4, pages numbered, heads of tables repeated.

    The same page gives the same bytes on the same machine; other fonts or another WeasyPrint give others.
    Nothing that the page may name is fetched, neither from the network nor from the disk.

    Parameters
    ----------
    html : str
        A whole page with its styles inside.

    Raises
    ------
    StorageError
        What PDFs need is missing: WeasyPrint, Pango, or a font with Chinese; names what to install.
    """
    weasyprint = require_pdf()
    with _overheard() as said:
        page = weasyprint.HTML(string=_prepared(html), url_fetcher=_fetching_nothing(weasyprint))
        pdf = page.write_pdf(pdf_identifier=hashlib.sha256(html.encode()).digest()[:16])
    if any(int(code, 16) in _CJK for line in said for code in _NOT_DRAWN.findall(line)):
        raise StorageError(
            f"PDFs need a font with Chinese characters, which this system lacks. Install {FONT_PACKAGE} "
            f"(Debian's name), {WITHOUT}."
        )
    return bytes(pdf)


def _fetching_nothing(weasyprint: Any) -> object:  # noqa: ANN401 - an optional module without types
    class Fetcher(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # its base has no types
        def fetch(self, url: str, _headers: object = None) -> None:
            raise ValueError(f"A page for archives takes nothing from elsewhere; refused {url[:80]!r}.")

    return Fetcher()


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Give what WeasyPrint says in its log, and keep it off the screen."""
    said: list[str] = []
    log, listener = logging.getLogger("weasyprint"), logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    before, log.propagate = log.propagate, False
    log.addHandler(listener)
    try:
        yield said
    finally:
        log.removeHandler(listener)
        log.propagate = before


def _prepared(html: str) -> str:
    """Return a page with the styles for PDF, and every picture with a copy of the rules that concern it."""
    rules, colours = _rules_of_pictures(html), _colours(html)

    def styled(picture: re.Match[str]) -> str:
        found = _STATUS.findall(html, max(0, picture.start() - NEAR), picture.start())
        colour = colours.get(_TONES[found[-1]] if found else "ink", "#000")
        return f"{picture[0]}<style>{rules.replace('currentColor', colour)}</style>"

    return _PICTURE.sub(styled, html).replace("</head>", f"<style>{STYLE}</style></head>", 1)


def _colours(html: str) -> dict[str, str]:
    """Return the colours that a page's styles name, by name."""
    return dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{3,8});", html))


def _rules_of_pictures(html: str) -> str:
    """Return the rules of a page's styles about what is inside pictures, with colours for their names."""
    colours = _colours(html)
    rules = "\n".join(re.findall(r"^\.(?:chart|icon) .*\}$", html, re.MULTILINE))
    rules = re.sub(r"\bfont: [^;}]*;?", "", rules)
    return re.sub(r"var\(--([\w-]+)\)", lambda name: colours.get(name[1], "#000"), rules) + IN_PICTURES
