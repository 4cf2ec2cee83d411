"""Which terms of the glossary a section of a card uses: its readers get their lines there, and stay in it."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from segmentation.card.words import GLOSSARY
from serving.pages.words import speaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from segmentation.wording import Language

KNOWN = frozenset({"resident", "need", "segment", "finding", "test", "structure", "kept, broken", "hidden"})
"""Terms that nobody has to look up, or that stand everywhere."""
SECTIONS = 512
"""Sections of which the terms are kept: those of the parts that `serving.pages.version.card_parts` keeps."""


@lru_cache(maxsize=SECTIONS)
def terms_in(html: str, language: Language) -> tuple[str, ...]:
    """Return the terms in a section, in English as the catalogue has them, in the order of the glossary.

    Parameters
    ----------
    html : str
        Of the section; only its text is read.
    language : {"zh", "en"}
    """
    text = re.sub(r"<[^>]*>", " ", html).replace("&#39;", "'").lower()
    return tuple(term for term, pattern in _patterns(language).items() if pattern.search(text))


@cache
def _patterns(language: Language) -> Mapping[str, re.Pattern[str]]:
    """Return what finds each term: any of its forms, in English as a word of its own."""
    t, edge = speaker(language).t, r"\b" if language == "en" else ""
    told = {term: t(term).partition("（")[0].lower() for term, _ in GLOSSARY if term not in KNOWN}
    return {
        term: re.compile(
            "|".join(f"{edge}{re.escape(one.strip())}{edge}" for one in re.split("[,，、]", forms))
        )
        for term, forms in told.items()
    }
