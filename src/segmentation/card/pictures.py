"""The charts of a card: which figures they show, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.charts import BETWEEN, Dot, Scale, dot_chart, ratio_scale
from segmentation.wording.findings import RATIOS
from segmentation.wording.sentences import CHECKS, STATUS, valued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from segmentation.card.parts import Choice, Finding, Rival
    from segmentation.wording import Reader

ENDS = (0.2, 0.4, 1.0)
"""Ends of the scale of a share; the first that holds all values is taken."""


def finding_chart(reader: Reader, name: str, findings: Sequence[Finding], total: int) -> Markup:
    """Return the values of some findings of one attribute and check, of `total` that there are."""
    first = findings[0]
    values = [value for finding in findings for value in (finding.value, *(finding.interval or ())) if value]
    title = reader.t(
        "%(attribute)s: %(check)s",
        attribute=reader.attribute(first.attribute),
        check=reader.t(CHECKS[first.check]),
    )
    return dot_chart(
        name,
        title,
        _told(reader, findings, total),
        _scale(reader, first, values),
        [_dot(reader, finding) for finding in findings],
    )


def _scale(reader: Reader, first: Finding, values: list[float]) -> Scale:
    if first.check in RATIOS:
        return ratio_scale(values, first.limit)
    high = next(end for end in ENDS if end >= max([*values, first.limit]))
    ticks = tuple((high * at / 4, reader.whole_percent(high * at / 4)) for at in range(5))
    return Scale(0.0, high, ticks, (0.0, first.limit))


def choice_chart(reader: Reader, choice: Choice) -> Markup:
    """Return the prediction strength of each number of segments that was tried."""
    ticks = tuple((at / 4, reader.number(at / 4)) for at in range(5))
    scale = Scale(0.0, 1.0, ticks, (choice.least_strength,))
    description = reader.t(
        "A dot for each number of segments; the line is the least strength that passes, %(least)s. "
        "The square is the number that was chosen.",
        least=reader.ratio(choice.least_strength),
    )
    dots = [_rival(reader, rival) for rival in choice.rivals]
    return dot_chart(
        "choice-chart", reader.t("Prediction strength by number of segments"), description, scale, dots
    )


def _rival(reader: Reader, rival: Rival) -> Dot:
    label = reader.tn("%(n)s segment", "%(n)s segments", rival.n_segments)
    strength = reader.ratio(rival.prediction_strength)
    if rival.reason == "chosen":
        return Dot(
            label, reader.t("%(strength)s, chosen", strength=strength), "chosen", rival.prediction_strength
        )
    return Dot(label, strength, "lost", rival.prediction_strength)


def _told(reader: Reader, findings: Sequence[Finding], total: int) -> str:
    statuses = [finding.status for finding in findings]
    return reader.t(
        "%(shown)s of %(total)s comparisons, worst first: %(broken)s broken, %(undetermined)s undetermined, "
        "%(kept)s kept. The shaded range is allowed. All figures stand in the table.",
        shown=reader.integer(len(findings)),
        total=reader.integer(total),
        **{status: reader.integer(statuses.count(status)) for status in ("broken", "undetermined", "kept")},
    )


def _dot(reader: Reader, finding: Finding) -> Dot:
    label = BETWEEN.join(
        part
        for part in (reader.group(finding.attribute, finding.group or ""), _target(reader, finding))
        if part
    )
    people = reader.t("n %(size)s", size=reader.integer(finding.size)) if finding.size is not None else ""
    figure = BETWEEN.join(part for part in (_value(reader, finding), people) if part)
    return Dot(label, figure, finding.status, finding.value, finding.interval)


def _target(reader: Reader, finding: Finding) -> str:
    if finding.target is None:
        return ""
    is_segment = finding.check == "selection_ratio"
    return reader.short_segment(finding.target) if is_segment else reader.service(finding.target)


def _value(reader: Reader, finding: Finding) -> str:
    if finding.value is None:
        if not finding.hidden:
            return reader.t("no test possible")
        return reader.t("%(status)s, hidden", status=reader.t(STATUS[finding.status]))
    return valued(reader, finding, finding.value)
