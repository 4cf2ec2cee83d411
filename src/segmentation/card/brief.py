"""A card as a notebook shows it: its head alone, and where the whole of it is.

It is apart from `candidate`, which knows profiles: a card is shown without what it was made from.
"""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.card.standing import shortfall
from segmentation.card.titles import titles_of
from segmentation.shown import listed, segments, status, tally
from segmentation.wording import Reader, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.card.model import ModelCard

_CARD = Markup(
    "<p><strong>Card of {name}: {title}</strong><br>Audit: {verdict} ({tally}).</p>{blocking}{segments}"
    "<p>The whole card, in both languages: <code>segmentation.card.write_card(card, folder)</code>, or "
    '<code>segmentation.card.render(card, "en", "html")</code>.<br>Digest: <code>{digest}</code></p>'
)
BLOCKING = 8
"""Findings that are told of those that block."""


def card_html(card: ModelCard) -> str:
    """Return the head of a card: verdict, what blocks a signature, the segments, and where all of it is."""
    reader = Reader("en", titles_of(card))
    return _CARD.format(
        title=card.about.title.en,
        name=card.about.name,
        verdict=status(card.verdict.status),
        tally=tallied(card),
        blocking=listed("What blocks a signature:", chain(lacking(reader, card), _findings(reader, card))),
        segments=segments((one.id, one.name.en, one.size, one.share) for one in card.segments),
        digest=card.digest,
    )


def tallied(card: ModelCard) -> str:
    """Return how many findings have which status, worst first."""
    return tally(asdict(card.verdict.tally))


def lacking(reader: Reader, card: ModelCard) -> Iterator[str]:
    """Yield what the segments themselves lack, which blocks a signature whatever the audit says."""
    yield from (shortfall(reader, card, one) for one in card.verdict.structure)


def _findings(reader: Reader, card: ModelCard) -> Iterator[str]:
    blocking = card.verdict.blocking
    yield from (sentence(reader, one) for one in blocking[:BLOCKING])
    if len(blocking) > BLOCKING:
        yield f"{len(blocking) - BLOCKING} more."
