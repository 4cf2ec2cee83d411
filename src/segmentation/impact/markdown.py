"""The assessment as Markdown, for repositories and whoever has no browser at hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from segmentation.card.markdown import code, codes, environment
from segmentation.impact.page import context

if TYPE_CHECKING:
    from segmentation.impact.model import Impact
    from segmentation.wording import Language


def render_markdown(impact: Impact, language: Language) -> str:
    """Return the assessment as Markdown with tables; every text of a policy and of a person stays text."""
    names = context(impact, language)
    text = (
        environment("segmentation.impact").get_template("impact.md.j2").render(names, code=code, codes=codes)
    )
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
