"""The assessment as one HTML file, in the card's styles: no script, no address of another site."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from markupsafe import Markup

from segmentation.card.html import environment, style
from segmentation.impact.page import context, sections
from segmentation.wording import Voice

if TYPE_CHECKING:
    from jinja2 import Environment

    from segmentation.impact.model import Impact
    from segmentation.wording import Language


def render_html(impact: Impact, language: Language) -> str:
    """Return the assessment as a page that can be read, printed and archived on its own.

    Every text of a policy and of a person is escaped. Its one ``<style>`` is that of every card.
    """
    return _environment().get_template("impact.html.j2").render(context(impact, language), style=style())


def sections_html(impact: Impact, language: Language) -> dict[str, Markup]:
    """Return what stands under the heading of each section, by its name, as `render_html` writes it."""
    told = context(impact, language)
    names = [section.name for section in sections(Voice(language))]
    return {name: _part(f"html/{name}.j2", told) for name in names}


def _part(file: str, told: dict[str, object]) -> Markup:
    return Markup(_environment().get_template(file).render(told))  # noqa: S704 - each value was escaped in it


@cache
def _environment() -> Environment:
    ours = PackageLoader("segmentation.impact")
    return environment(ChoiceLoader([ours, PrefixLoader({"card": PackageLoader("segmentation.card")})]))
