"""How figures are made: colours that everybody can tell apart, readable Chinese, no state left behind.

Nothing here touches matplotlib's global state (no pyplot, no rcParams), so that a figure made in a service, a
test or two threads at once stays its own. What is told by colour is told by shape, hatch or text as well.

A figure in Chinese needs a font that holds Chinese. Where the machine has none, the figure is in English and
says so at its foot: a figure that can be read is better than empty boxes, or none.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from matplotlib import font_manager
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

Language = Literal["en", "zh"]

BLUE, ORANGE, GREEN, VERMILION = "#0072b2", "#e69f00", "#009e73", "#d55e00"
SKY, PURPLE, YELLOW = "#56b4e9", "#cc79a7", "#f0e442"
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW)
"""Okabe & Ito's palette: https://jfly.uni-koeln.de/color/."""
INK, GREY, PALE = "#222222", "#6e6e6e", "#dddddd"
"""Of text; of what is for information; of grid lines and what is hidden."""
HATCHES = ("", "///", "...", "\\\\\\", "xx", "ooo", "--")
"""Beside `COLOURS`, in the same order; both start anew together, one hatch further."""
SMALL, MEDIUM, LARGE = 8, 9, 12
"""Sizes of letters, in points."""
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Arial Unicode MS",
    "Noto Sans CJK JP",
)
"""Fonts that hold simplified Chinese; the first that is installed is taken."""
LATIN = "DejaVu Sans"
"""matplotlib's own font; it comes with it."""
WITHOUT_CHINESE = "In English, because no font for Chinese is installed: install Noto Sans CJK SC."
WIDE = 0x2E80
"""Where the letters begin that are as wide as two."""
CLOSING, OPENING = "，、。；：！？）》”’", "（《“‘"
"""What never opens a line, and never ends one."""


class Picture(Figure):
    """A figure that a notebook shows whether or not pyplot is loaded.

    Parameters
    ----------
    width, height : float
        Inches.
    language : {"en", "zh"}
        What was asked for.

    Attributes
    ----------
    language : {"en", "zh"}
        What to label it in: English where no font for Chinese is installed.
    """

    def __init__(self, width: float, height: float, language: Language = "en") -> None:
        super().__init__(figsize=(width, height), layout="constrained", facecolor="white")
        self.language: Language = spoken(language)
        if self.language != language:
            self.note(WITHOUT_CHINESE)

    def note(self, text: str) -> None:
        """Write a line at the foot, under those that stand there."""
        before = self.get_supxlabel()
        self.supxlabel(f"{before}\n{text}" if before else text, fontsize=SMALL, color=GREY)

    def finished(self) -> Picture:
        """Return the figure with fonts for all of its text."""
        family = fonts()
        for text in self.findobj(Text):
            text.set_fontfamily(family)
        return self

    def _repr_png_(self) -> bytes:
        drawn = BytesIO()
        self.savefig(drawn, format="png")
        return drawn.getvalue()


def fonts(installed: Iterable[str] | None = None) -> list[str]:
    """Return matplotlib's own font and, where there is one, a font for Chinese: each letter takes the first.

    Parameters
    ----------
    installed : iterable of str, optional
        Names of fonts; those of this machine by default.
    """
    known = {font.name for font in font_manager.fontManager.ttflist} if installed is None else set(installed)
    return [LATIN, *[name for name in CHINESE if name in known][:1]]


def spoken(language: Language, installed: Iterable[str] | None = None) -> Language:
    """Return the language that a figure can be labelled in: Chinese only where there is a font for it."""
    return language if len(fonts(installed)) > 1 else "en"


def fill(at: int) -> dict[str, Any]:
    """Return colour and hatch of the category at a place of a list: no two of the first 49 are alike."""
    turn, place = divmod(at, len(COLOURS))
    hatch = HATCHES[(place + turn) % len(HATCHES)]
    return {"facecolor": COLOURS[place], "hatch": hatch, "edgecolor": "white"}


def diverging() -> Colormap:
    """Return a map from less (blue) over none (white) to more (vermilion): safe with any colour vision."""
    return LinearSegmentedColormap.from_list("less_more", [BLUE, "#ffffff", VERMILION])


def ink_on(colour: tuple[float, ...]) -> str:
    """Return the colour of text that can be read on a colour of red, green and blue in [0, 1]."""
    # Relative luminance, as the web's rules for contrast (WCAG 2) define it.
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3]]  # noqa: PLR2004
    luminance = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "white" if luminance < 0.21 else INK  # noqa: PLR2004 - where both contrasts are equal


def plain(axes: Axes, grid: Literal["x", "y"] | None = None) -> None:
    """Leave of a panel's frame what is read: the left and lower line, and a pale grid along one direction."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=SMALL)
    if grid:
        axes.grid(axis=grid, color=PALE, linewidth=0.6)
        axes.set_axisbelow(True)


def wrapped(text: str, width: int) -> str:
    """Return a label in lines of at most `width` letters, where a Chinese one counts as two.

    Words stay whole; Chinese may break between any two letters.
    """
    if "\n" in text:
        return "\n".join(wrapped(line, width) for line in text.split("\n"))
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def _pieces(text: str) -> list[str]:
    """Return a text in pieces that stay whole: words with the space after them, and Chinese letters."""
    pieces = [""]
    for letter in text:
        before = pieces[-1][-1:]
        if before and _may_break(before, letter):
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _may_break(before: str, letter: str) -> bool:
    if letter in CLOSING or before in OPENING:
        return False
    return before == " " or max(ord(before), ord(letter)) >= WIDE


def _width(text: str) -> int:
    return sum(2 if ord(letter) >= WIDE else 1 for letter in text)
