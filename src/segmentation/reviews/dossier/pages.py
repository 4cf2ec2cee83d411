"""The pages of a dossier: card and impact assessment in both languages, made from the signed JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.bundle import AUDIT, CARD, IMPACT, POLICY, SCORER, Bundle
from segmentation.card import ModelCard, render
from segmentation.errors import BundleError, CardError, ImpactError
from segmentation.impact import Impact, render_impact
from segmentation.reviews.dossier.pdf import render_pdf
from segmentation.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

BUNDLED = {
    POLICY: "policy.json",
    SCORER: "scorer.json",
    AUDIT: "audit.json",
    CARD: "card/card.json",
    IMPACT: "impact/impact.json",
}
"""Where each file of the bundle lies in the dossier."""
BUNDLE = "bundle.json"
"""The bundle's manifest."""
CARDS = tuple(f"card/card.{language}.html" for language in LANGUAGES)
IMPACTS = tuple(f"impact/impact.{language}.html" for language in LANGUAGES)
PDFS = tuple(page.removesuffix("html") + "pdf" for page in (*CARDS, *IMPACTS))


def bundled(bundle: Bundle) -> dict[str, bytes]:
    """Return the files of a bundle and its manifest, by their names in the dossier."""
    return {BUNDLE: bundle.manifest, **{place: bundle.files[name] for name, place in BUNDLED.items()}}


def pages_of(bundle: Bundle) -> dict[str, bytes]:
    """Return the HTML pages, by their names in the dossier.

    Raises
    ------
    BundleError
        The card or the impact assessment is not of a form that this program reads.
    """
    try:
        card = ModelCard.from_json(bundle.files[CARD].decode())
        impact = Impact.from_json(bundle.files[IMPACT].decode())
    except (CardError, ImpactError, UnicodeDecodeError):
        raise BundleError(
            "The card or the impact assessment is of a form that this version of the program does not read. "
            "Use the version that wrote it."
        ) from None
    texts = {
        **{name: render(card, language, "html") for language, name in zip(LANGUAGES, CARDS, strict=True)},
        **{
            name: render_impact(impact, language, "html")
            for language, name in zip(LANGUAGES, IMPACTS, strict=True)
        },
    }
    return {name: text.encode() for name, text in texts.items()}


def pdfs_of(pages: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the pages as PDF: an authority asks for the assessment, an archive for both.

    Raises
    ------
    StorageError
        What PDFs need is missing; names what to install.
    """
    named = zip((*CARDS, *IMPACTS), PDFS, strict=True)
    return {pdf: render_pdf(pages[page].decode()) for page, pdf in named}
