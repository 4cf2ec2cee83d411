"""Who moves from which segment to which, drawn: a band for each move, as thick as it has residents.

Bands stretch with the page and letters do not, as in the charts of a card. What is drawn stands in a table
beside it, so the drawing is one image with a title and a description.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST = 12
"""Moves that are drawn, the largest first; more would be threads."""
THICKEST = 44.0
"""Height of the largest move."""
SLOT = 22.0
"""Least height that a move has to itself, so that figures never touch."""
GAP = 14.0
"""Between two segments."""
LEFT, RIGHT = 22, 78
"""Where the bands begin and end, in percent of the width."""


@dataclass(frozen=True)
class Stream:
    """One move: its ends as a label has them, how many at least, and how that is told.

    `is_exact` is whether there are no more than that.
    """

    source: str
    target: str
    residents: int
    figure: str
    is_exact: bool


@dataclass(frozen=True)
class _Placed:
    """A move and where its band begins and ends: the middles of its two slots."""

    stream: Stream
    thick: float
    start: float
    end: float


def flow_chart(name: str, title: str, description: str, streams: Iterable[Stream]) -> Markup:
    """Return the drawing of moves; of more than `MOST`, the largest.

    Parameters
    ----------
    name : str
        Unique on the page; ids are made from it.
    title, description : str
        For those who hear the page.
    streams : iterable of Stream
        At least one; the largest first.
    """
    drawn = tuple(streams)[:MOST]
    placed, sources, targets, height = _placed(drawn)
    opening = Markup(
        '<svg class="chart flow" role="img" aria-labelledby="{0}-t {0}-d" width="100%" height="{1:.0f}">'
        '<title id="{0}-t">{2}</title><desc id="{0}-d">{3}</desc>'
    ).format(name, height, title, description)
    bands = Markup("").join(map(_band, placed))
    within = Markup(
        '<svg x="{0}%" width="{1}%" height="{2:.0f}" viewBox="0 0 100 {2:.0f}" '
        'preserveAspectRatio="none">{3}</svg>'
    ).format(LEFT, RIGHT - LEFT, height, bands)
    texts = [*_labels(sources, LEFT - 2, "end"), *_labels(targets, RIGHT + 2, "start"), *map(_figure, placed)]
    return opening + within + Markup("").join(texts) + Markup("</svg>")


def _placed(
    streams: tuple[Stream, ...],
) -> tuple[list[_Placed], dict[str, float], dict[str, float], float]:
    """Return every band in its place, the middle of each segment on either side, and the height of all."""
    largest = max(one.residents for one in streams)
    thick = {one: max(1.5, THICKEST * one.residents / largest) for one in streams}
    starts, sources, low = _stacked({one: (one.source, thick[one]) for one in streams})
    ends, targets, other = _stacked({one: (one.target, thick[one]) for one in streams})
    placed = [_Placed(one, thick[one], starts[one], ends[one]) for one in streams]
    return placed, sources, targets, max(low, other)


def _stacked(
    sides: Mapping[Stream, tuple[str, float]],
) -> tuple[dict[Stream, float], dict[str, float], float]:
    """Return the middle of each slot and of each segment on one side, and how high they are together."""
    middles: dict[Stream, float] = {}
    segments: dict[str, float] = {}
    top = GAP / 2
    for segment in dict.fromkeys(name for name, _ in sides.values()):
        first = top
        for stream, (name, thick) in sides.items():
            if name == segment:
                high = max(SLOT, thick)
                middles[stream] = top + high / 2
                top += high
        segments[segment] = (first + top) / 2
        top += GAP
    return middles, segments, top - GAP / 2


def _band(one: _Placed) -> Markup:
    half = one.thick / 2
    kind = "band" if one.stream.is_exact else "band least"
    band = Markup(
        '<path class="{0}" d="M0 {1:.1f}C50 {1:.1f} 50 {2:.1f} 100 {2:.1f}V{3:.1f}'
        'C50 {3:.1f} 50 {4:.1f} 0 {4:.1f}Z"/>'
    )
    return band.format(kind, one.start - half, one.end - half, one.end + half, one.start + half)


def _labels(segments: Mapping[str, float], x: int, anchor: str) -> list[Markup]:
    text = Markup('<text class="label" x="{}%" y="{:.0f}" text-anchor="{}">{}</text>')
    return [text.format(x, middle + 4, anchor, name) for name, middle in segments.items()]


def _figure(one: _Placed) -> Markup:
    """Return how many, at the beginning of the band, where no other one crosses it."""
    text = Markup('<text class="figure" x="{}%" y="{:.0f}">{}</text>')
    return text.format(LEFT + 1, one.start + 4, one.stream.figure)
