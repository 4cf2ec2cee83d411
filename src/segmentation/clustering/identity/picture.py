"""A migration as a picture: for each segment of the version before, what part of it moves where.

What is not told (nobody moves, too few do, or a count would let work out another) cannot be told from those
who stay, and is drawn with them: one hatched rest of each bar. So is what a move has beyond what is told of
it from below, whose share is marked ≥.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from matplotlib.patches import Patch

from segmentation.drawing import INK, MEDIUM, PALE, SMALL, Picture, fill, plain, wrapped
from segmentation.policy import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from segmentation.clustering.identity.model import Migration, Move
    from segmentation.drawing import Language

WIDTH, ROW, FRAME = 9.0, 0.5, 2.0
"""Inches: of the picture, of a row, and of what stands around the rows."""
ROOM = 0.16
"""Least share of a segment whose bar holds its figure; smaller ones are told after the last."""
WORDS, LABEL = 100, 28
"""Letters of a line of a note, and of the legend."""
SAID = {
    "title": Text(
        en="From version {version} to this one, on the same residents: at least {staying} keep their segment",
        zh="从版本{version}到本版本（同一批住户）：至少{staying}的住户分群不变",
    ),
    "x": Text(
        en="Share of the segment before; {all:,} residents in all", zh="占原分群的比例（共{all:,}名住户）"
    ),
    "moves": Text(en="moves to {segment}", zh="转入{segment}"),
    "stays": Text(en="stays, or moves that are not told", zh="留在原分群，或未公布的转移"),
    "gone": Text(en="{segment} (gone)", zh="{segment}（已撤销）"),
    "new": Text(en="New in this version: {segments}.", zh="本版本新增：{segments}。"),
    "hidden": Text(
        en="Moves of too few residents are not told, and others only as far as their number does not follow.",
        zh="涉及住户过少的转移不公布；其他转移仅在无法据以推算其人数的范围内公布。",
    ),
}


def picture(migration: Migration, language: Language) -> Picture:
    """Return the picture of a migration: a bar for each segment of the version before."""
    rows = _rows(migration)
    drawn = Picture(WIDTH, len(rows) * ROW + FRAME, language)
    axes = drawn.add_subplot()
    looks = {segment: fill(at) for at, segment in enumerate(_targets(migration))}
    for at, segment in enumerate(rows):
        _bar(axes, at, [move for move in migration.moves if move.source == segment], looks)
    axes.set_yticks(range(len(rows)), [_named(drawn, migration, segment) for segment in rows])
    axes.set_ylim(len(rows) - 0.45, -0.55)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_xlabel(_said(drawn, "x").format(all=migration.residents), fontsize=MEDIUM)
    title = _said(drawn, "title").format(version=migration.version, staying=f"{migration.staying:.0%}")
    axes.set_title(wrapped(title, WORDS), loc="left", fontsize=10)
    plain(axes, "x")
    handles = [Patch(**look, label=_said(drawn, "moves").format(segment=to)) for to, look in looks.items()]
    handles.append(Patch(**_rest(), label=wrapped(_said(drawn, "stays"), LABEL)))
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.02), frameon=False, fontsize=SMALL)
    for note in _notes(drawn, migration):
        drawn.note(wrapped(note, WORDS))
    return drawn.finished()


def _rows(migration: Migration) -> list[str]:
    """Return the segments of the version before, by number."""
    known = {one.segment for one in migration.carried} | {one.segment for one in migration.gone}
    return sorted(known | {move.source for move in migration.moves}, key=_number)


def _targets(migration: Migration) -> list[str]:
    return sorted({move.target for move in migration.moves}, key=_number)


def _number(segment: str) -> tuple[int, str]:
    return len(segment), segment


def _bar(axes: Axes, at: int, moves: list[Move], looks: dict[str, dict[str, Any]]) -> None:
    left, small = 0.0, []
    for move in moves:
        share = min(move.share, 1.0 - left)
        axes.barh(at, share, left=left, height=0.62, linewidth=0.8, **looks[move.target])
        if share >= ROOM:
            _write(axes, left + share / 2, at, [move], "center")
        else:
            small.append(move)
        left += share
    axes.barh(at, 1.0 - left, left=left, height=0.62, **_rest())
    if small:
        is_room = left < 1.0 - ROOM
        _write(axes, left + 0.01 if is_room else 0.99, at, small, "left" if is_room else "right")


def _write(
    axes: Axes, x: float, at: int, moves: list[Move], side: Literal["left", "center", "right"]
) -> None:
    told = "  ".join(f"→ {move.target} {'' if move.exact else '≥ '}{move.share:.0%}" for move in moves)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.9}
    axes.text(x, at, told, ha=side, va="center", fontsize=SMALL, color=INK, bbox=box)


def _rest() -> dict[str, Any]:
    return {"facecolor": "white", "edgecolor": PALE, "hatch": "////", "linewidth": 0.8}


def _named(drawn: Picture, migration: Migration, segment: str) -> str:
    is_gone = segment in {one.segment for one in migration.gone}
    return _said(drawn, "gone").format(segment=segment) if is_gone else segment


def _notes(drawn: Picture, migration: Migration) -> list[str]:
    new = {"en": ", ", "zh": "、"}[drawn.language].join(migration.new)
    return [*([_said(drawn, "new").format(segments=new)] if new else []), _said(drawn, "hidden")]


def _said(drawn: Picture, key: str) -> str:
    return str(getattr(SAID[key], drawn.language))
