"""The assessment as one HTML file, in the card's styles: no script, no address of another site."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from segmentation.card.html import style
from segmentation.impact.page import context

if TYPE_CHECKING:
    from segmentation.impact.model import Impact
    from segmentation.wording import Language


def render_html(impact: Impact, language: Language) -> str:
    """Return the assessment as a page that can be read, printed and archived on its own.

    Every text of a policy and of a person is escaped. Its one ``<style>`` is that of every card.
    """
    return _environment().get_template("impact.html.j2").render(context(impact, language), style=style())


@cache
def _environment() -> Environment:
    return Environment(
        loader=ChoiceLoader(
            [
                PackageLoader("segmentation.impact"),
                PrefixLoader({"card": PackageLoader("segmentation.card")}),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
