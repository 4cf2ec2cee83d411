"""The card as one HTML file: its own styles and charts inside, no script, no address of another site."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segmentation.card.page import context

if TYPE_CHECKING:
    from segmentation.card.model import ModelCard
    from segmentation.wording import Language


def render_html(card: ModelCard, language: Language) -> str:
    """Return the card as a page that can be read, printed and archived on its own.

    Every text of a policy is escaped. Styles stand in one ``<style>`` that is the same for all cards, so that
    a server can allow it by its hash; no element has a style of its own.
    """
    return _environment().get_template("card.html.j2").render(context(card, language), style=style())


@cache
def style() -> Markup:
    """Return the styles of every card, without the element around them."""
    file = resources.files("segmentation.card") / "templates" / "card.css"
    return Markup(file.read_text(encoding="utf-8"))  # noqa: S704 - the package's own file


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("segmentation.card"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
