"""The charts of a card: which figures they show, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from segmentation.card.charts import Dot, Scale, dot_chart, ratio_scale
from segmentation.wording.sentences import CHECKS, STATUS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from segmentation.card.parts import Choice, Finding, Rival
    from segmentation.wording import Reader

NARROW = " · "


def ratio_chart(reader: Reader, name: str, findings: Sequence[Finding], total: int) -> Markup:
    """Return the ratios of some findings of one attribute and check, of `total` that there are."""
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
        ratio_scale(values, first.limit),
        [_dot(reader, finding) for finding in findings],
    )


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
    target = finding.target or ""
    what = reader.service(target) if finding.check == "service_parity" else reader.short_segment(target)
    label = f"{reader.group(finding.attribute, finding.group or '')}{NARROW}{what}"
    people = reader.t("n %(size)s", size=reader.integer(finding.size)) if finding.size is not None else ""
    figure = NARROW.join(part for part in (_ratio(reader, finding), people) if part)
    return Dot(label, figure, finding.status, finding.value, finding.interval)


def _ratio(reader: Reader, finding: Finding) -> str:
    if finding.value is None:
        if not finding.hidden:
            return reader.t("no test possible")
        return reader.t("%(status)s, hidden", status=reader.t(STATUS[finding.status]))
    interval = f" {reader.ratio_interval(finding.interval)}" if finding.interval else ""
    return f"{reader.ratio(finding.value)}{interval}"
