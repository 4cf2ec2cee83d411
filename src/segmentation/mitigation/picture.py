"""The frontier as a picture: how much disparity is removed, and how much quality it costs.

A person looks for the lower right: much removed, little lost. Kinds are told by shape as well as by colour
(Okabe & Ito's palette), every dot is named, and what keeps too little of the silhouette stands above a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import PercentFormatter

from segmentation.drawing import BLUE, GREEN, ORANGE, PALE, PURPLE, Picture
from segmentation.mitigation.outcome import LEAST_SILHOUETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from segmentation.mitigation.outcome import Frontier

COLOURS = {
    "none": "#000000",
    "drop": ORANGE,
    "erase": BLUE,
    "erase_nonlinear": PURPLE,
    "fair_centres": GREEN,
}
MARKS = {"none": "X", "drop": "s", "erase": "o", "erase_nonlinear": "^", "fair_centres": "D"}
WIDTH, HEIGHT = 10.0, 6.0
"""Inches."""
LONGEST = 44
"""Letters of a name beside its dot; the table has it whole."""
STEP, SPACE = 0.045, 0.016
"""Least distance of two names, in shares of the height; of a name from its dot, in shares of the width."""


def picture(frontier: Frontier) -> Figure:
    """Return the picture of a frontier.

    Mitigations without a figure (a hidden count, no segments) are named under it.
    """
    figure = Picture(WIDTH, HEIGHT)
    axes = figure.add_subplot()
    dots, absent = _dots(frontier)
    for name, kind, removed, lost in dots:
        axes.scatter(removed, lost, s=70, c=COLOURS[kind], marker=MARKS[kind], label=kind, zorder=3)
        if frontier.recommended is not None and name == frontier.recommended.key:
            axes.scatter(removed, lost, s=240, facecolors="none", edgecolors="black", label="recommended")
    axes.axhline(
        1 - LEAST_SILHOUETTE,
        color="#4d4d4d",
        linestyle="--",
        linewidth=1,
        label="most that a recommended one loses",
    )
    axes.set_xlabel(f"Disparity removed: fall of Cramér's V of segment and {frontier.attribute}")
    axes.set_ylabel("Quality lost: fall of the silhouette, in its own space")
    axes.set_title(f"Mitigations of {frontier.attribute}, on {frontier.unseen:,} residents they did not see")
    axes.grid(visible=True, color=PALE, linewidth=0.6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    _legend(axes)
    _name(axes, dots)
    if absent:
        figure.note(f"Without a figure: {', '.join(absent)}")
    return figure.finished()


Dot = tuple[str, str, float, float]


def _dots(frontier: Frontier) -> tuple[list[Dot], list[str]]:
    dots: list[Dot] = []
    absent = []
    for one in frontier.outcomes:
        left, kept = frontier.association_ratio(one), frontier.silhouette_ratio(one)
        kind = "none" if one.mitigation is None else one.mitigation.kind
        if left is None or kept is None:
            absent.append(one.key)
        else:
            dots.append((one.key, kind, 1 - left, 1 - kept))
    return dots, absent


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    axes.legend(once.values(), once.keys(), fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1))


def _name(axes: Axes, dots: Sequence[Dot]) -> None:
    """Write each name beside its dot, moved up where it would stand on another."""
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    written: list[tuple[float, float]] = []
    for name, _, removed, lost in sorted(dots, key=lambda dot: dot[3]):
        at = (lost - low) / (high - low)
        across = (removed - left) / (right - left)
        while any(abs(at - other) < STEP and abs(across - beside) < 0.5 for other, beside in written):  # noqa: PLR2004 - about as wide as a name
            at += STEP / 4
        written.append((at, across))
        is_right = across > 0.5  # noqa: PLR2004 - names stand towards the middle
        aside = (-1 if is_right else 1) * SPACE * (right - left)
        short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
        axes.annotate(
            short,
            (removed, lost),
            (removed + aside, low + at * (high - low)),
            fontsize=8,
            ha="right" if is_right else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.5},
        )
