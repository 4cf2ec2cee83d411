"""Small charts as inline SVG: dots and intervals on one scale, with the limits drawn.

Positions across are percentages: a chart fits a telephone and a printed page without its letters shrinking.
Shape says the status as well as colour does, and every chart tells its content in a title and a description.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

from markupsafe import Markup, escape

Shape = Literal["kept", "broken", "undetermined", "chosen", "lost"]

MOST_LABELLED = 2
"""Doublings to either side of 1 up to which every one has a label: more would touch one another."""
ROW = 42
"""Height of a row: one line of its label above, its dot, interval and figures below."""
LINE = 16
"""Height of each further line of a label."""
AXIS = 30
"""Height of the scale."""
DOT = 29
"""Where in a row of one line the dot is."""
LABEL = 46
"""Longest line of a label, in letters; a Chinese character counts as two."""
BETWEEN = " · "
"""What stands between the parts of a label; where they do not fit one line, each begins one."""
START, WIDTH = 2.0, 44.0
"""Where the scale begins and how wide it is, in percent; figures stand to its right."""

_MARKS: dict[Shape, str] = {
    "kept": '<circle r="5"/>',
    "broken": '<path d="M0-7 7 0 0 7-7 0Z"/>',
    "undetermined": '<circle r="4.5"/>',
    "chosen": '<path d="M-5-5H5V5H-5Z"/>',
    "lost": '<circle r="4.5"/>',
}


@dataclass(frozen=True)
class Dot:
    """One row of a chart.

    Attributes
    ----------
    label, figure : str
        What stands above the dot, and to the right of it.
    shape : str
        The status, as `Shape`.
    at : float or None
        The value; None where it is not shown.
    interval : tuple of float or None
    """

    label: str
    figure: str
    shape: Shape
    at: float | None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Scale:
    """What the chart measures along.

    Attributes
    ----------
    low, high : float
        The ends; values beyond them get an arrow.
    ticks : tuple of (float, str)
        Values and what stands at them.
    limits : tuple of float
        Values at which a limit is drawn.
    shaded : tuple of float, optional
        The allowed range.
    log : bool
        Whether equal ratios are equally far apart.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    limits: tuple[float, ...]
    shaded: tuple[float, float] | None = None
    log: bool = False

    def share(self, value: float) -> float:
        """Return how far along the scale a value lies, in [0, 1]."""
        if self.log:
            part = math.log(max(value, 1e-9) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, part))

    def x(self, value: float) -> str:
        """Return the position of a value across the chart."""
        return f"{START + WIDTH * self.share(value):.2f}%"


def ratio_scale(values: list[float], limit: float) -> Scale:
    """Return a symmetric scale of ratios that holds the values, from 1/2 to 2 up to 1/16 to 16."""
    widest = max((abs(math.log2(max(value, 1e-9))) for value in [*values, limit]), default=0.0)
    steps = min(4, max(1, math.ceil(widest)))
    every = 1 if steps <= MOST_LABELLED else 2
    ticks = tuple(
        (2.0**step, f"{2.0**step:g}" if step % every == 0 else "") for step in range(-steps, steps + 1)
    )
    return Scale(2.0**-steps, 2.0**steps, ticks, (limit, 1 / limit), (limit, 1 / limit), log=True)


def dot_chart(name: str, title: str, description: str, scale: Scale, dots: list[Dot]) -> Markup:
    """Return a chart with a row for each dot.

    Parameters
    ----------
    name : str
        Unique on the page; ids are made from it.
    title, description : str
        For those who hear the page.
    scale : Scale
    dots : list of Dot
        From top to bottom.
    """
    height, body = AXIS, ""
    for dot in dots:
        label = lines(dot.label)
        body += _row(scale, dot, label, height)
        height += ROW + LINE * (len(label) - 1)
    opening = Markup(
        '<svg class="chart" role="img" aria-labelledby="{0}-t {0}-d" width="100%" height="{1}">'
        '<title id="{0}-t">{2}</title><desc id="{0}-d">{3}</desc>'
    ).format(name, height, title, description)
    return opening + Markup(_axis(scale, height) + body + "</svg>")  # noqa: S704 - escaped where made


def lines(label: str) -> list[str]:
    """Return the lines that a label needs; nothing is cut, so that what differs looks different."""
    if _width(label) <= LABEL:
        return [label]
    return [line for part in label.split(BETWEEN) for line in _broken(part)]


def _broken(text: str) -> list[str]:
    """Break a text between words, and between letters of a language without spaces or of a long word."""
    found = [""]
    for word in re.findall(r"\S+\s*", text):
        for piece in [word] if _width(word.rstrip()) == len(word.rstrip()) <= LABEL else word:
            if _width((found[-1] + piece).rstrip()) > LABEL:
                found.append("")
            found[-1] += piece
    return [line.strip() for line in found]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _axis(scale: Scale, height: int) -> str:
    parts = []
    if scale.shaded is not None:
        low, high = scale.shaded
        width = WIDTH * (scale.share(high) - scale.share(low))
        place = f'x="{scale.x(low)}" width="{width:.2f}%" y="{AXIS - 8}" height="{height - AXIS + 8}"'
        parts.append(f'<rect class="allowed" {place}/>')
    for value, text in scale.ticks:
        parts.append(
            f'<text class="tick" x="{scale.x(value)}" y="14" text-anchor="middle">{escape(text)}</text>'
        )
        parts.append(_upright("grid", scale.x(value), height))
    parts += [_upright("limit", scale.x(value), height) for value in scale.limits]
    return "".join(parts)


def _upright(kind: str, x: str, height: int) -> str:
    return f'<line class="{kind}" x1="{x}" x2="{x}" y1="{AXIS - 8}" y2="{height}"/>'


def _row(scale: Scale, dot: Dot, label: list[str], top: int) -> str:
    y = top + DOT + LINE * (len(label) - 1)
    texts = "".join(
        f'<text class="label" x="0" y="{top + 14 + LINE * at}">{escape(line)}</text>'
        for at, line in enumerate(label)
    )
    texts += f'<text class="figure" x="100%" y="{y + 4}" text-anchor="end">{escape(dot.figure)}</text>'
    if dot.at is None:
        return f'{texts}<line class="hidden" x1="{START}%" x2="{START + WIDTH}%" y1="{y}" y2="{y}"/>'
    return texts + _interval(scale, dot, y) + _mark(scale, dot.shape, dot.at, y)


def _interval(scale: Scale, dot: Dot, y: int) -> str:
    if dot.interval is None:
        return ""
    low, high = dot.interval
    line = f'<line class="{dot.shape}" x1="{scale.x(low)}" x2="{scale.x(high)}" y1="{y}" y2="{y}"/>'
    ends = [(low, "M0-4V4")] if low >= scale.low else [(scale.low, "M6-5 0 0 6 5")]
    ends += [(high, "M0-4V4")] if high <= scale.high else [(scale.high, "M-6-5 0 0-6 5")]
    return line + "".join(
        _placed(dot.shape, scale.x(at), y, f'<path d="{path}"/>', "end") for at, path in ends
    )


def _mark(scale: Scale, shape: Shape, at: float, y: int) -> str:
    return _placed(shape, scale.x(at), y, _MARKS[shape], "dot")


def _placed(shape: str, x: str, y: int, drawing: str, kind: str) -> str:
    return f'<svg class="{kind} {shape}" x="{x}" y="{y}" overflow="visible">{drawing}</svg>'
