"""Who moves between two versions: in a sentence, drawn, and in a table with every figure.

All of it is as the card tells it, which hides small counts, and says "at least" where these
could be worked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from segmentation.card.standing import how_many, mover, staying, what_part
from serving.pages.compare.flow import MOST, Stream, flow_chart

if TYPE_CHECKING:
    from markupsafe import Markup

    from segmentation.reviews.differences.model import Migrated
    from serving.pages.words import Speaker


@dataclass(frozen=True)
class MoveRow:
    """Residents who change segment."""

    source: str
    target: str
    residents: str
    share: str
    because: str


@dataclass(frozen=True)
class Moved:
    """Who moves: in a sentence, drawn, and in a table; `chart` is None where no move can be told."""

    staying: str
    chart: Markup | None
    rows: tuple[MoveRow, ...]


def moved(r: Speaker, migration: Migrated | None) -> Moved | None:
    """Return who moves, in the words of a reader who knows the segments; None where that is not known."""
    if migration is None:
        return None
    told = tuple(
        MoveRow(
            r.segment(one.source), r.segment(one.target), how_many(r, one), what_part(r, one), mover(r, one)
        )
        for one in migration.moves
    )
    return Moved(staying(r, migration.since), _chart(r, migration), told)


def _chart(r: Speaker, migration: Migrated) -> Markup | None:
    moves = sorted(migration.moves, key=lambda one: -one.residents)
    if not moves:
        return None
    streams = (
        Stream(
            r.short_segment(one.source),
            r.short_segment(one.target),
            one.residents,
            r.integer(one.residents) if one.exact else f"≥ {r.integer(one.residents)}",
            is_exact=one.exact,
        )
        for one in moves
    )
    shown = r.tn(
        "A band for the largest move of %(all)s: segments before on the left, after on the right.",
        "A band for the %(n)s largest of %(all)s moves: segments before on the left, after on the right.",
        min(MOST, len(moves)),
        all=r.integer(len(moves)),
    )
    stays = r.t("Residents who stay are not drawn. All figures stand in the table.")
    return flow_chart("flow", r.t("Who moves where"), r.join("sentence", (shown, stays)), streams)
