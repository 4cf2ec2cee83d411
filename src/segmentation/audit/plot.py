"""A report as a picture: a dot and its interval for each group and segment, with the limits drawn.

Status is told by shape as well as by colour (Okabe & Ito's palette), and an open question is a hollow dot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter, PercentFormatter

from segmentation.drawing import BLUE, GREY, LARGE, MEDIUM, SMALL, VERMILION, Picture, plain
from segmentation.errors import AuditError
from segmentation.policy import Text
from segmentation.wording import sentences
from segmentation.wording.findings import RATIOS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from segmentation.audit.findings import Finding
    from segmentation.audit.model import AuditReport
    from segmentation.policy.parts import Check as CheckName
    from segmentation.wording import Reader
    from segmentation.wording.findings import Status

CHECKS: tuple[CheckName, ...] = (
    "total_variation",
    "probe_auc",
    "selection_ratio",
    "service_parity",
    "equal_opportunity",
)
"""Checks of groups, a panel each."""
_RATIO = Text(
    en="Rate in the group over that of the others; 1: alike", zh="该群体的比率与其他住户之比；1为相同"
)
AXES: dict[CheckName, Text] = {
    "total_variation": Text(
        en="Share of the group's residents; 0%: spread like the others",
        zh="占该群体住户的比例；0%为与其他住户分布相同",
    ),
    "probe_auc": Text(
        en="Area under the curve; 0.5: no better than chance, 1: always told",
        zh="曲线下面积；0.5等于随机猜测，1为总能猜出",
    ),
    "selection_ratio": _RATIO,
    "service_parity": _RATIO,
    "equal_opportunity": _RATIO,
}
"""What each panel's figures are, and how they are read."""
GUESSING = 0.5
"""Least area under the curve, where its scale starts."""
MOST = 40
"""Rows of a panel; of more, the worst."""
WIDTH, ROW, FRAME = 9.0, 0.27, 1.35
"""Inches: of the picture, of a row, and of what stands around a panel's rows."""
LEAST_WIDTH = 2.0
"""The scale of ratios spans at least from half to twice as often."""
LEAST_RATIO, MOST_RATIO = 1 / 16, 16.0
"""Ends of the scale of ratios; a value beyond them is drawn at them."""
AIR = 0.02
"""Beyond the largest area, on its scale."""
COLOURS: dict[Status, str] = {"kept": BLUE, "broken": VERMILION, "undetermined": "#4d4d4d"}
MARKS: dict[Status, str] = {"kept": "o", "broken": "D", "undetermined": "o"}


def plot(report: AuditReport, reader: Reader, attribute: str | None) -> Figure:
    """Return the picture of one attribute; without one, of the attribute of the worst finding.

    Raises
    ------
    AuditError
        The report knows no such attribute.
    """
    name = attribute or next((finding.attribute for finding in report.findings), report.attributes[0])
    if name not in report.attributes:
        known = ", ".join(report.attributes)
        raise AuditError(f"The report has no attribute '{name}'. Take one of: {known}.")
    panels = [_Panel.of(report, name, check) for check in CHECKS]
    return _picture(reader, name, report.confidence, [panel for panel in panels if panel.shown])


@dataclass(frozen=True)
class _Panel:
    """The findings of one check, segment by segment; `total` counts those that have no room as well."""

    check: CheckName
    shown: tuple[Finding, ...]
    total: int

    @classmethod
    def of(cls, report: AuditReport, attribute: str, check: CheckName) -> _Panel:
        """Take the worst findings of an attribute."""
        found = [one for one in report.of(attribute) if one.check == check and one.group]
        order = {segment: at for at, segment in enumerate(report.segments)}
        shown = sorted(found[:MOST], key=lambda one: (order.get(one.target or "", -1), one.target or ""))
        return cls(check, tuple(shown), len(found))


def _picture(reader: Reader, name: str, confidence: float, panels: Sequence[_Panel]) -> Figure:
    rows = [len(panel.shown) for panel in panels]
    height = sum(count * ROW + FRAME for count in rows) + FRAME
    picture = Picture(WIDTH, height, reader.language)
    reader = replace(reader, language=picture.language)
    title = reader.t(
        "%(attribute)s: a dot and its %(confidence)s interval for each group",
        attribute=reader.attribute(name), confidence=reader.whole_percent(confidence),
    )  # fmt: skip
    picture.suptitle(title, fontsize=LARGE)
    if not panels:
        return picture.finished()
    axes = picture.subplots(len(panels), squeeze=False, height_ratios=[count + 2 for count in rows])[:, 0]
    for panel, place in zip(panels, axes, strict=True):
        _draw(reader, place, panel)
    # Under the last panel rather than outside all of them, where the note at the foot would stand on it.
    axes[-1].legend(
        handles=_legend(reader), loc="upper center", bbox_to_anchor=(0.5, 0.0), borderaxespad=4.5,
        ncols=len(MARKS), frameon=False, fontsize=SMALL,
    )  # fmt: skip
    return picture.finished()


def _draw(reader: Reader, axes: Axes, panel: _Panel) -> None:
    shown = panel.shown
    for row, finding in enumerate(shown):
        _dot(reader, axes, row, finding)
    for limit in shown[0].allowed:
        if limit:
            axes.axvline(limit, color=GREY, linestyle="--", linewidth=1.2, zorder=1)
    _scale(axes, shown)
    axes.set_yticks(range(len(shown)), [_label(reader, finding) for finding in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel(getattr(AXES[panel.check], reader.language), fontsize=SMALL)
    axes.set_title(_heading(reader, panel), fontsize=MEDIUM, loc="left")
    plain(axes, "x")


def _dot(reader: Reader, axes: Axes, row: int, finding: Finding) -> None:
    if finding.value is None:
        told = reader.t("hidden") if finding.hidden else reader.t("no test possible")
        text = f"{reader.t(sentences.STATUS[finding.status])}{reader.aside(told)}"
        axes.text(0.5, row, text, transform=axes.get_yaxis_transform(), fontsize=SMALL,
                  ha="center", va="center", color=GREY)  # fmt: skip
        return
    colour = COLOURS[finding.status]
    low, high = (_on_scale(finding, end) for end in finding.interval or (finding.value, finding.value))
    axes.plot([low, high], [row, row], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=2)
    axes.plot([_on_scale(finding, finding.value)], [row], zorder=3, **_mark(finding.status))


def _mark(status: Status) -> dict[str, Any]:
    colour = COLOURS[status]
    face = "white" if status == "undetermined" else colour
    mark = MARKS[status]
    return {"marker": mark, "color": colour, "markerfacecolor": face, "markersize": 6, "markeredgewidth": 1.4}


def _legend(reader: Reader) -> list[Line2D]:
    return [
        Line2D([], [], linestyle="none", label=reader.t(sentences.STATUS[status]), **_mark(status))
        for status in MARKS
    ]


def _on_scale(finding: Finding, value: float) -> float:
    return min(max(value, LEAST_RATIO), MOST_RATIO) if finding.check in RATIOS else value


def _scale(axes: Axes, shown: Sequence[Finding]) -> None:
    ends = [
        _on_scale(one, end) for one in shown for end in (one.value, *(one.interval or ())) if end is not None
    ]
    if shown[0].check == "probe_auc":
        axes.set_xlim(min([*ends, GUESSING]), min(1.0, max([*ends, shown[0].limit]) + AIR))
        return
    if shown[0].check not in RATIOS:
        axes.set_xlim(0.0, max([*ends, shown[0].limit]) * 1.08)
        axes.xaxis.set_major_formatter(PercentFormatter(1.0))
        return
    widest = max([*(max(end, 1 / end) for end in ends), 1 / shown[0].limit, LEAST_WIDTH]) * 1.08
    axes.set_xscale("log", base=2)
    axes.set_xlim(1 / widest, widest)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _label(reader: Reader, finding: Finding) -> str:
    where = ""
    if finding.target is not None:
        is_segment = finding.check == "selection_ratio"
        where = reader.short_segment(finding.target) if is_segment else reader.service(finding.target)
    group = reader.group(finding.attribute, finding.group or "")
    return " · ".join(
        part for part in (where, f"{group}{reader.aside(sentences.counted(reader, finding))}") if part
    )


def _heading(reader: Reader, panel: _Panel) -> str:
    first, more = panel.shown[0], ""
    heading = reader.t(sentences.CHECKS[first.check])
    if panel.total > len(panel.shown):
        shown, total = reader.integer(len(panel.shown)), reader.integer(panel.total)
        more = reader.t("the worst %(shown)s of %(total)s", shown=shown, total=total)
    limit = reader.join("comma", (sentences.allowed(reader, first), more))
    return f"{heading[:1].upper()}{heading[1:]}\n{limit}"
