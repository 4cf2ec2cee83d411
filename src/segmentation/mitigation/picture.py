"""The frontier as a picture: how much disparity is removed, and how much quality it costs.

A person looks for the lower right: much removed, little lost. Kinds are told by shape as well as by colour
(Okabe & Ito's palette), every dot is named by its key, which a build takes, and what keeps too little of the
silhouette stands above a line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import PercentFormatter

from segmentation.drawing import BLUE, GREEN, MEDIUM, ORANGE, PALE, PURPLE, SMALL, Picture, plain, wrapped
from segmentation.mitigation.outcome import LEAST_SILHOUETTE
from segmentation.policy import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from segmentation.drawing import Language
    from segmentation.mitigation.outcome import Frontier
    from segmentation.policy import Policy

COLOURS = {
    "none": "#000000",
    "drop": ORANGE,
    "erase": BLUE,
    "erase_nonlinear": PURPLE,
    "fair_centres": GREEN,
}
MARKS = {"none": "X", "drop": "s", "erase": "o", "erase_nonlinear": "^", "fair_centres": "D"}
KINDS = {
    "none": Text(en="without a mitigation", zh="未采取缓解措施"),
    "drop": Text(en="leaves features out", zh="不使用部分特征"),
    "erase": Text(en="erases what a linear rule tells", zh="消除线性规则可推断的信息"),
    "erase_nonlinear": Text(en="erases spread as well", zh="同时消除离散程度差异"),
    "fair_centres": Text(en="moves centres", zh="移动分群中心"),
}
SAID = {
    "title": Text(
        en="Mitigations for {name}, on {unseen:,} residents they did not see",
        zh="针对{name}的缓解措施，依据未参与拟合的{unseen:,}名住户",
    ),
    "x": Text(
        en="Disparity removed: fall of Cramér's V of segment and {name}",
        zh="消除的差距：分群与{name}的克莱姆V系数下降幅度",
    ),
    "y": Text(
        en="Quality lost: fall of the silhouette, in its own space", zh="质量损失：自身空间轮廓系数的下降幅度"
    ),
    "recommended": Text(en="recommended", zh="推荐"),
    "most": Text(en="most that a recommended one loses", zh="推荐方案所允许的最大损失"),
    "absent": Text(en="Without a figure: {names}", zh="无数值：{names}"),
}
WIDTH, HEIGHT = 10.0, 6.0
"""Inches."""
LONGEST, LABEL = 44, 30
"""Letters of a name beside its dot, of which the table has the whole; letters of a line of the legend."""
STEP, SPACE = 0.045, 0.022
"""Least distance of two names, in shares of the height; of a name from its dot, in shares of the width."""
AIR = 0.12
"""Around the dots, in shares of what they span, so that none stands on the frame."""


def picture(frontier: Frontier, language: Language, policy: Policy | None) -> Picture:
    """Return the picture of a frontier.

    Mitigations without a figure (a hidden count, no segments) are named under it.

    Parameters
    ----------
    frontier : Frontier
    language : {"en", "zh"}
    policy : Policy or None
        Gives the attribute its title; else its key is told.
    """
    drawn = Picture(WIDTH, HEIGHT, language)
    name = _attribute(frontier, drawn.language, policy)
    axes = drawn.add_subplot()
    dots, absent = _dots(frontier)
    _scatter(drawn, axes, frontier, dots)
    axes.axhline(
        1 - LEAST_SILHOUETTE, color="#4d4d4d", linestyle="--", linewidth=1, label=_said(drawn, "most")
    )
    axes.set_xlabel(_said(drawn, "x").format(name=name), fontsize=MEDIUM)
    axes.set_ylabel(_said(drawn, "y"), fontsize=MEDIUM)
    axes.set_title(_said(drawn, "title").format(name=name, unseen=frontier.unseen), loc="left")
    plain(axes)
    axes.grid(visible=True, color=PALE, linewidth=0.6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0))
    axes.margins(AIR)
    _legend(axes)
    _name(axes, dots)
    if absent:
        drawn.note(_said(drawn, "absent").format(names=", ".join(absent)))
    return drawn.finished()


def _said(drawn: Picture, key: str) -> str:
    return str(getattr(SAID[key], drawn.language))


def _attribute(frontier: Frontier, language: Language, policy: Policy | None) -> str:
    known = {} if policy is None else policy.audited
    name = frontier.attribute
    return str(getattr(known[name].title, language)) if name in known else name


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


def _scatter(drawn: Picture, axes: Axes, frontier: Frontier, dots: Sequence[Dot]) -> None:
    for _, kind, removed, lost in dots:
        label = getattr(KINDS[kind], drawn.language)
        axes.scatter(removed, lost, s=70, c=COLOURS[kind], marker=MARKS[kind], label=label, zorder=3)
    found = frontier.recommended
    for name, _, removed, lost in dots:
        if found is not None and name == found.key:
            ring = _said(drawn, "recommended")
            axes.scatter(removed, lost, s=240, facecolors="none", edgecolors="black", label=ring)


def _legend(axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    once = {wrapped(label, LABEL): handle for label, handle in zip(labels, handles, strict=True)}
    axes.legend(
        once.values(), once.keys(), fontsize=SMALL, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False
    )


def _name(axes: Axes, dots: Sequence[Dot]) -> None:
    """Write each name beside its dot, moved up where it would stand on another; make room for the last."""
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
            fontsize=SMALL,
            ha="right" if is_right else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": "#999999", "linewidth": 0.5},
        )
    highest = max((at for at, _ in written), default=0.0)
    axes.set_ylim(low, low + max(1.0, highest + STEP) * (high - low))
