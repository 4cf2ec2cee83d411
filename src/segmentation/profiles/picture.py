"""Profiles as pictures: how many residents each segment has, and how its needs differ from the rest.

Hidden figures are drawn as hidden, and every cell prints its figure: nothing is told by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.patches import Rectangle

from segmentation.drawing import (
    BLUE,
    GREY,
    INK,
    MEDIUM,
    SMALL,
    Picture,
    diverging,
    ink_on,
    plain,
    spoken,
    wrapped,
)
from segmentation.policy import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from segmentation.drawing import Language
    from segmentation.profiles.model import Distinction, Profile
    from segmentation.profiles.together import Profiles

MOST = 30
"""Rows of the map of needs; of more, those that differ most."""
LEAST, STRONGEST = 1.0, 3.0
"""The colours reach at least one standard deviation, and at most so many; the figures are printed in full."""
WIDTH, ROW, LINE, FRAME = 8.0, 0.34, 0.16, 1.4
"""Inches: of a picture, of a row, of a line of a label, and of what stands around the rows."""
SIDE, COLUMN = 3.4, 0.95
"""Inches: of the labels beside the map, and of a column."""
LABEL, HEAD, LETTERS = 40, 16, 13
"""Letters of a line of a label beside a row, at least above a column, and to the inch."""
SAID = {
    "sizes": Text(en="Residents in each segment", zh="各分群的住户数"),
    "share": Text(en="Share of {all:,} residents", zh="占全部{all:,}名住户的比例"),
    "needs": Text(
        en="How the needs of each segment differ from all others", zh="各分群的需求与其他住户的差异"
    ),
    "unit": Text(
        en="Standardised difference (Cohen's d): above 0 is more than elsewhere",
        zh="标准化差异（Cohen's d）：大于0表示高于其他住户",
    ),
    "hidden": Text(
        en="Hatched: hidden, because the figures stand on too few residents.",
        zh="斜线格：已隐藏，因为涉及的住户过少。",
    ),
    "never": Text(
        en="Hidden in every segment, and not drawn: {hidden} of the needs.",
        zh="未列出：在所有分群中均隐藏的{hidden}项。",
    ),
    "most": Text(
        en="The {shown} needs that differ most, of {total}.", zh="仅列出差异最大的{shown}项，共{total}项。"
    ),
}


def sizes(found: Profiles, language: Language) -> Picture:
    """Return a bar for each segment: its residents, and their share."""
    names = [_called(profile, spoken(language), " ", LABEL) for profile in found]
    lines = max((name.count("\n") + 1 for name in names), default=1)
    picture = Picture(WIDTH, len(found) * (0.25 + LINE * lines) + FRAME, language)
    axes = picture.add_subplot()
    shares = [profile.share for profile in found]
    bars = axes.barh(range(len(found)), shares, color=BLUE, height=0.62)
    axes.bar_label(
        bars,
        [f"{profile.size:,} ({profile.share:.1%})" for profile in found],
        padding=4, fontsize=MEDIUM, color=INK,
    )  # fmt: skip
    axes.set_yticks(range(len(found)), names)
    axes.set_ylim(len(found) - 0.45, -0.55)
    axes.set_xlim(0, max([*shares, 0.01]) * 1.25)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    everybody = sum(profile.size for profile in found)
    axes.set_xlabel(_said(picture, "share").format(all=everybody), fontsize=MEDIUM)
    axes.set_title(_said(picture, "sizes"), loc="left")
    plain(axes, "x")
    return picture.finished()


def needs(found: Profiles, language: Language) -> Picture:
    """Return a map of standardised differences: a row for each need, a column for each segment."""
    shown = found.shown
    rows = _rows(shown)
    told = [row for row in rows if any(not needs[row].hidden for needs in _by_key(shown))]
    listed = _strongest(shown, told)
    height = len(listed) * ROW + 2 * FRAME
    picture = Picture(max(WIDTH, SIDE + COLUMN * len(found)), height, language)
    axes = picture.add_subplot()
    table = np.array([[_difference(needs[row]) for needs in _by_key(shown)] for row in listed], dtype=float)
    if table.size:
        _draw(picture, axes, table)
    _label(picture, axes, found, listed)
    if np.isnan(table).any():
        picture.note(_said(picture, "hidden"))
    if len(told) < len(rows):
        picture.note(_said(picture, "never").format(hidden=len(rows) - len(told)))
    if len(listed) < len(told):
        picture.note(_said(picture, "most").format(shown=len(listed), total=len(told)))
    return picture.finished()


def _draw(picture: Picture, axes: Axes, table: NDArray[np.float64]) -> None:
    largest = float(np.abs(np.nan_to_num(table)).max(initial=0))
    limit, colours = min(max(largest, LEAST), STRONGEST), diverging()
    image = axes.imshow(table, cmap=colours, vmin=-limit, vmax=limit, aspect="auto")
    for (row, column), value in np.ndenumerate(table):
        if np.isnan(value):
            place = (column - 0.5, row - 0.5)
            axes.add_patch(
                Rectangle(place, 1, 1, facecolor="white", edgecolor=GREY, hatch="////", linewidth=0)
            )
        else:
            ink = ink_on(colours((value + limit) / (2 * limit)))
            axes.text(column, row, _signed(value), ha="center", va="center", fontsize=SMALL, color=ink)
    extend: Literal["both", "neither"] = "both" if largest > limit else "neither"
    bar = picture.colorbar(image, ax=axes, location="bottom", aspect=40, fraction=0.03, extend=extend)
    bar.set_label(_said(picture, "unit"), fontsize=MEDIUM)
    bar.ax.tick_params(labelsize=SMALL)


def _signed(value: float) -> str:
    told = f"{value:+.1f}".replace("-", "−")
    return "0.0" if told in {"+0.0", "−0.0"} else told


Key = tuple[str, str | None]


def _rows(found: Profiles) -> list[Key]:
    """Return every need, in the policy's order."""
    order = {name: at for at, name in enumerate(found.policy.features)}
    keys = {(need.feature, need.level): None for profile in found for need in profile.needs}
    return sorted(keys, key=lambda key: (order[key[0]], _level(found, key)))


def _level(found: Profiles, key: Key) -> int:
    values = found.policy.features[key[0]].values or ()
    return values.index(key[1]) if key[1] in values else len(values)


def _strongest(found: Profiles, rows: list[Key]) -> list[Key]:
    """Return the needs that differ most, in the order of the rows."""
    most = {
        row: max((abs(needs[row].difference or 0) for needs in _by_key(found)), default=0) for row in rows
    }
    kept = set(sorted(rows, key=lambda row: -most[row])[:MOST])
    return [row for row in rows if row in kept]


def _by_key(found: Profiles) -> list[dict[Key, Distinction]]:
    return [{(need.feature, need.level): need for need in profile.needs} for profile in found]


def _difference(need: Distinction) -> float:
    return float("nan") if need.difference is None else need.difference


def _label(picture: Picture, axes: Axes, found: Profiles, rows: list[Key]) -> None:
    axes.set_yticks(range(len(rows)), [_need(picture, found, row) for row in rows])
    head = max(HEAD, int(LETTERS * (picture.get_figwidth() - SIDE) / max(len(found), 1)))
    axes.set_xticks(range(len(found)), [_called(one, picture.language, "\n", head) for one in found])
    axes.tick_params(top=True, bottom=False, labeltop=True, labelbottom=False, length=0, labelsize=SMALL)
    axes.set_xticks(np.arange(len(found) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0, top=False)
    axes.spines[:].set_visible(False)
    axes.set_title(_said(picture, "needs"), loc="left", pad=12)


def _need(picture: Picture, found: Profiles, key: Key) -> str:
    feature = found.policy.features[key[0]]
    title = getattr(feature.title, picture.language)
    if key[1] is not None:
        title += {"en": ": ", "zh": "："}[picture.language] + feature.value_title(key[1], picture.language)
    return wrapped(title, LABEL)


def _called(profile: Profile, language: Language, between: str, width: int) -> str:
    return wrapped(f"{profile.segment}{between}{getattr(profile.name, language)}", width)


def _said(picture: Picture, key: str) -> str:
    return str(getattr(SAID[key], picture.language))
