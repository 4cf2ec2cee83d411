"""Choice and stability as pictures: what each number of segments reached, and how each segment stands.

The two measures that decide are lines with their limits beside them, told apart by mark and dashes as well as
by colour; the silhouette is pale, because it decides nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmentation.clustering.choice.show import below
from segmentation.drawing import BLUE, GREY, INK, MEDIUM, PALE, SMALL, VERMILION, Picture, plain, wrapped
from segmentation.policy import Text
from segmentation.policy.fixed import DISSOLVED, STABLE, refound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from segmentation.clustering.choice.model import Choice, Reason, Rival, Stability, Structure
    from segmentation.drawing import Language
    from segmentation.policy import Policy

WIDTH, HEIGHT = 8.0, 4.6
"""Inches."""
ROW, FRAME = 0.4, 1.5
"""Inches: of a segment's row, and of what stands around the rows."""
SAID = {
    "strength": Text(en="Prediction strength", zh="预测强度"),
    "jaccard": Text(en="Bootstrap Jaccard of the weakest segment", zh="最弱分群的自助法Jaccard系数"),
    "silhouette": Text(en="Silhouette, for information", zh="轮廓系数（仅供参考）"),
    "limit": Text(en="at least {limit:g}", zh="不低于{limit:g}"),
    "x": Text(en="Number of segments", zh="分群数"),
    "y": Text(en="At most 1; higher is better", zh="最大为1，越高越好"),
    "chosen": Text(en="chosen", zh="选定"),
    "given": Text(en="given", zh="人为指定"),
    "title": Text(
        en="{n} segments: the largest number that repeats itself", zh="{n}个分群：可重复出现的最大分群数"
    ),
    "by_hand": Text(en="{n} segments: a number given by hand", zh="{n}个分群：人为指定的分群数"),
    "none": Text(en="No number of segments repeats itself", zh="没有任何分群数可重复出现"),
    "there": Text(
        en="Shuffled columns do worse: there is structure (p = {p:.2g}, at most {limit:g} allowed)",
        zh="打乱各列后效果较差：存在分群结构（p = {p:.2g}，须不超过{limit:g}）",
    ),
    "shuffled": Text(
        en="Shuffled columns do as well: no structure (p = {p:.2g}, at most {limit:g} allowed)",
        zh="打乱各列后效果相当：没有分群结构（p = {p:.2g}，须不超过{limit:g}）",
    ),
}
WHY: dict[Reason, Text] = {
    "passes, but a larger one does too": Text(en="passes; so does a larger one", zh="通过，但更大的也通过"),
    "does not repeat itself": Text(en="does not repeat itself", zh="不能重现"),
    "a segment is not stable": Text(en="a segment is not stable", zh="有分群不稳定"),
    "too small a segment": Text(en="too small a segment", zh="有分群过小"),
    "fewer segments and shuffled columns do as well": Text(
        en="fewer and shuffled do as well", zh="更少且打乱后同样好"
    ),
}
"""Why each number lost, short enough to stand under it."""
ROOM = {"en": 99, "zh": 110}
"""Letters that stand side by side under the axis, over all numbers."""
STANDING = {
    "title": Text(
        en="How each segment is found again in {n} bootstrap samples", zh="各分群在{n}个自助样本中的重现程度"
    ),
    "x": Text(en="Mean Jaccard similarity with the most similar segment", zh="与最相似分群的平均Jaccard系数"),
    "stable": Text(en="stable", zh="稳定"),
    "doubtful": Text(en="doubtful", zh="存疑"),
    "dissolved": Text(en="dissolves", zh="瓦解"),
    "from": Text(en="stable from {limit:g}", zh="不低于{limit:g}为稳定"),
    "under": Text(en="dissolves under {limit:g}", zh="低于{limit:g}为瓦解"),
}
STANDS: dict[str, dict[str, Any]] = {
    "stable": {"marker": "o", "color": BLUE, "markerfacecolor": BLUE},
    "doubtful": {"marker": "o", "color": GREY, "markerfacecolor": "white"},
    "dissolved": {"marker": "D", "color": VERMILION, "markerfacecolor": VERMILION},
}
MARKS: dict[str, dict[str, Any]] = {
    "strength": {"color": BLUE, "marker": "o", "linewidth": 1.8, "markersize": 6, "zorder": 4},
    "jaccard": {"color": VERMILION, "marker": "s", "linewidth": 1.8, "markersize": 6, "zorder": 4},
    "silhouette": {"color": GREY, "marker": "^", "linewidth": 1.0, "linestyle": ":", "markersize": 4},
}


def picture(choice: Choice, language: Language, policy: Policy | None) -> Picture:
    """Return the picture of a choice; with a policy, its limits are drawn."""
    drawn = Picture(WIDTH, HEIGHT, language)
    axes = drawn.add_subplot()
    for name, points in _lines(choice.rivals).items():
        axes.plot(*zip(*points, strict=True), label=_said(drawn, name), **MARKS[name])
    if policy is not None:
        _limits(drawn, axes, policy)
    _mark(drawn, axes, choice)
    axes.set_ylim(min(0.0, *axes.get_ylim()), 1.04)
    numbers = [one.n_segments for one in choice.rivals] or [1]
    axes.set_xticks(numbers, _reasons(drawn, choice) or ["1"], fontsize=SMALL)
    axes.set_xlim(min(numbers) - 0.6, max(numbers) + 0.6)
    axes.set_xlabel(_said(drawn, "x"), fontsize=MEDIUM)
    axes.set_ylabel(_said(drawn, "y"), fontsize=MEDIUM)
    axes.set_title("\n".join(_titles(drawn, choice)), loc="left", fontsize=11)
    plain(axes, "y")
    if choice.rivals:
        drawn.legend(loc="outside lower center", ncols=len(MARKS), frameon=False, fontsize=SMALL)
    return drawn.finished()


def stands(stability: Stability, segments: Sequence[str], language: Language) -> Picture:
    """Return how each segment stands when residents are drawn anew: a dot each, and Hennig's two limits."""
    drawn = Picture(WIDTH, len(segments) * ROW + FRAME, language)
    axes = drawn.add_subplot()
    for at, jaccard in enumerate(stability.jaccard):
        look = STANDS[refound(jaccard)]
        axes.hlines(at, 0, jaccard, color=PALE, linewidth=2.0, zorder=1)
        axes.plot([jaccard], [at], markersize=7, markeredgewidth=1.4, linestyle="none", zorder=3, **look)
        told = f"{below(jaccard)} {getattr(STANDING[refound(jaccard)], drawn.language)}"
        axes.annotate(
            told,
            (jaccard, at),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )
    for limit, style, name in ((STABLE, "--", "from"), (DISSOLVED, ":", "under")):
        axes.axvline(limit, color=GREY, linestyle=style, linewidth=1.0, zorder=2)
        axes.annotate(
            getattr(STANDING[name], drawn.language).format(limit=limit),
            (limit, 1.0),
            (4 if name == "from" else -4, 2),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            ha="left" if name == "from" else "right",
            va="bottom",
            fontsize=SMALL,
            color=GREY,
        )
    axes.set_yticks(range(len(segments)), segments)
    axes.set_ylim(len(segments) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel(getattr(STANDING["x"], drawn.language), fontsize=MEDIUM)
    title = getattr(STANDING["title"], drawn.language).format(n=stability.bootstraps)
    axes.set_title(title, loc="left", fontsize=11, pad=20)
    plain(axes)
    return drawn.finished()


def _lines(rivals: tuple[Rival, ...]) -> dict[str, list[tuple[int, float]]]:
    """Return the points of each line that has any."""
    lines = {
        "strength": [(one.n_segments, one.prediction_strength) for one in rivals],
        "jaccard": [(one.n_segments, one.weakest) for one in rivals if one.jaccard],
        "silhouette": [(one.n_segments, one.silhouette) for one in rivals if one.silhouette is not None],
    }
    return {name: points for name, points in lines.items() if points}


def _limits(drawn: Picture, axes: Axes, policy: Policy) -> None:
    """Draw both limits, each in the colour of its line and named at its end."""
    rules = policy.clustering
    limits = {"strength": rules.prediction_strength, "jaccard": rules.bootstrap_jaccard}
    higher = max(limits, key=lambda name: limits[name])
    for name, limit in limits.items():
        colour = MARKS[name]["color"]
        axes.axhline(limit, color=colour, linestyle="--" if name == "strength" else "-.", linewidth=1.0)
        # Side by side with the line, the higher one a little above it and the lower one below.
        axes.annotate(
            _said(drawn, "limit").format(limit=limit),
            (1.0, limit),
            (4, 1 if name == higher else -1),
            xycoords=axes.get_yaxis_transform(),
            textcoords="offset points",
            va="bottom" if name == higher else "top",
            fontsize=SMALL,
            color=colour,
        )


def _mark(drawn: Picture, axes: Axes, choice: Choice) -> None:
    """Shade the number that was taken, and say how it came to be taken."""
    taken = choice.n_segments
    is_noise = choice.structure is not None and not choice.structure.is_there
    if taken is None or (is_noise and not choice.is_given):
        return
    axes.axvspan(taken - 0.3, taken + 0.3, color=PALE, zorder=0)
    told = _said(drawn, "given" if choice.is_given else "chosen")
    axes.text(taken, 0.03, told, ha="center", va="bottom", fontsize=MEDIUM, color=INK, zorder=5)


def _titles(drawn: Picture, choice: Choice) -> list[str]:
    """Return what came of it: the number, and whether there is any structure."""
    taken, structure = choice.n_segments, choice.structure
    title = "none" if taken is None else "by_hand" if choice.is_given else "title"
    titles = [_said(drawn, title).format(n=taken)]
    if structure is None:
        return titles
    told = _shuffled(drawn, structure)
    return [*titles, told] if structure.is_there or choice.is_given else [told]


def _shuffled(drawn: Picture, structure: Structure) -> str:
    key = "there" if structure.is_there else "shuffled"
    return _said(drawn, key).format(p=structure.p_value, limit=structure.limit)


def _reasons(drawn: Picture, choice: Choice) -> list[str]:
    """Return each number with why it lost, in lines narrow enough to stand side by side."""
    width = ROOM[drawn.language] // max(len(choice.rivals), 1)
    told = {reason: wrapped(getattr(text, drawn.language), width) for reason, text in WHY.items()}
    return [f"{one.n_segments}\n{told.get(one.reason, '')}" for one in choice.rivals]


def _said(drawn: Picture, key: str) -> str:
    return str(getattr(SAID[key], drawn.language))
