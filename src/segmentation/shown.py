"""What a notebook is shown is built here: the table, the mark of a status, the tally, the list of segments.

Plain HTML without colours or styles, so that it reads alike on light and on dark; what stands in it is
escaped. In one place, so that an audit, a card, a candidate and a version say the same in the same form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ICONS = {"kept": "✓", "broken": "✗", "undetermined": "?"}
"""A status is told by its shape as well as by its word."""
WORST_FIRST = ("broken", "undetermined", "kept")
SEGMENTS = ("id", "segment", "residents", "share")
"""Heads of a list of segments."""
_TABLE = Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
_HEAD, _CELL, _ROW = Markup('<th scope="col">{}</th>'), Markup("<td>{}</td>"), Markup("<tr>{}</tr>")
_LIST, _LINE = Markup("<p>{}</p><ul>{}</ul>"), Markup("<li>{}</li>")


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table of texts, each of them escaped; nothing where there is no row.

    Parameters
    ----------
    caption : str
    heads : sequence of str
    rows : iterable of sequences
        Cells; what is `Markup` stays as it is.
    """
    written = [_ROW.format(Markup("").join(map(_CELL.format, row))) for row in rows]
    if not written:
        return Markup("")
    return _TABLE.format(caption, Markup("").join(map(_HEAD.format, heads)), Markup("").join(written))


def listed(lead: str, lines: Iterable[str]) -> Markup:
    """Return lines under the sentence that leads to them; nothing where there is no line."""
    written = [_LINE.format(line) for line in lines]
    return _LIST.format(lead, Markup("").join(written)) if written else Markup("")


def status(word: str) -> str:
    """Return the status of a finding, or a verdict, behind its mark: ``✗ broken``."""
    return f"{ICONS[word]} {word}"


def tally(counts: Mapping[str, int]) -> str:
    """Return how many findings have which status, worst first; what is missing is none.

    Parameters
    ----------
    counts : mapping of status to int
    """
    return ", ".join(f"{counts.get(word, 0):,} {word}" for word in WORST_FIRST)


def segment_row(segment: str, name: str, size: int, share: float) -> tuple[str, str, str, str]:
    """Return the cells of a segment under `SEGMENTS`; `size` in residents, `share` of all in [0, 1]."""
    return segment, name, f"{size:,}", f"{share:.1%}"


def segments(found: Iterable[tuple[str, str, int, float]]) -> Markup:
    """Return a table of segments: the arguments of `segment_row` for each."""
    return table("Segments", SEGMENTS, [segment_row(*one) for one in found])
