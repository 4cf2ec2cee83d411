"""What of a version's page never changes: the sections of its card and of its assessment, written once.

They are the card's and the assessment's own, to the letter, so that a page can tell no other number than the
card. Writing them takes most of the time of a page, and what was signed does not change: they are kept by the
digest of the bundle. Nothing that is live, and nothing that a person typed, is among them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from segmentation.card.html import sections_html as card_html
from segmentation.card.once import once
from segmentation.card.page import sections as card_sections
from segmentation.impact.html import sections_html as impact_html
from segmentation.impact.page import sections as impact_sections
from segmentation.reviews.waivers import blocking_of, key_of
from segmentation.wording import Voice
from serving.pages.page import msg
from serving.pages.words import speaker

if TYPE_CHECKING:
    from segmentation.reviews.submission import Version
    from segmentation.reviews.waivers import Blocking
    from segmentation.wording import Language
    from serving.pages.office import Office

IMPACT = "impact_"
"""Before the name of a section of the assessment: the card has sections of the same names."""
ASSESSMENT = msg("Impact assessment")
REGION = 'role="region" tabindex="0" aria-label="'
"""How a box around a wide table begins, as the card's macros write it."""


@dataclass(frozen=True)
class Part:
    """One section of the card or of the assessment.

    Attributes
    ----------
    name : str
        The id of the section in the page.
    title, help : str
        In the reader's language.
    html : Markup
        What stands under the heading, as the card has it.
    """

    name: str
    title: str
    help: str
    html: Markup


@dataclass(frozen=True)
class Parts:
    """The card and the assessment of one version in one language.

    Attributes
    ----------
    card : dict of str to Part
        By name, in the order of the card; the first is ``about``.
    impact : tuple of Part
    blocking : tuple of tuple of Blocking
        What stands against a signature, worst first; those that say the same stand together.
    """

    card: dict[str, Part]
    impact: tuple[Part, ...]
    blocking: tuple[tuple[Blocking, ...], ...]


def parts_in(office: Office, version: Version, language: Language) -> Parts:
    """Return the parts of a version, which are written where nobody asked for them of late."""
    return office.parts.of((version.bundle.digest, language), lambda: parts_of(version, language))


def parts_of(version: Version, language: Language) -> Parts:
    """Return the card and the assessment of a version, section by section."""
    voice = Voice(language)
    card, impact = card_html(version.card, language), impact_html(version.impact, language)
    before = f"{speaker(language).t(ASSESSMENT)}{voice.colon}"
    return Parts(
        {one.name: Part(one.name, one.title, one.help, card[one.name]) for one in card_sections(voice)},
        tuple(
            Part(f"{IMPACT}{one.name}", one.title, one.help, _inner(impact[one.name], before))
            for one in impact_sections(voice)
        ),
        _claims(version),
    )


def _inner(html: Markup, before: str) -> Markup:
    """Return a section of the assessment, which is one section of the page.

    Its headings stand one step lower, and its tables are regions of other names than those of the card: no
    text holds a tag or a quotation mark, so that what is found was written by a template.
    """
    lowered = re.sub(r"<(/?)h3\b", r"<\1h4", str(html))
    return Markup(lowered.replace(REGION, f"{REGION}{escape(before)}"))  # noqa: S704 - each value was escaped


def _claims(version: Version) -> tuple[tuple[Blocking, ...], ...]:
    """Return what blocks as the card lists it, and after it what its verdict does not list."""
    by_key = {one.key: one for one in blocking_of(version.card)}
    same = [
        tuple(key_of(finding) for finding in (told.finding, *told.elsewhere, *told.mirrored))
        for told in once(version.card)
    ]
    listed = {key for keys in same for key in keys}
    lacking = [(key,) for key, one in by_key.items() if one.attribute is None]
    rest = [(key,) for key, one in by_key.items() if one.attribute is not None and key not in listed]
    return tuple(tuple(by_key[key] for key in keys) for keys in (*lacking, *same, *rest))
