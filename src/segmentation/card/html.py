"""The card as one HTML file: its own styles and charts inside, no script, no address of another site."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from segmentation.card.page import context, sections
from segmentation.wording import Voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import BaseLoader

    from segmentation.card.model import ModelCard
    from segmentation.wording import Language


def render_html(card: ModelCard, language: Language) -> str:
    """Return the card as a page that can be read, printed and archived on its own.

    Every text of a policy is escaped. Styles stand in one ``<style>`` that is the same for all cards, so that
    a server can allow it by its hash; no element has a style of its own.
    """
    return _environment().get_template("card.html.j2").render(context(card, language), style=style())


def sections_html(card: ModelCard, language: Language) -> dict[str, Markup]:
    """Return what stands under the heading of each section, by its name, for a page with a frame of its own.

    It is what `render_html` writes there, to the letter: no other page of a card tells other things. The
    first, ``about``, is without the name of the model, which is the heading of a page.
    """
    told = context(card, language)
    files = {section.name: section.name for section in sections(Voice(language))} | {"about": "subject"}
    return {name: _part(f"html/{file}.j2", told) for name, file in files.items()}


def _part(file: str, told: dict[str, object]) -> Markup:
    return Markup(_environment().get_template(file).render(told))  # noqa: S704 - each value was escaped in it


@cache
def style() -> Markup:
    """Return the styles of every card, without the element around them."""
    file = resources.files("segmentation.card") / "templates" / "card.css"
    return Markup(file.read_text(encoding="utf-8"))  # noqa: S704 - the package's own file


def environment(loader: BaseLoader, finalize: Callable[[object], object] | None = None) -> Environment:
    """Return what renders templates: every value is escaped, and a name that nobody gave is an error.

    Parameters
    ----------
    loader : BaseLoader
        Of the templates: a card's, an assessment's or a service's own.
    finalize : callable, optional
        Sees each value before it is escaped for HTML.
    """
    return Environment(
        loader=loader,
        autoescape=True,
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _environment() -> Environment:
    return environment(PackageLoader("segmentation.card"))
