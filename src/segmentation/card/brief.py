"""A card as a notebook shows it: its head alone, and where the whole of it is.

It is apart from `notebook`, which knows profiles: a card is shown without what it was made from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from segmentation.card.standing import shortfall
from segmentation.card.titles import titles_of
from segmentation.policy.show import table
from segmentation.wording import Reader, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segmentation.card.model import ModelCard

_ICONS = {"kept": "✓ kept", "broken": "✗ broken", "undetermined": "? undetermined"}
_LINE = Markup("<li>{}</li>")
_CARD = Markup(
    "<p><strong>Card of {name}: {title}</strong><br>Audit: {verdict} ({tally}).</p>{blocking}{segments}"
    "<p>The whole card, in both languages: <code>segmentation.card.write_card(card, folder)</code>, or "
    '<code>segmentation.card.render(card, "en", "html")</code>.<br>Digest: <code>{digest}</code></p>'
)
_BLOCKING = Markup("<p>What blocks a signature:</p><ul>{}</ul>")
BLOCKING = 8
"""Findings that are told of those that block."""


def card_html(card: ModelCard) -> str:
    """Return the head of a card: verdict, what blocks a signature, the segments, and where all of it is."""
    reader = Reader("en", titles_of(card))
    tally = card.verdict.tally
    blocking = [*(shortfall(reader, card, one) for one in card.verdict.structure), *_findings(reader, card)]
    return _CARD.format(
        title=card.about.title.en,
        name=card.about.name,
        verdict=_ICONS[card.verdict.status],
        tally=f"{tally.broken} broken, {tally.undetermined} undetermined, {tally.kept} kept",
        blocking=_BLOCKING.format(Markup("").join(map(_LINE.format, blocking))) if blocking else "",
        segments=table(
            "Segments",
            ("id", "name", "residents", "share"),
            [(one.id, one.name.en, f"{one.size:,}", f"{one.share:.1%}") for one in card.segments],
        ),
        digest=card.digest,
    )


def _findings(reader: Reader, card: ModelCard) -> Iterator[str]:
    blocking = card.verdict.blocking
    yield from (sentence(reader, one) for one in blocking[:BLOCKING])
    if len(blocking) > BLOCKING:
        yield f"{len(blocking) - BLOCKING} more."
