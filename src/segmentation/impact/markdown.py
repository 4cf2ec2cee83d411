"""The assessment as Markdown, for repositories and whoever has no browser at hand."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from segmentation.card.markdown import code, codes, escaped
from segmentation.impact.page import context

if TYPE_CHECKING:
    from segmentation.impact.model import Impact
    from segmentation.wording import Language


def render_markdown(impact: Impact, language: Language) -> str:
    """Return the assessment as Markdown with tables; every text of a policy and of a person stays text."""
    names = context(impact, language)
    text = _environment().get_template("impact.md.j2").render(names, code=code, codes=codes)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"


@cache
def _environment() -> Environment:
    # `finalize` escapes for Markdown before autoescape would for HTML.
    return Environment(
        loader=PackageLoader("segmentation.impact"),
        autoescape=True,
        finalize=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
