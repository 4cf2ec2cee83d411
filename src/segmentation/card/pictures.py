"""The charts of a card: which figures they show, in which words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from segmentation.card.charts import BETWEEN, Dot, Scale, dot_chart, ratio_scale
from segmentation.card.words import READINGS, RIVALS
from segmentation.policy.fixed import DISSOLVED, STABLE, refound
from segmentation.wording.findings import RATIOS
from segmentation.wording.sentences import CHECKS, STATUS, valued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from segmentation.card.parts import Choice, Finding, Rival, Stability
    from segmentation.wording import Reader

ENDS = (0.2, 0.4, 1.0)
"""Ends of the scale of a share; the first that holds all values is taken."""
TAKEN = frozenset({"chosen", "given"})
"""Outcomes of the number of segments that the model has."""


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
    return Scale(0.0, high, ticks, (0.0, first.limit), shaded=(0.0, first.limit))


def strength_chart(reader: Reader, choice: Choice) -> Markup:
    """Return the prediction strength of each number of segments that was tried."""
    title = reader.t("Prediction strength by number of segments")
    values = [rival.prediction_strength for rival in choice.rivals]
    return _choice_chart(reader, "strength-chart", title, choice, choice.least_strength, values)


def jaccard_chart(reader: Reader, choice: Choice) -> Markup:
    """Return the Jaccard similarity of the weakest segment of each number that was tried."""
    title = reader.t("Weakest segment by number of segments (Jaccard)")
    values = [rival.weakest for rival in choice.rivals]
    return _choice_chart(reader, "jaccard-chart", title, choice, choice.least_jaccard, values)


def _choice_chart(
    reader: Reader, name: str, title: str, choice: Choice, least: float, values: Sequence[float]
) -> Markup:
    description = reader.t(
        "A dot for each number of segments; the line is the least that passes, %(least)s. The square is the "
        "number that was taken.",
        least=reader.ratio(least),
    )
    dots = [_rival(reader, rival, value) for rival, value in zip(choice.rivals, values, strict=True)]
    return dot_chart(name, title, description, _unit_scale(reader, least), dots)


def _unit_scale(reader: Reader, *limits: float) -> Scale:
    return Scale(0.0, 1.0, tuple((at / 4, reader.number(at / 4)) for at in range(5)), limits)


def _rival(reader: Reader, rival: Rival, value: float) -> Dot:
    label = reader.tn("%(n)s segment", "%(n)s segments", rival.n_segments)
    if rival.reason in TAKEN:
        figure = reader.t("%(value)s, %(how)s", value=reader.ratio(value), how=reader.t(RIVALS[rival.reason]))
        return Dot(label, figure, "chosen", value)
    return Dot(label, reader.ratio(value), "lost", value)


def stability_chart(reader: Reader, stability: Stability) -> Markup:
    """Return how well each segment is found again."""
    description = reader.t(
        "A dot for each segment; the lines are %(dissolved)s, under which it dissolves, and %(stable)s, from "
        "which it is found again. All figures stand in the table.",
        dissolved=reader.ratio(DISSOLVED), stable=reader.ratio(STABLE),
    )  # fmt: skip
    title = reader.t("How well each segment is found again (Jaccard similarity)")
    dots = [
        Dot(one.segment, reader.ratio(one.jaccard), READINGS[refound(one.jaccard)], one.jaccard)
        for one in stability.segments
    ]
    scale = replace(_unit_scale(reader, DISSOLVED, STABLE), shaded=(STABLE, 1.0))
    return dot_chart("stability-chart", title, description, scale, dots)


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
