"""The card as Markdown, for model registries and repositories; tables instead of charts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import PackageLoader
from markupsafe import Markup

from segmentation.card import html
from segmentation.card.page import context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from segmentation.card.model import ModelCard
    from segmentation.wording import Language

_SPECIAL = re.compile(r"([\\`*_|~]|\](?=[(\[:])|^(?:\[|#|[-+](?=\s)))")
"""What Markdown would take for format; brackets only where a link could begin or end."""


def render_markdown(card: ModelCard, language: Language) -> str:
    """Return the card as Markdown with tables; every text of a policy stays text."""
    text = environment().get_template("card.md.j2").render(context(card, language), code=code, codes=codes)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


def escaped(value: object) -> Markup:
    """Return a value as text that Markdown neither formats nor takes for HTML."""
    if isinstance(value, Markup):
        return value
    before = " " if str(value).startswith(" ") else ""
    text = " ".join(str(value).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Markup(before + _SPECIAL.sub(r"\\\1", text))  # noqa: S704 - escaped for Markdown just above


def code(value: str) -> Markup:
    """Return a key or digest as code."""
    bare = " ".join(value.split()).replace("`", "'").replace("|", "¦").replace("<", "‹").replace(">", "›")
    return Markup(f"`{bare}`")  # noqa: S704 - nothing left that could end the code


def codes(values: Iterable[str]) -> Markup:
    """Return several keys as code."""
    return Markup(", ").join(map(code, values))


@cache
def environment(package: str = "segmentation.card") -> Environment:
    """Return what renders the Markdown templates of a package; every text in them stays text."""
    # It escapes for Markdown before autoescape would for HTML.
    return html.environment(PackageLoader(package), finalize=escaped)
